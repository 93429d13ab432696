package run

import (
	"fmt"
	"slices"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// A moment is all that undo brings back.
type moment struct {
	life     *life
	settings wire.RunSettings
	own      *ownRows
	data     *data
	acquired uint64
	lanes    []laneMoment
}

// A laneMoment is a lane's part of a moment.
type laneMoment struct {
	lane     *lane
	start    laneStart
	diverged error
	state    *engine.State
}

// moment returns the present one, in which the user's own rows are own.
func (l *life) moment(own *ownRows) moment {
	m := moment{life: l, settings: l.settings, own: own, data: l.data, acquired: l.acquired}
	for _, lane := range l.lanes {
		m.lanes = append(m.lanes, laneMoment{lane, lane.laneStart, lane.diverged, lane.ensemble.State()})
	}
	return m
}

// size is how many bytes the lanes' states hold.
func (m *moment) size() int {
	n := 0
	for _, l := range m.lanes {
		n += l.state.Size()
	}
	return n
}

// restore has the generation of the moment be as it was then, but for its steps and its
// history, which go on, and says whether its rows are others than they were till now.
func (m *moment) restore() (otherRows bool, err error) {
	l := m.life
	lanes := make([]*lane, len(m.lanes))
	for i, was := range m.lanes {
		lane := was.lane
		if lane.data != m.data {
			if err := lane.setData(m.data); err != nil {
				return false, err
			}
		}
		if err := lane.ensemble.SetState(was.state); err != nil {
			return false, err
		}
		lane.laneStart, lane.diverged = was.start, was.diverged
		if err := lane.obey(); err != nil {
			return false, err
		}
		lanes[i] = lane
	}
	otherRows = l.data != m.data
	l.settings, l.data, l.acquired, l.lanes = m.settings, m.data, m.acquired, lanes
	return otherRows, nil
}

// number gives the rows another number.
func (l *life) number(revision uint32) {
	l.data = l.data.withRevision(revision)
	for _, lane := range l.lanes {
		lane.data = l.data
	}
}

// bringBack makes the present what the moment says. Steps and history go on.
func (r *Run) bringBack(m *moment) error {
	otherRows, err := m.restore()
	if err != nil {
		return err
	}
	r.own = m.own
	if m.life != r.life {
		r.begin(m.life)
	} else if otherRows {
		// Frames under the number that these rows once had are long gone.
		r.life.number(r.dataRev + 1)
		r.dataChanged()
	}
	r.judge()
	return nil
}

// moment returns the present one.
func (r *Run) moment() moment { return r.life.moment(r.own) }

// judge has the state say whether a lane has diverged.
func (r *Run) judge() {
	switch lane := r.life.diverged(); {
	case lane != nil:
		r.stop(lane.reason(len(r.life.lanes)))
	case r.state == wire.Diverged:
		r.setState(wire.Paused, "")
	}
}

// diverged returns the first lane that has, or nil.
func (l *life) diverged() *lane {
	for _, lane := range l.lanes {
		if lane.diverged != nil {
			return lane
		}
	}
	return nil
}

// What undo keeps, at most.
const (
	maxUndo      = 200
	maxUndoBytes = 128 << 20 // of states and rows
	maxUndoLives = 4         // whose networks and history it holds
)

// An entry is a change that can be undone.
type entry struct {
	revision uint32
	text     string
	before   moment
}

// An undoStack is what can be undone, and, until the next change, done again.
type undoStack struct {
	entries []entry
	undone  []undone // the last one last
}

// An undone is a stretch of entries that was undone, and the moment before it was.
type undone struct {
	entries []entry
	before  moment
}

func (u *undoStack) push(e entry) {
	u.undone = nil
	u.entries = append(u.entries, e)
	bytes := 0
	lives, rows := map[*life]bool{}, map[*data]bool{}
	for i := len(u.entries) - 1; i >= 0; i-- {
		before := &u.entries[i].before
		bytes += before.size()
		if !rows[before.data] {
			bytes += before.data.size()
		}
		lives[before.life], rows[before.data] = true, true
		if len(u.entries)-i > maxUndo || i < len(u.entries)-1 && bytes > maxUndoBytes || len(lives) > maxUndoLives {
			u.entries = slices.Delete(u.entries, 0, i+1)
			return
		}
	}
}

// index returns the place of the change of a revision, or -1.
func (u *undoStack) index(revision uint32) int {
	return slices.IndexFunc(u.entries, func(e entry) bool { return e.revision == revision })
}

// undo takes back a change and all that came after it.
func (r *Run) undo(c *wire.UndoCommand) *wire.ErrorMessage {
	u := &r.undone
	i := len(u.entries) - 1
	if c.Revision != 0 {
		i = u.index(c.Revision)
	}
	if i < 0 {
		if c.Revision != 0 {
			return wire.Refuse(wire.BadState, "", "undo: change %d is not kept, or was undone", c.Revision)
		}
		return wire.Refuse(wire.BadState, "", "undo: there is nothing to undo")
	}
	e := u.entries[i]
	now := r.moment()
	if err := r.bringBack(&e.before); err != nil {
		return wire.Refuse(wire.BadState, "", "undo: %v", err)
	}
	u.undone = append(u.undone, undone{slices.Clone(u.entries[i:]), now})
	u.entries = slices.Delete(u.entries, i, len(u.entries)) // which lets go of them
	// A replay of the life that is now lived knows the change by the same number,
	// or that this life was left by it.
	r.life.note(&wire.UndoCommand{Revision: e.revision}, r.revision)
	r.wentBack(wire.UndoChange, "undone: "+e.text)
	return nil
}

// redo takes back the last undo.
func (r *Run) redo(c *wire.RedoCommand) *wire.ErrorMessage {
	u := &r.undone
	if len(u.undone) == 0 {
		return wire.Refuse(wire.BadState, "", "redo: there is nothing to do again")
	}
	last := u.undone[len(u.undone)-1]
	left := r.life
	if err := r.bringBack(&last.before); err != nil {
		return wire.Refuse(wire.BadState, "", "redo: %v", err)
	}
	u.undone = slices.Delete(u.undone, len(u.undone)-1, len(u.undone))
	u.entries = append(u.entries, last.entries...)
	// Also where another life comes back: the one that is left can be undone to
	// once more.
	left.note(c, r.revision)
	if r.life != left {
		r.life.noteEvent(wire.Event{Revision: r.revision + 1})
	}
	r.wentBack(wire.RedoChange, "done again: "+last.entries[0].text)
	return nil
}

// wentBack records that earlier weights came back.
func (r *Run) wentBack(kind wire.ChangeKind, text string) {
	r.revision++
	r.told(r.life, []wire.Change{{
		Revision: r.revision, Generation: r.generation, Step: r.life.steps, Kind: kind, Text: text,
	}})
	r.flush()
	r.tell(r.message(r.sent))
}

// goBack puts back the weights of an earlier moment.
func (r *Run) goBack(c *wire.ReturnCommand) *wire.ErrorMessage {
	l := r.life
	states, at, refused := l.snapshot(*c.Step)
	if refused != nil {
		return refused
	}
	was := r.moment()
	for i, lane := range l.lanes {
		if err := lane.ensemble.SetWeights(states[i]); err != nil {
			return wire.Refuse(wire.BadState, "", "return: %v", err)
		}
		lane.diverged = nil
	}
	r.judge()
	// The recipe has the very step: a ladder that had more room, or less, has others.
	l.note(&wire.ReturnCommand{Head: c.Head, Step: &at}, r.revision)
	r.changedBy(l, was, wire.Change{Kind: wire.WeightsChange, Text: fmt.Sprintf("back to the weights of step %d", at)})
	return nil
}

// restore puts back the weights that the diverged lanes had some steps before.
func (r *Run) restore(c *wire.RestoreCommand) *wire.ErrorMessage {
	if r.state != wire.Diverged {
		return wire.Refuse(wire.BadState, "", "restore: the run is %s; there is nothing to go back from", r.state)
	}
	was := r.moment()
	for _, lane := range r.life.lanes {
		if lane.diverged != nil {
			lane.ensemble.Restore()
			lane.diverged = nil
		}
	}
	r.life.note(c, r.revision)
	r.judge()
	r.changedBy(r.life, was, wire.Change{Kind: wire.WeightsChange, Text: "back to before it diverged"})
	return nil
}
