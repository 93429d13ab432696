package capture

import (
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
)

// A Glimpse is what somebody who reads needs of a run at one moment: the weights,
// copied, and what the owner never changes. Everything else is computed from it on the
// reader's goroutine, so that training does not wait for readers.
type Glimpse struct {
	Generation, Revision uint32
	Step                 uint64
	PerSecond            float64 // steps
	Data                 *rows.Data
	lanes                []laneGlimpse
	States               []*engine.State // of the lanes in their order at an earlier step, or nil
}

// A laneGlimpse is a lane's part of a glimpse.
type laneGlimpse struct {
	of      *lane.Lane // to be compared, never read
	start   lane.Start
	params  int
	weights *engine.Weights
	newest  []float32        // of stepColumns; nil before the first step
	blank   *engine.Ensemble // for whoever has no observer of this lane yet
}

// GlimpseOf returns the present of a generation, for whoever has the observers. It runs
// on the owner's goroutine while that one waits.
func GlimpseOf(of *past.Generation, number, revision uint32, perSecond float64, o Observers) *Glimpse {
	g := &Glimpse{Generation: number, Revision: revision, Step: of.Steps, PerSecond: perSecond, Data: of.Data}
	for _, l := range of.Lanes {
		part := laneGlimpse{of: l, start: l.Start, params: l.Params, weights: l.Ensemble.Weights()}
		_, part.newest, _ = l.Steps.Last()
		if o[l] == nil {
			part.blank = l.Ensemble.Observer()
		}
		g.lanes = append(g.lanes, part)
	}
	return g
}

// Observers are the lanes that readers predict with, by those that they stand for. They
// belong to whoever has the run's reading slot.
type Observers map[*lane.Lane]*lane.Lane

// At returns the lanes as they were in a glimpse that was made for them, and forgets
// those that are in it no more.
func (o *Observers) At(g *Glimpse) ([]*lane.Lane, error) {
	next := Observers{}
	var list []*lane.Lane
	for _, part := range g.lanes {
		l := (*o)[part.of]
		if part.blank != nil {
			l = lane.Observer(part.blank)
		}
		if err := l.Observe(part.start, g.Data, part.params, part.weights, part.newest); err != nil {
			return nil, err
		}
		next[part.of] = l
		list = append(list, l)
	}
	*o = next
	return list, nil
}

// Frames returns the picture of every lane, one after the other.
func (g *Glimpse) Frames(lanes []*lane.Lane) ([]byte, error) {
	var b []byte
	for i, l := range lanes {
		var at *engine.State
		if g.States != nil {
			at = g.States[i]
		}
		frames, err := l.Frames(at, lane.LookRows(l.Params, len(lanes), g.Data.Places()))
		if err != nil {
			return nil, err
		}
		frames[0].SetScalar("steps_per_s", g.PerSecond)
		for _, f := range frames {
			f.Generation, f.Revision, f.Step = g.Generation, g.Revision, g.Step
			b = f.Append(b)
		}
	}
	return b, nil
}

// Fingerprint is the SHA-256 of all parameters, lane by lane and member by member.
func (g *Glimpse) Fingerprint() string {
	var all []*engine.Weights
	for _, l := range g.lanes {
		all = append(all, l.weights)
	}
	return past.Fingerprint(all)
}
