package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Defaults returns the settings with every control at its default.
func (t Table) Defaults() Settings {
	var s Settings
	for i := range t {
		raw, err := json.Marshal(t[i].Default)
		if err == nil {
			err = asError(t[i].set(&s, raw))
		}
		if err != nil {
			panic("wire: the default of " + t[i].Name + ": " + err.Error())
		}
	}
	return s
}

// Values returns the value of every control, by name.
func (t Table) Values(s Settings) map[string]any {
	m := make(map[string]any, len(t))
	for i := range t {
		m[t[i].Name] = t[i].value(&s)
	}
	return m
}

// RunValues returns the value of every control that a run has once, by name, as Apply
// takes them.
func (t Table) RunValues(s RunSettings) map[string]json.RawMessage {
	return t.encoded(Settings{RunSettings: s}, true)
}

// LaneValues is RunValues of the controls that each lane has.
func (t Table) LaneValues(s LaneSettings) map[string]json.RawMessage {
	return t.encoded(Settings{LaneSettings: s}, false)
}

func (t Table) encoded(s Settings, run bool) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for i := range t {
		if t[i].Run == run {
			m[t[i].Name] = Encode(t[i].value(&s))
		}
	}
	return m
}

// A Delta is one control that Apply has given another value.
type Delta struct {
	Control  *Control
	Old, New any
}

// Change returns the delta as a change of a lane, or of the run where that has the control.
func (d *Delta) Change(lane uint8) Change {
	c := Change{Kind: ControlChange, Control: d.Control.Name, Old: d.Old, New: d.New}
	if !d.Control.Run {
		c.Lane = &lane
	}
	return c
}

// Apply returns s with the named controls set, and what that altered, in the
// table's order. Where one of them is refused it returns the reason and s as it
// was.
func (t Table) Apply(s Settings, set map[string]json.RawMessage) (Settings, []Delta, *ErrorMessage) {
	for name := range set {
		if !slices.ContainsFunc(t, func(c Control) bool { return c.Name == name }) {
			return s, nil, Refuse(UnknownControl, "", "there is no control %.40q; there are %s", name, strings.Join(t.names(), ", "))
		}
	}
	next := s
	var deltas []Delta
	for i := range t {
		raw, ok := set[t[i].Name]
		if !ok {
			continue
		}
		if e := t[i].set(&next, raw); e != nil {
			return s, nil, e
		}
		if before, after := t[i].value(&s), t[i].value(&next); !reflect.DeepEqual(before, after) {
			deltas = append(deltas, Delta{&t[i], before, after})
		}
	}
	return next, deltas, nil
}

// Matters says whether a control has any effect where the controls have these values.
func (t Table) Matters(c *Control, values map[string]any) bool {
	if c.When.Control == "" {
		return true
	}
	value := fmt.Sprint(values[c.When.Control])
	if len(c.When.Values) == 0 && value == "" || len(c.When.Values) > 0 && !slices.Contains(c.When.Values, value) {
		return false
	}
	return t.Matters(t.Find(c.When.Control), values)
}

// Find returns the control with a name, or nil.
func (t Table) Find(name string) *Control {
	for i := range t {
		if t[i].Name == name {
			return &t[i]
		}
	}
	return nil
}

func (t Table) names() []string {
	names := make([]string, len(t))
	for i := range t {
		names[i] = t[i].Name
	}
	return names
}
