package loss

import "math"

var betaNLL = Descriptor{
	Name: "beta_nll",
	Help: "The NLL with each point weighted by its variance to the power of beta, so that hard points keep their influence.",
	Formula: Formula{
		Open:  `\lfloor \sigma^{2\beta} \rfloor \left[`,
		Terms: gaussianTerms,
		Close: `\right]`,
		Note:  floored + "; " + held,
	},
	Source:     seitzer + ", equation 7",
	Parameters: []Parameter{beta},
	make: func(o Options) Loss {
		return Of(BetaNLL{Beta: o.value(&beta), Full: o.Full, Eps: o.Eps}, o.Reduction)
	},
}

const seitzer = "Seitzer, Tavakoli, Antic & Martius 2022, “On the Pitfalls of Heteroscedastic Uncertainty Estimation with Probabilistic Neural Networks”"

var beta = Parameter{
	Name: "beta", Label: "beta",
	Help:    "Weights each point's loss by its variance to this power. 0 is the NLL; 1 trains the mean like the squared error.",
	Formula: `\frac{\partial \ell}{\partial \mu} = \sigma^{2(\beta - 1)} (\mu - y)`,
	Source:  seitzer,
	Default: 0.5, Min: 0, Max: 1, Step: 0.05,
	Valid: "from 0 to 1",
	valid: func(v float64) bool { return v >= 0 && v <= 1 },
}

// BetaNLL is the Gaussian NLL with each element weighted by v^Beta, of which
// the gradient knows nothing (Seitzer et al. 2022, "On the Pitfalls of
// Heteroscedastic Uncertainty Estimation with Probabilistic Neural Networks",
// equation 7):
//
//	⌊v^β⌋ 0.5 (log v + d²/v)   + ⌊v^β⌋ 0.5 log 2π with Full
//
// Beta 0 is the NLL; with 1 the mean's gradient is that of the squared error.
type BetaNLL struct {
	Beta float64 // 0 to 1; 0.5 is what its authors advise
	Full bool
	Eps  float64
}

// At is as Pointwise says.
func (l BetaNLL) At(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	v, d := clamp(variance, l.Eps), mean-target
	weight := math.Pow(v, l.Beta)
	loss = 0.5 * (logarithm(v) + d*d/v)
	if l.Full {
		loss += HalfLog2Pi
	}
	return weight * loss, weight * d / v, weight * 0.5 * (1/v - d*d/v/v)
}
