package run

import (
	"cmp"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// beginAnew begins another generation with a whole spec. own are its rows, if it has any.
func (r *loop) beginAnew(c *wire.BeginCommand, own *rows.Own) *wire.ErrorMessage {
	spec := c.Spec()
	settings, starts, err := lane.Read(r.env.Table, &spec)
	if err != nil {
		return wire.AsRefusal(err)
	}
	if slices.ContainsFunc(starts, func(s lane.Start) bool { return s.State != nil }) {
		return wire.Refuse(wire.BadValue, "", "begin: a lane with a checkpoint needs a run of its own")
	}
	if own == nil {
		own = r.own
	}
	l, err := r.env.Begin(settings, own, nil, starts, r.dataRev+1)
	if err != nil {
		return wire.AsBadData(err)
	}
	l.Entitle(c.Title, c.Lesson)
	was := r.moment()
	r.own = own
	r.changedBy(l, was, wire.Change{Kind: wire.BeginChange, Text: cmp.Or(c.Title, "started again with other settings")})
	r.watched()
	if c.Paused {
		r.left, r.stopAt = 0, nil
		r.setState(wire.Paused, "")
	}
	return nil
}

// begin has the run be in a new generation, from its first step on.
func (r *loop) begin(l *past.Generation) {
	l.Recipe.Revision = r.revision
	r.become(l)
	r.keep()
	r.record()
}

// become has the run be in a generation, a new one or one that undo brings back, under a
// number of its own.
func (r *loop) become(l *past.Generation) {
	r.present = l
	r.generation++
	r.dataRev = max(r.dataRev, l.Data.Revision)
	r.sent, r.left, r.dataDue = 0, 0, false
	r.resumed = math.MaxInt
	if r.stopAt != nil {
		r.stopAt = newStopCondition(&r.stopAt.UntilCommand) // it holds for the new generation, too
	}
	if r.state == wire.Diverged {
		r.state, r.reason = r.before, ""
	}
	r.rate = rate{}
	for i := range l.Changes {
		l.Changes[i].Generation = r.generation
	}
	r.broadcast(r.greeting(0)...)
	r.forgetStep()
	r.tellGoal()
	r.stale = true
}

// reset begins another generation with the same rows, edits included unless the command
// removes them, and the same settings but for those that it sets.
func (r *loop) reset(c *wire.ResetCommand) *wire.ErrorMessage {
	was := r.moment()
	settings, starts, changes, refused := r.env.Restarted(r.present, c.Lanes)
	if refused != nil {
		return refused
	}
	l, err := r.env.Again(r.present, settings, starts, r.own, c.Rows, r.dataRev+1)
	if err != nil {
		return wire.AsRefusal(err)
	}
	r.changedBy(l, was, append([]wire.Change{{Kind: wire.WeightsChange, Text: "reset"}}, changes...)...)
	return nil
}
