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

var headNames = [...]string{Exp: "exp", SoftplusHead: "softplus", Natural: "natural", Homoscedastic: "homoscedastic", Fixed: "fixed"}

// String returns the head's name.
func (h Head) String() string { return nameOf(headNames[:], "Head", uint8(h)) }

// Heads lists the variance heads.
func Heads() []Head { return all[Head](headNames[:]) }

// ParseHead returns the head with that name.
func ParseHead(name string) (Head, error) { return parse[Head](headNames[:], "variance head", name) }

// perInput says whether the variance depends on the input, by a linear layer.
func (h Head) perInput() bool { return h == Exp || h == SoftplusHead || h == Natural }

// LogVarianceLimit is the guard of the exp head: its log-variance is held
// within ± this, so that the variance stays a normal float32. The gradient
// passes straight through, so that training can bring it back.
const LogVarianceLimit = 80

// LeastPrecision is what the natural head adds to its precision, and so keeps its
// variance below 1e8.
const LeastPrecision = 1e-8

// variances sets v to the variance of each raw, and returns how many the guard
// held.
func (h Head) variances(v, raw []float32, least float32) (guarded int) {
	switch h {
	case Exp, Homoscedastic:
		for i, r := range raw {
			if r > LogVarianceLimit || r < -LogVarianceLimit {
				guarded++
				r = min(max(r, -LogVarianceLimit), LogVarianceLimit)
			}
			v[i] = r
		}
		kernel.Exp(v, v)
	case SoftplusHead:
		kernel.Softplus(v, raw)
		if least != 0 {
			for i := range v {
				v[i] += least
			}
		}
	case Natural:
		kernel.Softplus(v, raw)
		for i, s := range v {
			v[i] = 1 / (s + LeastPrecision)
		}
	default:
		panic("engine: " + h.String())
	}
	return guarded
}

// slopes multiplies g, gradients with respect to the variances v, by the
// derivative of each variance with respect to its raw.
func (h Head) slopes(g, v, raw, scratch []float32) {
	switch h {
	case Exp, Homoscedastic:
		for i, x := range v {
			g[i] *= x
		}
	case SoftplusHead, Natural:
		kernel.Sigmoid(scratch, raw)
		for i, s := range scratch {
			g[i] *= s
		}
		if h == Natural {
			for i, x := range v {
				g[i] *= -x * x
			}
		}
	default:
		panic("engine: " + h.String())
	}
}

// raw returns what the head's linear layer must give to make a variance.
func (h Head) raw(variance, least float64) (float64, error) {
	switch h {
	case Exp, Homoscedastic:
		if l := math.Log(variance); math.Abs(l) <= LogVarianceLimit {
			return l, nil
		}
	case SoftplusHead:
		if s := variance - least; s > 0 {
			return softplusInverse(s), nil
		}
	case Natural:
		if s := 1/variance - LeastPrecision; s > 0 {
			return softplusInverse(s), nil
		}
	default:
		panic("engine: " + h.String())
	}
	return 0, fmt.Errorf("engine: the %v head cannot make a variance of %g", h, variance)
}

// softplusInverse returns x with log(1+exp(x)) = s, above 0.
func softplusInverse(s float64) float64 { return s + math.Log(-math.Expm1(-s)) }
