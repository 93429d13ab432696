package lane

import (
	"errors"
	"math"
	"strings"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the lane.

// physicsOf returns what the settings add to the loss on rows, or nil without an
// equation.
func physicsOf(s *wire.LaneSettings, d *rows.Data) (*engine.Physics, error) {
	if s.Equation == "" {
		return nil, nil
	}
	residual, err := datasets.ParseEquation(s.Equation)
	if err != nil {
		return nil, wire.Refuse(wire.BadValue, "equation", "%s", formulaReason(err))
	}
	b := d.Basis()
	from, to := s.EquationFrom.Or(b.Low), s.EquationTo.Or(b.High)
	if !(from <= to) {
		return nil, wire.Refuse(wire.BadValue, "equation_from", "the equation's points begin at %g and end at %g; the start must not be after the end", from, to)
	}
	p := &engine.Physics{
		Residual: residual, Points: engine.Evenly(from, to, s.EquationPoints), Drawn: s.EquationSpacing == wire.PointsDrawn,
		Weight: s.EquationWeight, LearnNoise: s.EquationNoise == wire.NoiseLearned,
	}
	if p.Drawn && s.EquationPoints == 1 { // one that is drawn is from anywhere
		return nil, wire.Refuse(wire.BadValue, "equation_points", "a single point cannot be drawn at random; use 2 or more points, or space them evenly")
	}
	for _, name := range residual.Parameters() {
		given, ok := s.Parameters.Find(name)
		if !ok {
			given = wire.Parameter{Name: name, Value: 1, Learned: true}
		}
		p.Parameters = append(p.Parameters, engine.Parameter{Name: name, Start: given.Value, Learned: given.Learned})
	}
	p.LogVariance = d.ScaleOf(p)
	return p, nil
}

// checkEquation says why a lane of the settings cannot be held to their equation.
func checkEquation(s *wire.LaneSettings, d *rows.Data) error {
	p, err := physicsOf(s, d)
	if err != nil || p == nil {
		return err
	}
	if n := len(d.Set.Targets); n != 1 {
		return wire.Refuse(wire.BadState, "equation", "an equation needs one target, and these data have %d; choose another data set, or remove the equation", n)
	}
	if n := len(d.Set.Inputs); n != 1 {
		if d.Own != nil && len(d.Own.Encoding) == 1 {
			return wire.Refuse(wire.BadState, "equation", "an equation needs one input that is a number, and the column %s became %d; use another column, or remove the equation", d.Own.Encoding[0].Name, n)
		}
		return wire.Refuse(wire.BadState, "equation", "an equation needs one input, and these data have %d; choose another data set, or remove the equation", n)
	}
	if err := p.Check(configOf(s, 0, d.Shape()).Net); err != nil {
		return wire.Refuse(wire.BadState, "equation", "%v", physicsReason(err))
	}
	return nil
}

// Obey has the steps that follow hold to the equation of the lane's settings. What was
// learned of it stays.
func (l *Lane) Obey() error {
	p, err := physicsOf(&l.Settings, l.Data)
	if err != nil {
		return err
	}
	if err := l.Ensemble.SetPhysics(p); err != nil {
		return wire.Refuse(wire.BadState, "equation", "%v", physicsReason(err))
	}
	return nil
}

// formulaReason is what is wrong with an equation, without saying that it is one.
func formulaReason(err error) string {
	if f := (*datasets.FormulaError)(nil); errors.As(err, &f) {
		return f.Reason()
	}
	return err.Error()
}

// physicsReason is why a network cannot be held to an equation, without who says so.
func physicsReason(err error) error {
	if p := (*engine.PhysicsError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

// SetLane gives the lane settings that need no new network, which have been checked. A
// learned parameter that was given another value continues from that.
func (l *Lane) SetLane(next wire.LaneSettings) error {
	before := l.Settings
	l.Settings = next
	if before.Equation == "" && next.Equation == "" {
		return nil
	}
	if err := l.Obey(); err != nil || next.Equation == "" {
		return err
	}
	for _, q := range l.Ensemble.Physics().Parameters {
		given, ok := next.Parameters.Find(q.Name)
		was, had := before.Parameters.Find(q.Name)
		if !ok || !q.Learned || had && was.Value == given.Value {
			continue
		}
		for _, t := range l.Ensemble.Members() {
			if err := t.SetParameter(q.Name, given.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// parameters describes those of the lane's equation.
func (l *Lane) parameters() []wire.LaneParameter {
	list := []wire.LaneParameter{}
	p := l.Ensemble.Physics()
	if p == nil {
		return list
	}
	same := sameEquation(l.Settings.Equation, l.Data.Set.Equation)
	for _, q := range p.Parameters {
		one := wire.LaneParameter{Name: q.Name, Learned: q.Learned, Value: q.Start}
		if v, ok := l.Data.Set.Parameters[q.Name]; ok && same {
			one.True = &v
		}
		list = append(list, one)
	}
	return list
}

// sameEquation says whether two equations are written alike but for blanks.
func sameEquation(a, b string) bool {
	squeeze := func(s string) string { return strings.Join(strings.Fields(datasets.ResidualOf(s)), "") }
	return squeeze(a) == squeeze(b)
}

// equationFigures sets what frames and points say of the equation at a state, or now,
// and returns its residual on the grid; nil without one.
func (l *Lane) equationFigures(values map[string]float64, at *engine.State) ([]float64, error) {
	for _, name := range wire.EquationScalars {
		values[name] = math.NaN()
	}
	if l.Ensemble.Physics() == nil {
		return nil, nil
	}
	x := l.Data.GridRows // of one input
	r := make([]float64, len(x))
	look, err := l.Ensemble.PhysicsAt(at, r, x)
	if err != nil {
		return nil, err
	}
	values["equation_loss"], values["equation_rms"], values["equation_noise"] = look.Term, look.RMS, look.Noise
	for i, v := range look.Parameters {
		values[wire.ParameterColumn(i)], values[wire.SpreadColumn(i)] = v, look.Spread[i]
	}
	return r, nil
}

// GoOnWith has learned parameters continue from where a card says that they had come to, of
// a model that has weights alone.
func (l *Lane) GoOnWith(e *export.Equation) {
	for _, q := range e.Parameters {
		for _, t := range l.Ensemble.Members() {
			if err := t.SetParameter(q.Name, q.Value); err != nil {
				break // it is not of the equation, or not learned
			}
		}
	}
}

// WithoutEquation returns settings without an equation, which was one of other rows, its
// parameters, and where it was looked at.
func WithoutEquation(s wire.LaneSettings) wire.LaneSettings {
	s.Equation, s.Parameters, s.EquationFrom, s.EquationTo = "", nil, wire.AutoNumber{}, wire.AutoNumber{}
	return s
}
