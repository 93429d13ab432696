package run

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// addLane adds a copy of a lane. Where a control is set that needs new networks,
// all lanes restart, so that the comparison is fair.
func (r *loop) addLane(c *wire.LaneAddCommand) (uint8, *wire.ErrorMessage) {
	l := r.present
	from, refused := l.Lane(c.Copy)
	if refused != nil {
		return 0, refused
	}
	if l.NextLane > math.MaxUint8 {
		return 0, wire.Refuse(wire.TooMuch, "", "lane_add: %d lanes have been made since the last restart, which is the limit; reset the run to add more", l.NextLane)
	}
	before := wire.Settings{RunSettings: l.Settings, LaneSettings: from.Settings}
	settings, refused := lane.SettingsOf(r.env.Table, before, c.Set)
	if refused != nil {
		return 0, refused
	}
	colour := c.Colour
	if colour == nil {
		free := l.FreeColour()
		colour = &free
	}
	s := lane.NewStart(l.NextLane, c.Name, colour, settings)
	starts := append(l.Starts(), s)
	if err := r.env.Bounds.Check(l.Data, starts); err != nil {
		return 0, wire.AsRefusal(err)
	}
	was := r.moment()
	id := s.ID // a change outlives what is done to the lane later
	change := wire.Change{Kind: wire.LaneChange, Lane: &id, Text: fmt.Sprintf("model %s added, a copy of %s", s.Name, from.Name)}
	if r.needsRestart(before, settings) {
		fresh, err := r.env.Again(l, l.Settings, starts, r.own, false, r.dataRev+1)
		if err != nil {
			return 0, wire.AsRefusal(err)
		}
		r.changedBy(fresh, was, change)
		return s.ID, nil
	}
	if err := r.admitLanes(lane.Size(&from.Settings, from.Params, l.Data)); err != nil {
		return 0, wire.AsRefusal(err)
	}
	copied := from.CopyAs(s, l.Steps)
	copied.Settings = from.Settings
	if err := copied.SetLane(settings); err != nil {
		return 0, wire.AsRefusal(err)
	}
	l.Lanes = append(l.Lanes[:len(l.Lanes):len(l.Lanes)], copied)
	l.NextLane++
	l.Note(c, r.revision)
	r.changedBy(l, was, change)
	r.tell(r.lanesMessage())
	return s.ID, nil
}

// needsRestart says whether lanes of two settings differ in what only new networks
// can take.
func (r *loop) needsRestart(before wire.Settings, after wire.LaneSettings) bool {
	a, b := r.env.Table.Values(before), r.env.Table.Values(wire.Settings{RunSettings: before.RunSettings, LaneSettings: after})
	for _, c := range r.env.Table {
		if !c.Live && fmt.Sprint(a[c.Name]) != fmt.Sprint(b[c.Name]) {
			return true
		}
	}
	return false
}

func (r *loop) removeLane(c *wire.LaneRemoveCommand) *wire.ErrorMessage {
	l := r.present
	gone, refused := l.Lane(c.Lane)
	if refused != nil {
		return refused
	}
	if len(l.Lanes) == 1 {
		return wire.Refuse(wire.BadState, "", "lane_remove: a run needs at least one lane")
	}
	was := r.moment()
	var left []*lane.Lane
	for _, lane := range l.Lanes {
		if lane != gone {
			left = append(left, lane)
		}
	}
	l.Lanes = left
	r.judge()
	l.Note(c, r.revision)
	number := gone.ID
	r.changedBy(l, was, wire.Change{Kind: wire.LaneChange, Lane: &number, Text: fmt.Sprintf("model %s removed", gone.Name)})
	r.tell(r.lanesMessage())
	return nil
}

// editLane names or colours a lane, which changes nothing that is trained.
func (r *loop) editLane(c *wire.LaneEditCommand) *wire.ErrorMessage {
	lane, refused := r.present.Lane(c.Lane)
	if refused != nil {
		return refused
	}
	if c.Name != nil {
		lane.Name = *c.Name
	}
	if c.Colour != nil {
		lane.Colour = *c.Colour
	}
	r.tell(r.lanesMessage())
	return nil
}

func (r *loop) lanesMessage() wire.LanesMessage {
	m := wire.LanesMessage{Type: "lanes", Revision: r.revision}
	for _, lane := range r.present.Lanes {
		m.Lanes = append(m.Lanes, lane.Describe(r.env.Table, r.present.Settings))
	}
	return m
}

// runValues returns the value of every control that the run has once.
func (r *loop) runValues() map[string]any {
	values := r.env.Table.Values(wire.Settings{RunSettings: r.present.Settings})
	for _, c := range r.env.Table {
		if !c.Run {
			delete(values, c.Name)
		}
	}
	return values
}
