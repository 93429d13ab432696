package wire

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A ControlKind says what values a control takes and how it is shown.
type ControlKind string

// The kinds of control.
const (
	KindNumber  ControlKind = "number"  // a finite float64 from min to max
	KindInteger ControlKind = "integer" // a whole number from min to max
	KindSwitch  ControlKind = "switch"  // true or false
	KindChoice  ControlKind = "choice"  // one of the options, by value
	KindLayers  ControlKind = "layers"  // 1 to MaxLayers whole numbers, each from min to max
	KindText    ControlKind = "text"    // words of at most max bytes, such as a formula
)

const (
	MaxLayers = 4   // hidden layers of a network, at most
	MaxUnits  = 128 // of a hidden layer, at most
)

// An Option is one value that a choice may take.
type Option struct {
	Value string `json:"value"` // what messages call it
	Label string `json:"label"` // what people read
	Help  string `json:"help"`  // one sentence
}

// A Control is one setting of a run: everything anybody needs to know to show,
// check, document or parse it.
type Control struct {
	Name    string      `json:"name"`    // what messages call it
	Label   string      `json:"label"`   // what people read
	Help    string      `json:"help"`    // one sentence
	Unit    string      `json:"unit"`    // empty for a bare number
	Group   string      `json:"group"`   // with which the page shows it
	Kind    ControlKind `json:"kind"`    // what values it takes
	Default any         `json:"default"` // its value where nobody has set it
	Min     float64     `json:"min"`     // least value of a number, of each of some layers
	Max     float64     `json:"max"`     // greatest value of a number; of a text the most bytes
	Zero    bool        `json:"zero"`    // 0 is allowed too, below min: the slider's left end
	Auto    string      `json:"auto"`    // what the value "auto" comes to, in words; empty where there is no such value
	Step    float64     `json:"step"`    // of an arrow key; on a log scale a factor's decadic logarithm
	Log     bool        `json:"log"`     // the scale of its slider
	Live    bool        `json:"live"`    // takes effect between two steps; else it begins a new generation
	Run     bool        `json:"run"`     // the run has it once; else each lane has its own
	Options []Option    `json:"options"` // of a choice

	Advanced bool `json:"advanced"` // seldom needed: shown on request
	When     When `json:"when"`     // when it has any effect

	Flag string `json:"-"` // on the command line, where that is not the name

	field func(*Settings) any // pointer to its value
	auto  func(Basis) float64 // what Auto says; set exactly where Auto is
}

// called returns what reasons call the control.
func (c *Control) called() Name { return Name{ID: c.Name, Label: c.Label} }

// A When says that a control matters only while another has one of some values, or
// without values while it has any text; one without a control always does. A value may
// be set all the same.
type When struct {
	Control string   `json:"control"` // the other one; empty where there is none
	Values  []string `json:"values"`  // of which it must have one; empty: any text
}

// value returns the control's value as plain Go: what is "auto" is a string.
func (c *Control) value(s *Settings) any {
	switch v := c.field(s).(type) {
	case *AutoNumber:
		return v.Value()
	case fmt.Stringer: // a choice, by its name, and parameters
		return v.String()
	}
	return reflect.ValueOf(c.field(s)).Elem().Interface()
}

// set checks a JSON value and puts it into s. Where it is refused s is as it
// was.
func (c *Control) set(s *Settings, raw json.RawMessage) *ErrorMessage {
	badValue := func(want string) *ErrorMessage {
		return Refuse(BadValue, c.Name, "%s must be %s, not %.60s", c.called(), want, raw)
	}
	number := func() (float64, *ErrorMessage) {
		var f *float64
		if err := json.Unmarshal(raw, &f); err != nil || f == nil {
			if k := raw[0]; err != nil && (k == '-' || '0' <= k && k <= '9') {
				return 0, Refuse(OutOfRange, c.Name, "%s %.60s is too large for a float64", c.called(), raw)
			}
			if c.Auto != "" {
				return 0, badValue(`a number or "auto"`)
			}
			return 0, badValue("a number")
		}
		return *f, c.inRange(*f)
	}
	whole := func() (float64, *ErrorMessage) {
		f, e := number()
		if e == nil && f != math.Trunc(f) {
			e = badValue("a whole number")
		}
		return f, e
	}
	switch p := c.field(s).(type) {
	case *float64:
		f, e := number()
		if e != nil {
			return e
		}
		*p = f + 0 // -0 becomes 0
	case *AutoNumber:
		if c.IsAuto(raw) {
			*p = AutoNumber{}
			return nil
		}
		f, e := number()
		if e != nil {
			return e
		}
		*p = Given(f + 0)
	case *int:
		f, e := whole()
		if e != nil {
			return e
		}
		*p = int(f)
	case *uint32:
		f, e := whole()
		if e != nil {
			return e
		}
		*p = uint32(f)
	case *bool:
		var b *bool
		if json.Unmarshal(raw, &b) != nil || b == nil {
			return badValue("true or false")
		}
		*p = *b
	case *string:
		var v *string
		switch err := json.Unmarshal(raw, &v); {
		case c.Kind == KindText && (err != nil || v == nil):
			return badValue("text")
		case c.Kind == KindText:
			if e := c.notTooLong(*v); e != nil {
				return e
			}
			*p = strings.TrimSpace(*v)
			return nil
		case err != nil || v == nil:
			return badValue("one of " + c.optionValues())
		}
		if !slices.ContainsFunc(c.Options, func(o Option) bool { return o.Value == *v }) {
			return Refuse(OutOfRange, c.Name, "%s %.40q is none of %s", c.called(), *v, c.optionValues())
		}
		*p = *v
	case *Parameters:
		var v *string
		if json.Unmarshal(raw, &v) != nil || v == nil {
			return badValue("text, as in mu=1:learned")
		}
		if e := c.notTooLong(*v); e != nil {
			return e
		}
		list, err := ParseParameters(*v)
		if err != nil {
			return Refuse(BadValue, c.Name, "%s: %v", c.called(), err)
		}
		*p = list
	case encoding.TextUnmarshaler: // a choice whose values have a type of their own
		var v *string
		if json.Unmarshal(raw, &v) != nil || v == nil {
			return badValue("one of " + c.optionValues())
		}
		if p.UnmarshalText([]byte(*v)) != nil {
			return Refuse(OutOfRange, c.Name, "%s %.40q is none of %s", c.called(), *v, c.optionValues())
		}
	case *[]int:
		var v []int
		if json.Unmarshal(raw, &v) != nil {
			return badValue("a list of whole numbers")
		}
		if len(v) < 1 || len(v) > MaxLayers {
			return Refuse(OutOfRange, c.Name, "%s has %d layers, not 1 to %d", c.called(), len(v), MaxLayers)
		}
		for _, n := range v {
			if e := c.inRange(float64(n)); e != nil {
				return e
			}
		}
		*p = v
	default:
		panic(fmt.Sprintf("wire: control %s has a field of type %T", c.Name, p))
	}
	return nil
}

func (c *Control) notTooLong(text string) *ErrorMessage {
	if n := len(text); n > int(c.Max) {
		return Refuse(OutOfRange, c.Name, "%s has %d bytes; at most %d are allowed", c.called(), n, int(c.Max))
	}
	return nil
}

func (c *Control) inRange(f float64) *ErrorMessage {
	switch {
	case f == 0 && c.Zero:
	case (f < c.Min || f > c.Max) && c.Zero:
		return Refuse(OutOfRange, c.Name, "%s must be 0 or from %s to %s, not %s", c.called(), short(c.Min), short(c.Max), short(f))
	case f < c.Min || f > c.Max:
		return Refuse(OutOfRange, c.Name, "%s must be from %s to %s, not %s", c.called(), short(c.Min), short(c.Max), short(f))
	}
	return nil
}

// short writes a number as the page does: 1e-6, not 1e-06, but 4294967295.
func short(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	s = strings.NewReplacer("e-0", "e-", "e+0", "e", "e+", "e").Replace(s)
	if plain := strconv.FormatFloat(f, 'f', -1, 64); len(plain) <= len(s) {
		return plain
	}
	return s
}

func (c *Control) optionValues() string {
	v := make([]string, len(c.Options))
	for i, o := range c.Options {
		v[i] = o.Value
	}
	return strings.Join(v, ", ")
}

// asError keeps a nil *ErrorMessage from becoming a non-nil error.
func asError(e *ErrorMessage) error {
	if e == nil {
		return nil
	}
	return e
}
