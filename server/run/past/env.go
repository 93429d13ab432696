package past

import (
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// An Env is what generations begin in. It never changes.
type Env struct {
	Table   wire.Table
	Bounds  lane.Bounds
	Workers int // goroutines that one step may use; 0 is runtime.GOMAXPROCS

	// admit, unless nil, says why lanes that begin so are too much for the memory.
	Admit func(d *rows.Data, starts []lane.Start) error
}

// FromSpec makes a generation as a whole spec says, on rows of a user's own if it names
// those. The rows get the number revision.
func (e *Env) FromSpec(s *wire.Spec, own *rows.Own, revision uint32) (*Generation, error) {
	settings, starts, err := lane.Read(e.Table, s)
	if err != nil {
		return nil, err
	}
	l, err := e.Begin(settings, own, s.Edits, starts, revision)
	if err != nil {
		return nil, err
	}
	if refused := l.GoOn(s); refused != nil {
		return nil, refused
	}
	l.Entitle(s.Title, s.Lesson)
	return l, nil
}

// Begin makes a generation on new rows, which get the number revision.
func (e *Env) Begin(s wire.RunSettings, own *rows.Own, edits []wire.Edit, starts []lane.Start, revision uint32) (*Generation, error) {
	d, err := rows.New(&s, own, edits, revision)
	if err != nil {
		return nil, err
	}
	return e.BeginOn(s, d, starts)
}

// BeginOn is begin on rows that are there.
func (e *Env) BeginOn(s wire.RunSettings, d *rows.Data, starts []lane.Start) (*Generation, error) {
	if refused := rows.CheckShown(&s, d); refused != nil {
		return nil, refused
	}
	if err := e.Bounds.Check(d, starts); err != nil {
		return nil, err
	}
	if e.Admit != nil {
		if err := e.Admit(d, starts); err != nil {
			return nil, err
		}
	}
	return newGeneration(e.Table, s, d, starts, e.Workers)
}
