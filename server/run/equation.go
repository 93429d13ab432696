package run

import (
	"errors"
	"math"
	"strings"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the lane.

// physicsOf returns what the settings add to the loss on rows, or nil without an
// equation.
func physicsOf(s *wire.LaneSettings, d *data) (*engine.Physics, error) {
	if s.Equation == "" {
		return nil, nil
	}
	residual, err := datasets.ParseEquation(s.Equation)
	if err != nil {
		return nil, wire.Refuse(wire.BadValue, "equation", "%s", formulaReason(err))
	}
	b := d.basis()
	from, to := s.EquationFrom.Or(b.Low), s.EquationTo.Or(b.High)
	if !(from <= to) {
		return nil, wire.Refuse(wire.BadValue, "equation_from", "the equation's points would begin at %g and end at %g; let them begin where or before they end", from, to)
	}
	p := &engine.Physics{
		Residual: residual, Points: engine.Evenly(from, to, s.EquationPoints), Drawn: s.EquationSpacing == wire.PointsDrawn,
		Weight: s.EquationWeight, LearnNoise: s.EquationNoise == wire.NoiseLearned,
	}
	if p.Drawn && s.EquationPoints == 1 { // one that is drawn is from anywhere
		return nil, wire.Refuse(wire.BadValue, "equation_points", "a single point cannot be drawn from between two ends; take 2 or more, or let it lie evenly")
	}
	for _, name := range residual.Parameters() {
		given, ok := s.Parameters.Find(name)
		if !ok {
			given = wire.Parameter{Name: name, Value: 1, Learned: true}
		}
		p.Parameters = append(p.Parameters, engine.Parameter{Name: name, Start: given.Value, Learned: given.Learned})
	}
	p.LogVariance = d.scaleOf(p)
	return p, nil
}

// tenfold is by how much the noise of an equation begins above the residual of what the
// rows look like: the mean then comes to the rows before the equation holds it. Without
// that it mostly settles where the equation holds of itself, as at 0 everywhere.
const tenfold = 10

// scaleOf is the log-variance with which the noise of an equation begins: that of tenfold
// its residual where its input, the mean and its derivatives are as large as the rows have
// had them at first and its parameters as they begin. So it does not matter whether both sides of an
// equation are multiplied by something.
func (d *data) scaleOf(p *engine.Physics) float64 {
	x, y := d.along, engine.Scale{Mean: d.centres[0], Std: d.stds[0]}
	by := make([]float64, 3+len(p.Parameters))
	var values []float64
	for _, q := range p.Parameters {
		values = append(values, q.Start)
	}
	sum, n := 0.0, 0
	for _, at := range []float64{p.Points[0], x.Mean, p.Points[len(p.Points)-1]} {
		for k := range 8 {
			sign := func(bit int) float64 { return float64(2*(k>>bit&1) - 1) }
			u, du, d2u := y.Mean+sign(0)*y.Std, sign(1)*y.Std/x.Std, sign(2)*y.Std/(x.Std*x.Std)
			if r := p.Residual.Gradients(by, at, u, du, d2u, values); r-r == 0 {
				sum, n = sum+r*r, n+1
			}
		}
	}
	if s := math.Log(tenfold * tenfold * sum / float64(n)); s-s == 0 {
		return min(max(s, -40), 40)
	}
	return 0 // of an equation that has no value, or is 0, there
}

// checkEquation says why a lane of the settings cannot be held to their equation.
func checkEquation(s *wire.LaneSettings, d *data) error {
	p, err := physicsOf(s, d)
	if err != nil || p == nil {
		return err
	}
	if n := len(d.set.Targets); n != 1 {
		return wire.Refuse(wire.BadState, "equation", "an equation is of one target, and these rows have %d; choose another data set, or leave the equation out", n)
	}
	if n := len(d.set.Inputs); n != 1 {
		if d.own != nil && len(d.own.encoding) == 1 {
			return wire.Refuse(wire.BadState, "equation", "an equation is of one input that is a number, and the column %s became %d; take another column, or leave the equation out", d.own.encoding[0].Name, n)
		}
		return wire.Refuse(wire.BadState, "equation", "an equation is of rows with one input, and these have %d; choose another data set, or leave the equation out", n)
	}
	c, err := configOf(s, 0, d.shape())
	if err != nil {
		return err
	}
	if err := p.Check(c.Net); err != nil {
		return wire.Refuse(wire.BadState, "equation", "%v", physicsReason(err))
	}
	return nil
}

// obey has the steps that follow hold to the equation of the lane's settings. What was
// learned of it stays.
func (l *lane) obey() error {
	p, err := physicsOf(&l.settings, l.data)
	if err != nil {
		return err
	}
	if err := l.ensemble.SetPhysics(p); err != nil {
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

// setLane gives the lane settings that need no new network, which have been checked. A
// learned parameter that was given another value goes on from that.
func (l *lane) setLane(next wire.LaneSettings) error {
	before := l.settings
	l.settings = next
	if before.Equation == "" && next.Equation == "" {
		return nil
	}
	if err := l.obey(); err != nil || next.Equation == "" {
		return err
	}
	for _, q := range l.ensemble.Physics().Parameters {
		given, ok := next.Parameters.Find(q.Name)
		was, had := before.Parameters.Find(q.Name)
		if !ok || !q.Learned || had && was.Value == given.Value {
			continue
		}
		for _, t := range l.ensemble.Members() {
			if err := t.SetParameter(q.Name, given.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// parameters describes those of the lane's equation.
func (l *lane) parameters() []wire.LaneParameter {
	list := []wire.LaneParameter{}
	p := l.ensemble.Physics()
	if p == nil {
		return list
	}
	same := sameEquation(l.settings.Equation, l.data.set.Equation)
	for _, q := range p.Parameters {
		one := wire.LaneParameter{Name: q.Name, Learned: q.Learned, Value: q.Start}
		if v, ok := l.data.set.Parameters[q.Name]; ok && same {
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
func (l *lane) equationFigures(values map[string]float64, at *engine.State) ([]float64, error) {
	for _, name := range wire.EquationScalars {
		values[name] = math.NaN()
	}
	if l.ensemble.Physics() == nil {
		return nil, nil
	}
	x := l.data.gridRows // of one input
	r := make([]float64, len(x))
	look, err := l.ensemble.PhysicsAt(at, r, x)
	if err != nil {
		return nil, err
	}
	values["equation_loss"], values["equation_rms"], values["equation_noise"] = look.Term, look.RMS, look.Noise
	for i, v := range look.Parameters {
		values[wire.ParameterColumn(i)], values[wire.SpreadColumn(i)] = v, look.Spread[i]
	}
	return r, nil
}

// describeEquation is what the set's truth obeys.
func describeEquation(s *datasets.Set) *wire.Equation {
	if s.Equation == "" {
		return nil
	}
	e := &wire.Equation{Text: s.Equation, Parameters: []wire.TrueValue{}}
	residual, err := datasets.ParseEquation(s.Equation)
	if err != nil {
		panic("run: the equation of " + s.Name + ": " + err.Error()) // of the catalogue
	}
	for _, name := range residual.Parameters() {
		e.Parameters = append(e.Parameters, wire.TrueValue{Name: name, Value: s.Parameters[name]})
	}
	return e
}

// basis is what controls that are left to the program go by on these rows.
func (d *data) basis() wire.Basis {
	return wire.Basis{TrainRows: d.train.len(), Low: d.lo[0], High: d.hi[0]}
}

// finiteOr returns a number that JSON can have, or nil.
func finiteOr(v float64) *float64 {
	if v-v != 0 {
		return nil
	}
	return &v
}

// equation is that of the lane as training has left it; nil without one.
func (t *taken) equation() (*export.Equation, error) {
	e, s := t.lane.ensemble, &t.lane.settings
	p := e.Physics()
	if p == nil {
		return nil, nil
	}
	look, err := e.PhysicsAt(nil, nil, nil)
	if err != nil {
		return nil, err
	}
	c := &export.Equation{
		Residual: s.Equation, From: p.Points[0], To: p.Points[len(p.Points)-1], Points: len(p.Points), RMS: finiteOr(look.RMS),
		Parameters: []export.Parameter{},
	}
	if p.LearnNoise {
		c.Noise = finiteOr(look.Noise)
	} else {
		c.Weight = &s.EquationWeight
	}
	for i, q := range t.record.Lane.Parameters {
		c.Parameters = append(c.Parameters, export.Parameter{
			Name: q.Name, Value: look.Parameters[i], Spread: look.Spread[i], Learned: q.Learned, True: q.True,
		})
	}
	return c, nil
}

// goOnWith has learned parameters go on from where a card says that they had come to, of
// a model that has weights alone.
func (l *lane) goOnWith(e *export.Equation) {
	for _, q := range e.Parameters {
		for _, t := range l.ensemble.Members() {
			if err := t.SetParameter(q.Name, q.Value); err != nil {
				break // it is not of the equation, or not learned
			}
		}
	}
}

// withoutEquation returns settings without an equation, which was one of other rows, its
// parameters, and where it was looked at.
func withoutEquation(s wire.LaneSettings) wire.LaneSettings {
	s.Equation, s.Parameters, s.EquationFrom, s.EquationTo = "", nil, wire.AutoNumber{}, wire.AutoNumber{}
	return s
}
