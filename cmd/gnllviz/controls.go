package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// controls are flags for the controls, made from their table, and what they were set
// to, by the controls' names.
type controls struct {
	table wire.Table
	set   map[string]json.RawMessage
}

// forPages are the controls that mean nothing where nobody looks.
func forPages(name string) bool { return name == "speed" }

// addControls gives a command a flag for each control.
func addControls(c *cobra.Command) *controls {
	cs := &controls{table: lane.Table(), set: map[string]json.RawMessage{}}
	for i := range cs.table {
		control := &cs.table[i]
		if forPages(control.Name) {
			continue
		}
		v := &controlValue{controls: cs, control: control}
		f := c.Flags().VarPF(v, flagOf(control), "", controlHelp(cs.table, control))
		if control.Kind == wire.KindSwitch {
			f.NoOptDefVal = "true"
		}
		inGroup(c.Flags(), control.Group, f.Name)
		complete(c, f.Name, v.completions())
	}
	// A control's own name, which the page and the API know, is its flag's too.
	c.Flags().SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if control := cs.find(name); control != nil {
			name = flagOf(control)
		}
		return pflag.NormalizedName(name)
	})
	return cs
}

// flags returns the names of the controls' flags.
func (cs *controls) flags() (names []string) {
	for i := range cs.table {
		if !forPages(cs.table[i].Name) {
			names = append(names, flagOf(&cs.table[i]))
		}
	}
	return names
}

// complete offers words after a flag.
func complete(c *cobra.Command, flag string, words []string) {
	// It fails where there is no such flag, or twice: mistakes that tests see.
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("gnllviz: " + err.Error())
	}
}

// flagOf returns the name of a control's flag.
func flagOf(c *wire.Control) string {
	if c.Flag != "" {
		return c.Flag
	}
	return strings.ReplaceAll(c.Name, "_", "-")
}

// checkParameters refuses a parameter that the equation given beside it has not: a name
// that is spelt otherwise would begin at 1 in silence.
func (cs *controls) checkParameters() error {
	var equation, text string
	if json.Unmarshal(cs.set["equation"], &equation) != nil || json.Unmarshal(cs.set["parameters"], &text) != nil || equation == "" {
		return nil // not both are given
	}
	residual, err := datasets.ParseEquation(equation)
	if err != nil {
		return nil // which is refused with the run
	}
	given, err := wire.ParseParameters(text)
	if err != nil {
		return err
	}
	names := residual.Parameters()
	for _, q := range given {
		switch {
		case slices.Contains(names, q.Name):
		case len(names) == 0:
			return mistakef("--parameter %s: the equation %s has no parameters", q.Name, equation)
		default:
			return mistakef("--parameter %s: the equation %s has no parameter of that name, but %s", q.Name, equation, strings.Join(names, ", "))
		}
	}
	return nil
}

// unused returns a warning for each control that was given although it has no effect with
// the settings of the run, in the table's order.
func (cs *controls) unused(values map[string]any) (lines []string) {
	for i := range cs.table {
		c := &cs.table[i]
		if _, given := cs.set[c.Name]; !given || cs.table.Matters(c, values) {
			continue
		}
		other := cs.table.Find(c.When.Control)
		switch value := fmt.Sprint(values[other.Name]); {
		case !cs.table.Matters(other, values), value == "":
			lines = append(lines, fmt.Sprintf("--%s has no effect: it needs --%s", flagOf(c), flagOf(other)))
		default:
			lines = append(lines, fmt.Sprintf("--%s has no effect with --%s %s; it is used with %s", flagOf(c), flagOf(other), value, strings.Join(c.When.Values, " or ")))
		}
	}
	return lines
}

// find returns the control that has a name, or a flag, or nil.
func (cs *controls) find(name string) *wire.Control {
	for i := range cs.table {
		if c := &cs.table[i]; !forPages(c.Name) && (c.Name == name || flagOf(c) == name) {
			return c
		}
	}
	return nil
}

// refused is a mistake about what a run was to be made of; where it is about a
// control it names the flag.
func (cs *controls) refused(err error) error {
	var e *wire.ErrorMessage
	if errors.As(err, &e) && cs.find(e.Control) != nil {
		return mistake{cs.byFlag(e)}
	}
	return mistake{err}
}

// byFlag says what a control refuses, and calls controls by their flags.
func (cs *controls) byFlag(e *wire.ErrorMessage) refusal {
	flag := func(control string) string {
		if c := cs.find(control); c != nil {
			return "--" + flagOf(c)
		}
		return control
	}
	reason, named := e.Naming(flag)
	if !named {
		reason = flag(e.Control) + ": " + reason
	}
	return refusal(reason)
}

// controlHelp says in one paragraph what a control's flag is and takes.
func controlHelp(table wire.Table, c *wire.Control) string {
	text := strings.ReplaceAll(c.Help, "`", "'")
	switch {
	case c.Name == "dataset":
		text += " gnllviz datasets lists them."
	case c.Kind == wire.KindChoice:
		text += " One of " + strings.Join(values(c), ", ") + "."
	case c.Kind == wire.KindLayers:
		text += fmt.Sprintf(" 1 to %d layers of %s to %s.", wire.MaxLayers, number(c.Min), number(c.Max))
	case c.Name == "parameters":
		text += " Can be repeated."
	case c.Kind != wire.KindSwitch && c.Kind != wire.KindText:
		from := number(c.Min)
		if c.Zero {
			from = "0, or " + from
		}
		text += fmt.Sprintf(" %s to %s", from, number(c.Max))
		if c.Auto != "" {
			text += ", or " + wire.Auto + ": " + c.Auto
		}
		text += "."
	}
	if c.When.Control != "" && len(c.When.Values) == 0 {
		text += fmt.Sprintf(" Only used with --%s.", flagOf(table.Find(c.When.Control)))
	} else if c.When.Control != "" {
		text += fmt.Sprintf(" Only used with --%s %s.", flagOf(table.Find(c.When.Control)), strings.Join(c.When.Values, " or "))
	}
	return text
}

// number writes a number in as few characters as it takes.
func number(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strings.Replace(strconv.FormatFloat(f, 'g', -1, 64), "e-0", "e-", 1)
}

// values returns what a choice takes on the command line.
func values(c *wire.Control) []string {
	var list []string
	for _, o := range c.Options {
		if c.Name != "dataset" || o.Value != wire.OwnData {
			list = append(list, o.Value)
		}
	}
	return list
}

// A controlValue is one control as a flag. It implements [pflag.Value].
type controlValue struct {
	controls *controls
	control  *wire.Control
}

var _ pflag.Value = (*controlValue)(nil)

// String implements [pflag.Value].
func (v *controlValue) String() string {
	if v.control == nil {
		return ""
	}
	switch value := v.control.Default.(type) {
	case []int:
		return strings.Trim(strings.ReplaceAll(fmt.Sprint(value), " ", ","), "[]")
	default:
		return fmt.Sprint(value)
	}
}

// Type implements [pflag.Value]: what stands for the value in the help.
func (v *controlValue) Type() string {
	switch c := v.control; {
	case c.Kind == wire.KindSwitch:
		return "bool"
	case c.Kind == wire.KindChoice:
		return "name"
	case c.Name == "parameters":
		return "name=value[:learned]"
	case c.Kind == wire.KindText:
		return "formula"
	case c.Kind == wire.KindLayers:
		return "units,units"
	case c.Unit != "":
		return c.Unit
	}
	return "number"
}

// Set implements [pflag.Value]. The table's own check says what is wrong.
func (v *controlValue) Set(text string) error {
	if before, ok := v.controls.set[v.control.Name]; ok && v.control.Name == "parameters" {
		var given string
		if json.Unmarshal(before, &given) == nil { // as it was encoded here
			text = given + ", " + text
		}
	}
	raw := asJSON(v.control, text)
	if e := v.controls.check(v.control, raw); e != nil {
		return e
	}
	v.controls.set[v.control.Name] = raw
	return nil
}

// check says why a control cannot have a value.
func (cs *controls) check(c *wire.Control, raw json.RawMessage) error {
	if c.Name == "dataset" && string(raw) == `"`+wire.OwnData+`"` {
		return refusal("--data own: give your own data with --train FILE --target COLUMN")
	}
	if _, _, e := cs.table.Apply(cs.table.Defaults(), map[string]json.RawMessage{c.Name: raw}); e != nil {
		return cs.byFlag(e)
	}
	return nil
}

// asJSON returns a flag's text as the table takes it. What cannot be one of its values
// becomes a string, which the table refuses in its own words.
func asJSON(c *wire.Control, text string) json.RawMessage {
	var value any = text
	switch c.Kind {
	case wire.KindNumber, wire.KindInteger:
		if f, err := strconv.ParseFloat(text, 64); err == nil && f-f == 0 {
			value = f
		}
	case wire.KindSwitch:
		if b, err := strconv.ParseBool(text); err == nil {
			value = b
		}
	case wire.KindLayers:
		if list, ok := wholeNumbers(text); ok {
			value = list
		}
	case wire.KindChoice:
		dashes := func(s string) string { return strings.ReplaceAll(s, "_", "-") }
		i := slices.IndexFunc(c.Options, func(o wire.Option) bool { return dashes(o.Value) == dashes(text) })
		if i >= 0 {
			value = c.Options[i].Value
		}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		panic("gnllviz: encoding a flag: " + err.Error()) // these kinds all have JSON
	}
	return raw
}

func wholeNumbers(text string) (list []int, ok bool) {
	for _, s := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return nil, false
		}
		list = append(list, n)
	}
	return list, true
}

// completions are what a shell offers after the flag.
func (v *controlValue) completions() []string {
	var words []string
	for _, value := range values(v.control) {
		i := slices.IndexFunc(v.control.Options, func(o wire.Option) bool { return o.Value == value })
		words = append(words, value+"\t"+v.control.Options[i].Help)
	}
	if v.control.Kind == wire.KindSwitch {
		words = []string{"true", "false"}
	}
	if v.control.Auto != "" {
		words = append(words, wire.Auto+"\t"+v.control.Auto)
	}
	return words
}
