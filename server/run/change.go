package run

import (
	"fmt"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// change sets controls of a lane and of the run.
func (r *Run) change(c *wire.ChangeCommand) (uint8, *wire.ErrorMessage) {
	ln, refused := r.life.Lane(c.Lane)
	if refused != nil {
		return 0, refused
	}
	next, deltas, refused := r.env.Table.Apply(wire.Settings{RunSettings: r.life.Settings, LaneSettings: ln.Settings}, c.Set)
	if refused != nil || len(deltas) == 0 {
		return ln.ID, refused
	}
	if next.Dataset != r.life.Settings.Dataset && c.Set["slice"] == nil {
		next.Slice = 0 // which there is in any set
	}
	if next.Dataset != r.life.Settings.Dataset && c.Set["shown_target"] == nil {
		next.ShownTarget = 1
	}
	if next.Dataset != r.life.Settings.Dataset && c.Set["slice_at"] == nil {
		next.SliceAt = ""
	}
	was, l := r.moment(), r.life
	live := true
	for _, d := range deltas {
		live = live && d.Control.Live
	}
	starts := r.life.Starts()
	for i := range starts {
		if starts[i].ID == ln.ID {
			starts[i].Settings = next.LaneSettings
		}
		if next.Dataset != r.life.Settings.Dataset && (starts[i].ID != ln.ID || c.Set["equation"] == nil) {
			starts[i].Settings = lane.WithoutEquation(starts[i].Settings)
		}
	}
	if live {
		refused = r.changeLive(c, ln, next, starts)
	} else if fresh, err := r.rebirth(next.RunSettings, starts, false); err != nil {
		refused = wire.AsRefusal(err)
	} else {
		l = fresh
	}
	if refused != nil {
		if refused.Control == "" {
			refused.Control = deltas[0].Control.Name
		}
		return ln.ID, refused
	}
	changes := make([]wire.Change, len(deltas))
	for i, d := range deltas {
		changes[i] = wire.Change{Kind: wire.ControlChange, Control: d.Control.Name, Old: d.Old, New: d.New}
		if !d.Control.Run {
			id := ln.ID // a change outlives what undo does to the lane
			changes[i].Lane = &id
		}
	}
	r.changedBy(l, was, changes...)
	if slices.ContainsFunc(deltas, func(d wire.Delta) bool { return d.Control.Group == "equation" }) {
		r.tell(r.lanesMessage()) // what lanes say of their parameters
	}
	return ln.ID, nil
}

// changeLive puts settings into force that do not begin a new life.
func (r *Run) changeLive(c wire.Command, lane *lane.Lane, next wire.Settings, starts []lane.Start) *wire.ErrorMessage {
	l, old := r.life, r.life.Settings
	if err := r.env.Bounds.Check(l.Data, starts); err != nil {
		return wire.AsRefusal(err)
	}
	if e := rows.CheckShown(&next.RunSettings, l.Data); e != nil {
		return e
	}
	fresh := l.Data
	if next.Noise != old.Noise || next.Slice != old.Slice || next.SliceAt != old.SliceAt || next.ShownTarget != old.ShownTarget {
		fresh = l.Data.Shown(&next.RunSettings)
		fresh = fresh.WithRevision(r.dataRev + 1)
	}
	l.Settings = next.RunSettings
	if next.AcquireEvery > 0 && (next.AcquireEvery != old.AcquireEvery || next.AcquireBy != old.AcquireBy) {
		if e := l.CanAcquire(); e != nil {
			l.Settings = old
			return e
		}
	}
	if fresh != l.Data {
		if err := l.SetData(fresh); err != nil {
			l.Settings = old
			return wire.Refuse(wire.BadData, "", "%v", err)
		}
		r.dataChanged()
	}
	l.Note(c, r.revision)
	if err := lane.SetLane(next.LaneSettings); err != nil {
		return wire.AsRefusal(err) // which has been checked
	}
	return nil
}

// changedBy records what was changed, and begins the life that the change has
// brought if it is another. was is the moment before, to which undo goes back.
func (r *Run) changedBy(l *past.Generation, was past.Moment, changes ...wire.Change) {
	another := l != r.life
	if another {
		r.life.NoteEvent(wire.Event{Revision: r.revision, Left: true})
	}
	r.revision++
	text := ""
	for i := range changes {
		c := &changes[i]
		c.Revision, c.Generation, c.Step, c.Undo = r.revision, r.generation, r.life.Steps, true
		if another {
			c.Generation, c.Step = r.generation+1, 0
		}
		if i == 0 {
			text = c.Text
			if text == "" {
				text = fmt.Sprintf("%s %v → %v", c.Control, c.Old, c.New)
			}
		}
	}
	r.undone.Push(past.Entry{Revision: r.revision, Text: text, Before: was})
	r.told(l, changes)
}

// told puts changes into the life's record and tells the viewers. The changes
// are part of the state with which a new generation greets.
func (r *Run) told(l *past.Generation, changes []wire.Change) {
	l.Changes = append(l.Changes, changes...)
	if l != r.life {
		r.birth(l)
	}
	r.stale = true
	if r.changed.IsZero() {
		r.changed = r.now()
	}
	for _, c := range changes {
		r.tell(wire.ChangeMessage{Type: "change", Change: c})
	}
}
