package run

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"

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

// glimpse returns the present, for whoever has the observers. It runs on the owner's
// goroutine while that one waits.
func (r *Run) glimpse(o observers) *glimpse {
	g := &glimpse{generation: r.generation, revision: r.revision, step: r.life.steps, perSecond: r.rate.perSecond, data: r.life.data}
	for _, l := range r.life.lanes {
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

// observe has use compute something from the present on the caller's goroutine. Of one
// run one reader computes at a time. prepare, unless nil, runs on the owner's goroutine
// before, and may refuse.
func (r *Run) observe(ctx context.Context, prepare func(*glimpse) error, use func(*glimpse, []*lane) error) error {
	select {
	case r.reading <- struct{}{}:
		defer func() { <-r.reading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	var g *glimpse
	err := r.ask(ctx, func() error {
		now := r.glimpse(r.observers)
		if prepare != nil {
			if err := prepare(now); err != nil {
				return err
			}
		}
		g = now
		return nil
	})
	if err != nil {
		return err
	}
	lanes, err := r.observers.at(g)
	if err != nil {
		return err
	}
	return use(g, lanes)
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
	h := sha256.New()
	var b []byte
	for _, l := range g.lanes {
		for _, params := range l.weights.Params() {
			b = b[:0]
			for _, w := range params {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(w))
			}
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
