package run

import (
	"fmt"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/wire"
)

// bringBack makes the present what the moment says. Steps and history continue.
func (r *loop) bringBack(m *past.Moment) error {
	otherRows, err := m.Restore()
	if err != nil {
		return err
	}
	r.own = m.Own
	if m.Generation != r.present {
		r.become(m.Generation)
	} else if otherRows {
		// Frames under the number that these rows once had are long gone.
		r.present.Number(r.dataRev + 1)
		r.dataChanged()
	}
	r.judge()
	return nil
}

// moment returns the present one.
func (r *loop) moment() past.Moment { return r.present.Moment(r.own) }

// judge has the state say whether a lane has diverged.
func (r *loop) judge() {
	switch lane := r.present.Diverged(); {
	case lane != nil:
		r.stop(lane.Reason(len(r.present.Lanes)))
	case r.state == wire.Diverged:
		r.setState(wire.Paused, "")
	}
}

// undo takes back a change and all that came after it.
func (r *loop) undo(c *wire.UndoCommand) *wire.ErrorMessage {
	u := &r.undone
	i := len(u.Entries) - 1
	if c.Revision != 0 {
		i = u.Index(c.Revision)
	}
	if i < 0 {
		if c.Revision != 0 {
			return wire.Refuse(wire.BadState, "", "undo: change %d is no longer kept, or has been undone already", c.Revision)
		}
		return wire.Refuse(wire.BadState, "", "undo: there is nothing to undo")
	}
	e := u.Entries[i]
	now := r.moment()
	if err := r.bringBack(&e.Before); err != nil {
		return wire.Refuse(wire.BadState, "", "undo: %v", err)
	}
	u.Undone = append(u.Undone, past.Undone{Entries: slices.Clone(u.Entries[i:]), Before: now, Steps: now.Generation.Steps, Revision: r.revision})
	u.Entries = slices.Delete(u.Entries, i, len(u.Entries)) // which lets go of them
	// A replay of the generation that is now lived knows the change by the same number,
	// or that this generation was left by it.
	r.present.Note(&wire.UndoCommand{Revision: e.Revision}, r.revision)
	r.wentBack(wire.UndoChange, "undone: "+e.Text, wire.Moment{Step: e.Steps, Revision: e.Revision - 1})
	return nil
}

// redo takes back the last undo.
func (r *loop) redo(c *wire.RedoCommand) *wire.ErrorMessage {
	u := &r.undone
	if len(u.Undone) == 0 {
		return wire.Refuse(wire.BadState, "", "redo: there is nothing to redo")
	}
	last := u.Undone[len(u.Undone)-1]
	left := r.present
	if err := r.bringBack(&last.Before); err != nil {
		return wire.Refuse(wire.BadState, "", "redo: %v", err)
	}
	u.Undone = slices.Delete(u.Undone, len(u.Undone)-1, len(u.Undone))
	u.Entries = append(u.Entries, last.Entries...)
	// Also where another generation comes back: the one that is left can be undone to
	// once more.
	left.Note(c, r.revision)
	if r.present != left {
		r.present.NoteEvent(wire.Event{Revision: r.revision + 1})
	}
	r.wentBack(wire.RedoChange, "done again: "+last.Entries[0].Text, wire.Moment{Step: last.Steps, Revision: last.Revision})
	return nil
}

// wentBack records that the weights of an earlier moment came back.
func (r *loop) wentBack(kind wire.ChangeKind, text string, from wire.Moment) {
	r.revision++
	r.told(r.present, []wire.Change{{
		Revision: r.revision, Generation: r.generation, Step: r.present.Steps, Kind: kind, Text: text, From: &from,
	}})
	r.flush()
	r.tell(r.message(r.sent))
}

// goBack puts back the weights of an earlier moment.
func (r *loop) goBack(c *wire.ReturnCommand) *wire.ErrorMessage {
	l := r.present
	states, at, refused := l.Snapshot(*c.Step)
	if refused != nil {
		return refused
	}
	was := r.moment()
	for i, lane := range l.Lanes {
		if err := lane.Ensemble.SetWeights(states[i].State()); err != nil {
			return wire.Refuse(wire.BadState, "", "return: %v", err)
		}
		lane.Watching.Return(at, l.Steps, lane.Diverged != nil)
		lane.Diverged = nil
	}
	r.judge()
	// The recipe has the very step: a ladder that had more room, or less, has others.
	l.Note(&wire.ReturnCommand{Head: c.Head, Step: &at}, r.revision)
	r.changedBy(l, was, wire.Change{Kind: wire.WeightsChange, Text: fmt.Sprintf("continued from step %d", at), From: &wire.Moment{Step: at}})
	return nil
}

// restoredSteps is how many steps restore goes back at most.
const restoredSteps = 128

// restore puts back the weights that the diverged lanes had some steps before.
func (r *loop) restore(c *wire.RestoreCommand) *wire.ErrorMessage {
	if r.state != wire.Diverged {
		return wire.Refuse(wire.BadState, "", "restore: the run is %s, and only a diverged run can be restored", r.state)
	}
	was := r.moment()
	var back uint64 // steps, at most
	for _, lane := range r.present.Lanes {
		if lane.Diverged != nil {
			back = max(back, lane.Ensemble.Steps()-lane.Ensemble.Restore())
			lane.Diverged = nil
			lane.Watching.Return(r.present.Steps-min(r.present.Steps, restoredSteps), r.present.Steps, true)
		}
	}
	r.present.Note(c, r.revision)
	r.judge()
	r.changedBy(r.present, was, wire.Change{Kind: wire.WeightsChange, Text: "restored to before the divergence", From: &wire.Moment{Step: r.present.Steps - min(back, r.present.Steps)}})
	return nil
}
