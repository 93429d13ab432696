package run

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Replay returns a run that does over again, as fast as it can once Serve is
// called, what a recipe says, and then pauses. Nobody can know beforehand what that
// costs, as settings change on the way: what the first step costs must allow for all
// of them, and where the budget of Options.Replay is spent on the way the run pauses
// there. An error that is a *wire.ErrorMessage says what of the recipe is wrong.
func Replay(id string, recipe wire.Recipe, o Options) (*Run, error) {
	r := newLoop(id, o)
	settings, starts, err := lane.Read(r.env.Table, &recipe.Spec)
	if err != nil {
		return nil, err
	}
	if len(recipe.LaneIDs) != len(starts) {
		return nil, wire.Refuse(wire.BadValue, "", "the recipe has numbers for %d of %d lanes", len(recipe.LaneIDs), len(starts))
	}
	for i, lane := range recipe.LaneIDs {
		if lane < 0 || lane > math.MaxUint8 || slices.Contains(recipe.LaneIDs[:i], lane) {
			return nil, wire.Refuse(wire.BadValue, "", "the recipe has a lane number %d that is invalid or used twice", lane)
		}
		starts[i].ID = uint8(lane)
	}
	last := uint64(0)
	for i, e := range recipe.Events {
		if e.At < last || e.At > recipe.Steps {
			return nil, wire.Refuse(wire.BadValue, "", "event %d of the recipe is at step %d, which is before the previous event or after the end", i+1, e.At)
		}
		last = e.At
		if e.Command == nil {
			continue
		}
		c, _, refused := wire.ParseCommand(e.Command)
		if refused != nil {
			return nil, wire.Refuse(wire.BadValue, "", "event %d of the recipe: %s", i+1, refused.Reason)
		}
		if !recorded(c) {
			return nil, wire.Refuse(wire.BadValue, "", "event %d of the recipe is a command that a recipe cannot contain: %.40s", i+1, e.Command)
		}
	}
	if r.own, err = rows.ReadOwn(recipe.Spec.Data, o.Table); err != nil {
		return nil, err
	}
	r.revision = recipe.Revision
	l, err := r.env.Begin(settings, r.own, recipe.Spec.Edits, starts, r.dataRev+1)
	if err != nil {
		return nil, err
	}
	if refused := l.GoOn(&recipe.Spec); refused != nil {
		return nil, refused
	}
	p := &past.Replay{Events: recipe.Events, Steps: recipe.Steps, Weights: recipe.Weights, Budget: cmp.Or(o.Replay, DefaultReplay)}
	if refused := p.Afford(l); refused != nil {
		return nil, refused
	}
	l.Entitle(recipe.Spec.Title, recipe.Spec.Lesson)
	r.begin(l)
	r.replay = p
	return handleOf(r), nil
}

// Recipe returns the story of the present generation. It has the owner's
// rows, if there are any, which its member Private says. Its lists are the
// run's own, and must not be changed.
func (h *Run) Recipe(ctx context.Context) (recipe wire.Recipe, err error) {
	err = h.observe(ctx, func(r *loop, _ *capture.Glimpse) error {
		recipe = r.present.Recipe
		recipe.Events = slices.Clip(recipe.Events) // to which the run only appends
		recipe.Steps = r.present.Steps
		recipe.Private = r.present.Private()
		return nil
	}, func(g *capture.Glimpse, _ []*lane.Lane) error {
		recipe.Weights = g.Fingerprint()
		return nil
	})
	return recipe, err
}

// follow does the next event that is due, or else says whether a step is to be made.
// It does one at a time, since whoever asks the run something waits for it.
func (r *loop) follow() bool {
	p := r.replay
	step, event := r.present.Work()
	if len(p.Events) > 0 && p.Events[0].At <= r.present.Steps {
		if !r.spend(event) {
			return false
		}
		e := p.Events[0]
		p.Events = p.Events[1:]
		r.revision = e.Revision // by which a later one may name what it undoes
		if e.Command == nil {
			if e.Left {
				r.revision++
				r.undone.Push(past.Entry{Revision: r.revision, Text: "another generation", Before: r.moment(), Steps: r.present.Steps})
			}
			r.present.NoteEvent(e)
			return false
		}
		c, _, _ := wire.ParseCommand(e.Command) // Replay has read it
		if _, refused := r.apply(c, nil); refused != nil {
			r.fail(fmt.Errorf("the event of the recipe at step %d failed: %s", e.At, refused.Reason))
			return false
		}
		if r.state == wire.Paused {
			r.setState(wire.Playing, "") // an undo or a restore has paused it
		}
		return false
	}
	if r.present.Steps < p.Steps && r.present.Diverged() == nil {
		return r.spend(step)
	}
	r.replay = nil
	if r.state == wire.Diverged {
		return false
	}
	reason := fmt.Sprintf("step %d, the end of the recipe, was reached", r.present.Steps)
	if p.Weights != "" && p.Weights != r.present.Fingerprint() {
		reason += ", with different weights: the recipe was made on another kind of machine"
	}
	r.setState(wire.Paused, reason)
	return false
}

// spend takes work from what the replay may cost, or pauses the run where it is.
func (r *loop) spend(work float64) bool {
	if r.replay.Budget -= work; r.replay.Budget >= 0 {
		return true
	}
	r.replay = nil
	if r.state != wire.Diverged {
		r.setState(wire.Paused, fmt.Sprintf("replaying the recipe reached the limit of this server by step %d; press Play to continue from here", r.present.Steps))
	}
	return false
}
