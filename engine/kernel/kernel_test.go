package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
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

func TestExpAndTanhWithinOneULP(t *testing.T) {
	for u := uint32(0); u < 0x7f800000; u += 9973 {
		for _, x := range []float32{math.Float32frombits(u), -math.Float32frombits(u)} {
			if want := math.Exp(float64(x)); want > math.SmallestNonzeroFloat32 && want < math.MaxFloat32 {
				y := []float32{0}
				Exp(y, []float32{x})
				if e := ulps(y[0], want); e > 1 {
					t.Fatalf("exp(%v) = %v, %.2f ULP from %v", x, y[0], e, want)
				}
			}
			for name, tanh := range map[string]func(y, x []float32){"Tanh": Tanh, "tanhGeneric": tanhGeneric} {
				y := []float32{x}
				tanh(y, y)
				if e := ulps(y[0], math.Tanh(float64(x))); e > 1 {
					t.Fatalf("%s(%v) = %v, %.2f ULP from %v", name, x, y[0], e, math.Tanh(float64(x)))
				}
			}
		}
	}
	inf := float32(math.Inf(1))
	y := []float32{inf, -inf, float32(math.NaN()), 0}
	for name, tanh := range map[string]func(y, x []float32){"Tanh": Tanh, "tanhGeneric": tanhGeneric} {
		y := slices.Clone(y)
		tanh(y, y)
		if y[0] != 1 || y[1] != -1 || y[2] == y[2] || y[3] != 0 {
			t.Errorf("%s of Inf, -Inf, NaN, 0 is %v", name, y)
		}
	}
	Exp(y, []float32{inf, -inf, float32(math.NaN()), 0})
	if y[0] != inf || y[1] != 0 || y[2] == y[2] || y[3] != 1 {
		t.Errorf("exp of Inf, -Inf, NaN, 0 is %v", y)
	}
}

// At every length and place, nothing before or after the slice is touched, and
// each value is what it is alone.
func TestTanhStaysWithinItsSlice(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for n := range 70 {
		for offset := range 5 {
			all := random(r, n+40)
			before := slices.Clone(all)
			inside := all[20+offset : 20+offset+n]
			Tanh(inside, inside)
			for i, v := range before {
				want := []float32{v}
				if i >= 20+offset && i < 20+offset+n {
					Tanh(want, want)
				}
				if all[i] != want[0] {
					t.Fatalf("n %d, offset %d: place %d went from %v to %v, want %v", n, offset, i, v, all[i], want[0])
				}
			}
		}
	}
}

func BenchmarkTanh(b *testing.B) {
	src := random(rand.New(rand.NewPCG(3, 3)), 4096)
	x := make([]float32, len(src))
	for name, tanh := range map[string]func(y, x []float32){"Tanh": Tanh, "tanhGeneric": tanhGeneric} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				tanh(x, src)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/elem")
		})
	}
}
