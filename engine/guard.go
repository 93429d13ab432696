package engine

import (
	"fmt"
	"math"
	"slices"
)

// A Cause is why a training diverged, as far as can be told.
type Cause string

// The causes.
const (
	CauseData         Cause = "data"              // a target that is not finite
	CauseOverflow     Cause = "exp overflow"      // a variance grew beyond what float32 holds
	CauseCollapse     Cause = "variance collapse" // a variance so small that dividing by it overflows
	CauseLearningRate Cause = "learning rate"     // the weights were thrown too far
	CauseEquation     Cause = "the equation"      // its residual has no finite value, or is so large that its square has none
)

// remedy says what may help.
func (c Cause) remedy() string {
	switch c {
	case CauseData:
		return "check the data of that row"
	case CauseOverflow:
		return "lower the learning rate, clip the gradient or use the softplus head"
	case CauseEquation:
		return "change the formula, its points or the initial values of its parameters, or lower the learning rate"
	case CauseCollapse:
		return "raise eps or the weight decay of the variance"
	default:
		return "lower the learning rate or clip the gradient"
	}
}

// A Divergence says that a number of a training step was no longer finite, or a
// gradient beyond any use.
type Divergence struct {
	Step      uint64  // counted from 1
	Quantity  string  // loss, mean, variance, target, residual of the equation, or gradient
	Parameter string  // whose gradient it was, by its name in the network; else empty
	Value     float64 // of that quantity
	Row       int     // of the batch, or -1
	At        float64 // the input at which an equation's residual was looked at; else 0
	Cause     Cause
}

// IsGradient says whether the quantity is a gradient.
func (d *Divergence) IsGradient() bool { return d.Quantity == gradient }

// Error says it in a sentence.
func (d *Divergence) Error() string {
	where := ""
	if d.Cause == CauseEquation {
		where = fmt.Sprintf(", at the input %.4g", d.At)
	}
	if d.Row >= 0 {
		where = fmt.Sprintf(" (row %d of the batch)", d.Row)
	}
	what := "the " + d.Quantity
	if d.IsGradient() {
		what = "a gradient" // which one tells nothing to whoever did not make the network
	}
	return fmt.Sprintf("%s was %.4g at step %d%s; probable cause: %s; %s",
		what, d.Value, d.Step, where, d.Cause, d.Cause.remedy())
}

// gradient is what diverged calls that of all parameters together.
const gradient = "gradient"

// equationLoss is what diverged calls the share of an equation in the loss.
const equationLoss = "loss of the equation"

// maxNorm is the norm beyond which squares of a gradient overflow in float32,
// and the optimiser's second moment with them.
const maxNorm = 1e18

// diverged finds out what went wrong in the step under way, of which quantity is
// the first that was seen to be amiss.
func (t *Trainer) diverged(quantity string, value float64, target []float32) error {
	p := &t.pass
	d := &Divergence{Step: t.steps + 1, Quantity: quantity, Value: value, Row: -1, Cause: CauseLearningRate}
	outputs := t.net.config.Outputs
	bad := func(name string, of []float32) bool {
		i := slices.IndexFunc(of, func(v float32) bool { return v-v != 0 })
		if i < 0 {
			return false
		}
		d.Quantity, d.Value, d.Row = name, float64(of[i]), i/outputs
		return true
	}
	switch {
	case bad("target", target):
		d.Cause = CauseData
		return d
	case bad("mean", p.mean):
		return d
	case bad("variance", p.variance):
		if math.IsInf(d.Value, 1) {
			d.Cause = CauseOverflow
		}
		return d
	}
	if quantity == equationLoss {
		d.Cause, d.Quantity, d.Value, d.At = CauseEquation, "residual of the equation", t.physics.worst, t.physics.worstAt
		return d
	}
	if quantity == gradient {
		for _, tensor := range t.net.tensors {
			g := t.grads[tensor.at : tensor.at+len(tensor.Data)]
			if i := slices.IndexFunc(g, func(v float32) bool { return v-v != 0 || math.Abs(float64(v)) > maxNorm }); i >= 0 {
				d.Parameter, d.Value = tensor.Name, float64(g[i])
				break
			}
		}
	}
	// All predictions are finite. Where the error is not outlandish it is a
	// variance that is too small to divide by.
	least, worst := 0, 0
	for i, v := range p.variance {
		if v < p.variance[least] {
			least = i
		}
		if distance(p.mean[i], target[i]) > distance(p.mean[worst], target[worst]) {
			worst = i
		}
	}
	if distance(p.mean[worst], target[worst]) < 1e6 {
		d.Cause, d.Row = CauseCollapse, least/outputs
		if p.variance[least] > 1 {
			d.Cause = CauseOverflow
		}
	} else {
		d.Row = worst / outputs
	}
	return d
}

func distance(a, b float32) float64 { return math.Abs(float64(a) - float64(b)) }

// goodEvery is the number of steps between two states that are kept.
const goodEvery = 64

// goodStates keeps the newest two states at multiples of goodEvery steps, so
// that one of them is at least that many steps old: what Restore goes back to.
type goodStates struct {
	states [2]*saved
	shared [2]bool // with a State, so that it must not change
	kept   int
}

func (g *goodStates) keep(t *Trainer) {
	if t.steps%goodEvery != 0 {
		return
	}
	if g.kept > 0 && g.states[(g.kept-1)%2].steps == t.steps {
		return
	}
	i := g.kept % 2
	if g.states[i] == nil || g.shared[i] {
		g.states[i], g.shared[i] = new(saved), false
	}
	g.states[i].take(t)
	g.kept++
}

// share returns what a State may hold.
func (g *goodStates) share() goodStates {
	g.shared = [2]bool{true, true}
	return *g
}

// Restore puts back the weights and moments of an earlier step at which all was
// well, some 64 to 128 steps before the present one where there were as many, and
// returns the number of that step. Steps still counts all that were made. Where
// that step was of the warm-up and the next one is not, that one ends it again.
func (t *Trainer) Restore() uint64 {
	g := &t.good
	if g.kept == 0 {
		return t.steps
	}
	s := g.states[(g.kept-1)%2]
	if g.kept > 1 {
		s = g.states[g.kept%2]
	}
	s.put(t)
	t.good = goodStates{} // what came after it was not good
	return s.steps
}
