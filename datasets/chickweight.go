package datasets

import _ "embed"

//go:embed data/chickweight.csv
var chickweightCSV []byte

func chickweight() Entry {
	return Entry{
		Name:  "chickweight",
		Title: "Chicks growing up",
		Help:  "Weights of chicks in their first three weeks: almost equal at hatching, then increasingly different.",
		build: func(uint64) (*Set, error) {
			s := &Set{
				Source:  "Crowder & Hand (1990); R package datasets",
				Inputs:  []Column{{"age", "days"}},
				Targets: []Column{{"weight", "g"}},
			}
			return s, s.embedded(chickweightCSV, "weight", "time")
		},
	}
}
