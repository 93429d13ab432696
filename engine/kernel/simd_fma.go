//go:build goexperiment.simd && (arm64 || (amd64 && purego))

package kernel

// madd returns a b + c, rounded once.
func madd(a, b, c f4) f4 { return a.MulAdd(b, c) }
