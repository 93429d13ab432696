package datasets

import "math"

func waves() Entry {
	return Entry{
		Name:  "waves",
		Title: "Waves, hardly any noise",
		Help:  "Six periods with almost no noise. Plain NLL treats most of them as noise and stays there; beta-NLL does not.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "after Seitzer et al. (2022): y = 0.4 sin 2πx + 0.01 z, with z standard normal, x uniform from 0 to 6, 500 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return 0.4 * math.Sin(2*math.Pi*x[0]), 0.01
				}),
			}
			s.draw(500, 0, 6, seed)
			return s, nil
		},
	}
}
