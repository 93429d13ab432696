//go:build !amd64 || purego

package kernel

func tanh(x []float32) { tanhGeneric(x) }
