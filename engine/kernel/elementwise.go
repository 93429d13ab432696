package kernel

// Exp sets y to exp(x), within 1 ULP; y and x may be the same slice.
func Exp(y, x []float32) { exp(y, x) }

func expGeneric(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = float32(clampedExp(v))
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
func Scale(x []float32, factor float32) { scale(x, factor) }

func scaleGeneric(x []float32, factor float32) {
	for i := range x {
		x[i] *= factor
	}
}

// SumSquares returns the sum of the squares of x, in float64.
func SumSquares(x []float32) float64 { return sumSquares(x) }

// squareSums are sums of every 16th value's square.
type squareSums [16]float64

// generic adds the squares of x, of which the first belongs to the first sum,
// and returns the sum of all.
func (s *squareSums) generic(x []float32) float64 {
	for len(x) >= len(s) {
		for i := range s {
			v := float64(x[i])
			s[i] += v * v
		}
		x = x[len(s):]
	}
	for i, v := range x {
		s[i] += float64(v) * float64(v)
	}
	for n := len(s) / 2; n > 0; n /= 2 {
		for i := range n {
			s[i] += s[i+n]
		}
	}
	return s[0]
}
