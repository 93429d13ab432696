package loss

import "math"

// The losses of the family are values like GaussianNLL, and have its method
// Gradients. Their elements are computed in float64 and then rounded. Unless
// their comments say otherwise, v is the variance, at least Eps, with a gradient
// that passes straight through that clamp, d is mean - target, and the formulas
// are those of one element.

// An element is a loss of one element and its derivatives.
type element interface {
	// at takes the two predicted parameters, mean and variance for most
	// losses, and the target.
	at(mean, target, variance float64) (loss, gradMean, gradVariance float64)
}

// fuse returns the reduced loss and writes its gradients, as Fused does for the
// Gaussian NLL.
func fuse[T Float, E element](e E, r Reduction, gradMean, gradVariance, mean, target, variance []T) float64 {
	n := len(mean)
	checkLengths(n, len(target), len(variance), gradMean, gradVariance)
	scale := 1.0
	if r == Mean {
		scale /= float64(n)
	}
	sum := 0.0
	for i, m := range mean {
		loss, gm, gv := e.at(float64(m), float64(target[i]), float64(variance[i]))
		sum += loss
		if gradMean != nil {
			gradMean[i] = T(scale * gm)
		}
		if gradVariance != nil {
			gradVariance[i] = T(scale * gv)
		}
	}
	if r == Mean {
		return sum / float64(n)
	}
	return sum
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
	Beta      float64 // 0 to 1; 0.5 is what its authors advise
	Full      bool
	Eps       float64
	Reduction Reduction
}

func (l BetaNLL) at(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	v, d := clamp(variance, l.Eps), mean-target
	weight := math.Pow(v, l.Beta)
	loss = 0.5 * (logarithm(v) + d*d/v)
	if l.Full {
		loss += HalfLog2Pi
	}
	return weight * loss, weight * d / v, weight * 0.5 * (1/v - d*d/v/v)
}

// Gradients returns the reduced loss and writes its gradients where they are
// not nil.
func (l BetaNLL) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return fuse(l, l.Reduction, gradMean, gradVariance, mean, target, variance)
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
	Full      bool
	Eps       float64
	Reduction Reduction
}

func (l Faithful) at(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	v, d := clamp(variance, l.Eps), mean-target
	loss = 0.5 * (d*d + logarithm(v) + d*d/v)
	if l.Full {
		loss += 2 * HalfLog2Pi
	}
	return loss, d, 0.5 * (1/v - d*d/v/v)
}

// Gradients returns the reduced loss and writes its gradients where they are
// not nil.
func (l Faithful) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return fuse(l, l.Reduction, gradMean, gradVariance, mean, target, variance)
}

// NaturalNLL is the Gaussian NLL in natural parameters, in which it is jointly
// convex (Immer et al. 2023, "Effective Bayesian Heteroscedastic Regression with
// Deep Neural Networks", equation 5). In place of the mean it takes η₁ = μ/v, in
// place of the variance η₂ = -1/(2v), which is negative:
//
//	-(η₁ y + η₂ y² + η₁²/(4 η₂) + 0.5 log(-2 η₂))   + 0.5 log 2π with Full
//
// There is no eps: where η₂ is not negative, loss and gradients are NaN.
type NaturalNLL struct {
	Full      bool
	Reduction Reduction
}

func (l NaturalNLL) at(eta1, target, eta2 float64) (loss, grad1, grad2 float64) {
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

// Gradients returns the reduced loss and writes its gradients with respect to
// η₁ and η₂ where they are not nil.
func (l NaturalNLL) Gradients(grad1, grad2, eta1, target, eta2 []float32) float64 {
	return fuse(l, l.Reduction, grad1, grad2, eta1, target, eta2)
}

// CRPS is the continuous ranked probability score of a normal distribution
// (Gneiting & Raftery 2007, "Strictly Proper Scoring Rules, Prediction, and
// Estimation", section 4.2), in the target's unit, with z = (y - μ)/√v and Φ and
// φ the standard normal's distribution and density:
//
//	√v (z (2Φ(z) - 1) + 2φ(z) - 1/√π)
type CRPS struct {
	Eps       float64
	Reduction Reduction
}

func (l CRPS) at(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	std := math.Sqrt(clamp(variance, l.Eps))
	z := (target - mean) / std
	between := math.Erf(z / math.Sqrt2) // 2Φ(z) - 1
	density := math.Exp(-0.5*z*z) / math.Sqrt(2*math.Pi)
	spread := 2*density - 1/math.Sqrt(math.Pi)
	return std * (z*between + spread), -between, spread / (2 * std)
}

// Gradients returns the reduced loss and writes its gradients where they are
// not nil.
func (l CRPS) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return fuse(l, l.Reduction, gradMean, gradVariance, mean, target, variance)
}

// MSE is the squared error d², as torch.nn.functional.mse_loss has it. It knows
// nothing of the variance.
type MSE struct{ Reduction Reduction }

func (MSE) at(mean, target, _ float64) (loss, gradMean, gradVariance float64) {
	d := mean - target
	return d * d, 2 * d, 0
}

// Gradients returns the reduced loss and writes its gradients where they are
// not nil; that of the variance is 0.
func (l MSE) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return fuse(l, l.Reduction, gradMean, gradVariance, mean, target, variance)
}

// StudentTNLL is the negative log likelihood of Student's t distribution with DF
// degrees of freedom ν around the mean, and scale √v (Lange, Little & Taylor
// 1989, "Robust Statistical Modeling Using the t Distribution", equation 1). v is
// the squared scale; the distribution's variance is v ν/(ν-2).
//
//	0.5 log v + (ν+1)/2 log(1 + d²/(ν v))
//	+ log Γ(ν/2) - log Γ((ν+1)/2) + 0.5 log(ν π) with Full
type StudentTNLL struct {
	DF        float64 // above 0, finite
	Full      bool
	Eps       float64
	Reduction Reduction
}

func (l StudentTNLL) at(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
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

// Gradients returns the reduced loss and writes its gradients where they are
// not nil.
func (l StudentTNLL) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return fuse(l, l.Reduction, gradMean, gradVariance, mean, target, variance)
}

// LaplaceNLL is the negative log likelihood of a Laplace distribution around
// the mean with variance v, and so with scale b = √(v/2) (Kotz, Kozubowski &
// Podgórski 2001, "The Laplace Distribution and Generalizations", section 2.1):
//
//	0.5 log v + |d|/b   + 0.5 log 2 with Full
type LaplaceNLL struct {
	Full      bool
	Eps       float64
	Reduction Reduction
}

func (l LaplaceNLL) at(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
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

// Gradients returns the reduced loss and writes its gradients where they are
// not nil.
func (l LaplaceNLL) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return fuse(l, l.Reduction, gradMean, gradVariance, mean, target, variance)
}
