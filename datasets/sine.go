package datasets

import "math"

func sine() Entry {
	return Entry{
		Name:  "sine",
		Title: "Sine, growing noise",
		Help:  "A sine wave whose noise grows steadily from left to right; the truth is known.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "y = sin x + (0.03 + 0.05 x) z with z standard normal, x uniform from 0 to 10, 400 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return math.Sin(x[0]), 0.03 + 0.05*x[0]
				}),
			}
			s.draw(400, 0, 10, seed)
			return s, nil
		},
	}
}
