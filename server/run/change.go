package run

import (
	"context"
	"errors"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// This file is the path of a command, from the handle to what viewers are told.

// Do applies a command other than Hello and WatchCommand, which are a viewer's. steers
// says whether it is of somebody who may steer the run though it is not open to all. Where
// it is refused the error is a *wire.ErrorMessage and nothing was changed.
func (h *Run) Do(ctx context.Context, c wire.Command, steers bool) (ack wire.Ack, err error) {
	return h.doBy(ctx, c, steers, nil)
}

// doBy is Do for a viewer, who stands by what it changes, or for nobody in particular.
func (h *Run) doBy(ctx context.Context, c wire.Command, steers bool, by *Viewer) (ack wire.Ack, err error) {
	var own *rows.Own
	if spec := rows.RowsOf(c); spec != nil {
		// A file may take longer to read than other commands should wait. Who may
		// not give one has it not read at all.
		err := h.ask(ctx, func(r *loop) error { return wire.AsError(r.admit(c, steers)) })
		if err != nil {
			return ack, err
		}
		if own, err = rows.ReadOwn(spec, h.loop.options.Table); err != nil { // which never change
			return ack, wire.AsBadData(err)
		}
	}
	for try := range fetchTries {
		var release func()
		if release, err = h.bring(ctx, c, steers); err != nil {
			return ack, err
		}
		ack, err = h.command(ctx, c, own, steers, by, try == fetchTries-1)
		release()
		if !errors.Is(err, past.ErrAway) {
			break
		}
	}
	return ack, err
}

// command lets the loop do a command. Where that needs a state which has left memory, and this
// is not the last try, it returns past.ErrAway.
func (h *Run) command(ctx context.Context, c wire.Command, own *rows.Own, steers bool, by *Viewer, last bool) (ack wire.Ack, err error) {
	err = h.ask(ctx, func(r *loop) error {
		if !last && !r.here(c) {
			return past.ErrAway
		}
		if by != nil {
			person := by.person // as others know it now
			r.by = &person
			defer func() { r.by = nil }()
		}
		var refused *wire.ErrorMessage
		ack, refused = r.command(c, own, steers)
		return wire.AsError(refused)
	})
	return ack, err
}

// command does a command between two steps, and acknowledges it. own are the rows that
// it brings.
func (r *loop) command(c wire.Command, own *rows.Own, steers bool) (ack wire.Ack, refused *wire.ErrorMessage) {
	r.touched = r.now()
	if refused := r.admit(c, steers); refused != nil {
		return ack, refused
	}
	if refused := r.write(c, own); refused != nil {
		return ack, refused
	}
	lane, refused := r.apply(c, own)
	if refused != nil {
		r.strike()
		return ack, refused
	}
	ack = r.ack()
	ack.Lane = lane
	if own != nil {
		ack.LeftOut, ack.Warnings = own.Notes.LeftOut, own.Notes.Warnings
	}
	r.showSoon = true // now, if the last frame was long ago
	return ack, nil
}

// admit says why a command cannot be taken now, whatever it says.
func (r *loop) admit(c wire.Command, steers bool) *wire.ErrorMessage {
	if !steers && !r.open {
		return wire.Refuse(wire.ReadOnly, "", "view only: the owner controls this run; make a copy of your own to change settings")
	}
	if r.replay != nil {
		switch c.(type) {
		case *wire.PlayCommand, *wire.PauseCommand, *wire.OpenCommand:
		default:
			return wire.Refuse(wire.BadState, "", "the run is replaying; wait, or pause it to take over")
		}
	}
	if l := r.present; recorded(c) && (len(l.Recipe.Events) >= past.MaxEvents || l.EventBytes >= past.MaxEventBytes) {
		return wire.Refuse(wire.TooMuch, "", "the run has had %d changes since its last restart, which is the limit; reset it to make more", len(l.Recipe.Events))
	}
	return nil
}

// apply does a command, and returns the lane that it made or was about. own are
// the rows that it brings.
func (r *loop) apply(c wire.Command, own *rows.Own) (lane uint8, refused *wire.ErrorMessage) {
	switch c := c.(type) {
	case *wire.LaneAddCommand:
		return r.addLane(c)
	case *wire.LaneRemoveCommand:
		return *c.Lane, r.removeLane(c)
	case *wire.LaneEditCommand:
		return *c.Lane, r.editLane(c)
	case *wire.ChangeCommand:
		return r.change(c)
	case *wire.DataCommand:
		return 0, r.changeData(own)
	case *wire.BeginCommand:
		return 0, r.beginAnew(c, own)
	case *wire.EditCommand:
		return 0, r.edit(c)
	case *wire.AcquireCommand:
		return 0, r.acquire(c)
	case *wire.UndoCommand:
		return 0, r.undo(c)
	case *wire.RedoCommand:
		return 0, r.redo(c)
	case *wire.ReturnCommand:
		if c.Lane != nil {
			return *c.Lane, r.recover(c)
		}
		return 0, r.goBack(c)
	case *wire.RestoreCommand:
		return 0, r.restore(c)
	case *wire.ResetCommand:
		return 0, r.reset(c)
	case *wire.OpenCommand:
		r.open = *c.Open
		r.tell(wire.OpenMessage{Type: "open", Open: r.open})
		return 0, nil
	}
	return 0, r.transport(c)
}

// change sets controls of a lane and of the run.
func (r *loop) change(c *wire.ChangeCommand) (uint8, *wire.ErrorMessage) {
	g := r.present
	p, refused := r.env.Propose(g, c)
	if refused != nil {
		return 0, refused
	}
	if len(p.Deltas) == 0 {
		return p.Lane.ID, nil
	}
	was, before := r.moment(), g.Data
	fresh, refused := r.env.Apply(g, &p, r.own, r.dataRev+1)
	if refused != nil {
		return p.Lane.ID, refused
	}
	if fresh == g {
		g.Note(c, r.revision)
		if g.Data != before {
			r.dataChanged()
		}
	}
	changes := make([]wire.Change, len(p.Deltas))
	for i, d := range p.Deltas {
		changes[i] = d.Change(p.Lane.ID)
	}
	r.changedBy(fresh, was, changes...)
	if slices.ContainsFunc(p.Deltas, func(d wire.Delta) bool { return d.Control.Group == "equation" }) {
		r.tell(r.lanesMessage()) // what lanes say of their parameters
	}
	return p.Lane.ID, nil
}

// changedBy records what was changed, and begins the generation that the change has
// brought if it is another. was is the moment before, to which undo goes back.
func (r *loop) changedBy(l *past.Generation, was past.Moment, changes ...wire.Change) {
	another := l != r.present
	if another {
		r.present.NoteEvent(wire.Event{Revision: r.revision, Left: true})
	}
	r.revision++
	text := ""
	for i := range changes {
		c := &changes[i]
		c.Revision, c.Generation, c.Step, c.Undo = r.revision, r.generation, r.present.Steps, true
		if another {
			c.Generation, c.Step = r.generation+1, 0
		}
		if i == 0 {
			text = c.Text
			if text == "" {
				text = r.env.Table.Words(*c)
			}
		}
	}
	r.undone.Push(past.Entry{Revision: r.revision, Text: text, Before: was, Steps: was.Generation.Steps})
	r.told(l, changes)
}

// told puts changes into the generation's record and tells the viewers. The changes
// are part of the state with which a new generation greets.
func (r *loop) told(l *past.Generation, changes []wire.Change) {
	for i := range changes {
		changes[i].By = r.by
	}
	l.Changes = append(l.Changes, changes...)
	if l != r.present {
		r.begin(l)
	}
	r.stale = true
	if r.changed.IsZero() {
		r.changed = r.now()
	}
	for _, c := range changes {
		r.tell(wire.ChangeMessage{Type: "change", Change: c})
	}
}

// recorded says whether a command goes into recipes: all that change what is
// trained, or how, except for those that always begin another generation.
func recorded(c wire.Command) bool {
	switch c.(type) {
	case *wire.ChangeCommand, *wire.LaneAddCommand, *wire.LaneRemoveCommand, *wire.EditCommand, *wire.AcquireCommand,
		*wire.UndoCommand, *wire.RedoCommand, *wire.ReturnCommand, *wire.RestoreCommand:
		return true
	}
	return false
}
