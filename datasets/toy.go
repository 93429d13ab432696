package datasets

import "math"

func toy() Entry {
	return Entry{
		Name:  "toy",
		Title: "Big sine with a gap",
		Help:  "A sine whose noise follows another rhythm, without points from 0.5 to 2. What does the network predict there?",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "after lightning-uq-box (Lehmann et al. 2024): y = 7 sin x + 3 |cos(x/2)| z, with z standard normal, x uniform from -4 to 4 without 0.5 to 2, 250 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return 7 * math.Sin(x[0]), 3 * math.Abs(math.Cos(x[0]/2))
				}),
			}
			s.drawWhere(250, -4, 4, seed, func(x float64) bool { return x < 0.5 || x > 2 })
			return s, nil
		},
	}
}
