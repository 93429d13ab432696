package run

import (
	"fmt"
	"strings"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// changeData begins a new life on rows of the user's own.
func (r *Run) changeData(own *ownRows) *wire.ErrorMessage {
	s := r.life.settings
	s.Dataset, s.Slice, s.SliceAt, s.ShownTarget = wire.OwnData, 0, "", 1
	starts := r.life.starts()
	for i := range starts {
		starts[i].settings = withoutEquation(starts[i].settings)
	}
	l, err := r.env.begin(s, own, nil, starts, r.dataRev+1)
	if err != nil {
		return wire.AsBadData(err)
	}
	was := r.moment()
	r.own = own
	r.changedBy(l, was, wire.Change{Kind: wire.DataChange, Dataset: l.data.set.Title, Text: "data: " + l.data.set.Title})
	return nil
}

// edit adds, moves and erases rows while the lanes train.
func (r *Run) edit(c *wire.EditCommand) *wire.ErrorMessage {
	e := r.life.data.clean(&c.Edit)
	d, err := r.life.data.edited(&e)
	if err != nil {
		return wire.AsBadData(err)
	}
	was := r.moment()
	if refused := r.life.giveRows(d, r.env.bounds, r.dataRev+1); refused != nil {
		return refused
	}
	r.dataChanged()
	r.life.note(c, r.revision)
	r.changedBy(r.life, was, wire.Change{Kind: wire.DataChange, Text: describeEdit(&c.Edit)})
	return nil
}

// dataChanged has viewers told of other rows, not more often than they can be
// read.
func (r *Run) dataChanged() {
	r.dataRev = r.life.data.revision
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
func (r *Run) acquire(c *wire.AcquireCommand) *wire.ErrorMessage {
	if e := r.life.canAcquire(); e != nil {
		return e
	}
	was := r.moment()
	n, refused := r.life.acquire(c.Count, r.env.bounds, r.dataRev+1)
	if refused != nil {
		return refused
	}
	r.dataChanged()
	r.life.note(c, r.revision)
	r.changedBy(r.life, was, wire.Change{Kind: wire.DataChange, Text: r.acquiredText(n)})
	return nil
}

func (r *Run) acquiredText(n int) string {
	if n == 1 {
		return "a point acquired, by " + r.life.settings.AcquireBy
	}
	return fmt.Sprintf("%d points acquired, by %s", n, r.life.settings.AcquireBy)
}

// tellAcquired tells of a point that was acquired as it was time for one. That is a
// matter of steps alone, and so no event of the recipe, and nothing that undo goes back
// to: the change that wanted it is.
func (r *Run) tellAcquired(a advance) {
	var change wire.Change
	switch {
	case a.refused != nil:
		change = wire.Change{Kind: wire.ControlChange, Control: "acquire_every", Old: a.every, New: 0, Text: a.refused.Reason}
	case a.acquired > 0:
		r.dataChanged()
		change = wire.Change{Kind: wire.DataChange, Text: r.acquiredText(1)}
	default:
		return
	}
	r.revision++
	change.Revision, change.Generation, change.Step = r.revision, r.generation, r.life.steps
	r.told(r.life, []wire.Change{change})
}
