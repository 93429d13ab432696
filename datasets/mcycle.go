package datasets

import _ "embed"

//go:embed data/mcycle.csv
var mcycleCSV []byte

func mcycle() Entry {
	return Entry{
		Name:  "mcycle",
		Title: "Motorcycle impact",
		Help:  "Head acceleration in a simulated motorcycle crash: quiet before the impact, noisy after it.",
		build: func(uint64) (*Set, error) {
			s := &Set{
				Source:  "Silverman (1985), Journal of the Royal Statistical Society B 47; R package MASS",
				Inputs:  []Column{{"time after impact", "ms"}},
				Targets: []Column{{"acceleration", "g"}},
			}
			return s, s.embedded(mcycleCSV, "accel", "times")
		},
	}
}
