package loss

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/stat/distuv"
)

// gaussian makes an element of the Gaussian NLL, to hold it against the same
// differences.
type gaussian struct{ GaussianNLL }

func (l gaussian) At(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	var gm, gv [1]float64
	loss = Fused(l.GaussianNLL, gm[:], gv[:], []float64{mean}, []float64{target}, []float64{variance})
	return loss, gm[0], gv[0]
}

func normal(mean, y, v float64) float64 {
	return -distuv.Normal{Mu: mean, Sigma: math.Sqrt(v)}.LogProb(y)
}

// Every loss against a formula of other origin, and its gradients against
// central differences of that, with the variance under, at and over eps. Under
// eps both are those at eps: the clamp is straight-through.
func TestFamilyAgainstDifferences(t *testing.T) {
	const eps, y = 0.25, 0.7
	half := math.Log(2*math.Pi) / 2
	for _, c := range []struct {
		loss Pointwise
		// reference has what the gradient takes for constant as still.
		reference func(mean, v, stillMean, stillV float64) float64
	}{
		{gaussian{GaussianNLL{Eps: eps}}, func(m, v, _, _ float64) float64 { return normal(m, y, v) - half }},
		{gaussian{GaussianNLL{Full: true, Eps: eps}}, func(m, v, _, _ float64) float64 { return normal(m, y, v) }},
		{BetaNLL{Beta: 0, Eps: eps}, func(m, v, _, _ float64) float64 { return normal(m, y, v) - half }},
		{BetaNLL{Beta: 0.5, Full: true, Eps: eps}, func(m, v, _, still float64) float64 {
			return math.Sqrt(still) * normal(m, y, v)
		}},
		{BetaNLL{Beta: 1, Eps: eps}, func(m, v, _, still float64) float64 { return still * (normal(m, y, v) - half) }},
		{Faithful{Full: true, Eps: eps}, func(m, v, still, _ float64) float64 {
			return normal(m, y, 1) + normal(still, y, v)
		}},
		{NaturalNLL{Full: true}, func(eta1, eta2, _, _ float64) float64 { return normal(-eta1/(2*eta2), y, -1/(2*eta2)) }},
		{CRPS{Eps: eps}, func(m, v, _, _ float64) float64 {
			// E|X - y| - E|X - X'|/2
			s := math.Sqrt(v)
			n := distuv.Normal{Mu: m, Sigma: s}
			return (y-m)*(2*n.CDF(y)-1) + 2*s*s*n.Prob(y) - s/math.Sqrt(math.Pi)
		}},
		{MSE{}, func(m, _, _, _ float64) float64 { return (m - y) * (m - y) }},
		{StudentTNLL{DF: 3, Full: true, Eps: eps}, func(m, v, _, _ float64) float64 {
			return -distuv.StudentsT{Mu: m, Sigma: math.Sqrt(v), Nu: 3}.LogProb(y)
		}},
		{StudentTNLL{DF: 0.7, Full: true, Eps: eps}, func(m, v, _, _ float64) float64 {
			return -distuv.StudentsT{Mu: m, Sigma: math.Sqrt(v), Nu: 0.7}.LogProb(y)
		}},
		{CauchyNLL{Scale: 1, Full: true, Eps: eps}, func(m, v, _, _ float64) float64 {
			return -distuv.StudentsT{Mu: m, Sigma: math.Sqrt(v), Nu: 1}.LogProb(y)
		}},
		{CauchyNLL{Scale: 0.612, Eps: eps}, func(m, v, _, _ float64) float64 {
			return -distuv.StudentsT{Mu: m, Sigma: 0.612 * math.Sqrt(v), Nu: 1}.LogProb(y) - math.Log(0.612*math.Pi)
		}},
		{LaplaceNLL{Full: true, Eps: eps}, func(m, v, _, _ float64) float64 {
			return -distuv.Laplace{Mu: m, Scale: math.Sqrt(v / 2)}.LogProb(y)
		}},
	} {
		t.Run(fmt.Sprintf("%T%+v", c.loss, c.loss), func(t *testing.T) {
			for _, variance := range []float64{0, 0.01, eps, 0.3, 1, 9} {
				for _, d := range []float64{-3, -0.2, 0.1, 2} {
					mean, given, at := y+d, variance, max(variance, eps)
					if _, ok := c.loss.(NaturalNLL); ok {
						mean, given, at = mean/at, -1/(2*at), -1/(2*at)
					}
					loss, gradMean, gradVariance := c.loss.At(mean, y, given)
					if want := c.reference(mean, at, mean, at); math.Abs(loss-want) > 1e-12*(1+math.Abs(want)) {
						t.Errorf("variance %g, d %g: loss %v, want %v", variance, d, loss, want)
					}
					f := func(x []float64) float64 { return c.reference(x[0], x[1], mean, at) }
					want := fd.Gradient(nil, f, []float64{mean, at}, &fd.Settings{Formula: fd.Central, Step: 1e-5})
					for k, got := range []float64{gradMean, gradVariance} {
						if math.Abs(got-want[k]) > 1e-6*(1+math.Abs(want[k])) {
							t.Errorf("variance %g, d %g: gradient %d is %v, differences say %v", variance, d, k, got, want[k])
						}
					}
				}
			}
		})
	}
}

func TestFamilyReducesAsGaussianNLLDoes(t *testing.T) {
	mean, target, variance := []float32{1, 2, 3}, []float32{0, 2, 5}, []float32{0.1, 2, 0.5}
	for _, r := range []Reduction{Mean, Sum, None} {
		for _, full := range []bool{false, true} {
			var gm, gv, wantM, wantV [3]float32
			want := GaussianNLL{full, 0.2, r}.Gradients(wantM[:], wantV[:], mean, target, variance)
			l := Of(BetaNLL{Full: full, Eps: 0.2}, r)
			got := l.Gradients(gm[:], gv[:], mean, target, variance)
			if math.Abs(got-want) > 1e-6 {
				t.Errorf("%v, full %v: %v, want %v", r, full, got, want)
			}
			for i := range gm {
				if math.Abs(float64(gm[i]-wantM[i])) > 1e-6 || math.Abs(float64(gv[i]-wantV[i])) > 1e-6 {
					t.Errorf("%v: gradients %v and %v, want %v and %v", r, gm, gv, wantM, wantV)
				}
			}
			if again := l.Gradients(nil, nil, mean, target, variance); again != got {
				t.Errorf("%v: %v without gradients, %v with", r, again, got)
			}
		}
	}
}
