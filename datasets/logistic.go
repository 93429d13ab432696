package datasets

import "math"

func logistic() Entry {
	return Entry{
		Name:  "logistic",
		Title: "Logistic growth, growing noise",
		Help:  "A population grows up to a capacity. Large populations are harder to count, so the noise grows too. Rate and capacity are parameters of the equation.",
		build: func(seed uint64) (*Set, error) {
			const begin, rate, capacity = 0.05, 1.2, 2.0
			s := &Set{
				Source:  "y = c/(1 + (c/0.05 - 1) exp(-r t)) + (0.01 + 0.08 u) z, which obeys u' = r u (1 - u/c), with r = 1.2, c = 2, u the mean, z standard normal, t uniform from 0 to 10, 120 rows",
				Inputs:  []Column{{"time", "d"}},
				Targets: []Column{{"population", "thousands"}},
				Truth: func(mean, std, x []float64) {
					mean[0] = capacity / (1 + (capacity/begin-1)*math.Exp(-rate*x[0]))
					std[0] = 0.01 + 0.08*mean[0]
				},

				Equation: "du - r*u*(1 - u/c)", Parameters: map[string]float64{"r": rate, "c": capacity},
			}
			s.draw(120, 0, 10, seed)
			return s, nil
		},
	}
}
