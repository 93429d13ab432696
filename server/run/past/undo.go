package past

import (
	"errors"
	"slices"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// ErrAway says that what is to be gone back to is in the store, and has to be fetched first.
var ErrAway = errors.New("past: it is not in memory")

// A Moment is all that undo brings back.
type Moment struct {
	Generation *Generation
	settings   wire.RunSettings
	Own        *rows.Own
	Data       *rows.Data
	acquired   uint64
	Lanes      []laneMoment
}

// A laneMoment is a lane's part of a moment.
type laneMoment struct {
	Lane     *lane.Lane
	start    lane.Start
	diverged error
	State    *lane.Kept
	watching lane.Watching
}

// Moment returns the present one, in which the user's own rows are own.
func (l *Generation) Moment(own *rows.Own) Moment {
	m := Moment{Generation: l, settings: l.Settings, Own: own, Data: l.Data, acquired: l.Acquired}
	for _, ln := range l.Lanes {
		m.Lanes = append(m.Lanes, laneMoment{ln, ln.Start, ln.Diverged, lane.Keep(ln.Ensemble.State()), ln.Watching.Clone()})
	}
	return m
}

// Kept are the states of the moment.
func (m *Moment) Kept() (list []*lane.Kept) {
	for _, l := range m.Lanes {
		list = append(list, l.State)
	}
	return list
}

// held is how many bytes of the lanes' states are in memory.
func (m *Moment) held() (n int) {
	for _, l := range m.Lanes {
		if l.State.State() != nil {
			n += l.State.Size()
		}
	}
	return n
}

// size is how many bytes the lanes' states hold where they are in memory.
func (m *Moment) size() int {
	n := 0
	for _, l := range m.Lanes {
		n += l.State.Size()
	}
	return n
}

// Restore has the generation of the moment be as it was then, but for its steps and its
// history, which continue, and says whether its rows are others than they were till now.
func (m *Moment) Restore() (otherRows bool, err error) {
	l := m.Generation
	lanes, states := make([]*lane.Lane, len(m.Lanes)), make([]*engine.State, len(m.Lanes))
	for i, was := range m.Lanes {
		if states[i] = was.State.State(); states[i] == nil {
			return false, ErrAway
		}
	}
	for i, was := range m.Lanes {
		lane := was.Lane
		if lane.Data != m.Data {
			if err := lane.SetData(m.Data); err != nil {
				return false, err
			}
		}
		if err := lane.Ensemble.SetState(states[i]); err != nil {
			return false, err
		}
		lane.Start, lane.Diverged = was.start, was.diverged
		lane.Watching = lane.Watching.Back(&was.watching, l.Steps)
		if err := lane.Obey(); err != nil {
			return false, err
		}
		lanes[i] = lane
	}
	otherRows = l.Data != m.Data
	l.Settings, l.Data, l.Acquired, l.Lanes = m.settings, m.Data, m.acquired, lanes
	return otherRows, nil
}

// Number gives the rows another number.
func (l *Generation) Number(revision uint32) {
	l.Data = l.Data.WithRevision(revision)
	for _, lane := range l.Lanes {
		lane.Data = l.Data
	}
}

// Diverged returns the first lane that has, or nil.
func (l *Generation) Diverged() *lane.Lane {
	for _, lane := range l.Lanes {
		if lane.Diverged != nil {
			return lane
		}
	}
	return nil
}

// What undo keeps, at most.
const (
	MaxUndo            = 200
	MaxUndoBytes       = 128 << 20 // of states and rows
	maxUndoGenerations = 4         // whose networks and history it holds
)

// An Entry is a change that can be undone.
type Entry struct {
	Revision uint32
	Text     string
	Before   Moment
	Steps    uint64 // that Before's generation had made
}

// A Stack is what can be undone, and, until the next change, done again.
type Stack struct {
	Entries []Entry
	Undone  []Undone // the last one last
}

// An Undone is a stretch of entries that was undone, and the moment before it was.
type Undone struct {
	Entries  []Entry
	Before   Moment
	Steps    uint64 // that Before's generation had made
	Revision uint32 // of the run then
}

// Push puts a change on the stack, from which the oldest go where they are too many. What
// was undone cannot be done again after it.
func (u *Stack) Push(e Entry) {
	u.Undone = nil
	u.Entries = append(u.Entries, e)
	bytes := 0
	generations, rows := map[*Generation]bool{}, map[*rows.Data]bool{}
	for i := len(u.Entries) - 1; i >= 0; i-- {
		before := &u.Entries[i].Before
		bytes += before.size()
		if !rows[before.Data] {
			bytes += before.Data.Size()
		}
		generations[before.Generation], rows[before.Data] = true, true
		if len(u.Entries)-i > MaxUndo || i < len(u.Entries)-1 && bytes > MaxUndoBytes || len(generations) > maxUndoGenerations {
			u.Entries = slices.Delete(u.Entries, 0, i+1)
			return
		}
	}
}

// Index returns the place of the change of a revision, or -1.
func (u *Stack) Index(revision uint32) int {
	return slices.IndexFunc(u.Entries, func(e Entry) bool { return e.Revision == revision })
}
