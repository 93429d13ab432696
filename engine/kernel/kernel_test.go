package kernel

import (
	"math"
	"math/rand/v2"
)

func random(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// closeTo compares with what the plain loop gives in float64; the tolerance is a
// share of the sum of the absolute products, since the order of a sum is free.
func closeTo(got float32, want, size float64) bool {
	return math.Abs(float64(got)-want) <= 1e-6*(size+1e-3)
}

// ulps is the distance of got from the float64 truth in units of the last place
// of the float32 nearest to it.
func ulps(got float32, want float64) float64 {
	near := float32(want)
	ulp := float64(math.Nextafter32(near, float32(math.Inf(1)))) - float64(near)
	return math.Abs(float64(got)-want) / ulp
}
