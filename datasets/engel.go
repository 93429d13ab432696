package datasets

import _ "embed"

//go:embed data/engel.csv
var engelCSV []byte

func engel() Entry {
	return Entry{
		Name:  "engel",
		Title: "Income and food",
		Help:  "Food expenditure of Belgian households against income. The higher the income, the larger the differences.",
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
