package run

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// addLane adds a copy of a lane. Where a control is set that needs new networks,
// all lanes begin anew: they are to be a fair comparison.
func (r *Run) addLane(c *wire.LaneAddCommand) (uint8, *wire.ErrorMessage) {
	l := r.life
	from, refused := l.lane(c.Copy)
	if refused != nil {
		return 0, refused
	}
	if l.nextLane > math.MaxUint8 {
		return 0, wire.Refuse(wire.TooMuch, "", "lane_add: this generation has had %d lanes; reset the run to number them anew", l.nextLane)
	}
	before := wire.Settings{RunSettings: l.settings, LaneSettings: from.settings}
	settings, refused := laneSettings(r.env.table, before, c.Set)
	if refused != nil {
		return 0, refused
	}
	colour := c.Colour
	if colour == nil {
		free := l.freeColour()
		colour = &free
	}
	s := newStart(l.nextLane, c.Name, colour, settings)
	starts := append(l.starts(), s)
	if err := r.env.bounds.check(l.data, starts); err != nil {
		return 0, wire.AsRefusal(err)
	}
	was := r.moment()
	id := s.id // a change outlives what is done to the lane later
	change := wire.Change{Kind: wire.LaneChange, Lane: &id, Text: fmt.Sprintf("lane %s added, a copy of %s", s.name, from.name)}
	if r.needsRestart(before, settings) {
		fresh, err := r.rebirth(l.settings, starts, false)
		if err != nil {
			return 0, wire.AsRefusal(err)
		}
		r.changedBy(fresh, was, change)
		return s.id, nil
	}
	if err := r.admitLanes(laneSize(&from.settings, from.params, l.data)); err != nil {
		return 0, wire.AsRefusal(err)
	}
	copied := from.copyAs(s, l.steps)
	copied.settings = from.settings
	if err := copied.setLane(settings); err != nil {
		return 0, wire.AsRefusal(err)
	}
	l.lanes = append(l.lanes[:len(l.lanes):len(l.lanes)], copied)
	l.nextLane++
	l.note(c, r.revision)
	r.changedBy(l, was, change)
	r.tell(r.lanesMessage())
	return s.id, nil
}

// needsRestart says whether lanes of two settings differ in what only new networks
// can take.
func (r *Run) needsRestart(before wire.Settings, after wire.LaneSettings) bool {
	a, b := r.env.table.Values(before), r.env.table.Values(wire.Settings{RunSettings: before.RunSettings, LaneSettings: after})
	for _, c := range r.env.table {
		if !c.Live && fmt.Sprint(a[c.Name]) != fmt.Sprint(b[c.Name]) {
			return true
		}
	}
	return false
}

// freeColour returns the first colour that no lane has.
func (l *life) freeColour() uint8 {
	for colour := range uint8(wire.MaxColours) {
		taken := false
		for _, lane := range l.lanes {
			taken = taken || lane.colour == colour
		}
		if !taken {
			return colour
		}
	}
	return 0
}

func (r *Run) removeLane(c *wire.LaneRemoveCommand) *wire.ErrorMessage {
	l := r.life
	gone, refused := l.lane(c.Lane)
	if refused != nil {
		return refused
	}
	if len(l.lanes) == 1 {
		return wire.Refuse(wire.BadState, "", "lane_remove: the last lane stays")
	}
	was := r.moment()
	var left []*lane
	for _, lane := range l.lanes {
		if lane != gone {
			left = append(left, lane)
		}
	}
	l.lanes = left
	r.judge()
	l.note(c, r.revision)
	number := gone.id
	r.changedBy(l, was, wire.Change{Kind: wire.LaneChange, Lane: &number, Text: fmt.Sprintf("lane %s removed", gone.name)})
	r.tell(r.lanesMessage())
	return nil
}

// editLane names or colours a lane, which changes nothing that is trained.
func (r *Run) editLane(c *wire.LaneEditCommand) *wire.ErrorMessage {
	lane, refused := r.life.lane(c.Lane)
	if refused != nil {
		return refused
	}
	if c.Name != nil {
		lane.name = *c.Name
	}
	if c.Colour != nil {
		lane.colour = *c.Colour
	}
	r.tell(r.lanesMessage())
	return nil
}

func (r *Run) lanesMessage() wire.LanesMessage {
	m := wire.LanesMessage{Type: "lanes", Revision: r.revision}
	for _, lane := range r.life.lanes {
		m.Lanes = append(m.Lanes, lane.describe(r.env.table, r.life.settings))
	}
	return m
}

// runValues returns the value of every control that the run has once.
func (r *Run) runValues() map[string]any {
	values := r.env.table.Values(wire.Settings{RunSettings: r.life.settings})
	for _, c := range r.env.table {
		if !c.Run {
			delete(values, c.Name)
		}
	}
	return values
}
