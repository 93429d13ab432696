package engine

import (
	"fmt"
	"math"
	"slices"
)

// A PhysicsLook is how the members of an ensemble obey their equation, each with
// parameters of its own.
type PhysicsLook struct {
	// Parameters are the means over the members of each parameter of the equation, and
	// Spread their standard deviations; of one member these are 0.
	Parameters, Spread []float64

	// Term is the equation's share of the loss, and RMS the root of the mean squared
	// residual, in the equation's unit, both over the points of the Physics, or where
	// these are drawn over as many spaced evenly.
	Term, RMS float64

	// Noise is the learned standard deviation of the residual, in the equation's unit;
	// NaN unless it is learned.
	Noise float64
}

// PhysicsAt returns how the equation is obeyed at a state of these parameters, or now
// if that is nil, and sets r to the mean over the members of the residual at each x, in
// the data's units. Without an equation it is an error. It panics where the lengths of r
// and x differ.
func (e *Ensemble) PhysicsAt(s *State, r, x []float64) (PhysicsLook, error) {
	if e.members[0].physics == nil {
		return PhysicsLook{}, fmt.Errorf("engine: there is no equation to look at")
	}
	if len(r) != len(x) {
		panic(fmt.Sprintf("engine: PhysicsAt of %d values at %d inputs", len(r), len(x)))
	}
	if s != nil {
		if err := s.fits(e.members, false); err != nil {
			return PhysicsLook{}, err
		}
	}
	p := e.members[0].physics.Physics
	points := p.Points
	if p.Drawn {
		points = Evenly(slices.Min(points), slices.Max(points), len(points))
	}
	all := slices.Concat(points, x)
	residuals := make([]float64, len(all))
	n, members := len(p.Parameters), float64(len(e.members))
	look := PhysicsLook{Parameters: make([]float64, n), Spread: make([]float64, n), Noise: math.NaN()}
	clear(r)
	squares, variance := 0.0, 0.0
	for i, t := range e.members {
		values := t.residualsAt(s, i, residuals, all)
		square := 0.0
		for _, v := range residuals[:len(points)] {
			square += v * v / float64(len(points))
		}
		squares += square / members
		for k, v := range residuals[len(points):] {
			r[k] += v / members
		}
		for k := range look.Parameters {
			look.Parameters[k] += float64(values[k]) / members
			look.Spread[k] += float64(values[k]) * float64(values[k]) / members
		}
		logVariance := 0.0
		if p.LearnNoise {
			logVariance = float64(values[n])
			variance += math.Exp(logVariance) / members
		}
		look.Term += p.term(square, logVariance) / members
	}
	look.RMS = math.Sqrt(squares)
	if p.LearnNoise {
		look.Noise = math.Sqrt(variance)
	}
	for k, m := range look.Parameters {
		look.Spread[k] = math.Sqrt(max(0, look.Spread[k]-m*m))
	}
	return look, nil
}

// residualsAt sets r to the residuals at x of a member at a state, or now, and returns
// the values of its law then. The present state stays as it is.
func (t *Trainer) residualsAt(s *State, member int, r, x []float64) []float32 {
	t.fitLaw()
	if s == nil {
		t.residuals(r, x, t.law.values)
		return t.law.values
	}
	now, params := t.law, t.net.params
	defer func() { t.law, t.net.params = now, params }()
	t.net.params = s.members[member].params
	t.law = law{}
	t.law.set(&s.members[member].law)
	t.fitLaw()
	t.residuals(r, x, t.law.values)
	return t.law.values
}
