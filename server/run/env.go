package run

import (
	"github.com/gnllviz/gnllviz/server/wire"
)

// An env is what generations begin in. It never changes.
type env struct {
	table   wire.Table
	bounds  Bounds
	workers int // goroutines that one step may use; 0 is runtime.GOMAXPROCS

	// admit, unless nil, says why lanes that begin so are too much for the memory.
	admit func(d *data, starts []laneStart) error
}

// spec makes a generation as a whole spec says, on rows of a user's own if it names
// those. The rows get the number revision.
func (e *env) spec(s *wire.Spec, own *ownRows, revision uint32) (*life, error) {
	settings, starts, err := readSpec(e.table, s)
	if err != nil {
		return nil, err
	}
	l, err := e.begin(settings, own, s.Edits, starts, revision)
	if err != nil {
		return nil, err
	}
	if refused := l.goOn(s); refused != nil {
		return nil, refused
	}
	l.entitle(s.Title, s.Lesson)
	return l, nil
}

// begin makes a generation on new rows, which get the number revision.
func (e *env) begin(s wire.RunSettings, own *ownRows, edits []wire.Edit, starts []laneStart, revision uint32) (*life, error) {
	d, err := newData(&s, own, edits, revision)
	if err != nil {
		return nil, err
	}
	return e.beginOn(s, d, starts)
}

// beginOn is begin on rows that are there.
func (e *env) beginOn(s wire.RunSettings, d *data, starts []laneStart) (*life, error) {
	if refused := checkShown(&s, d); refused != nil {
		return nil, refused
	}
	if err := e.bounds.check(d, starts); err != nil {
		return nil, err
	}
	if e.admit != nil {
		if err := e.admit(d, starts); err != nil {
			return nil, err
		}
	}
	return newLife(e.table, s, d, starts, e.workers)
}
