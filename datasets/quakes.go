package datasets

import _ "embed"

//go:embed data/quakes.csv
var quakesCSV []byte

func quakes() Entry {
	return Entry{
		Name:  "quakes",
		Title: "Earthquakes near Fiji",
		Help:  "Depth of earthquakes by place. In the far east all are shallow; around 170° and 182° shallow and deep ones occur at the same places.",
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
