package wire

import (
	"encoding/json"
	"strconv"
)

// Auto is the value of a control that is left to the program, where the control
// allows it ([Control.Auto]).
const Auto = "auto"

// An AutoNumber is a number that may be left to the program. The zero value is
// [Auto]. In JSON it is a number, or "auto".
type AutoNumber struct {
	number float64
	given  bool
}

// Given returns the AutoNumber that is a number.
func Given(v float64) AutoNumber { return AutoNumber{number: v, given: true} }

// Or returns the number, or auto where it was left to the program.
func (n AutoNumber) Or(auto float64) float64 {
	if n.given {
		return n.number
	}
	return auto
}

// Value returns the number as a float64, or [Auto] as a string.
func (n AutoNumber) Value() any {
	if n.given {
		return n.number
	}
	return Auto
}

// String returns the number in as few digits as it takes, or "auto".
func (n AutoNumber) String() string {
	if n.given {
		return strconv.FormatFloat(n.number, 'g', -1, 64)
	}
	return Auto
}

// MarshalJSON implements [json.Marshaler].
func (n AutoNumber) MarshalJSON() ([]byte, error) { return json.Marshal(n.Value()) }

// A Basis is what a control that is left to the program goes by.
type Basis struct {
	TrainRows int
	Equation  bool    // the mean is held to one
	Low, High float64 // the first input's range, in its unit
}

// Decay returns what a weight decay comes to that is left to the program: 1 divided by
// the number of training rows. Beside a loss that is a mean over rows this is the penalty
// of a normal prior of variance 1 on each weight, which the more rows outweigh the more
// there are. Of a mean that is held to an equation it is 0: the equation says how smooth
// it is, and a penalty on top of that spoils what oscillates.
func (b Basis) Decay() float64 {
	if b.Equation {
		return 0
	}
	return 1 / float64(max(b.TrainRows, 1))
}

// IsAuto says whether a JSON value leaves the control to the program.
func (c *Control) IsAuto(raw json.RawMessage) bool {
	var s string
	return c.Auto != "" && json.Unmarshal(raw, &s) == nil && s == Auto
}

// Automatic returns what the controls that may be left to the program come to, by name,
// whatever they are set to.
func (t Table) Automatic(b Basis) map[string]float64 {
	m := map[string]float64{}
	for i := range t {
		if t[i].auto != nil {
			m[t[i].Name] = t[i].auto(b)
		}
	}
	return m
}
