package datasets

import "math"

func gap() Entry {
	return Entry{
		Name:  "gap",
		Title: "Two islands",
		Help:  "Two groups of points with a gap between them. Ensembles with smooth activations such as silu disagree in the gap; those with relu hardly do.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "y = sin 2x + (0.05 + 0.05 |x|) z, with z standard normal, x uniform from -4 to 4 without -1.5 to 1.5, 200 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return math.Sin(2 * x[0]), 0.05 + 0.05*math.Abs(x[0])
				}),
			}
			s.drawWhere(200, -4, 4, seed, func(x float64) bool { return x < -1.5 || x > 1.5 })
			return s, nil
		},
	}
}
