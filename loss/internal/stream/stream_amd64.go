//go:build !purego

package stream

import "unsafe"

// Sum32 adds up three arrays of one length, a multiple of 32, at least 32. The
// machine must have AVX2.
func Sum32(a, b, c []float32) float32 {
	var lanes [32]byte
	sum32AVX2(&a[0], &b[0], &c[0], len(a)/32, &lanes)
	return *(*float32)(unsafe.Pointer(&lanes))
}

// Sum64 adds up three arrays of one length, a multiple of 16, at least 16. The
// machine must have AVX2.
func Sum64(a, b, c []float64) float64 {
	var lanes [32]byte
	sum64AVX2(&a[0], &b[0], &c[0], len(a)/16, &lanes)
	return *(*float64)(unsafe.Pointer(&lanes))
}

// Copy32 reads three arrays and writes two, all of one length, a multiple of
// 32, at least 32. The machine must have AVX2.
func Copy32(x, y, a, b, c []float32) {
	copyAVX2(&x[0], &y[0], &a[0], &b[0], &c[0], len(a)/32)
}
