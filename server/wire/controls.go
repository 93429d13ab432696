package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Settings holds the value of every control of a run with one lane. Its zero
// value is not valid; [Table.Defaults] is.
type Settings struct {
	Dataset    string
	TrainShare float64 // percent of the rows
	Seed       uint32
	Eps        float64
	Full       bool
	Reduction  string
	LR         float64
	Decay      float64
	Batch      int
	Hidden     []int // never changed in place
	Activation string
	Speed      string // steps per second at most, or SpeedMax
}

// SpeedMax is the speed that has no bound.
const SpeedMax = "max"

// A ControlKind says what values a control takes and how it is shown.
type ControlKind string

// The kinds of control.
const (
	KindNumber  ControlKind = "number"  // a finite float64 from min to max
	KindInteger ControlKind = "integer" // a whole number from min to max
	KindSwitch  ControlKind = "switch"  // true or false
	KindChoice  ControlKind = "choice"  // one of the options, by value
	KindLayers  ControlKind = "layers"  // 1 to MaxLayers whole numbers, each from min to max
)

// MaxLayers is the largest number of hidden layers.
const MaxLayers = 4

// An Option is one value that a choice may take.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Help  string `json:"help"`
}

// A Control is one setting of a run: everything anybody needs to know to show,
// check, document or parse it.
type Control struct {
	Name    string      `json:"name"`
	Label   string      `json:"label"`
	Help    string      `json:"help"` // one sentence
	Unit    string      `json:"unit"` // empty for a bare number
	Group   string      `json:"group"`
	Kind    ControlKind `json:"kind"`
	Default any         `json:"default"`
	Min     float64     `json:"min"`
	Max     float64     `json:"max"`
	Zero    bool        `json:"zero"`    // 0 is allowed too, below min: the slider's left end
	Step    float64     `json:"step"`    // of an arrow key; on a log scale a factor's decadic logarithm
	Log     bool        `json:"log"`     // the scale of its slider
	Live    bool        `json:"live"`    // takes effect between two steps; else it begins a new epoch
	Options []Option    `json:"options"` // of a choice

	field func(*Settings) any // pointer to its value
}

// Choices are the options that the table takes from elsewhere, so that a
// choice can never name what does not exist.
type Choices struct {
	Datasets, Reductions, Activations []Option
}

// A Table is the one table of controls, in the order in which they are shown.
type Table []Control

// NewTable returns the table of controls. The first option of each choice is
// its default.
func NewTable(c Choices) Table {
	first := func(o []Option) string { return o[0].Value }
	t := Table{
		{
			Name: "dataset", Label: "data set", Group: "data", Kind: KindChoice,
			Help:    "The rows that the network learns from.",
			Default: first(c.Datasets), Options: c.Datasets,
			field: func(s *Settings) any { return &s.Dataset },
		},
		{
			Name: "eps", Label: "eps", Group: "loss", Kind: KindNumber, Live: true, Log: true, Zero: true,
			Help:    "The loss takes max(variance, eps): a floor under the variance of the standardised target, which the gradient passes straight through.",
			Default: 1e-6, Min: 1e-12, Max: 10, Step: 0.1,
			field: func(s *Settings) any { return &s.Eps },
		},
		{
			Name: "full", Label: "full", Group: "loss", Kind: KindSwitch, Live: true,
			Help:    "Adds the constant ½ log 2π = 0.919 to the loss; gradients, and so the training, stay as they are.",
			Default: false,
			field:   func(s *Settings) any { return &s.Full },
		},
		{
			Name: "reduction", Label: "reduction", Group: "loss", Kind: KindChoice, Live: true,
			Help:    "How the rows' losses become one number, and so how large the gradient is.",
			Default: first(c.Reductions), Options: c.Reductions,
			field: func(s *Settings) any { return &s.Reduction },
		},
		{
			Name: "lr", Label: "learning rate", Group: "optimiser", Kind: KindNumber, Live: true, Log: true,
			Help:    "How far Adam moves each weight in a step.",
			Default: 3e-3, Min: 1e-6, Max: 1, Step: 0.1,
			field: func(s *Settings) any { return &s.LR },
		},
		{
			Name: "decay", Label: "weight decay", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Zero: true,
			Help:    "Pulls every weight towards 0, by a penalty of decay/2 times the sum of their squares; 0 lets the network overfit as it likes.",
			Default: 0.01, Min: 1e-6, Max: 1, Step: 0.1,
			field: func(s *Settings) any { return &s.Decay },
		},
		{
			Name: "batch", Label: "batch", Unit: "rows", Group: "optimiser", Kind: KindInteger, Live: true, Log: true,
			Help:    "Training rows in each step; as many as there are, or more, is a full batch.",
			Default: 32, Min: 1, Max: 1024, Step: 0.1,
			field: func(s *Settings) any { return &s.Batch },
		},
		{
			Name: "hidden", Label: "hidden layers", Unit: "units", Group: "model", Kind: KindLayers,
			Help:    "Units in each hidden layer, from the input on.",
			Default: []int{64, 64}, Min: 1, Max: 128, Step: 1,
			field: func(s *Settings) any { return &s.Hidden },
		},
		{
			Name: "activation", Label: "activation", Group: "model", Kind: KindChoice,
			Help:    "What each hidden unit does to its sum.",
			Default: first(c.Activations), Options: c.Activations,
			field: func(s *Settings) any { return &s.Activation },
		},
		{
			Name: "speed", Label: "speed", Unit: "steps/s", Group: "time", Kind: KindChoice, Live: true,
			Help:    "How many steps a second at most; slow enough to watch, or as fast as the machine goes.",
			Default: "300", Options: speeds(),
			field: func(s *Settings) any { return &s.Speed },
		},
		{
			Name: "train_share", Label: "train share", Unit: "%", Group: "data", Kind: KindNumber,
			Help:    "Share of the rows to train on; the others are held out as the test rows.",
			Default: 80.0, Min: 10, Max: 95, Step: 1,
			field: func(s *Settings) any { return &s.TrainShare },
		},
		{
			Name: "seed", Label: "seed", Group: "data", Kind: KindInteger,
			Help:    "Where all chance comes from: the split, the first weights, the order of the rows. The same seed gives the same run.",
			Default: 1, Min: 0, Max: math.MaxUint32, Step: 1,
			field: func(s *Settings) any { return &s.Seed },
		},
	}
	for i := range t {
		if t[i].Options == nil {
			t[i].Options = []Option{} // a list in JSON, not null
		}
	}
	return t
}

func speeds() []Option {
	var o []Option
	for _, v := range []string{"1", "10", "30", "100", "300", "1000", "3000"} {
		o = append(o, Option{Value: v, Label: v, Help: v + " steps a second, or as many as the machine can."})
	}
	return append(o, Option{Value: SpeedMax, Label: SpeedMax, Help: "As fast as the machine goes."})
}

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

// A Delta is one control that Apply has given another value.
type Delta struct {
	Control  *Control
	Old, New any
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

func (t Table) names() []string {
	names := make([]string, len(t))
	for i := range t {
		names[i] = t[i].Name
	}
	return names
}

func (c *Control) value(s *Settings) any { return reflect.ValueOf(c.field(s)).Elem().Interface() }

// set checks a JSON value and puts it into s. Where it is refused s is as it
// was.
func (c *Control) set(s *Settings, raw json.RawMessage) *ErrorMessage {
	badValue := func(want string) *ErrorMessage {
		return Refuse(BadValue, c.Name, "%s must be %s, not %.60s", c.Name, want, raw)
	}
	number := func() (float64, *ErrorMessage) {
		var f *float64
		if err := json.Unmarshal(raw, &f); err != nil || f == nil {
			if k := raw[0]; err != nil && (k == '-' || '0' <= k && k <= '9') {
				return 0, Refuse(OutOfRange, c.Name, "%s %.60s is too large for a float64", c.Name, raw)
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
		if json.Unmarshal(raw, &v) != nil || v == nil {
			return badValue("one of " + c.optionValues())
		}
		if !slices.ContainsFunc(c.Options, func(o Option) bool { return o.Value == *v }) {
			return Refuse(OutOfRange, c.Name, "%s %.40q is none of %s", c.Name, *v, c.optionValues())
		}
		*p = *v
	case *[]int:
		var v []int
		if json.Unmarshal(raw, &v) != nil {
			return badValue("a list of whole numbers")
		}
		if len(v) < 1 || len(v) > MaxLayers {
			return Refuse(OutOfRange, c.Name, "%s has %d layers, not 1 to %d", c.Name, len(v), MaxLayers)
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

func (c *Control) inRange(f float64) *ErrorMessage {
	switch {
	case f == 0 && c.Zero:
	case f < c.Min:
		return Refuse(OutOfRange, c.Name, "%s %s is below its least value %s", c.Name, short(f), short(c.Min))
	case f > c.Max:
		return Refuse(OutOfRange, c.Name, "%s %s is above its greatest value %s", c.Name, short(f), short(c.Max))
	}
	return nil
}

// short writes a number as the page does: 1e-6, not 1e-06.
func short(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	return strings.NewReplacer("e-0", "e-", "e+0", "e", "e+", "e").Replace(s)
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
