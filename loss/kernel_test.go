//go:build (amd64 && !purego) || (goexperiment.simd && (amd64 || arm64 || wasm))

package loss

import (
	"math"
	"math/rand/v2"
	"testing"
)

// guarded returns a slice of length n that begins at an odd place of memory and
// has NaN on both sides: a value read from outside shows, and one written there
// is found by check.
func guarded[T Float](n, offset int) (s []T, check func(t *testing.T)) {
	const band = 64
	all := make([]T, band+offset+n+band)
	for i := range all {
		all[i] = T(math.NaN())
	}
	s = all[band+offset : band+offset+n : band+offset+n]
	return s, func(t *testing.T) {
		t.Helper()
		for i, v := range all {
			if (i < band+offset || i >= band+offset+n) && v == v {
				t.Fatalf("a value was written %d places from the start of a slice of %d", i-band-offset, n)
			}
		}
	}
}

type caseData[T Float] struct {
	input, target, variance []T
	checks                  []func(*testing.T)
}

func guardedData[T Float](r *rand.Rand, n int) caseData[T] {
	var c caseData[T]
	for k, s := range []*[]T{&c.input, &c.target, &c.variance} {
		data, check := guarded[T](n, (n+k)%7)
		for i := range data {
			data[i] = T(r.NormFloat64())
			if k == 2 {
				data[i] = T(math.Exp(4 * r.NormFloat64()))
			}
		}
		*s = data
		c.checks = append(c.checks, check)
	}
	return c
}

// compare holds every kernel to its portable loop on the same data.
func compare[T Float](t *testing.T, c caseData[T], eps T, what string) {
	t.Helper()
	n := len(c.input)
	ulp := 0x1p-23
	if sizeOf[T]() == 8 {
		ulp = 0x1p-52
	}
	scale := 0.0
	for i := range c.input {
		v := float64(clamp(c.variance[i], eps))
		d := float64(c.input[i]) - float64(c.target[i])
		scale += math.Abs(math.Log(v)) + d*d/v
	}
	same := func(name string, got, want, size float64) {
		t.Helper()
		switch {
		case math.IsNaN(want) && math.IsNaN(got), got == want:
		case math.IsNaN(want) || math.IsNaN(got) || math.Abs(got-want) > 8*ulp*size:
			t.Fatalf("%s, n %d, eps %g: %s is %v, in portable Go %v", what, n, eps, name, got, want)
		}
	}
	sum, sign := blockSum(c.input, c.target, c.variance, eps)
	wantSum, wantSign := blockSumGeneric(c.input, c.target, c.variance, eps)
	same("the sum", sum, wantSum, scale)
	if sign != wantSign {
		t.Fatalf("%s, n %d: sign %v, in portable Go %v", what, n, sign, wantSign)
	}

	out, checkOut := guarded[T](n, 3)
	want := make([]T, n)
	if got, wantSign := elements(out, c.input, c.target, c.variance, eps, true), elementsGeneric(want, c.input, c.target, c.variance, eps, true); got != wantSign {
		t.Fatalf("%s, n %d: sign %v of the elements, in portable Go %v", what, n, got, wantSign)
	}
	checkOut(t)
	for i := range out {
		v := float64(clamp(c.variance[i], eps))
		d := float64(c.input[i]) - float64(c.target[i])
		same("an element", float64(out[i]), float64(want[i]), math.Abs(math.Log(v))+d*d/v+1)
	}

	for asked := range 4 {
		var gi, gv, wantGi, wantGv []T
		check := func(*testing.T) {}
		checkV := check
		if asked&1 != 0 {
			gi, check = guarded[T](n, 5)
			wantGi = make([]T, n)
		}
		if asked&2 != 0 {
			gv, checkV = guarded[T](n, 2)
			wantGv = make([]T, n)
		}
		weight := []T{0.3, 1e-3, 1e3, 1}[asked]
		got := fusedBlock(gi, gv, c.input, c.target, c.variance, eps, weight)
		want := fusedBlockGeneric(wantGi, wantGv, c.input, c.target, c.variance, eps, weight)
		same("the fused sum", got, want, scale)
		check(t)
		checkV(t)
		for i := range gi {
			same("a gradient of the input", float64(gi[i]), float64(wantGi[i]), math.Abs(float64(wantGi[i])))
		}
		for i := range gv {
			v := float64(clamp(c.variance[i], eps))
			d := float64(c.input[i]) - float64(c.target[i])
			same("a gradient of the variance", float64(gv[i]), float64(wantGv[i]), float64(weight)*(1/v+d*d/v/v))
		}
	}
	for _, check := range c.checks {
		check(t)
	}
}

func TestKernelsAgainstPortable(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 301 {
		for _, eps := range []float64{1e-6, 0.5, 3, 0, 1e-30, -1, math.Inf(-1)} {
			compare(t, guardedData[float32](r, n), float32(eps), "random")
			compare(t, guardedData[float64](r, n), eps, "random")
		}
	}
}

// Every special value in every argument in every lane, tails included.
func TestSpecialValuesInEveryLane(t *testing.T) {
	t.Run("float32", specialValues[float32])
	t.Run("float64", specialValues[float64])
}

func specialValues[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	specials := []float64{
		0, math.Copysign(0, -1), math.NaN(), math.Copysign(math.NaN(), -1), math.Inf(1), math.Inf(-1),
		1e-45, 1e-40, 0x1p-126, 1e-20, 3.2e13, 1e16, 1e18, 2e19, 1e20, 1e30, 3e38, -1e-30, -5,
	}
	if sizeOf[T]() == 8 {
		specials = append(specials, 5e-324, 1e-310, 1e-200, 1e200, 1e308, 1.5e154)
	}
	for lane := range 77 {
		for _, special := range specials {
			for argument := range 3 {
				for _, eps := range []T{1e-6, 0} {
					c := guardedData[T](r, 77)
					[]([]T){c.input, c.target, c.variance}[argument][lane] = T(special)
					if argument == 2 && lane%2 == 0 {
						c.input[lane] = c.target[lane] // d = 0
					}
					if argument < 2 && lane%2 == 0 {
						c.variance[lane] = 0
					}
					compare(t, c, eps, "special value")
				}
			}
		}
	}
}

// The arguments may be one and the same memory.
func TestAliasingArguments(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	v := guardedData[float32](r, 100).variance
	compare(t, caseData[float32]{input: v, target: v, variance: v}, 1e-6, "aliasing")
}
