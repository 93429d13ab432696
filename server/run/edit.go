package run

import (
	"fmt"
	"strings"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// changeData begins a new generation on rows of the user's own.
func (r *loop) changeData(own *rows.Own) *wire.ErrorMessage {
	s := r.present.Settings
	s.Dataset, s.Slice, s.SliceAt, s.ShownTarget = wire.OwnData, 0, "", 1
	starts := r.present.Starts()
	for i := range starts {
		starts[i].Settings = lane.WithoutEquation(starts[i].Settings)
	}
	l, err := r.env.Begin(s, own, nil, starts, r.dataRev+1)
	if err != nil {
		return wire.AsBadData(err)
	}
	was := r.moment()
	r.own = own
	r.changedBy(l, was, wire.Change{Kind: wire.DataChange, Dataset: l.Data.Set.Title, Text: "data: " + l.Data.Set.Title})
	return nil
}

// edit adds, moves and erases rows while the lanes train.
func (r *loop) edit(c *wire.EditCommand) *wire.ErrorMessage {
	e := r.present.Data.Clean(&c.Edit)
	d, err := r.present.Data.Edited(&e)
	if err != nil {
		return wire.AsBadData(err)
	}
	was := r.moment()
	if refused := r.present.GiveRows(d, r.env.Bounds, r.dataRev+1); refused != nil {
		return refused
	}
	r.dataChanged()
	r.present.Note(c, r.revision)
	r.changedBy(r.present, was, wire.Change{Kind: wire.DataChange, Text: describeEdit(&c.Edit)})
	return nil
}

// dataChanged has viewers told of other rows, not more often than they can be
// read.
func (r *loop) dataChanged() {
	r.dataRev = r.present.Data.Revision
	r.dataDue, r.stale = true, true
}

func describeEdit(e *wire.Edit) string {
	var what []string
	for _, part := range []struct {
		n    int
		verb string
	}{{len(e.Add), "added"}, {len(e.Move), "moved"}, {len(e.Erase), "erased"}, {len(e.Take), "taken from the pool"}} {
		if part.n == 1 {
			what = append(what, "a point "+part.verb)
		} else if part.n > 1 {
			what = append(what, fmt.Sprintf("%d points %s", part.n, part.verb))
		}
	}
	return strings.Join(what, ", ")
}

// acquire takes the next points.
func (r *loop) acquire(c *wire.AcquireCommand) *wire.ErrorMessage {
	if e := r.present.CanAcquire(); e != nil {
		return e
	}
	was := r.moment()
	n, refused := r.present.Acquire(c.Count, r.env.Bounds, r.dataRev+1)
	if refused != nil {
		return refused
	}
	r.dataChanged()
	r.present.Note(c, r.revision)
	r.changedBy(r.present, was, wire.Change{Kind: wire.DataChange, Text: r.acquiredText(n)})
	return nil
}

func (r *loop) acquiredText(n int) string {
	if n == 1 {
		return "a point acquired, by " + r.present.Settings.AcquireBy
	}
	return fmt.Sprintf("%d points acquired, by %s", n, r.present.Settings.AcquireBy)
}

// tellAcquired tells of a point that was acquired as it was time for one. That is a
// matter of steps alone, and so no event of the recipe, and nothing that undo goes back
// to: the change that wanted it is.
func (r *loop) tellAcquired(a past.Advanced) {
	var change wire.Change
	switch {
	case a.Refused != nil:
		change = wire.Change{Kind: wire.ControlChange, Control: "acquire_every", Old: a.Every, New: 0, Text: a.Refused.Reason}
	case a.Acquired > 0:
		r.dataChanged()
		change = wire.Change{Kind: wire.DataChange, Text: r.acquiredText(1)}
	default:
		return
	}
	r.revision++
	change.Revision, change.Generation, change.Step = r.revision, r.generation, r.present.Steps
	r.told(r.present, []wire.Change{change})
}
