package wire

import "slices"

// Choices are the options that the table takes from elsewhere, so that a
// choice can never name what does not exist.
type Choices struct {
	Datasets, Acquisitions, Losses, Reductions, Optimizers, Schedules, Parts, Activations, Heads, Inits []Option
}

// A Table is the one table of controls, in the order in which they are shown.
type Table []Control

// NewTable returns the table of controls. The first option of each choice is
// its default.
func NewTable(c Choices) Table {
	t := Table(slices.Concat(lossControls(c), optimizerControls(c), modelControls(c), equationControls(), rowControls(c), splitControls(), timeControls()))
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
			Help:    "How many steps a second at most; slow enough to watch, or as fast as the machine goes.",
			Default: "300", Options: speeds(),
			field: func(s *Settings) any { return &s.Speed },
		},
	}
}

func speeds() []Option {
	var o []Option
	for _, v := range []string{"1", "10", "30", "100", "300", "1000", "3000"} {
		o = append(o, Option{Value: v, Label: v, Help: v + " steps a second, or as many as the machine can."})
	}
	return append(o, Option{Value: SpeedMax, Label: SpeedMax, Help: "As fast as the machine goes."})
}
