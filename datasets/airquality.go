package datasets

import _ "embed"

//go:embed data/airquality.csv
var airqualityCSV []byte

// The measurements go over 153 days. The 42 with a missing value are left out:
// the file holds the 111 complete ones.
func airquality() Entry {
	return Entry{
		Name:  "airquality",
		Title: "Ozone over New York",
		Help:  "Ozone on the complete days of one summer, from sun, wind, temperature and month. On cool days it is always low; on hot days it varies.",
		build: func(uint64) (*Set, error) {
			s := &Set{
				Source:  "Chambers et al. (1983); R package datasets",
				Inputs:  []Column{{"solar radiation", "langley"}, {"wind", "mph"}, {"temperature", "°F"}, {Name: "month"}},
				Targets: []Column{{"ozone", "ppb"}},
			}
			return s, s.embedded(airqualityCSV, "Ozone", "Solar.R", "Wind", "Temp", "Month")
		},
	}
}
