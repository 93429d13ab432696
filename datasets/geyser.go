package datasets

import _ "embed"

//go:embed data/geyser.csv
var geyserCSV []byte

func geyser() Entry {
	return Entry{
		Name:  "geyser",
		Title: "Old Faithful",
		Help:  "How long the geyser erupts after a wait: two kinds of eruption, of which the normal distribution knows but one.",
		build: func(uint64) (*Set, error) {
			s := &Set{
				Source:  "Azzalini & Bowman (1990); R package MASS",
				Inputs:  []Column{{"wait", "min"}},
				Targets: []Column{{"eruption", "min"}},
			}
			return s, s.embedded(geyserCSV, "duration", "waiting")
		},
	}
}
