package loss

import (
	"fmt"
	"slices"
	"strings"
)

// A Loss is any loss of this package as a trainer sees it: with a mean and a
// variance for each target. Its methods take slices of one length.
type Loss interface {
	// Gradients returns the reduced loss and writes its gradients where they
	// are not nil; with None the sum, and the vector-Jacobian product with ones.
	Gradients(gradMean, gradVariance, mean, target, variance []float32) float64

	// Elements writes the loss of each element, as None leaves them.
	Elements(loss, mean, target, variance []float32)
}

// Options are what the losses can be told; each takes what it knows of.
type Options struct {
	Full      bool
	Eps       float64
	Reduction Reduction
	Beta      float64 // of beta_nll
	DF        float64 // of student_t_nll
}

// makers has the losses by name, in the order in which they are offered.
func makers() []maker {
	return []maker{
		{"gaussian_nll", func(o Options) Loss { return GaussianNLL{Full: o.Full, Eps: o.Eps, Reduction: o.Reduction} }},
		{"beta_nll", func(o Options) Loss {
			return BetaNLL{Beta: o.Beta, Full: o.Full, Eps: o.Eps, Reduction: o.Reduction}
		}},
		{"faithful", func(o Options) Loss { return Faithful{Full: o.Full, Eps: o.Eps, Reduction: o.Reduction} }},
		{"natural_nll", func(o Options) Loss {
			return naturalOfMoments{NaturalNLL{Full: o.Full, Reduction: o.Reduction}}
		}},
		{"crps", func(o Options) Loss { return CRPS{Eps: o.Eps, Reduction: o.Reduction} }},
		{"student_t_nll", func(o Options) Loss {
			return StudentTNLL{DF: o.DF, Full: o.Full, Eps: o.Eps, Reduction: o.Reduction}
		}},
		{"laplace_nll", func(o Options) Loss { return LaplaceNLL{Full: o.Full, Eps: o.Eps, Reduction: o.Reduction} }},
		{"mse", func(o Options) Loss { return MSE{Reduction: o.Reduction} }},
	}
}

type maker struct {
	name string
	make func(Options) Loss
}

// Names lists the names that ByName knows.
func Names() []string {
	var names []string
	for _, m := range makers() {
		names = append(names, m.name)
	}
	return names
}

// ByName returns a loss by its name. eps must not be negative, beta lies from 0
// to 1, and DF is above 0 where the loss asks for it.
func ByName(name string, o Options) (Loss, error) {
	all := makers()
	i := slices.IndexFunc(all, func(m maker) bool { return m.name == name })
	switch {
	case i < 0:
		return nil, fmt.Errorf("loss: %.40q is none of %s", name, strings.Join(Names(), ", "))
	case !(o.Eps >= 0):
		return nil, fmt.Errorf("loss: an eps of %g; it must be 0 or more", o.Eps)
	case name == "beta_nll" && !(o.Beta >= 0 && o.Beta <= 1):
		return nil, fmt.Errorf("loss: a beta of %g; it must be from 0 to 1", o.Beta)
	case name == "student_t_nll" && !(o.DF > 0 && o.DF-o.DF == 0):
		return nil, fmt.Errorf("loss: %g degrees of freedom; there must be more than 0", o.DF)
	}
	return all[i].make(o), nil
}

// naturalOfMoments is NaturalNLL of the natural parameters that belong to a mean
// and a variance, differentiated with respect to these. A variance that is not
// above 0 makes NaN.
type naturalOfMoments struct{ NaturalNLL }

func (l naturalOfMoments) at(mean, target, variance float64) (loss, gradMean, gradVariance float64) {
	eta1, eta2 := mean/variance, -0.5/variance
	loss, grad1, grad2 := l.NaturalNLL.at(eta1, target, eta2)
	return loss, grad1 / variance, (0.5*grad2/variance - grad1*eta1) / variance
}

// Gradients is as Loss says.
func (l naturalOfMoments) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return fuse(l, l.Reduction, gradMean, gradVariance, mean, target, variance)
}

// IgnoresVariance tells a trainer that the squared error trains the mean alone.
func (MSE) IgnoresVariance() bool { return true }

// DetachesVariance tells a trainer that the variance head is not to move the
// layers that it shares with the mean.
func (Faithful) DetachesVariance() bool { return true }

// lossesOf writes the losses of a family's elements.
func lossesOf[E element](e E, loss, mean, target, variance []float32) {
	checkLengths(len(mean), len(target), len(variance), loss)
	for i, m := range mean {
		v, _, _ := e.at(float64(m), float64(target[i]), float64(variance[i]))
		loss[i] = float32(v)
	}
}

// Elements is as Loss says.
func (l GaussianNLL) Elements(loss, mean, target, variance []float32) {
	checkLengths(len(mean), len(target), len(variance), loss)
	elements(loss, mean, target, variance, float32(l.Eps), l.Full)
}

// Elements is as Loss says.
func (l BetaNLL) Elements(loss, mean, target, variance []float32) {
	lossesOf(l, loss, mean, target, variance)
}

// Elements is as Loss says.
func (l Faithful) Elements(loss, mean, target, variance []float32) {
	lossesOf(l, loss, mean, target, variance)
}

// Elements is as Loss says.
func (l naturalOfMoments) Elements(loss, mean, target, variance []float32) {
	lossesOf(l, loss, mean, target, variance)
}

// Elements is as Loss says.
func (l CRPS) Elements(loss, mean, target, variance []float32) {
	lossesOf(l, loss, mean, target, variance)
}

// Elements is as Loss says.
func (l MSE) Elements(loss, mean, target, variance []float32) {
	lossesOf(l, loss, mean, target, variance)
}

// Elements is as Loss says.
func (l StudentTNLL) Elements(loss, mean, target, variance []float32) {
	lossesOf(l, loss, mean, target, variance)
}

// Elements is as Loss says.
func (l LaplaceNLL) Elements(loss, mean, target, variance []float32) {
	lossesOf(l, loss, mean, target, variance)
}
