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

func TestLinearAgainstPlainLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range [][3]int{{1, 1, 1}, {1, 3, 2}, {7, 5, 1}, {33, 17, 9}, {106, 64, 64}, {300, 1, 64}} {
		rows, in, out := s[0], s[1], s[2]
		x, w, b, dy := random(r, rows*in), random(r, out*in), random(r, out), random(r, rows*out)
		y, dx, dw, db := random(r, rows*out), random(r, rows*in), random(r, out*in), random(r, out)
		before := append([]float32(nil), dx...)
		Linear(y, x, w, b, rows, in, out)
		LinearWeightGradient(dw, db, dy, x, rows, in, out)
		LinearInputGradient(dx, dy, w, rows, in, out, true)
		fresh := random(r, rows*in)
		LinearInputGradient(fresh, dy, w, rows, in, out, false)
		for i := range rows {
			for o := range out {
				sum, size := float64(b[o]), math.Abs(float64(b[o]))
				for k := range in {
					p := float64(x[i*in+k]) * float64(w[o*in+k])
					sum, size = sum+p, size+math.Abs(p)
				}
				if !closeTo(y[i*out+o], sum, size) {
					t.Fatalf("%v: y[%d][%d] = %v, want %v", s, i, o, y[i*out+o], sum)
				}
			}
			for k := range in {
				sum, size := 0., 0.
				for o := range out {
					p := float64(dy[i*out+o]) * float64(w[o*in+k])
					sum, size = sum+p, size+math.Abs(p)
				}
				if !closeTo(fresh[i*in+k], sum, size) {
					t.Fatalf("%v: dx[%d][%d] = %v, want %v", s, i, k, fresh[i*in+k], sum)
				}
				if at := float64(before[i*in+k]); !closeTo(dx[i*in+k], sum+at, size+math.Abs(at)) {
					t.Fatalf("%v: dx[%d][%d] = %v after adding, want %v", s, i, k, dx[i*in+k], sum+at)
				}
			}
		}
		for o := range out {
			bias, biasSize := 0., 0.
			for i := range rows {
				bias += float64(dy[i*out+o])
				biasSize += math.Abs(float64(dy[i*out+o]))
			}
			if !closeTo(db[o], bias, biasSize) {
				t.Fatalf("%v: db[%d] = %v, want %v", s, o, db[o], bias)
			}
			for k := range in {
				sum, size := 0., 0.
				for i := range rows {
					p := float64(dy[i*out+o]) * float64(x[i*in+k])
					sum, size = sum+p, size+math.Abs(p)
				}
				if !closeTo(dw[o*in+k], sum, size) {
					t.Fatalf("%v: dw[%d][%d] = %v, want %v", s, o, k, dw[o*in+k], sum)
				}
			}
		}
	}
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
			for name, tanh := range map[string]func([]float32){"Tanh": Tanh, "tanhGeneric": tanhGeneric} {
				y := []float32{x}
				tanh(y)
				if e := ulps(y[0], math.Tanh(float64(x))); e > 1 {
					t.Fatalf("%s(%v) = %v, %.2f ULP from %v", name, x, y[0], e, math.Tanh(float64(x)))
				}
			}
		}
	}
	inf := float32(math.Inf(1))
	y := []float32{inf, -inf, float32(math.NaN()), 0}
	for name, tanh := range map[string]func([]float32){"Tanh": Tanh, "tanhGeneric": tanhGeneric} {
		y := slices.Clone(y)
		tanh(y)
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
			Tanh(all[20+offset : 20+offset+n])
			for i, v := range before {
				want := []float32{v}
				if i >= 20+offset && i < 20+offset+n {
					Tanh(want)
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
	for name, tanh := range map[string]func([]float32){"Tanh": Tanh, "tanhGeneric": tanhGeneric} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				copy(x, src)
				tanh(x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/elem")
		})
	}
}
