//go:build !amd64 || purego

package kernel

func tanh(y, x []float32) { tanhGeneric(y, x) }

func exp(y, x []float32) { expGeneric(y, x) }

func log1p(y, x []float32) { log1pGeneric(y, x) }

func add(dst, src []float32) { addGeneric(dst, src) }

func reluGradient(g, y []float32) { reluGradientGeneric(g, y) }

func sumSquares(x []float32) float64 { return new(squareSums).generic(x) }

func (a *adamStep) apply(p, g, m, v []float32) { a.generic(p, g, m, v) }
