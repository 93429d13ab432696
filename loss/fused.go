package loss

// Fused returns the reduced loss and, in the same pass, writes its gradients
// with respect to input and variance. A nil gradient costs nothing. With None
// it returns the sum, and the gradients are the vector-Jacobian product with
// ones.
//
// All slices that are not nil must have one length; else Fused panics. The
// arguments may overlap each other, but not the gradients. The variances must not
// be negative, which is not checked. Fused does not allocate, and works on the
// calling goroutine alone.
func Fused[T Float](l GaussianNLL, gradInput, gradVariance, input, target, variance []T) float64 {
	n := len(input)
	checkLengths(n, len(target), len(variance), gradInput, gradVariance)
	eps := T(l.Eps)
	scale := T(1)
	if l.Reduction == Mean {
		scale /= T(n)
	}
	var total float64
	for start := 0; start < n; start += blockSize {
		end := min(start+blockSize, n)
		x, t, v := input[start:end], target[start:end], variance[start:end]
		var gi, gv []T
		if gradInput != nil {
			gi = gradInput[start:end]
		}
		if gradVariance != nil {
			gv = gradVariance[start:end]
		}
		total += fusedBlock(gi, gv, x, t, v, eps, scale)
	}
	return l.finish(total, n)
}

// checkLengths panics unless all slices are of length n; gradients may be nil.
func checkLengths[T Float](n, target, variance int, gradients ...[]T) {
	ok := target == n && variance == n
	for _, g := range gradients {
		ok = ok && (g == nil || len(g) == n)
	}
	if !ok {
		panic("loss: slices differ in length")
	}
}

// Gradients is Fused for float32: what a trainer asks a loss for.
func (l GaussianNLL) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return Fused(l, gradMean, gradVariance, mean, target, variance)
}

// Elements is as Loss says.
func (l GaussianNLL) Elements(loss, mean, target, variance []float32) {
	checkLengths(len(mean), len(target), len(variance), loss)
	elements(loss, mean, target, variance, float32(l.Eps), l.Full)
}
