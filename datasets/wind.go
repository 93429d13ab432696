package datasets

import "math"

func wind() Entry {
	return Entry{
		Name:  "wind",
		Title: "Wind over a day, two targets",
		Help:  "Two targets: the east and north components of the wind over a day. Both are noisy in the afternoon, and gusts move both at once, which independent noise cannot describe.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "with t the hour and g = exp(-((t - 14)/4)²): east = -1 - 4 cos(2π(t - 3)/24) + (0.3 + 1.5 g) z1, north = 2 + 2 sin(2π(t - 3)/24) + (0.5 + 0.8 g) z2, with z1 and z2 standard normal and of correlation 0.8, t uniform from 0 to 24, 800 rows",
				Inputs:  []Column{{"hour", "h"}},
				Targets: []Column{{"east wind", "m/s"}, {"north wind", "m/s"}},
				Truth: func(mean, std, x []float64) {
					turn := 2 * math.Pi * (x[0] - 3) / 24
					gusts := math.Exp(-math.Pow((x[0]-14)/4, 2))
					mean[0], std[0] = -1-4*math.Cos(turn), 0.3+1.5*gusts
					mean[1], std[1] = 2+2*math.Sin(turn), 0.5+0.8*gusts
				},
				Correlation: 0.8,
			}
			s.draw(800, 0, 24, seed)
			return s, nil
		},
	}
}
