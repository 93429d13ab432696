package datasets

import _ "embed"

//go:embed data/engel.csv
var engelCSV []byte

func engel() Entry {
	return Entry{
		Name:  "engel",
		Title: "Income and food",
		Help:  "What Belgian households spent on food, against their income: the more they had, the more they differed.",
		build: func(uint64) (*Set, error) {
			s := &Set{
				Source:  "Engel (1857); Koenker & Bassett (1982); R package quantreg",
				Inputs:  []Column{{"income", "francs"}},
				Targets: []Column{{"food", "francs"}},
			}
			return s, s.embedded(engelCSV, "foodexp", "income")
		},
	}
}
