package engine

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// A Head says how a network makes its variances. The zero value is Exp.
type Head uint8

// The variance heads. raw is what the head's linear layer gives.
const (
	// Exp: the variance is exp(raw); raw is the log-variance.
	Exp Head = iota

	// SoftplusHead: the variance is log(1+exp(raw)) + MinVariance.
	SoftplusHead

	// Natural: the network gives the natural parameters of the normal
	// distribution, η₁ and η₂ = -softplus(raw)/2 - 5e-9, and so the variance
	// -1/(2 η₂) and the mean η₁ times the variance (Immer et al. 2023).
	Natural

	// Homoscedastic: one learned log-variance for each output, the same at
	// every input.
	Homoscedastic

	// Fixed: the variance is given and not learned.
	Fixed
)

// LogVarianceLimit is the guard of the exp head: its log-variance is held
// within ± this, so that the variance stays a normal float32. The gradient
// ignores the clamp, so that training can recover.
const LogVarianceLimit = 80

// LeastPrecision is what the natural head adds to its precision, and so keeps its
// variance below 1e8.
const LeastPrecision = 1e-8

// A head is how raw becomes a variance, and back. least is the network's MinVariance.
type head struct {
	About

	// perInput says whether the variance depends on the input, by a linear layer. The
	// functions are nil where there is nothing that they could make.
	perInput bool

	// variances sets v to the variance of each raw, and returns how many the guard held.
	variances func(v, raw []float32, least float32) (guarded int)

	// slopes multiplies g, gradients with respect to the variances v, by the derivative
	// of each variance with respect to its raw.
	slopes func(g, v, raw, scratch []float32)

	// raw returns what the linear layer must give to make a variance; ok says whether
	// anything does.
	raw func(variance, least float64) (raw float64, ok bool)
}

var heads = [...]head{
	Exp: {
		About: About{
			Name: "exp", Help: "The network predicts the log-variance.",
			Formula: `v = e^r`, Source: "Nix & Weigend 1994, “Estimating the Mean and Variance of the Target Probability Distribution”",
			Uses: []string{"Separate"},
		},
		perInput: true, variances: expVariances, slopes: expSlopes, raw: expRaw,
	},
	SoftplusHead: {
		About: About{
			Name: "softplus", Help: "log(1+exp(x)) plus a small minimum: cannot overflow.",
			Formula: `v = \log (1 + e^r) + v_{\text{min}}`,
			Source:  "Lakshminarayanan, Pritzel & Blundell 2017, “Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles”",
			Uses:    []string{"Separate", "MinVariance"},
		},
		perInput: true,
		variances: func(v, raw []float32, least float32) int {
			kernel.Softplus(v, raw)
			if least != 0 {
				for i := range v {
					v[i] += least
				}
			}
			return 0
		},
		slopes: softplusSlopes,
		raw: func(variance, least float64) (float64, bool) {
			s := variance - least
			return softplusInverse(s), s > 0
		},
	},
	Natural: {
		About: About{
			Name: "natural", Help: "The network predicts the natural parameters of the normal distribution.",
			Formula: `v = \frac{1}{\text{softplus}(r) + 10^{-8}}, \\ \mu = \eta_1 v`,
			Source:  "Immer et al. 2023, “Effective Bayesian Heteroscedastic Regression with Deep Neural Networks”",
			Uses:    []string{"Separate"},
		},
		perInput: true,
		variances: func(v, raw []float32, _ float32) int {
			kernel.Softplus(v, raw)
			for i, s := range v {
				v[i] = 1 / (s + LeastPrecision)
			}
			return 0
		},
		slopes: func(g, v, raw, scratch []float32) {
			softplusSlopes(g, v, raw, scratch)
			for i, x := range v {
				g[i] *= -x * x
			}
		},
		raw: func(variance, _ float64) (float64, bool) {
			s := 1/variance - LeastPrecision
			return softplusInverse(s), s > 0
		},
	},
	Homoscedastic: {
		About: About{
			Name: "homoscedastic", Help: "One learned variance for all inputs.",
			Formula: `v = e^r, \\ \text{one r for all inputs}`,
		},
		variances: expVariances, slopes: expSlopes, raw: expRaw,
	},
	Fixed: {About: About{Name: "fixed", Help: "The variance is not learned."}},
}

// String returns the head's name.
func (h Head) String() string { return nameOf(heads[:], "Head", uint8(h)) }

// About returns what there is to say of the head.
func (h Head) About() About { return heads[h].About }

// UnmarshalText sets h to the head with that name.
func (h *Head) UnmarshalText(name []byte) error { return unmarshal(h, ParseHead, name) }

// Heads lists the variance heads.
func Heads() []Head { return all[Head](heads[:]) }

// ParseHead returns the head with that name.
func ParseHead(name string) (Head, error) { return parse[Head](heads[:], "variance head", name) }

func (h Head) perInput() bool { return heads[h].perInput }

// raw returns what the head's linear layer must give to make a variance.
func (h Head) raw(variance, least float64) (float64, error) {
	if raw, ok := heads[h].raw(variance, least); ok {
		return raw, nil
	}
	return 0, fmt.Errorf("engine: the %v head cannot make a variance of %g", h, variance)
}

func expVariances(v, raw []float32, _ float32) (guarded int) {
	for i, r := range raw {
		if r > LogVarianceLimit || r < -LogVarianceLimit {
			guarded++
			r = min(max(r, -LogVarianceLimit), LogVarianceLimit)
		}
		v[i] = r
	}
	kernel.Exp(v, v)
	return guarded
}

func expSlopes(g, v, _, _ []float32) {
	for i, x := range v {
		g[i] *= x
	}
}

func expRaw(variance, _ float64) (float64, bool) {
	l := math.Log(variance)
	return l, math.Abs(l) <= LogVarianceLimit
}

func softplusSlopes(g, _, raw, scratch []float32) {
	kernel.Sigmoid(scratch, raw)
	for i, s := range scratch {
		g[i] *= s
	}
}

// softplusInverse returns x with log(1+exp(x)) = s, above 0.
func softplusInverse(s float64) float64 { return s + math.Log(-math.Expm1(-s)) }
