package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// An elementwiseFunction is one that sets y to a function of x.
type elementwiseFunction struct {
	name      string
	f, inGo   func(y, x []float32)
	want      func(x float64) float64
	ulps, abs float64 // an error may be either; ulps are 0 where only abs counts
}

func inPlaceGradient(f func(g, x []float32)) func(y, x []float32) {
	return func(y, x []float32) {
		for i := range y {
			y[i] = 1
		}
		f(y[:len(x)], x)
	}
}

func normalTail(x float64) float64    { return 0.5 * math.Erfc(x/math.Sqrt2) }
func normalDensity(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }

func sigmoidOf(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

// elementwiseFunctions are all that take an approximation, with gradients that
// take one as their slopes.
func elementwiseFunctions() []elementwiseFunction {
	return []elementwiseFunction{
		{"Exp", Exp, expGeneric, math.Exp, 1, 0},
		{"Tanh", Tanh, tanhGeneric, math.Tanh, 1.1, 0},
		{"Sigmoid", Sigmoid, sigmoidGeneric, sigmoidOf, 2.5, 0},
		{"ELU", ELU, eluGeneric, func(x float64) float64 { return max(x, 0) + math.Expm1(min(x, 0)) }, 1, 0},
		{"GELU", GELU, geluGeneric, func(x float64) float64 {
			if math.IsInf(x, -1) {
				return 0
			}
			return x * normalTail(-x)
		}, 8, 1e-43},
		{"GELUGradient", inPlaceGradient(geluGradient), inPlaceGradient(geluGradientGeneric), func(x float64) float64 {
			if math.IsInf(x, 0) {
				return max(0, math.Copysign(1, x))
			}
			return normalTail(-x) + x*normalDensity(x)
		}, 0, 2e-7},
		{"SiLU", SiLU, siluGeneric, func(x float64) float64 {
			if math.IsInf(x, -1) {
				return 0
			}
			return x * sigmoidOf(x)
		}, 3.5, 0},
		{"SiLUGradient", inPlaceGradient(siluGradient), inPlaceGradient(siluGradientGeneric), func(x float64) float64 {
			if math.IsInf(x, 0) {
				return max(0, math.Copysign(1, x))
			}
			return sigmoidOf(x) * (1 + x*sigmoidOf(-x))
		}, 0, 3e-7},
		{"Softplus", Softplus, softplusGeneric, func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, 2, 0},
		{
			"SoftplusGradient", inPlaceGradient(func(g, y []float32) { softplusGradient(g, positive(y)) }), inPlaceGradient(func(g, y []float32) { softplusGradientGeneric(g, positive(y)) }),
			func(y float64) float64 { return -math.Expm1(-math.Abs(y)) }, 1, 0,
		},
		{"Sin", Sin, sinGeneric, math.Sin, 2.2, 0},
		{"SinGradient", inPlaceGradient(sinGradient), inPlaceGradient(sinGradientGeneric), math.Cos, 2.2, 0},
	}
}

// positive returns |x|.
func positive(x []float32) []float32 {
	p := make([]float32, len(x))
	for i, v := range x {
		p[i] = float32(math.Abs(float64(v)))
	}
	return p
}

// scanned calls f with every stride-th of all float32s from the bits first to
// last, of both signs.
func scanned(first, last, stride uint32, f func(x []float32)) {
	var x []float32
	for u := uint64(first); u <= uint64(last); u += uint64(stride) {
		v := math.Float32frombits(uint32(u))
		if x = append(x, v, -v); len(x) >= 1<<12 {
			f(x)
			x = x[:0]
		}
	}
	f(x)
}

const infBits = 0x7f800000

// The errors of every 4,001st number of each sign; with -short, which is for emulated
// processors, of every 20,011th, and of every 101st in TestLongErrorsAreAsStated.
func TestErrorsAreAsStated(t *testing.T) {
	stride := uint32(4001)
	if testing.Short() {
		stride = 20011
	}
	errorsAreAsStated(t, stride)
}

func errorsAreAsStated(t *testing.T, stride uint32) {
	for _, e := range elementwiseFunctions() {
		t.Run(e.name, func(t *testing.T) {
			ways := []struct {
				name  string
				f     func(y, x []float32)
				worst float64
				at    float32
			}{{name: e.name, f: e.f}, {name: "portable " + e.name, f: e.inGo}}
			y, wants := make([]float32, 1<<13), make([]float64, 1<<13)
			scanned(0, infBits, stride, func(x []float32) {
				for i, v := range x {
					wants[i] = e.want(float64(v))
				}
				for k := range ways {
					w := &ways[k]
					w.f(y, x)
					for i, v := range x {
						want := wants[i]
						if float64(float32(want)) == float64(y[i]) || math.IsNaN(want) && y[i] != y[i] {
							continue // infinities, and what overflows to them, are among these
						}
						if math.Abs(float64(y[i])-want) <= e.abs {
							continue
						}
						if err := ulps(y[i], want); !(err <= w.worst) {
							w.worst, w.at = err, v
						}
					}
				}
			})
			for _, w := range ways {
				if !(w.worst <= e.ulps) {
					w.f(y, []float32{w.at})
					t.Errorf("%s(%v) = %v, %.3f ULP from %v", w.name, w.at, y[0], w.worst, e.want(float64(w.at)))
				}
				t.Logf("%s: up to %.3f ULP, at %v", w.name, w.worst, w.at)
			}
		})
	}
}

// A loop is any elementwise function as one of two slices, of which it writes the
// first. An activation may be given one slice twice.
type loop struct {
	name       string
	f, inGo    func(dst, src []float32)
	activation bool
}

func loops() []loop {
	return []loop{
		{"Exp", Exp, expGeneric, true},
		{"ReLU", ReLU, reluGeneric, true},
		{"ReLUGradient", reluGradient, reluGradientGeneric, false},
		{"LeakyReLU", LeakyReLU, leakyReLUGeneric, true},
		{"LeakyReLUGradient", leakyReLUGradient, leakyReLUGradientGeneric, false},
		{"Tanh", Tanh, tanhGeneric, true},
		{"TanhGradient", tanhGradient, tanhGradientGeneric, false},
		{"Sigmoid", Sigmoid, sigmoidGeneric, true},
		{"SigmoidGradient", sigmoidGradient, sigmoidGradientGeneric, false},
		{"ELU", ELU, eluGeneric, true},
		{"ELUGradient", eluGradient, eluGradientGeneric, false},
		{"GELU", GELU, geluGeneric, true},
		{"GELUGradient", geluGradient, geluGradientGeneric, false},
		{"SiLU", SiLU, siluGeneric, true},
		{"SiLUGradient", siluGradient, siluGradientGeneric, false},
		{"Softplus", Softplus, softplusGeneric, true},
		{"SoftplusGradient", softplusGradient, softplusGradientGeneric, false},
		{"Sin", Sin, sinGeneric, true},
		{"SinGradient", sinGradient, sinGradientGeneric, false},
		{"Add", Add, addGeneric, false},
		{"Scale", func(x, _ []float32) { Scale(x, 0.7) }, func(x, _ []float32) { scaleGeneric(x, 0.7) }, false},
	}
}

func sameBits(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// guardedSlice returns v, and the whole of which it is a part: 20 and so many more NaNs
// before it and 20 behind.
func guardedSlice(v []float32, offset int) (inside, whole []float32) {
	whole = make([]float32, len(v)+40+offset)
	for i := range whole {
		whole[i] = float32(math.NaN())
	}
	inside = whole[20+offset:][:len(v):len(v)]
	copy(inside, v)
	return inside, whole
}

func checkSliceGuards(t *testing.T, whole []float32, n, offset int) {
	t.Helper()
	for i, v := range whole {
		if (i < 20+offset || i >= 20+offset+n) && v == v {
			t.Fatalf("n %d, offset %d: %v was written at %d of the slice", n, offset, v, i-20-offset)
		}
	}
}

// mixed returns numbers of usual size with some of every other kind among them.
func mixed(r *rand.Rand, n int) []float32 {
	odd := []float32{0, float32(math.Copysign(0, -1)), 1e-42, -1e-42, 1e6, -1e6, 3e38, -3e38, 88, -88, -104, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}
	v := random(r, n)
	for i := range v {
		if r.IntN(4) == 0 {
			v[i] = odd[r.IntN(len(odd))]
		}
	}
	return v
}

// At every length and place, nothing before or after a slice is touched or
// matters, and each element is, bit for bit, what it is alone.
func TestElementsDoNotDependOnTheirPlace(t *testing.T) {
	for _, l := range loops() {
		t.Run(l.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(2, 2))
			for n := range 71 {
				for offset := range 4 {
					first, second := mixed(r, n), mixed(r, n)
					dst, wholeDst := guardedSlice(first, offset)
					src, wholeSrc := guardedSlice(second, 3-offset)
					l.f(dst, src)
					checkSliceGuards(t, wholeDst, n, offset)
					checkSliceGuards(t, wholeSrc, n, 3-offset)
					for i := range n {
						if !sameBits(src[i], second[i]) {
							t.Fatalf("n %d: source %d was written", n, i)
						}
						want := []float32{first[i]}
						l.f(want, second[i:i+1])
						if !sameBits(dst[i], want[0]) {
							t.Fatalf("n %d, offset %d: element %d, of %v and %v, is %v, alone %v", n, offset, i, first[i], second[i], dst[i], want[0])
						}
					}
					if l.activation {
						l.f(src, src)
						for i := range n {
							if !sameBits(dst[i], src[i]) {
								t.Fatalf("n %d: of %v it is %v, in place %v", n, second[i], dst[i], src[i])
							}
						}
					}
				}
			}
		})
	}
}

// These have no approximation in them, so that both ways can give the same bits.
func TestExactLoopsAreTheSameBothWays(t *testing.T) {
	exact := map[string]bool{
		"ReLU": true, "ReLUGradient": true, "LeakyReLU": true, "LeakyReLUGradient": true, "TanhGradient": true,
		"SigmoidGradient": true, "ELUGradient": true, "Add": true, "Scale": true,
	}
	seen := 0
	for _, l := range loops() {
		if !exact[l.name] {
			continue
		}
		seen++
		r := rand.New(rand.NewPCG(3, 3))
		a, b := mixed(r, 10007), mixed(r, 10007)
		c := append([]float32(nil), a...)
		l.f(a, b)
		l.inGo(c, b)
		for i := range a {
			if !sameBits(a[i], c[i]) {
				t.Errorf("%s of %v is %v, in portable Go %v", l.name, b[i], a[i], c[i])
				break
			}
		}
	}
	if seen != len(exact) {
		t.Errorf("%d loops were compared, want %d", seen, len(exact))
	}
}

func TestLoopsRefuseAShortDestination(t *testing.T) {
	for _, l := range loops() {
		if l.name == "Scale" {
			continue
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s wrote 9 elements to 8", l.name)
				}
			}()
			l.f(make([]float32, 8), make([]float32, 9))
		}()
	}
}

func TestLoopsDoNotAllocate(t *testing.T) {
	x, y := make([]float32, 107), make([]float32, 107)
	for _, l := range loops() {
		if n := testing.AllocsPerRun(10, func() { l.f(y, x) }); n != 0 {
			t.Errorf("%s allocates %v times", l.name, n)
		}
	}
}

func TestSumSquares(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for n := range 200 {
		x, whole := guardedSlice(random(r, n), n%4)
		want := 0.0
		for _, v := range x {
			want += float64(v) * float64(v)
		}
		got := SumSquares(x)
		if math.Abs(got-want) > 1e-14*want {
			t.Fatalf("sum of %d squares is %v, want %v", n, got, want)
		}
		if again := new(squareSums).generic(x); got != again {
			t.Fatalf("sum of %d squares is %v, in portable Go %v", n, got, again)
		}
		checkSliceGuards(t, whole, n, n%4)
		if n == 0 {
			continue
		}
		for _, odd := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e38} {
			x[r.IntN(n)] = float32(odd)
			if got := SumSquares(x); got-got == 0 && math.Abs(odd) != 1e38 || math.Abs(odd) == 1e38 && !(got > 1e75) && got == got {
				t.Errorf("sum of %d squares, one of %v, is %v", n, odd, got)
			}
		}
	}
}

// Each loop beside its portable self, on sums as a network has them.
func BenchmarkLoops(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 5))
	src, old, dst := random(r, 4096), random(r, 4096), make([]float32, 4096)
	for _, l := range loops() {
		for _, way := range []struct {
			name string
			f    func(dst, src []float32)
		}{{"used", l.f}, {"portable", l.inGo}} {
			b.Run(l.name+"/"+way.name, func(b *testing.B) {
				for b.Loop() {
					copy(dst, old) // multiplied again and again, gradients would become no normal numbers
					way.f(dst, src)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(src)), "ns/elem")
			})
		}
	}
}
