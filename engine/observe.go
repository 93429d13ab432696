package engine

import "slices"

// Weights are the parameters of an ensemble's members at one moment, and what their
// last step has seen. They never change, and may be read from several goroutines.
type Weights struct {
	params [][]float32 // of each member, in the network's own order
	laws   []law       // of an equation, without moments
	last   []StepInfo
}

// Params yields the parameters of each member, which must not be changed.
func (w *Weights) Params() [][]float32 { return w.params }

// Weights returns the present weights of all members.
func (e *Ensemble) Weights() *Weights {
	n := len(e.members)
	w := &Weights{make([][]float32, n), make([]law, n), make([]StepInfo, n)}
	for i, t := range e.members {
		w.params[i], w.last[i] = slices.Clone(t.net.params), t.last
		w.laws[i] = law{names: t.law.names, values: slices.Clone(t.law.values)}
	}
	return w
}

// Observer returns an ensemble of the same networks and scales with weights of zero and
// without rows: it predicts, once it has been shown weights, and does not train. It may
// be used by another goroutine than e.
func (e *Ensemble) Observer() *Ensemble {
	members := make([]*Trainer, len(e.members))
	for i, t := range e.members {
		members[i] = &Trainer{config: t.config, net: t.net.config.blank(), inputs: t.inputs, target: t.target}
	}
	return ensembleOf(members, e.workers)
}

// Observe makes the weights of an ensemble, or of another one of the same networks, the
// observer's own, and what it has learned of an equation.
func (e *Ensemble) Observe(w *Weights) {
	for i, t := range e.members {
		copy(t.net.params, w.params[i])
		t.last = w.last[i]
		t.law.names, t.law.values = w.laws[i].names, append(t.law.values[:0], w.laws[i].values...)
		t.law.opt.m, t.law.opt.v = grow(t.law.opt.m, len(t.law.values)), grow(t.law.opt.v, len(t.law.values))
	}
}
