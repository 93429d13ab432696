package lane

import (
	"encoding/json"
	"fmt"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A Start is a lane as a generation begins with it.
type Start struct {
	ID       uint8
	Name     string
	Colour   uint8
	Settings wire.LaneSettings
	State    []byte // a checkpoint that it continues from, or nil
}

// Read makes settings of a spec, and lanes that begin with them.
func Read(t wire.Table, s *wire.Spec) (wire.RunSettings, []Start, error) {
	settings, _, refused := t.Apply(t.Defaults(), s.Controls)
	if refused != nil {
		return settings.RunSettings, nil, refused
	}
	if refused := wire.CheckTitle(s.Title, s.Lesson); refused != nil {
		return settings.RunSettings, nil, refused
	}
	if s.EditsLeftOut {
		return settings.RunSettings, nil, wire.Refuse(wire.BadData, "", "cannot resume: rows were changed by hand, and these changes were left out of the file; export the model with its rows to train it further")
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
	var starts []Start
	for i, lane := range lanes {
		own, refused := SettingsOf(t, settings, lane.Controls)
		if refused != nil {
			refused.Reason = fmt.Sprintf("lane %d: %s", i, refused.Reason)
			return settings.RunSettings, nil, refused
		}
		if refused := wire.CheckLook(&lane.Name, lane.Colour); refused != nil {
			return settings.RunSettings, nil, refused
		}
		start := NewStart(i, lane.Name, lane.Colour, own)
		if len(lane.State) > 0 {
			start.State = lane.State
		}
		starts = append(starts, start)
	}
	return settings.RunSettings, starts, nil
}

// SettingsOf sets controls of a lane.
func SettingsOf(t wire.Table, s wire.Settings, set map[string]json.RawMessage) (wire.LaneSettings, *wire.ErrorMessage) {
	next, deltas, refused := t.Apply(s, set)
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

// NewStart fills in what was not said of a lane.
func NewStart(id int, name string, colour *uint8, s wire.LaneSettings) Start {
	l := Start{ID: uint8(id), Name: name, Colour: uint8(id % wire.MaxColours), Settings: s}
	if name == "" {
		l.Name = string(rune('A' + id%26))
	}
	if colour != nil {
		l.Colour = *colour
	}
	return l
}
