package datasets

import "math"

func heat() Entry {
	return Entry{
		Name:  "heat",
		Title: "Heat in a rod with a source",
		Help:  "Temperature along a rod that is heated at one place and cooled at its ends. Sensors near the heater are noisy; its power is a parameter of the equation.",
		build: func(seed uint64) (*Set, error) {
			const place, width, strength, left, right = 0.6, 0.15, 400.0, 20.0, 30.0
			// twice is the second antiderivative of exp(-((x - place)/width)²).
			twice := func(x float64) float64 {
				z := (x - place) / width
				return width * width / 2 * (z*math.Sqrt(math.Pi)*math.Erf(z) + math.Exp(-z*z))
			}
			slope := right - left + strength*(twice(1)-twice(0))
			s := &Set{
				Source:  "y = u + (0.3 + 1.5 g) z, where u'' + 100 q g = 0, u(0) = 20, u(1) = 30, q = 4, g = exp(-((x - 0.6)/0.15)²), z standard normal, x uniform from 0 to 1, 100 rows",
				Inputs:  []Column{{"place", "m"}},
				Targets: []Column{{"temperature", "°C"}},
				Truth: func(mean, std, x []float64) {
					mean[0] = left + slope*x[0] - strength*(twice(x[0])-twice(0))
					std[0] = 0.3 + 1.5*math.Exp(-math.Pow((x[0]-place)/width, 2))
				},

				Equation: "d2u + 100*q*exp(-((x - 0.6)/0.15)^2)", Parameters: map[string]float64{"q": strength / 100},
				Low: 0, High: 1,
			}
			s.draw(100, 0, 1, seed)
			return s, nil
		},
	}
}
