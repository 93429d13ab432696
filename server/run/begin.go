package run

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// read makes settings of a spec.
func (r *Run) read(s wire.Spec) (wire.RunSettings, []laneStart, error) {
	settings, _, refused := r.table.Apply(r.table.Defaults(), s.Controls)
	if refused != nil {
		return settings.RunSettings, nil, refused
	}
	if refused := wire.CheckTitle(s.Title, s.Lesson); refused != nil {
		return settings.RunSettings, nil, refused
	}
	if s.EditsLeftOut {
		return settings.RunSettings, nil, wire.Refuse(wire.BadData, "", "rows were changed by hand, and these changes were left out with the rows: the model predicts, and cannot be trained on; export it with its rows for that")
	}
	if s.Data != nil {
		settings.Dataset = wire.OwnData
	}
	lanes := s.Lanes
	if len(lanes) == 0 {
		lanes = []wire.LaneSpec{{}}
	}
	if len(lanes) > wire.MaxLanes {
		return settings.RunSettings, nil, wire.Refuse(wire.TooMuch, "", "a run has at most %d lanes, not %d", wire.MaxLanes, len(lanes))
	}
	var starts []laneStart
	for i, lane := range lanes {
		own, refused := r.laneSettings(settings, lane.Controls)
		if refused != nil {
			refused.Reason = fmt.Sprintf("lane %d: %s", i, refused.Reason)
			return settings.RunSettings, nil, refused
		}
		if refused := wire.CheckLook(&lane.Name, lane.Colour); refused != nil {
			return settings.RunSettings, nil, refused
		}
		start := newStart(i, lane.Name, lane.Colour, own)
		if len(lane.State) > 0 {
			start.state = lane.State
		}
		starts = append(starts, start)
	}
	return settings.RunSettings, starts, nil
}

// laneSettings sets controls of a lane.
func (r *Run) laneSettings(s wire.Settings, set map[string]json.RawMessage) (wire.LaneSettings, *wire.ErrorMessage) {
	next, deltas, refused := r.table.Apply(s, set)
	if refused != nil {
		return s.LaneSettings, refused
	}
	for _, d := range deltas {
		if d.Control.Run {
			return s.LaneSettings, wire.Refuse(wire.BadValue, d.Control.Name, "%s is the run's, the same for all lanes", wire.ControlName(d.Control.Name))
		}
	}
	return next.LaneSettings, nil
}

// newStart fills in what was not said of a lane.
func newStart(id int, name string, colour *uint8, s wire.LaneSettings) laneStart {
	l := laneStart{id: uint8(id), name: name, colour: uint8(id % wire.MaxColours), settings: s}
	if name == "" {
		l.name = string(rune('A' + id%26))
	}
	if colour != nil {
		l.colour = *colour
	}
	return l
}

// conceive makes a life for the run, on new rows.
func (r *Run) conceive(s wire.RunSettings, own *ownRows, edits []wire.Edit, starts []laneStart) (*life, error) {
	d, err := newData(&s, own, edits, r.dataRev+1)
	if err != nil {
		return nil, err
	}
	return r.conceiveOn(s, d, starts)
}

// conceiveOn is conceive on rows that are there.
func (r *Run) conceiveOn(s wire.RunSettings, d *data, starts []laneStart) (*life, error) {
	if e := checkShown(&s, d); e != nil {
		return nil, e
	}
	if err := r.options.Bounds.check(d, starts); err != nil {
		return nil, err
	}
	if err := r.admitLife(d, starts); err != nil {
		return nil, err
	}
	return newLife(r.table, s, d, starts, r.options.Workers)
}

// checkShown says which input or target that is to be shown there is not.
func checkShown(s *wire.RunSettings, d *data) *wire.ErrorMessage {
	if n := len(d.set.Inputs); s.Slice > n {
		return wire.Refuse(wire.OutOfRange, "slice", "%s %d: the data set has only %d inputs", wire.ControlName("slice"), s.Slice, n)
	}
	if n := len(d.set.Targets); s.ShownTarget > n {
		return wire.Refuse(wire.OutOfRange, "shown_target", "%s %d: the data set has no target of this number, but %d in all", wire.ControlName("shown_target"), s.ShownTarget, n)
	}
	_, refused := d.heldAt(s.SliceAt)
	return refused
}

// beginAnew begins another life with a whole spec. own are its rows, if it has any.
func (r *Run) beginAnew(c *wire.BeginCommand, own *ownRows) *wire.ErrorMessage {
	settings, starts, err := r.read(c.Spec())
	if err != nil {
		return wire.AsRefusal(err)
	}
	if slices.ContainsFunc(starts, func(s laneStart) bool { return s.state != nil }) {
		return wire.Refuse(wire.BadValue, "", "begin: a lane with a state can only begin a run of its own")
	}
	if own == nil {
		own = r.own
	}
	l, err := r.conceive(settings, own, nil, starts)
	if err != nil {
		return wire.AsBadData(err)
	}
	l.entitle(c.Title, c.Lesson)
	was := r.moment()
	r.own = own
	r.changedBy(l, was, wire.Change{Kind: wire.BeginChange, Text: cmp.Or(c.Title, "begun anew with other settings")})
	r.watched()
	return nil
}

// birth has the run live a new life: a generation from step 0 on.
func (r *Run) birth(l *life) {
	l.recipe.Revision = r.revision
	r.begin(l)
	r.keep()
	r.record()
}

// begin has the run live a life, in a new generation.
func (r *Run) begin(l *life) {
	r.life = l
	r.generation++
	r.dataRev = max(r.dataRev, l.data.revision)
	r.sent, r.left, r.dataDue = 0, 0, false
	if r.until != nil {
		r.until = newUntil(&r.until.UntilCommand) // it holds for the new generation, too
	}
	if r.state == wire.Diverged {
		r.state, r.reason = r.before, ""
	}
	r.rate = rate{}
	for i := range l.changes {
		l.changes[i].Generation = r.generation
	}
	r.broadcast(r.greeting(0)...)
	r.tellGoal()
	r.stale = true
}
