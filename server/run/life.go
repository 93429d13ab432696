package run

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A life is one generation of a run, from the first weights on: everything that a
// restart begins anew. It belongs to the goroutine of its run.
type life struct {
	title    string
	lesson   string // its name, or empty
	settings wire.RunSettings
	data     *data
	lanes    []*lane // never empty
	nextLane int     // the id of the next one

	steps    uint64 // that the lanes made together, those that diverged included
	points   []wire.Point
	due      uint64 // step at which the next point is due
	acquired uint64 // points

	changes []wire.Change
	recipe  wire.Recipe

	eventBytes int // of the recipe's commands

	byHand bool // an edit had numbers of rows, which the recipe has
	edited bool // there was an edit
}

// A laneStart is a lane as a life begins with it.
type laneStart struct {
	id       uint8
	name     string
	colour   uint8
	settings wire.LaneSettings
	state    []byte // a checkpoint that it goes on from, or nil
}

// newLife returns a life with new networks for the lanes, on rows d.
func newLife(t wire.Table, s wire.RunSettings, d *data, starts []laneStart, workers int) (*life, error) {
	l := &life{settings: s, data: d}
	for _, start := range starts {
		lane, err := newLane(start, &s, d, workers)
		if err != nil {
			if len(starts) > 1 {
				err = fmt.Errorf("lane %d: %w", start.id, err)
			}
			return nil, err
		}
		l.lanes = append(l.lanes, lane)
		l.nextLane = max(l.nextLane, int(start.id)+1)
	}
	l.edited = d.edits != nil
	l.byHand = slices.ContainsFunc(d.edits.list(), func(e wire.Edit) bool { return e.HasNumbers() })
	l.recipe = wire.Recipe{Spec: l.spec(t), Events: []wire.Event{}}
	for _, lane := range l.lanes {
		l.recipe.LaneIDs = append(l.recipe.LaneIDs, int(lane.id))
	}
	return l, nil
}

// entitle gives a life that begins its title, and says which lesson it is.
func (l *life) entitle(title, lesson string) {
	l.title, l.lesson = title, lesson
	l.recipe.Spec.Title, l.recipe.Spec.Lesson = title, lesson
}

// goOn has a life that begins with the states of lanes begin where these had come to.
func (l *life) goOn(s *wire.Spec) *wire.ErrorMessage {
	with := 0
	for _, lane := range l.lanes {
		if lane.state != nil {
			with++
		}
	}
	switch {
	case with > 0 && with < len(l.lanes):
		return wire.Refuse(wire.BadValue, "", "%d of %d lanes have a state; all must, or none", with, len(l.lanes))
	case with == 0 && (s.Step > 0 || s.Acquired > 0):
		return wire.Refuse(wire.BadValue, "", "a run whose lanes have no state begins at step 0, with no point acquired")
	case max(s.Step, s.Acquired) > wire.MaxStep:
		return wire.Refuse(wire.OutOfRange, "", "a run cannot begin at step %d with %d points acquired", s.Step, s.Acquired)
	}
	l.steps, l.acquired = s.Step, s.Acquired
	l.recipe.Spec.Step, l.recipe.Spec.Acquired = s.Step, s.Acquired
	return nil
}

// spec describes a life in its first moment.
func (l *life) spec(t wire.Table) wire.Spec {
	s := wire.Spec{Controls: map[string]json.RawMessage{}, Edits: l.data.edits.list()}
	if l.data.own != nil {
		s.Data = l.data.own.spec
	}
	for _, lane := range l.lanes {
		values := t.Values(wire.Settings{RunSettings: l.settings, LaneSettings: lane.settings})
		own := map[string]json.RawMessage{}
		for _, c := range t {
			into := own
			if c.Run {
				into = s.Controls
			}
			into[c.Name] = wire.Encode(values[c.Name])
		}
		colour := lane.colour
		s.Lanes = append(s.Lanes, wire.LaneSpec{Name: lane.name, Colour: &colour, Controls: own, State: lane.state})
	}
	return s
}

// starts describes the lanes as they are, for a life that begins with them and new
// weights.
func (l *life) starts() []laneStart {
	var list []laneStart
	for _, lane := range l.lanes {
		start := lane.laneStart
		start.state = nil
		list = append(list, start)
	}
	return list
}

// lane returns the lane with that id, or the first without one.
func (l *life) lane(id *uint8) (*lane, *wire.ErrorMessage) { return laneOf(l.lanes, id) }

// laneOf returns of some lanes the one with that id, or the first without one.
func laneOf(lanes []*lane, id *uint8) (*lane, *wire.ErrorMessage) {
	if id == nil {
		return lanes[0], nil
	}
	for _, lane := range lanes {
		if lane.id == *id {
			return lane, nil
		}
	}
	return nil, wire.Refuse(wire.UnknownLane, "", "there is no lane %d", *id)
}

// private says whether there are rows of the owner's, of a file or put in by hand, that
// a page does not show as they are: whatever holds them is the owner's to give away.
func (l *life) private() bool {
	d := l.data
	switch hidden := d.train.len()+d.test.len()+d.pool.len() > len(d.wire.IDs); {
	case d.own != nil && d.own.spec.Private():
		return hidden || l.edited || d.edits != nil || d.noise != 0
	case l.byHand:
		return hidden
	}
	return false
}

// note writes a command into the recipe, with the revision before it, at the
// present step.
func (l *life) note(c wire.Command, revision uint32) {
	if e, ok := c.(*wire.EditCommand); ok {
		l.edited, l.byHand = true, l.byHand || e.HasNumbers()
	}
	l.noteEvent(wire.Event{Revision: revision, Command: wire.EncodeCommand(c)})
}

func (l *life) noteEvent(e wire.Event) {
	e.At = l.steps
	l.eventBytes += len(e.Command)
	l.recipe.Events = append(l.recipe.Events, e)
}

// setData gives the lanes other rows.
func (l *life) setData(d *data) error {
	for _, lane := range l.lanes {
		if err := lane.setData(d); err != nil {
			return err // the first lane's: what one takes, all take
		}
	}
	l.data = d
	return nil
}
