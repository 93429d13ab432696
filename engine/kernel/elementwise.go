package kernel

import "math"

// Exp sets y to exp(x), within 1 ULP; y and x may be the same slice.
func Exp(y, x []float32) { exp(y, x) }

func expGeneric(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = float32(math.Exp(float64(v)))
	}
}

// Log1p sets y to log(1+x), within 1 ULP; y and x may be the same slice.
func Log1p(y, x []float32) { log1p(y, x) }

func log1pGeneric(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = float32(math.Log1p(float64(v)))
	}
}

// Add adds src to dst.
func Add(dst, src []float32) { add(dst, src) }

func addGeneric(dst, src []float32) {
	dst = dst[:len(src)]
	for i, v := range src {
		dst[i] += v
	}
}

// Scale multiplies x by factor.
func Scale(x []float32, factor float32) {
	for i := range x {
		x[i] *= factor
	}
}

// SumSquares returns the sum of the squares of x, in float64.
func SumSquares(x []float32) float64 { return sumSquares(x) }

func sumSquaresGeneric(x []float32) float64 {
	var s [4]float64
	for len(x) >= 4 {
		for i := range s {
			v := float64(x[i])
			s[i] += v * v
		}
		x = x[4:]
	}
	for i, v := range x {
		s[i] += float64(v) * float64(v)
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}
