package datasets

import "math"

func growing() Entry {
	return Entry{
		Name:  "growing",
		Title: "Growing wave, growing noise",
		Help:  "The wave and its noise grow together.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "Skafte et al. (2019): y = x sin x + 0.3 √(1 + x²) z, with z standard normal, x uniform from 0 to 10, 500 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return x[0] * math.Sin(x[0]), 0.3 * math.Sqrt(1+x[0]*x[0])
				}),
			}
			s.draw(500, 0, 10, seed)
			return s, nil
		},
	}
}
