package run

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// trouble lists the lanes whose training went wrong; it is never nil.
func (r *loop) trouble() []wire.Trouble {
	l, list := r.present, []wire.Trouble{}
	for _, lane := range l.Lanes {
		if t := lane.Trouble(r.env.Table, l.Settings, len(l.Lanes)); t != nil {
			if t.Edit != nil {
				t.Edit.Revision = r.editOf(t.Edit.Step, t.Since)
			}
			list = append(list, *t)
		}
	}
	return list
}

// editOf returns the first change of rows between two steps that can be undone, or 0.
func (r *loop) editOf(from, to uint64) uint32 {
	for _, c := range r.present.Changes {
		ofRows := c.Kind == wire.DataChange || c.Kind == wire.ControlChange && c.Control == "noise"
		if ofRows && c.Step >= from && c.Step <= to && r.undone.Index(c.Revision) >= 0 {
			return c.Revision
		}
	}
	return 0
}

// tellTrouble tells viewers what is wrong, if that has changed.
func (r *loop) tellTrouble() {
	if !r.troubled() && len(r.wrong) == 0 {
		return
	}
	if !sameTrouble(r.trouble(), r.wrong) {
		r.tellState()
	}
}

// look finds out what is wrong now, and counts what was not so before.
func (r *loop) look() {
	now := r.trouble()
	for _, t := range now {
		known := func(o wire.Trouble) bool { return o.Lane == t.Lane && o.Kind == t.Kind && o.Since == t.Since }
		if !slices.ContainsFunc(r.wrong, known) {
			r.stats.Troubles = append(r.stats.Troubles, t.Kind)
		}
	}
	r.wrong = now
}

// troubled says whether a lane's training went wrong.
func (r *loop) troubled() bool {
	for _, lane := range r.present.Lanes {
		if lane.Diverged != nil || lane.Watching.Verdict() != nil {
			return true
		}
	}
	return false
}

// sameTrouble compares what viewers are told: scores may be no numbers.
func sameTrouble(a, b []wire.Trouble) bool {
	return slices.EqualFunc(a, b, func(a, b wire.Trouble) bool {
		return a.Lane == b.Lane && a.Kind == b.Kind && a.Since == b.Since && a.Step == b.Step && a.Text == b.Text && reflect.DeepEqual(a.Cause, b.Cause) && reflect.DeepEqual(a.Edit, b.Edit) && reflect.DeepEqual(a.Row, b.Row)
	})
}

// recover puts back a lane's earlier weights and sets controls of it, in one change.
func (r *loop) recover(c *wire.ReturnCommand) *wire.ErrorMessage {
	l := r.present
	p, refused := r.env.Propose(l, &wire.ChangeCommand{Lane: c.Lane, Set: c.Set})
	if refused != nil {
		return refused
	}
	if i := slices.IndexFunc(p.Deltas, func(d wire.Delta) bool { return !d.Control.Live || d.Control.Run }); i >= 0 {
		name := p.Deltas[i].Control.Name
		return wire.Refuse(wire.BadValue, name, "return: %s cannot be set here: it is shared by all lanes, or needs a restart", wire.ControlName(name))
	}
	lane := p.Lane
	state, at, ok := lane.Snapshots.At(*c.Step)
	if !ok {
		return wire.Refuse(wire.BadState, "", "return: there is no snapshot of step %d or before", *c.Step)
	}
	was := r.moment()
	if len(p.Deltas) > 0 {
		if _, refused := r.env.Apply(l, &p, r.own, r.dataRev+1); refused != nil {
			return refused
		}
	}
	if err := lane.Ensemble.SetWeights(state.State()); err != nil {
		return wire.Refuse(wire.BadState, "", "return: %v", err)
	}
	lane.Watching.Return(at, l.Steps, lane.Diverged != nil)
	lane.Diverged = nil
	diverged := r.state == wire.Diverged
	if r.judge(); diverged && r.state == wire.Paused {
		r.setState(r.before, "")
	}
	// The recipe has the very step: a ladder that had more room, or less, has others.
	l.Note(&wire.ReturnCommand{Head: c.Head, Step: &at, Lane: &lane.ID, Set: c.Set}, r.revision)
	id := lane.ID // a change outlives what undo does to the lane
	changes := []wire.Change{{Kind: wire.WeightsChange, Lane: &id, Text: fmt.Sprintf("continued from step %d", at)}}
	if len(l.Lanes) == 1 { // of several the others go on where they are
		changes[0].From = &wire.Moment{Step: at}
	}
	for _, d := range p.Deltas {
		changes = append(changes, d.Change(id))
	}
	r.changedBy(l, was, changes...)
	return nil
}
