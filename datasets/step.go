package datasets

func step() Entry {
	return Entry{
		Name:  "step",
		Title: "Step, noise jumps",
		Help:  "Mean and noise both jump at x = 0: how sharply can the network follow? The truth is known.",
		build: func(seed uint64) (*Set, error) {
			s := &Set{
				Source:  "y = 0.1 z for x < 0, y = 1 + 0.4 z otherwise, with z standard normal, x uniform from -1 to 1, 400 rows",
				Inputs:  []Column{{Name: "x"}},
				Targets: []Column{{Name: "y"}},
				Truth: single(func(x []float64) (mean, std float64) {
					if x[0] < 0 {
						return 0, 0.1
					}
					return 1, 0.4
				}),
			}
			s.draw(400, -1, 1, seed)
			return s, nil
		},
	}
}
