package run

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A replay is what is left to be done over again.
type replay struct {
	events  []wire.Event
	steps   uint64
	weights string  // what they are to be in the end, or empty
	budget  float64 // of work, in rows times parameters
}

// eventRows is for how many rows an event of a recipe counts: it may make new
// networks and rows.
const eventRows = 1000

// work is what a step of every lane costs, in rows times parameters, and event what
// something that is done to them does.
func (l *life) work() (step, event float64) {
	for _, lane := range l.lanes {
		step += float64(lane.params)*float64(min(lane.settings.Batch, l.data.train.len())) +
			float64(equationWork(&lane.settings, lane.params, lane.settings.EquationPoints))
		event += float64(lane.params) * eventRows
	}
	return step, event
}

// Replay returns a run that does over again, as fast as it can once Serve is
// called, what a recipe says, and then pauses. Nobody can know beforehand what that
// costs, as settings change on the way: what the first step costs must allow for all
// of them, and where the budget of Options.Replay is spent on the way the run pauses
// there. An error that is a *wire.ErrorMessage says what of the recipe is wrong.
func Replay(id string, recipe wire.Recipe, o Options) (*Run, error) {
	r := newRun(id, o)
	settings, starts, err := readSpec(r.env.table, &recipe.Spec)
	if err != nil {
		return nil, err
	}
	if len(recipe.LaneIDs) != len(starts) {
		return nil, wire.Refuse(wire.BadValue, "", "the recipe numbers %d lanes of %d", len(recipe.LaneIDs), len(starts))
	}
	for i, lane := range recipe.LaneIDs {
		if lane < 0 || lane > math.MaxUint8 || slices.Contains(recipe.LaneIDs[:i], lane) {
			return nil, wire.Refuse(wire.BadValue, "", "the recipe numbers a lane %d, which cannot be or is twice", lane)
		}
		starts[i].id = uint8(lane)
	}
	last := uint64(0)
	for i, e := range recipe.Events {
		if e.At < last || e.At > recipe.Steps {
			return nil, wire.Refuse(wire.BadValue, "", "event %d of the recipe is at step %d, which is before the last one or after the end", i+1, e.At)
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
			return nil, wire.Refuse(wire.BadValue, "", "event %d of the recipe is a command that belongs in none: %.40s", i+1, e.Command)
		}
	}
	if r.own, err = readOwn(recipe.Spec.Data, o.Table); err != nil {
		return nil, err
	}
	r.revision = recipe.Revision
	l, err := r.env.begin(settings, r.own, recipe.Spec.Edits, starts, r.dataRev+1)
	if err != nil {
		return nil, err
	}
	if refused := l.goOn(&recipe.Spec); refused != nil {
		return nil, refused
	}
	p := &replay{events: recipe.Events, steps: recipe.Steps, weights: recipe.Weights, budget: cmp.Or(o.Replay, DefaultReplay)}
	if refused := p.afford(l); refused != nil {
		return nil, refused
	}
	l.entitle(recipe.Spec.Title, recipe.Spec.Lesson)
	r.birth(l)
	r.replay = p
	return r, nil
}

// afford refuses what would cost more than the budget if all went on as it begins.
func (p *replay) afford(l *life) *wire.ErrorMessage {
	step, event := l.work()
	if most := min(p.budget/event, maxEvents); float64(len(p.events)) > most {
		return wire.Refuse(wire.TooMuch, "recipe.events", "recipe.events: with these networks a recipe may have %.0f events here, not %d", most, len(p.events))
	}
	left := 0.0
	if p.steps > l.steps {
		left = float64(p.steps - l.steps)
	}
	if most := math.Floor((p.budget - event*float64(len(p.events))) / step); left > most {
		return wire.Refuse(wire.TooMuch, "recipe.steps", "recipe.steps: with these networks and events a recipe may make %.0f steps here, not %.0f", most, left)
	}
	return nil
}

// Recipe returns the story of the present generation. It has the owner's
// rows, if there are any, which its member Private says. Its lists are the
// run's own, and must not be changed.
func (r *Run) Recipe(ctx context.Context) (recipe wire.Recipe, err error) {
	err = r.observe(ctx, func(*glimpse) error {
		recipe = r.life.recipe
		recipe.Events = slices.Clip(recipe.Events) // to which the run only appends
		recipe.Steps = r.life.steps
		recipe.Private = r.life.private()
		return nil
	}, func(g *glimpse, _ []*lane) error {
		recipe.Weights = g.fingerprint()
		return nil
	})
	return recipe, err
}

// follow does the next event that is due, or else says whether a step is to be made.
// It does one at a time, since whoever asks the run something waits for it.
func (r *Run) follow() bool {
	p := r.replay
	step, event := r.life.work()
	if len(p.events) > 0 && p.events[0].At <= r.life.steps {
		if !r.spend(event) {
			return false
		}
		e := p.events[0]
		p.events = p.events[1:]
		r.revision = e.Revision // by which a later one may name what it undoes
		if e.Command == nil {
			if e.Left {
				r.revision++
				r.undone.push(entry{revision: r.revision, text: "another generation", before: r.moment()})
			}
			r.life.noteEvent(e)
			return false
		}
		c, _, _ := wire.ParseCommand(e.Command) // Replay has read it
		if _, refused := r.apply(c, nil); refused != nil {
			r.fail(fmt.Errorf("an event of the recipe, at step %d, cannot be done: %s", e.At, refused.Reason))
			return false
		}
		if r.state == wire.Paused {
			r.setState(wire.Playing, "") // an undo or a restore has paused it
		}
		return false
	}
	if r.life.steps < p.steps && r.life.diverged() == nil {
		return r.spend(step)
	}
	r.replay = nil
	if r.state == wire.Diverged {
		return false
	}
	reason := fmt.Sprintf("step %d, the end of the recipe, was reached", r.life.steps)
	if p.weights != "" && p.weights != r.life.fingerprint() {
		reason += ", with other weights: they were made on another kind of machine"
	}
	r.setState(wire.Paused, reason)
	return false
}

// spend takes work from what the replay may cost, or pauses the run where it is.
func (r *Run) spend(work float64) bool {
	if r.replay.budget -= work; r.replay.budget >= 0 {
		return true
	}
	r.replay = nil
	if r.state != wire.Diverged {
		r.setState(wire.Paused, fmt.Sprintf("doing the recipe over again had taken all the work that this server allows for it by step %d; Play continues from here", r.life.steps))
	}
	return false
}
