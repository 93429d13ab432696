package datasets

import (
	"math"
	"math/rand/v2"
)

func outliers() Entry {
	return Entry{
		Name:  "outliers",
		Title: "Wave with outliers",
		Help:  "Clean points on the left, four contradictory ones on the right: noise, or another wave?",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "after Gal (2016): y = x sin x + 0.2 z, with z standard normal, x uniform from -5 to 5, 60 rows; and 10 z' further off at x = 7, 8.5, 10 and 11.5, alternately up and down",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth:   single(func(x []float64) (mean, std float64) { return x[0] * math.Sin(x[0]), 0.2 }),
			}
			s.draw(60, -5, 5, seed)
			s.Truth = nil // the outliers follow no formula
			r := rand.New(rand.NewPCG(seed, streamOutliers))
			for i, x := range []float64{7, 8.5, 10, 11.5} {
				off := 10 * math.Abs(r.NormFloat64())
				if i%2 == 1 {
					off = -off
				}
				s.X, s.Y = append(s.X, x), append(s.Y, x*math.Sin(x)+off)
			}
			return s, nil
		},
	}
}
