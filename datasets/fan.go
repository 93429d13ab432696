package datasets

import "math"

func fan() Entry {
	return Entry{
		Name:  "fan",
		Title: "Waves in a widening fan",
		Help:  "Waves grow with x, and the noise grows even faster: the mean is soon lost in it.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "TensorFlow Probability, Probabilistic Layers Regression: y = 0.125 x (1 + sin x) + 5 + 3 (0.25 + ((x + 40)/100)²) z, with z standard normal, x uniform from -40 to 60, 150 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return 0.125*x[0]*(1+math.Sin(x[0])) + 5, 3 * (0.25 + math.Pow((x[0]+40)/100, 2))
				}),
			}
			s.draw(150, -40, 60, seed)
			return s, nil
		},
	}
}
