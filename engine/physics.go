package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// A Residual is what an equation says is zero: of an input x, of u, which is the mean
// there, of its derivatives du = du/dx and d2u = d²u/dx², and of parameters, all in
// the data's units. It must be safe for concurrent use. [datasets.ParseResidual] makes
// one of a formula.
//
// Gradients returns the residual, and sets by to its derivatives with respect to u,
// du, d2u and each of the parameters, whose values are p.
type Residual interface {
	Parameters() []string
	Gradients(by []float64, x, u, du, d2u float64, p []float64) float64
}

// A Physics is a term that steps add to the loss: it holds the mean of a network with
// one input and one output to an equation. Over points where the residual r is looked
// at, the term is
//
//	Weight · mean(r²)                       or, with LearnNoise,
//	mean(½ (s + r² exp(-s)))
//
// where s, the log-variance of the residual, is learned: the Gaussian
// negative log likelihood of a residual of 0 with noise of its own. With the loss of
// the rows it says how much the equation and how much the rows are to be trusted, and
// no weight has to be found.
type Physics struct {
	Residual   Residual
	Parameters []Parameter // of the residual, in its order

	// Points are where the equation is to hold, in the input's unit: at least 1 and at
	// most MaxCollocation. With Drawn each step draws as many new ones, uniformly from the
	// least of them to the greatest.
	Points []float64
	Drawn  bool

	Weight     float64 // 0 or more; unless LearnNoise
	LearnNoise bool

	// LogVariance is what s begins with. Where the residual of what the rows look like is
	// far larger than 1 and s begins at 0, the equation outweighs the rows until s has
	// grown, and a solution that is 0 everywhere may be all that is learned.
	LogVariance float64
}

// A Parameter is a number in an equation. One that is learned goes from Start on with
// the network, by the same optimiser, but without weight decay: it is a quantity, and
// smaller is not better. One that is not stays at Start.
type Parameter struct {
	Name    string
	Start   float64
	Learned bool
}

// maxLogVariance bounds where that of a residual begins: the exponential of its negative
// is then far from overflowing.
const maxLogVariance = 80.0

// MaxCollocation is the largest number of points of a Physics.
const MaxCollocation = 10_000

// Evenly returns n points from one number to another, both among them.
func Evenly(from, to float64, n int) []float64 {
	points := make([]float64, n)
	for i := range points {
		points[i] = from
		if n > 1 {
			points[i] += (to - from) * float64(i) / float64(n-1)
		}
	}
	return points
}

// A PhysicsError says why a network cannot be held to an equation.
type PhysicsError struct{ Err error }

// Error returns the reason with the package's name before it.
func (e *PhysicsError) Error() string { return "engine: " + e.Err.Error() }

// Unwrap returns the reason alone.
func (e *PhysicsError) Unwrap() error { return e.Err }

// Check says in a *[PhysicsError] why a network of that configuration cannot be held to
// the equation, or nil.
func (p *Physics) Check(c NetConfig) error {
	if err := p.check(c); err != nil {
		return &PhysicsError{err}
	}
	return nil
}

func (p *Physics) check(c NetConfig) error {
	switch {
	case c.Inputs != 1 || c.Outputs > 1:
		return fmt.Errorf("an equation of a network with %d inputs and %d outputs; it can have one of each", c.Inputs, c.Outputs)
	case !c.Activation.Smooth():
		return fmt.Errorf("an equation with the activation %v, whose second derivative is 0 everywhere; take %s", c.Activation, smoothNames())
	case c.Head == Natural:
		return fmt.Errorf("an equation with the %v head, whose mean is made with the variance; take another head", c.Head)
	case p.Residual == nil:
		return fmt.Errorf("an equation without a residual")
	case len(p.Points) < 1 || len(p.Points) > MaxCollocation:
		return fmt.Errorf("equation points: %d is out of range 1 to %d", len(p.Points), MaxCollocation)
	case !p.LearnNoise && !(p.Weight >= 0 && p.Weight <= math.MaxFloat32):
		return fmt.Errorf("an equation's weight of %g; it must be 0 or more", p.Weight)
	}
	if !(math.Abs(p.LogVariance) <= maxLogVariance) {
		return fmt.Errorf("the log-variance of an equation's residual begins at %g; it can at ±%g", p.LogVariance, maxLogVariance)
	}
	for i, x := range p.Points {
		if !(math.Abs(x) <= math.MaxFloat32) {
			return fmt.Errorf("an equation looked at in %g (point %d)", x, i+1)
		}
	}
	names := p.Residual.Parameters()
	if len(names) != len(p.Parameters) {
		return fmt.Errorf("an equation of %d parameters, and %d are given", len(names), len(p.Parameters))
	}
	for i, q := range p.Parameters {
		if q.Name != names[i] {
			return fmt.Errorf("parameter %d of the equation is %s, not %s", i+1, names[i], q.Name)
		}
		if !(math.Abs(q.Start) <= math.MaxFloat32) {
			return fmt.Errorf("the equation's parameter %s begins with %g", q.Name, q.Start)
		}
	}
	return nil
}

// A law is what training has made of an equation's parameters.
type law struct {
	names  []string  // never written to
	values []float32 // of each parameter, and last the log-variance of the residual
	opt    moments
}

// set makes l a copy of another, in the memory that it has.
func (l *law) set(from *law) {
	l.names = from.names
	l.values = append(l.values[:0], from.values...)
	l.opt.set(&from.opt)
}

func (l *law) size() int { return 4 * (len(l.values) + len(l.opt.m) + len(l.opt.v)) }

// physics is a trainer's equation and what a step needs for it.
type physics struct {
	*Physics
	names  []string
	spans  []span // of what is learned
	pass   derivatives
	look   derivatives // of Residuals
	x      []float64
	scaled []float32
	p, by  []float64
	sum    []float64 // gradient with respect to the parameters and the log-variance
	grads  []float32
	value  float64 // of the term at the step that was tried last
	norm   float64 // of grads

	worst, worstAt float64 // the largest residual of that step, or the first without a value, and its input
}

// SetPhysics has the steps that follow add a term to the loss; nil has them add none.
// Parameters of a name that the equation before had, too, continue from the value they
// have reached, others begin; so does the log-variance of the residual. A parameter
// that is not learned is at its Start. Where the network cannot be held to it the
// error says why, and everything stays as it was.
func (t *Trainer) SetPhysics(p *Physics) error {
	if p == nil {
		t.physics = nil
		return nil
	}
	if err := p.Check(t.net.config); err != nil {
		return err
	}
	own := *p
	own.Parameters, own.Points = slices.Clone(p.Parameters), slices.Clone(p.Points)
	n := len(own.Parameters)
	next := &physics{
		Physics: &own, x: slices.Clone(own.Points), scaled: make([]float32, len(own.Points)),
		p: make([]float64, n), by: make([]float64, n+3), sum: make([]float64, n+1), grads: make([]float32, n+1),
	}
	for i, q := range own.Parameters {
		next.names = append(next.names, q.Name)
		if q.Learned {
			next.spans = append(next.spans, span{i, i + 1, MeanPart})
		}
	}
	if own.LearnNoise {
		next.spans = append(next.spans, span{n, n + 1, MeanPart})
	}
	t.physics = next
	t.fitLaw()
	return nil
}

// fitLaw has the law be that of the trainer's equation: a state that was put back may
// be of another.
func (t *Trainer) fitLaw() {
	old, names := t.law, t.physics.names
	n := len(names)
	if len(old.values) != n+1 || !slices.Equal(old.names, names) {
		t.law = law{names: names, values: make([]float32, n+1), opt: moments{optimizer: old.opt.optimizer, m: make([]float32, n+1), v: make([]float32, n+1), steps: old.opt.steps}}
		take := func(to, from int) {
			t.law.values[to] = old.values[from]
			t.law.opt.m[to], t.law.opt.v[to] = old.opt.m[from], old.opt.v[from]
		}
		t.law.values[n] = float32(t.physics.LogVariance)
		for i, name := range names {
			t.law.values[i] = float32(t.physics.Parameters[i].Start)
			if k := slices.Index(old.names, name); k >= 0 {
				take(i, k)
			}
		}
		if len(old.values) > 0 {
			take(n, len(old.values)-1)
		}
	}
	for i, q := range t.physics.Parameters {
		if !q.Learned {
			t.law.values[i], t.law.opt.m[i], t.law.opt.v[i] = float32(q.Start), 0, 0
		}
	}
}

// Physics returns the equation that steps hold to, or nil. It must not be changed.
func (e *Ensemble) Physics() *Physics {
	if p := e.members[0].physics; p != nil {
		return p.Physics
	}
	return nil
}

// A PhysicsState is what training has made of an equation.
type PhysicsState struct {
	Parameters  []Parameter // with their present values as Start
	LogVariance float64     // of the residual, in the equation's unit squared; 0 unless it is learned
}

// PhysicsState returns the equation's parameters as they are; the zero value without
// an equation.
func (t *Trainer) PhysicsState() PhysicsState {
	if t.physics == nil {
		return PhysicsState{}
	}
	t.fitLaw()
	s := PhysicsState{Parameters: slices.Clone(t.physics.Parameters)}
	for i := range s.Parameters {
		s.Parameters[i].Start = float64(t.law.values[i])
	}
	if t.physics.LearnNoise {
		s.LogVariance = float64(t.law.values[len(s.Parameters)])
	}
	return s
}

// SetParameter gives one of the equation's parameters that are learned another value,
// from which it continues; of one that is not, SetPhysics sets the Start.
func (t *Trainer) SetParameter(name string, value float64) error {
	if t.physics == nil {
		return fmt.Errorf("engine: parameter %s of no equation", name)
	}
	i := slices.Index(t.physics.names, name)
	switch {
	case i < 0:
		return fmt.Errorf("engine: the equation has no parameter %.40q", name)
	case !t.physics.Parameters[i].Learned:
		return fmt.Errorf("engine: the equation's parameter %s is not learned", name)
	case !(math.Abs(value) <= math.MaxFloat32):
		return fmt.Errorf("engine: a value of %g for the equation's parameter %s", value, name)
	}
	t.fitLaw()
	t.law.values[i], t.law.opt.m[i], t.law.opt.v[i] = float32(value), 0, 0
	return nil
}

// SetPhysics has every member be held to the equation, each with parameters of its own.
// Members are trained on several goroutines.
func (e *Ensemble) SetPhysics(p *Physics) error {
	for _, t := range e.members { // alike, so that the first says it for all
		if err := t.SetPhysics(p); err != nil {
			return err
		}
	}
	return nil
}

// Residuals sets r to the equation's residual at each x, in the data's units, as the
// network is now. It panics where their lengths differ, or without an equation.
func (t *Trainer) Residuals(r, x []float64) {
	if t.physics == nil || len(r) != len(x) {
		panic(fmt.Sprintf("engine: Residuals of %d values at %d inputs", len(r), len(x)))
	}
	t.fitLaw()
	t.residuals(r, x, t.law.values)
}

// residuals is Residuals with other values of the law, which it leaves as they are.
func (t *Trainer) residuals(r, x []float64, law []float32) {
	if len(x) == 0 {
		return
	}
	q := t.physics
	t.net.pack()
	scaled := make([]float32, len(x))
	for i, v := range x {
		scaled[i] = t.inputs[0].Apply(v)
	}
	q.look.forward(t.net, scaled)
	q.parameters(law)
	for i, v := range x {
		u, du, d2u := t.unscaled(&q.look, i)
		r[i] = q.Residual.Gradients(q.by, v, u, du, d2u, q.p)
	}
}

// parameters has q.p be the values that a law has.
func (q *physics) parameters(law []float32) {
	for i := range q.p {
		q.p[i] = float64(law[i])
	}
}

// term is what the loss has of residuals with a mean square, where s is the learned
// log-variance.
func (p *Physics) term(square, s float64) float64 {
	if p.LearnNoise {
		return 0.5 * (s + square*math.Exp(-s))
	}
	return p.Weight * square
}

// unscaled returns the mean and its derivatives at a point in the data's units.
func (t *Trainer) unscaled(d *derivatives, i int) (u, du, d2u float64) {
	x, y := t.inputs[0].Std, t.target[0]
	a, b, c := d.at(i)
	return y.Invert(a), float64(b) * y.Std / x, float64(c) * y.Std / (x * x)
}

// tryPhysics computes the term and its gradients with respect to the network, which
// pass.grads then has, and to the parameters and the log-variance. It returns the term,
// which may not be finite. The weights are those that were packed last.
func (t *Trainer) tryPhysics() float64 {
	t.fitLaw()
	q := t.physics
	if q.Drawn {
		least, greatest := slices.Min(q.Points), slices.Max(q.Points)
		var chance rand.PCG
		chance.Seed(t.config.Seed^streamPoints<<32, t.steps)
		for i := range q.x {
			q.x[i] = least + (greatest-least)*float64(chance.Uint64()>>11)/(1<<53)
		}
	}
	for i, x := range q.x {
		q.scaled[i] = t.inputs[0].Apply(x)
	}
	q.pass.forward(t.net, q.scaled)
	q.parameters(t.law.values)
	clear(q.sum)
	n := float64(len(q.x))
	s, precision := 0.0, 0.0
	if q.LearnNoise {
		s = float64(t.law.values[len(q.p)])
		precision = math.Exp(-s)
	}
	x, y := t.inputs[0].Std, t.target[0].Std
	squares := 0.0
	for i, at := range q.x {
		u, du, d2u := t.unscaled(&q.pass, i)
		r := q.Residual.Gradients(q.by, at, u, du, d2u, q.p)
		if i == 0 || q.worst-q.worst == 0 && !(math.Abs(r) <= math.Abs(q.worst)) {
			q.worst, q.worstAt = r, at
		}
		squares += r * r
		slope := 2 * q.Weight * r / n
		if q.LearnNoise {
			slope = r * precision / n
		}
		q.pass.want(i, float32(slope*q.by[0]*y), float32(slope*q.by[1]*y/x), float32(slope*q.by[2]*y/(x*x)))
		for k := range q.p {
			q.sum[k] += slope * q.by[3+k]
		}
	}
	q.value = q.term(squares/n, s)
	if q.LearnNoise {
		q.sum[len(q.p)] = 0.5 * (1 - squares/n*precision)
	}
	q.pass.backward(t.net)
	norm := 0.0
	for i, g := range q.sum {
		q.grads[i] = float32(g)
	}
	for _, p := range q.spans {
		norm += q.sum[p.from] * q.sum[p.from]
	}
	q.norm = math.Sqrt(norm)
	return q.value
}

// updateLaw moves what is learned of the equation by the step that was tried last,
// whose gradients a clipping has scaled.
func (t *Trainer) updateLaw(h *Hyper, scale float32) {
	q := t.physics
	kernel.Scale(q.grads, scale)
	own := *h
	own.Decay, own.VarianceDecay = 0, 0
	t.law.opt.update(t.law.values, q.grads, q.spans, &own, t.attempt.info.LR, MeanPart)
}
