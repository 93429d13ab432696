package datasets

func cubic() Entry {
	return Entry{
		Name:  "cubic",
		Title: "Cubic, few rows",
		Help:  "Twenty points of a cubic with constant noise. Outside them a single network is certain without any evidence.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "Lakshminarayanan et al. (2017), after Hernández-Lobato & Adams (2015): y = x³ + 3 z, with z standard normal, x uniform from -4 to 4, 20 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					return x[0] * x[0] * x[0], 3
				}),
			}
			s.draw(20, -4, 4, seed)
			return s, nil
		},
	}
}
