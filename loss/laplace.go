package loss

import "math"

var laplaceNLL = Descriptor{
	Name: "laplace_nll",
	Help: "The NLL of a Laplace distribution: the mean follows the median.",
	Formula: Formula{
		Terms: []Term{
			logVarianceTerm,
			{Of: OfResidual, TeX: `\sqrt{2} \, \frac{|y - \mu|}{\sigma}`},
			{Of: OfConstant, TeX: `\frac{1}{2} \log 2`},
		},
		Note: floored,
	},
	Source: "Kotz, Kozubowski & Podgórski 2001, “The Laplace Distribution and Generalizations”, section 2.1",
	make:   func(o Options) Loss { return Of(LaplaceNLL{Full: o.Full, Eps: o.Eps}, o.Reduction) },
}

// LaplaceNLL is the negative log likelihood of a Laplace distribution around
// the mean with variance v, and so with scale b = √(v/2) (Kotz, Kozubowski &
// Podgórski 2001, "The Laplace Distribution and Generalizations", section 2.1):
//
//	0.5 log v + |d|/b   + 0.5 log 2 with Full
type LaplaceNLL struct {
	Full bool
	Eps  float64
}

// At is as Pointwise says.
func (l LaplaceNLL) At(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	v, d := clamp(variance, l.Eps), mean-target
	b := math.Sqrt(0.5 * v)
	distance := math.Abs(d) / b
	loss = 0.5*logarithm(v) + distance
	if l.Full {
		loss += 0.5 * math.Ln2
	}
	switch {
	case d > 0:
		gradMean = 1 / b
	case d < 0:
		gradMean = -1 / b
	default:
		gradMean = d // 0, or NaN
	}
	return loss, gradMean, 0.5 * (1 - distance) / v
}
