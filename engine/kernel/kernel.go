// Package kernel is the matrix products and vector loops under a network: AVX2
// and FMA assembly where the processor has them, package simd on arm64 and in
// WebAssembly under GOEXPERIMENT=simd, and portable Go, over gonum's BLAS for the
// products, where there is neither.
//
// Slices of one call have one length unless their comments say otherwise, which
// is not checked. Every function depends on nothing but its arguments, gives the
// same bits each time, and may be called from any goroutine on data of its own.
// What an elementwise function makes of an element does not depend on its place.
// Nothing allocates once it has seen its largest size, but for gonum's products of
// wide layers.
package kernel
