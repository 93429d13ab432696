package loss

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
)

// Case A of PyTorch's test_gaussian_nll_loss_broadcasting, written out; the
// figures were computed by PyTorch 1.13.1.
func TestFusedAgreesWithPyTorch(t *testing.T) {
	input := []float32{.5, 1.5, 2.5, 2, 4, 6}
	target := []float32{1, 2, 3, 1, 2, 3}
	variance := []float32{.5, .5, .5, 1.5, 1.5, 1.5}
	wantInput := []float32{-1, -1, -1, .6666667, 1.3333334, 2}
	wantVariance := []float32{.5, .5, .5, .11111112, -.5555556, -1.6666666}
	for _, c := range []struct {
		loss  GaussianNLL
		want  float64
		scale float32
	}{
		{GaussianNLL{Eps: 1e-6, Reduction: Mean}, 0.8308572769165039, 1. / 6},
		{GaussianNLL{Eps: 1e-6, Reduction: Sum}, 4.985143661499023, 1},
		{GaussianNLL{Eps: 1e-6, Reduction: None}, 4.985143661499023, 1},
		{GaussianNLL{Eps: 1e-6, Full: true}, 0.8308572769165039 + HalfLog2Pi, 1. / 6},
	} {
		gradInput, gradVariance := make([]float32, 6), make([]float32, 6)
		if got := Fused(c.loss, gradInput, gradVariance, input, target, variance); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%+v: loss %v, want %v", c.loss, got, c.want)
		}
		for i := range input {
			if d := gradInput[i] - c.scale*wantInput[i]; math.Abs(float64(d)) > 1e-6 {
				t.Errorf("%+v: gradient of input %d is %v, want %v", c.loss, i, gradInput[i], c.scale*wantInput[i])
			}
			if d := gradVariance[i] - c.scale*wantVariance[i]; math.Abs(float64(d)) > 1e-6 {
				t.Errorf("%+v: gradient of variance %d is %v, want %v", c.loss, i, gradVariance[i], c.scale*wantVariance[i])
			}
		}
	}
}

// Figures of PyTorch 1.13.1, float32.
func TestClampIsStraightThrough(t *testing.T) {
	for _, c := range []struct {
		variance, eps, d              float32
		loss, gradInput, gradVariance float64
	}{
		{0, 1e-6, 0, -6.907755374908447, 0, 500000},
		{0, 1e-6, 1, 499993.09375, 1e6, -499999506432},
		{2e-6, 1e-6, 1e-3, -6.311181545257568, 500.00003, 124999.984},
		{0.001, 1, 2, 2, 2, -1.5},
		{0.5, 1, 2, 2, 2, -1.5},
	} {
		var gradInput, gradVariance [1]float32
		got := Fused(GaussianNLL{Eps: float64(c.eps)}, gradInput[:], gradVariance[:], []float32{c.d}, []float32{0}, []float32{c.variance})
		for _, p := range []struct {
			what      string
			got, want float64
		}{
			{"loss", got, c.loss},
			{"gradient of input", float64(gradInput[0]), c.gradInput},
			{"gradient of variance", float64(gradVariance[0]), c.gradVariance},
		} {
			if math.Abs(p.got-p.want) > 2e-7*math.Abs(p.want) {
				t.Errorf("variance %g, eps %g, d %g: %s %v, want %v", c.variance, c.eps, c.d, p.what, p.got, p.want)
			}
		}
	}
}

func TestNotFiniteStaysSo(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct{ d, variance, want float64 }{
		{nan, 1, nan},
		{1, nan, nan},
		{inf, 1, inf},
		{1, inf, inf},
		{inf, inf, nan},
	} {
		got := Fused(DefaultGaussianNLL(), nil, nil, []float64{c.d}, []float64{0}, []float64{c.variance})
		if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("d %v, variance %v: loss %v, want %v", c.d, c.variance, got, c.want)
		}
	}
	if got := Fused[float64](DefaultGaussianNLL(), nil, nil, nil, nil, nil); !math.IsNaN(got) {
		t.Errorf("the mean of nothing is %v, want NaN", got)
	}
	if got := Fused[float64](GaussianNLL{Reduction: Sum}, nil, nil, nil, nil, nil); got != 0 {
		t.Errorf("the sum of nothing is %v, want 0", got)
	}
}

func TestGradientsAgainstDifferences(t *testing.T) {
	for _, l := range []GaussianNLL{DefaultGaussianNLL(), {Full: true, Eps: 0.25}, {Eps: 0.25, Reduction: Sum}} {
		for _, v := range []float64{0.3, 1, 7} { // above eps, where differences see what the gradient means
			for _, d := range []float64{-2, -0.1, 0, 3} {
				at := func(x []float64) float64 {
					return Fused(l, nil, nil, x[:1], []float64{0}, x[1:])
				}
				var gradInput, gradVariance [1]float64
				Fused(l, gradInput[:], gradVariance[:], []float64{d}, []float64{0}, []float64{v})
				want := fd.Gradient(nil, at, []float64{d, v}, &fd.Settings{Formula: fd.Central})
				for k, got := range []float64{gradInput[0], gradVariance[0]} {
					if math.Abs(got-want[k]) > 1e-6*(1+math.Abs(want[k])) {
						t.Errorf("%+v at d %g, v %g: gradient %d is %v, differences say %v", l, d, v, k, got, want[k])
					}
				}
			}
		}
	}
}

func TestTermsAddUpToTheLoss(t *testing.T) {
	input, target, variance := []float32{1, 2, 3}, []float32{0, 2, 5}, []float32{0.1, 2, 0.5}
	l := GaussianNLL{Full: true, Eps: 0.2}
	terms := TermsOf(l, input, target, variance)
	if want := Fused(l, nil, nil, input, target, variance); math.Abs(terms.Sum()-want) > 1e-12 {
		t.Errorf("the terms %+v add up to %v, the loss is %v", terms, terms.Sum(), want)
	}
	if terms.Clamped != 1 {
		t.Errorf("%d variances clamped, want 1", terms.Clamped)
	}
}

func TestReductionText(t *testing.T) {
	for _, r := range []Reduction{Mean, Sum, None} {
		b, err := r.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got Reduction
		if err := got.UnmarshalText(b); err != nil || got != r {
			t.Errorf("%v came back as %v (%v)", r, got, err)
		}
	}
	if _, err := ParseReduction("avg"); err == nil {
		t.Error(`"avg" was accepted`)
	}
	if _, err := Reduction(9).MarshalText(); err == nil {
		t.Error("Reduction(9) was marshalled")
	}
}

func TestFusedDoesNotAllocate(t *testing.T) {
	v := []float32{1, 2, 3}
	g := make([]float32, 3)
	if n := testing.AllocsPerRun(100, func() { Fused(DefaultGaussianNLL(), g, g, v, v, v) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
