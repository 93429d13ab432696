package datasets

import _ "embed"

//go:embed data/geyser.csv
var geyserCSV []byte

func geyser() Entry {
	return Entry{
		Name:  "geyser",
		Title: "Old Faithful",
		Help:  "Duration of an eruption after a waiting time. There are two kinds of eruption, and one normal distribution cannot describe both.",
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
