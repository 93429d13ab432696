package datasets

import "math"

func bowtie() Entry {
	return Entry{
		Name:  "bowtie",
		Title: "Sine, noise like a bow tie",
		Help:  "The noise almost vanishes at x = 5 and grows on both sides. Can the network be certain at a single spot?",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "uncertainty-toolbox (Chung et al. 2021): y = sin x + (0.01 + |x - 5|/10) z, with z standard normal, x uniform from 0 to 15, 400 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return math.Sin(x[0]), 0.01 + math.Abs(x[0]-5)/10
				}),
			}
			s.draw(400, 0, 15, seed)
			return s, nil
		},
	}
}
