package run

import (
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/history"
)

// A glimpse is what somebody who reads needs of a run at one moment: the weights,
// copied, and what the owner never changes. Everything else is computed from it on the
// reader's goroutine, so that training does not wait for readers.
type glimpse struct {
	generation, revision uint32
	step                 uint64
	perSecond            float64 // steps
	data                 *data
	lanes                []laneGlimpse
	states               []*engine.State // of the lanes in their order at an earlier step, or nil
}

// A laneGlimpse is a lane's part of a glimpse.
type laneGlimpse struct {
	of      *lane // to be compared, never read
	start   laneStart
	params  int
	weights *engine.Weights
	newest  []float32        // of stepColumns; nil before the first step
	blank   *engine.Ensemble // for whoever has no observer of this lane yet
}

// glimpseOf returns the present of a generation, for whoever has the observers. It runs
// on the owner's goroutine while that one waits.
func glimpseOf(of *life, number, revision uint32, perSecond float64, o observers) *glimpse {
	g := &glimpse{generation: number, revision: revision, step: of.steps, perSecond: perSecond, data: of.data}
	for _, l := range of.lanes {
		part := laneGlimpse{of: l, start: l.laneStart, params: l.params, weights: l.ensemble.Weights()}
		_, part.newest, _ = l.steps.Last()
		if o[l] == nil {
			part.blank = l.ensemble.Observer()
		}
		g.lanes = append(g.lanes, part)
	}
	return g
}

// observers are the lanes that readers predict with, by those that they stand for. They
// belong to whoever has the run's reading slot.
type observers map[*lane]*lane

// at returns the lanes as they were in a glimpse that was made for them, and forgets
// those that are in it no more.
func (o *observers) at(g *glimpse) ([]*lane, error) {
	next := observers{}
	var list []*lane
	for _, part := range g.lanes {
		l := (*o)[part.of]
		if part.blank != nil {
			l = &lane{ensemble: part.blank}
		}
		if l.data != g.data {
			l.data, l.look = g.data, look{}
		}
		l.laneStart, l.params = part.start, part.params
		if err := l.obey(); err != nil {
			return nil, err
		}
		l.ensemble.Observe(part.weights)
		l.evaluations, l.steps = nil, history.NewSeries(len(stepColumns), 1)
		if part.newest != nil {
			_ = l.steps.Append(1, part.newest...) // the first of a series, with as many values as it has columns
		}
		next[part.of] = l
		list = append(list, l)
	}
	*o = next
	return list, nil
}

// frames returns the picture of every lane, one after the other.
func (g *glimpse) frames(lanes []*lane) ([]byte, error) {
	var b []byte
	for i, l := range lanes {
		var at *engine.State
		if g.states != nil {
			at = g.states[i]
		}
		frames, err := l.picture(at, lookRows(l.params, len(lanes), g.data.places()))
		if err != nil {
			return nil, err
		}
		frames[0].SetScalar("steps_per_s", g.perSecond)
		for _, f := range frames {
			f.Generation, f.Revision, f.Step = g.generation, g.revision, g.step
			b = f.Append(b)
		}
	}
	return b, nil
}

// fingerprint is the SHA-256 of all parameters, lane by lane and member by member.
func (g *glimpse) fingerprint() string {
	var all []*engine.Weights
	for _, l := range g.lanes {
		all = append(all, l.weights)
	}
	return fingerprint(all)
}
