package loss

import "math"

var cauchyNLL = Descriptor{
	Name: "cauchy_nll",
	Help: "The NLL of a Cauchy distribution: the further away an outlier is, the less it moves the mean.",
	Formula: Formula{
		Terms: []Term{
			logVarianceTerm,
			{Of: OfResidual, TeX: `\log \left(1 + \frac{{(y - \mu)}^2}{c^2 \sigma^2}\right)`},
			{Of: OfConstant, TeX: `\log \pi c`},
		},
		Note: "half of the points are expected within c σ of μ; σ² is the predicted variance, at least eps",
	},
	Source:     "Johnson, Kotz & Balakrishnan 1994, “Continuous Univariate Distributions”, volume 1, chapter 16; PyTorch, torch.distributions.Cauchy",
	Parameters: []Parameter{cauchyScale},
	make: func(o Options) Loss {
		return Of(CauchyNLL{Scale: o.value(&cauchyScale), Full: o.Full, Eps: o.Eps}, o.Reduction)
	},
}

var cauchyScale = Parameter{
	Name: "cauchy_scale", Label: "Cauchy scale",
	Help:    "Scale of the Cauchy distribution, in predicted standard deviations. With 0.612 these are the true ones if the noise is normal.",
	Formula: `\gamma = c \sigma`,
	Default: 1, Min: 0.1, Max: 10, Step: 0.05, Log: true,
	Valid: "above 0",
	valid: func(v float64) bool { return v > 0 && v <= math.MaxFloat64 },
}

// CauchyNLL is the negative log likelihood of a Cauchy distribution around the mean,
// with scale γ = Scale √v (Johnson, Kotz & Balakrishnan 1994, "Continuous Univariate
// Distributions", volume 1, equation 16.1). The distribution has no variance: v is what
// a variance head gives, and Scale says what its root is to the distribution.
//
//	0.5 log v + log(1 + d²/γ²)   + log(π Scale) with Full
//
// With Full it is what torch.distributions.Cauchy(mean, γ) has for a negative log
// probability. With Scale 1 it is StudentTNLL of one degree of freedom. No row's pull on
// the mean is above 1/γ.
type CauchyNLL struct {
	Scale float64 // above 0, finite
	Full  bool
	Eps   float64
}

// At is as Pointwise says.
func (l CauchyNLL) At(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	v, d := clamp(variance, l.Eps), mean-target
	gamma := l.Scale * math.Sqrt(v)
	z := d / gamma
	loss = 0.5*logarithm(v) + math.Log1p(z*z)
	if l.Full {
		loss += math.Log(math.Pi * l.Scale)
	}
	weight := 1 / (1 + z*z) // of the row, in the sense of iterated least squares
	return loss, 2 * weight * z / gamma, (weight - 0.5) / v
}
