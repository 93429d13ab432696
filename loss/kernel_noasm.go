//go:build (!amd64 || purego) && !(goexperiment.simd && (amd64 || arm64 || wasm))

package loss

func blockSum[T Float](input, target, variance []T, eps T) (sum float64, sign bool) {
	return blockSumGeneric(input, target, variance, eps)
}

func elements[T Float](out, input, target, variance []T, eps T, full bool) (sign bool) {
	return elementsGeneric(out, input, target, variance, eps, full)
}

func gradients[T Float](gradInput, gradVariance, input, target, variance []T, eps, scale T) {
	gradientsGeneric(gradInput, gradVariance, input, target, variance, nil, eps, scale)
}

func fusedBlock[T Float](gradInput, gradVariance, input, target, variance []T, eps, scale T) float64 {
	return fusedBlockGeneric(gradInput, gradVariance, input, target, variance, eps, scale)
}
