package datasets

import "math"

// The equation of the oscillator, and its friction.
const (
	oscillatorEquation = "d2u + mu*du + 400*u"
	oscillatorFriction = 4
)

// oscillatorTruth is the position at a time of an oscillator that begins at 1 and at rest.
func oscillatorTruth(mean, std, x []float64) {
	w := math.Sqrt(396)
	mean[0], std[0] = math.Exp(-2*x[0])*(math.Cos(w*x[0])+2/w*math.Sin(w*x[0])), 0.04
}

const oscillatorSource = "y = exp(-2t)(cos wt + (2/w) sin wt) + 0.04 z, which obeys u'' + 4 u' + 400 u = 0, with w = √396, z standard normal, t uniform from "

func oscillator() Entry {
	return Entry{
		Name:  "oscillator",
		Title: "Damped oscillator",
		Help:  "A damped spring, measured 40 times with noise. Its equation is known, its friction is not.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  oscillatorSource + "0 to 1, 40 rows",
				Inputs:  []Column{{"time", "s"}},
				Targets: []Column{{Name: "position"}},
				Truth:   oscillatorTruth,

				Equation: oscillatorEquation, Parameters: map[string]float64{"mu": oscillatorFriction},
				Low: 0, High: 1,
			}
			s.draw(40, 0, 1, seed)
			return s, nil
		},
	}
}

func oscillatorStart() Entry {
	return Entry{
		Name:  "oscillator_start",
		Title: "Damped oscillator, first third only",
		Help:  "The same spring, measured only in the first third of the time. Beyond it, only the equation helps.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  oscillatorSource + "0 to 1/3, 40 rows",
				Inputs:  []Column{{"time", "s"}},
				Targets: []Column{{Name: "position"}},
				Truth:   oscillatorTruth,

				Equation: oscillatorEquation, Parameters: map[string]float64{"mu": oscillatorFriction},
				Low: 0, High: 1,
			}
			s.draw(40, 0, 1.0/3, seed)
			return s, nil
		},
	}
}
