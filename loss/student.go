package loss

import "math"

var studentTNLL = Descriptor{
	Name: "student_t_nll",
	Help: "The NLL of Student's t distribution, whose heavy tails allow for outliers.",
	Formula: Formula{
		Terms: []Term{
			logVarianceTerm,
			{Of: OfResidual, TeX: `\frac{\nu + 1}{2} \log \left(1 + \frac{{(y - \mu)}^2}{\nu \sigma^2}\right)`},
			{Of: OfConstant, TeX: `\log c_\nu`},
		},
		Note: "ν degrees of freedom, σ the scale, at least √eps; c normalises the density",
	},
	Source:     lange + ", equation 1",
	Parameters: []Parameter{df},
	make: func(o Options) Loss {
		return Of(StudentTNLL{DF: o.value(&df), Full: o.Full, Eps: o.Eps}, o.Reduction)
	},
}

const lange = "Lange, Little & Taylor 1989, “Robust Statistical Modeling Using the t Distribution”"

var df = Parameter{
	Name: "df", Label: "degrees of freedom",
	Help:    "Tails of Student's t distribution: few degrees of freedom expect many outliers, many are nearly a normal distribution.",
	Formula: `\text{variance} = \sigma^2 \frac{\nu}{\nu - 2} \text{ for } \nu > 2`,
	Source:  lange,
	Default: 4, Min: 0.5, Max: 1000, Step: 0.1, Log: true,
	Valid: "above 0",
	valid: func(v float64) bool { return v > 0 && v <= math.MaxFloat64 },
}

// StudentTNLL is the negative log likelihood of Student's t distribution with DF
// degrees of freedom ν around the mean, and scale √v (Lange, Little & Taylor
// 1989, "Robust Statistical Modeling Using the t Distribution", equation 1). v is
// the squared scale; the distribution's variance is v ν/(ν-2).
//
//	0.5 log v + (ν+1)/2 log(1 + d²/(ν v))
//	+ log Γ(ν/2) - log Γ((ν+1)/2) + 0.5 log(ν π) with Full
type StudentTNLL struct {
	DF   float64 // above 0, finite
	Full bool
	Eps  float64
}

// At is as Pointwise says.
func (l StudentTNLL) At(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	v, d := clamp(variance, l.Eps), mean-target
	loss = 0.5*logarithm(v) + 0.5*(l.DF+1)*math.Log1p(d*d/(l.DF*v))
	if l.Full {
		loss += l.constant()
	}
	pull := (l.DF + 1) / (l.DF*v + d*d)
	return loss, pull * d, 0.5 * (1/v - pull*d*d/v)
}

func (l StudentTNLL) constant() float64 {
	if l.DF > 1e6 {
		// The difference of the logarithms would cancel; what is left of its
		// series is less than 1e-18.
		return HalfLog2Pi + 1/(4*l.DF)
	}
	low, _ := math.Lgamma(0.5 * l.DF)
	high, _ := math.Lgamma(0.5 * (l.DF + 1))
	return low - high + 0.5*math.Log(l.DF*math.Pi)
}
