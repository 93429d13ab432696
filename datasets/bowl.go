package datasets

import "math"

func bowl() Entry {
	return Entry{
		Name:  "bowl",
		Title: "Bowl, quiet in the middle",
		Help:  "Two inputs. Mean and noise grow with the distance from the centre, equally in all directions.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "y = (x1² + x2²)/2 + (0.05 + 0.4 √(x1² + x2²)) z, with z standard normal, x1 and x2 uniform from -2 to 2, 600 rows",
				Inputs:  []Column{{Name: "x1"}, {Name: "x2"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					r := math.Hypot(x[0], x[1])
					return r * r / 2, 0.05 + 0.4*r
				}),
			}
			s.draw(600, -2, 2, seed)
			return s, nil
		},
	}
}
