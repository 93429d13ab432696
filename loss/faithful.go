package loss

var faithful = Descriptor{
	Name: "faithful",
	Help: "Trains the mean with the squared error, and the variance with the NLL for that mean.",
	Formula: Formula{
		Terms: []Term{
			{Of: OfResidual, TeX: `\frac{1}{2} {(y - \mu)}^2`},
			logVarianceTerm,
			{Of: OfResidual, TeX: `\frac{1}{2} \frac{{\lfloor y - \mu \rfloor}^2}{\sigma^2}`},
			{Of: OfConstant, TeX: `\log 2\pi`},
		},
		Note: floored + "; " + held,
	},
	Source: "Stirn et al. 2023, “Faithful Heteroscedastic Regression with Neural Networks”, equation 4",
	make:   func(o Options) Loss { return Of(Faithful{Full: o.Full, Eps: o.Eps}, o.Reduction) },
}

// Faithful trains the mean as the squared error does and the variance by the
// NLL of a mean that stands still (Stirn et al. 2023, "Faithful Heteroscedastic
// Regression with Neural Networks", equation 4):
//
//	0.5 d² + 0.5 (log v + ⌊d⌋²/v)   + log 2π with Full
//
// That the variance head does not move the layers that it shares with the mean
// is the other half of the method, and the network's business.
type Faithful struct {
	Full bool
	Eps  float64
}

// At is as Pointwise says.
func (l Faithful) At(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	v, d := clamp(variance, l.Eps), mean-target
	loss = 0.5 * (d*d + logarithm(v) + d*d/v)
	if l.Full {
		loss += 2 * HalfLog2Pi
	}
	return loss, d, 0.5 * (1/v - d*d/v/v)
}

// DetachesVariance tells a trainer that the variance head is not to move the
// layers that it shares with the mean.
func (Faithful) DetachesVariance() bool { return true }
