package wire

import (
	"slices"

	"github.com/gnllviz/gnllviz/engine"
)

// Choices are the options that the table takes from elsewhere, so that a
// choice can never name what does not exist.
type Choices struct{ Datasets, Acquisitions []Option }

// A Table is the one table of controls, in the order in which they are shown.
type Table []Control

// NewTable returns the table of controls. The first option of each choice is
// its default.
func NewTable(c Choices) Table {
	t := Table(slices.Concat(lossControls(), optimizerControls(), modelControls(), equationControls(), rowControls(c), splitControls(), timeControls()))
	for i := range t {
		if t[i].Options == nil {
			t[i].Options = []Option{} // a list in JSON, not null
		}
		if t[i].When.Values == nil {
			t[i].When.Values = []string{}
		}
	}
	return t
}

func first(o []Option) string { return o[0].Value }

// timeControls are how fast it goes.
func timeControls() []Control {
	return []Control{
		{
			Name: "speed", Label: "speed", Unit: "steps/s", Group: "time", Kind: KindChoice, Run: true, Live: true,
			Help:    "Maximum number of training steps per second.",
			Default: "300", Options: speedOptions(),
			field: func(s *Settings) any { return &s.Speed },
		},
	}
}

func speedOptions() []Option {
	var o []Option
	for _, v := range speeds() {
		help := "At most " + v.String() + " steps per second."
		switch v.String() {
		case "1":
			help = "At most 1 step per second."
		case SpeedMax.String():
			help = "As many steps as this machine can."
		}
		o = append(o, Option{Value: v.String(), Label: v.String(), Help: help})
	}
	return o
}

// A named is a value of an enumeration of the engine.
type named interface{ About() engine.About }

// optionsOf offers the values of an enumeration.
func optionsOf[E named](values []E) (list []Option) {
	for _, v := range values {
		a := v.About()
		list = append(list, Option{Value: a.Name, Label: a.Name, Help: a.Help})
	}
	return list
}

// whenUsed says that a control matters with those values of an enumeration alone that use
// a field of the engine's.
func whenUsed[E named](control string, values []E, field string) When {
	w := When{Control: control}
	for _, v := range values {
		if a := v.About(); slices.Contains(a.Uses, field) {
			w.Values = append(w.Values, a.Name)
		}
	}
	return w
}
