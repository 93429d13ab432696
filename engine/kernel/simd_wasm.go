//go:build goexperiment.simd

package kernel

// madd returns a b + c. WebAssembly has no fused one that gives the same bits everywhere.
func madd(a, b, c f4) f4 { return a.Mul(b).Add(c) }
