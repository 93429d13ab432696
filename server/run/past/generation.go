package past

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What one generation remembers of itself, at most.
const (
	MaxEvents     = 100_000
	MaxEventBytes = 32 << 20
)

// A Generation is a run from its first weights to the next restart: everything that a
// restart begins again. It belongs to the goroutine of its run.
type Generation struct {
	Title    string
	Lesson   string // its name, or empty
	Settings wire.RunSettings
	Data     *rows.Data
	Lanes    []*lane.Lane // never empty
	NextLane int          // the id of the next one

	Steps    uint64 // that the lanes made together, those that diverged included
	Points   []wire.Point
	Due      uint64 // step at which the next point is due
	Acquired uint64 // points

	Changes []wire.Change
	Recipe  wire.Recipe

	EventBytes int // of the recipe's commands

	byHand bool // an edit had numbers of rows, which the recipe has
	edited bool // there was an edit
}

// newGeneration returns a generation with new networks for the lanes, on rows d.
func newGeneration(t wire.Table, s wire.RunSettings, d *rows.Data, starts []lane.Start, workers int) (*Generation, error) {
	l := &Generation{Settings: s, Data: d}
	for _, start := range starts {
		lane, err := lane.New(start, &s, d, workers)
		if err != nil {
			if len(starts) > 1 {
				err = fmt.Errorf("lane %d: %w", start.ID, err)
			}
			return nil, err
		}
		l.Lanes = append(l.Lanes, lane)
		l.NextLane = max(l.NextLane, int(start.ID)+1)
	}
	l.edited = d.Edits != nil
	l.byHand = slices.ContainsFunc(d.Edits.List(), func(e wire.Edit) bool { return e.HasNumbers() })
	l.Recipe = wire.Recipe{Spec: l.spec(t), Events: []wire.Event{}}
	for _, lane := range l.Lanes {
		l.Recipe.LaneIDs = append(l.Recipe.LaneIDs, int(lane.ID))
	}
	return l, nil
}

// Copy returns an independent copy with the same past, of which nothing says who made
// its changes.
func (l *Generation) Copy() *Generation {
	c := *l
	c.Lanes = make([]*lane.Lane, len(l.Lanes))
	for i, ln := range l.Lanes {
		c.Lanes[i] = ln.CopyAs(ln.Start, l.Steps)
		c.Lanes[i].From = ln.From
	}
	c.Points = slices.Clone(l.Points)
	c.Changes = slices.Clone(l.Changes)
	for i := range c.Changes {
		c.Changes[i].By = nil
	}
	c.Recipe.Events = slices.Clone(l.Recipe.Events)
	return &c
}

// Entitle gives a generation that begins its title, and says which lesson it is.
func (l *Generation) Entitle(title, lesson string) {
	l.Title, l.Lesson = title, lesson
	l.Recipe.Spec.Title, l.Recipe.Spec.Lesson = title, lesson
}

// GoOn has a generation that begins with the states of lanes begin where these had come to.
func (l *Generation) GoOn(s *wire.Spec) *wire.ErrorMessage {
	with := 0
	for _, lane := range l.Lanes {
		if lane.State != nil {
			with++
		}
	}
	switch {
	case with > 0 && with < len(l.Lanes):
		return wire.Refuse(wire.BadValue, "", "%d of %d lanes have a checkpoint; all must have one, or none", with, len(l.Lanes))
	case with == 0 && (s.Step > 0 || s.Acquired > 0):
		return wire.Refuse(wire.BadValue, "", "a run whose lanes have no checkpoint must begin at step 0, with no acquired points")
	case max(s.Step, s.Acquired) > wire.MaxStep:
		return wire.Refuse(wire.OutOfRange, "", "a run cannot begin at step %d with %d points acquired", s.Step, s.Acquired)
	}
	l.Steps, l.Acquired = s.Step, s.Acquired
	l.Recipe.Spec.Step, l.Recipe.Spec.Acquired = s.Step, s.Acquired
	return nil
}

// spec describes a generation in its first moment.
func (l *Generation) spec(t wire.Table) wire.Spec {
	s := wire.Spec{Controls: map[string]json.RawMessage{}, Edits: l.Data.Edits.List()}
	if l.Data.Own != nil {
		s.Data = l.Data.Own.Spec
	}
	for _, lane := range l.Lanes {
		values := t.Values(wire.Settings{RunSettings: l.Settings, LaneSettings: lane.Settings})
		own := map[string]json.RawMessage{}
		for _, c := range t {
			into := own
			if c.Run {
				into = s.Controls
			}
			into[c.Name] = wire.Encode(values[c.Name])
		}
		colour := lane.Colour
		s.Lanes = append(s.Lanes, wire.LaneSpec{Name: lane.Name, Colour: &colour, Controls: own, State: lane.State})
	}
	return s
}

// Starts describes the lanes as they are, for a generation that begins with them and new
// weights.
func (l *Generation) Starts() []lane.Start {
	var list []lane.Start
	for _, lane := range l.Lanes {
		start := lane.Start
		start.State = nil
		list = append(list, start)
	}
	return list
}

// Lane returns the lane with that id, or the first without one.
func (l *Generation) Lane(id *uint8) (*lane.Lane, *wire.ErrorMessage) { return LaneOf(l.Lanes, id) }

// LaneOf returns of some lanes the one with that id, or the first without one.
func LaneOf(lanes []*lane.Lane, id *uint8) (*lane.Lane, *wire.ErrorMessage) {
	if id == nil {
		return lanes[0], nil
	}
	for _, lane := range lanes {
		if lane.ID == *id {
			return lane, nil
		}
	}
	return nil, wire.Refuse(wire.UnknownLane, "", "there is no lane %d", *id)
}

// Private says whether there are rows of the owner's, of a file or put in by hand, that
// a page does not show as they are: whatever holds them is the owner's to give away.
func (l *Generation) Private() bool {
	d := l.Data
	switch hidden := d.Train.Len()+d.Test.Len()+d.Pool.Len() > len(d.Described.IDs); {
	case d.Own != nil && d.Own.Spec.Private():
		return hidden || l.edited || d.Edits != nil || d.Noise != 0
	case l.byHand:
		return hidden
	}
	return false
}

// Note writes a command into the recipe, with the revision before it, at the
// present step.
func (l *Generation) Note(c wire.Command, revision uint32) {
	if e, ok := c.(*wire.EditCommand); ok {
		l.edited, l.byHand = true, l.byHand || e.HasNumbers()
	}
	l.NoteEvent(wire.Event{Revision: revision, Command: wire.EncodeCommand(c)})
}

// NoteEvent writes an event into the recipe, at the present step.
func (l *Generation) NoteEvent(e wire.Event) {
	e.At = l.Steps
	l.EventBytes += len(e.Command)
	l.Recipe.Events = append(l.Recipe.Events, e)
}

// SetData gives the lanes other rows.
func (l *Generation) SetData(d *rows.Data) error {
	for _, lane := range l.Lanes {
		if err := lane.SetData(d); err != nil {
			return err // the first lane's: what one takes, all take
		}
	}
	l.Data = d
	return nil
}

// SpecOf describes one lane as it is now, without its state.
func (l *Generation) SpecOf(t wire.Table, of *lane.Lane) wire.Spec {
	one := *l
	one.Lanes = []*lane.Lane{of}
	s := one.spec(t)
	s.Title, s.Lesson, s.Step, s.Acquired = l.Title, l.Lesson, l.Steps, l.Acquired
	s.Lanes[0].State = nil
	return s
}

// DescribeData describes the rows, with the scale of the lanes' targets, which is
// that of the rows with which the generation began.
func (l *Generation) DescribeData(t wire.Table) wire.Data {
	d := l.Data.Described
	d.Auto = t.Automatic(l.Data.Basis())
	d.TargetStd = wire.Number(l.Lanes[0].Scale(l.Data.Target).Std)
	d.ByTarget = slices.Clone(d.ByTarget)
	for k := range d.ByTarget {
		d.ByTarget[k].Std = wire.Number(l.Lanes[0].Scale(k).Std)
	}
	d.Private = l.Private()
	return d
}

func (l *Generation) lookRows(ln *lane.Lane) int {
	return lane.LookRows(ln.Params, len(l.Lanes), l.Data.Places())
}

// EpochSteps returns the steps in which every lane sees all its rows once.
func (l *Generation) EpochSteps() int {
	steps := 1
	for _, lane := range l.Lanes {
		steps = max(steps, int(math.Ceil(float64(l.Data.Train.Len())/float64(lane.Settings.Batch))))
	}
	return steps
}

// FreeColour returns the first colour that no lane has.
func (l *Generation) FreeColour() uint8 {
	for colour := range uint8(wire.MaxColours) {
		taken := false
		for _, lane := range l.Lanes {
			taken = taken || lane.Colour == colour
		}
		if !taken {
			return colour
		}
	}
	return 0
}
