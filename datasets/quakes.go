package datasets

import _ "embed"

//go:embed data/quakes.csv
var quakesCSV []byte

func quakes() Entry {
	return Entry{
		Name:  "quakes",
		Title: "Earthquakes near Fiji",
		Help:  "How deep below a place the earth quakes: in the far east all are shallow, around 170° and 182° shallow and deep ones lie above each other.",
		build: func(uint64) (*Set, error) {
			s := &Set{
				Source:  "Harvard PRIM-H project; R package datasets",
				Inputs:  []Column{{"latitude", "°"}, {"longitude", "°"}},
				Targets: []Column{{"depth", "km"}},
			}
			return s, s.embedded(quakesCSV, "depth", "lat", "long")
		},
	}
}
