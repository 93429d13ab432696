package loss

import "math"

var crps = Descriptor{
	Name: "crps",
	Help: "The continuous ranked probability score: less sensitive to outliers than the NLL.",
	Formula: Formula{
		Open:  `\class{variance}{\sigma} \left[`,
		Terms: []Term{{Of: OfResidual, TeX: `z(2\Phi(z) - 1) + 2\varphi(z) - \frac{1}{\sqrt{\pi}}`}},
		Close: `\right]`,
		Note:  "z = (y − μ)/σ, Φ and φ are the standard normal’s distribution and density",
	},
	Source: "Gneiting & Raftery 2007, “Strictly Proper Scoring Rules, Prediction, and Estimation”, section 4.2",
	make:   func(o Options) Loss { return Of(CRPS{Eps: o.Eps}, o.Reduction) },
}

// CRPS is the continuous ranked probability score of a normal distribution
// (Gneiting & Raftery 2007, "Strictly Proper Scoring Rules, Prediction, and
// Estimation", section 4.2), in the target's unit, with z = (y - μ)/√v and Φ and
// φ the standard normal's distribution and density:
//
//	√v (z (2Φ(z) - 1) + 2φ(z) - 1/√π)
type CRPS struct{ Eps float64 }

// At is as Pointwise says.
func (l CRPS) At(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	std := math.Sqrt(clamp(variance, l.Eps))
	z := (target - mean) / std
	between := math.Erf(z / math.Sqrt2) // 2Φ(z) - 1
	density := math.Exp(-0.5*z*z) / math.Sqrt(2*math.Pi)
	spread := 2*density - 1/math.Sqrt(math.Pi)
	return std * (z*between + spread), -between, spread / (2 * std)
}
