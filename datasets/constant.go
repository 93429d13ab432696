package datasets

import "math"

func constant() Entry {
	return Entry{
		Name:  "constant",
		Title: "Sine, constant noise",
		Help:  "The noise is the same everywhere, and a good model finds that.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "y = sin x + 0.3 z, with z standard normal, x uniform from -3 to 3, 400 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return math.Sin(x[0]), 0.3
				}),
			}
			s.draw(400, -3, 3, seed)
			return s, nil
		},
	}
}
