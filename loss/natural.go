package loss

import "math"

var naturalNLL = Descriptor{
	Name: "natural_nll",
	Help: "The NLL in natural parameters, without eps.",
	Formula: Formula{
		Terms: []Term{
			{Of: OfResidual, TeX: `-\eta_1 y - \eta_2 y^2 - \frac{\eta_1^2}{4 \eta_2}`},
			{Of: OfVariance, TeX: `\frac{1}{2} \log {(-2 \eta_2)}`, Minus: true},
			constantTerm,
		},
		Note: "the NLL in η₁ = μ/σ² and η₂ = −1/(2σ²), without eps",
	},
	Source: "Immer et al. 2023, “Effective Bayesian Heteroscedastic Regression with Deep Neural Networks”, equation 5",
	make:   func(o Options) Loss { return Of(naturalOfMoments{NaturalNLL{Full: o.Full}}, o.Reduction) },
}

// NaturalNLL is the Gaussian NLL in natural parameters, in which it is jointly
// convex (Immer et al. 2023, "Effective Bayesian Heteroscedastic Regression with
// Deep Neural Networks", equation 5). In place of the mean it takes η₁ = μ/v, in
// place of the variance η₂ = -1/(2v), which is negative:
//
//	-(η₁ y + η₂ y² + η₁²/(4 η₂) + 0.5 log(-2 η₂))   + 0.5 log 2π with Full
//
// There is no eps: where η₂ is not negative, loss and gradients are NaN. The loss of
// that name, which a trainer takes, is that of a mean and a variance.
type NaturalNLL struct{ Full bool }

// At returns the loss and its derivatives with respect to η₁ and η₂.
func (l NaturalNLL) At(eta1, target, eta2 float64) (loss, grad1, grad2 float64) {
	if !(eta2 < 0) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	mean := -eta1 / (2 * eta2)
	loss = -(eta1*target + eta2*target*target - 0.5*eta1*mean + 0.5*math.Log(-2*eta2))
	if l.Full {
		loss += HalfLog2Pi
	}
	return loss, mean - target, mean*mean - 0.5/eta2 - target*target
}

// naturalOfMoments is NaturalNLL of the natural parameters that belong to a mean
// and a variance, differentiated with respect to these. A variance that is not
// above 0 makes NaN.
type naturalOfMoments struct{ NaturalNLL }

// At is as Pointwise says.
func (l naturalOfMoments) At(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	eta1, eta2 := mean/variance, -0.5/variance
	loss, grad1, grad2 := l.NaturalNLL.At(eta1, target, eta2)
	return loss, grad1 / variance, (0.5*grad2/variance - grad1*eta1) / variance
}
