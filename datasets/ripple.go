package datasets

import "math"

func ripple() Entry {
	return Entry{
		Name:  "ripple",
		Title: "Ripples, noise from one side",
		Help:  "Two inputs. Rings around the centre, and noise that depends on the first input only. Does the network find out which?",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "y = cos(2 √(x1² + x2²)) + (0.02 + 0.08 (x1 + 3)) z, with z standard normal, x1 and x2 uniform from -3 to 3, 1000 rows",
				Inputs:  []Column{{Name: "x1"}, {Name: "x2"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return math.Cos(2 * math.Hypot(x[0], x[1])), 0.02 + 0.08*(x[0]+3)
				}),
			}
			s.draw(1000, -3, 3, seed)
			return s, nil
		},
	}
}
