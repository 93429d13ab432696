package wire

import "math"

// rowControls are what the rows are, and what becomes of them.
func rowControls(c Choices) []Control {
	return []Control{
		{
			Name: "dataset", Flag: "data", Label: "data set", Group: "data", Kind: KindChoice, Run: true,
			Help:    "The rows that the network learns from.",
			Default: first(c.Datasets), Options: c.Datasets,
			field: func(s *Settings) any { return &s.Dataset },
		},
		{
			Name: "noise", Label: "added noise", Unit: "%", Group: "data", Kind: KindNumber, Live: true, Run: true,
			Help:    "Normal noise added to every target, in percent of the target's standard deviation; where the truth is known, it grows with it.",
			Default: 0.0, Min: 0, Max: 300, Step: 5,
			field: func(s *Settings) any { return &s.Noise },
		},
		{
			Name: "acquire_by", Label: "acquire by", Group: "data", Kind: KindChoice, Live: true, Run: true, Advanced: true,
			Help:    "Where the next point is taken when one is acquired: from the pool if there is one, else from the data set's truth.",
			Default: first(c.Acquisitions), Options: c.Acquisitions,
			field: func(s *Settings) any { return &s.AcquireBy },
		},
		{
			Name: "acquire_every", Label: "acquire every", Unit: "steps", Group: "data", Kind: KindInteger, Live: true, Run: true, Log: true, Zero: true, Advanced: true,
			Help:    "How many steps pass from one acquired point to the next; 0 acquires none unasked.",
			Default: 0, Min: 10, Max: 100000, Step: 0.1,
			field: func(s *Settings) any { return &s.AcquireEvery },
		},
		{
			Name: "shown_target", Label: "target", Group: "data", Kind: KindInteger, Live: true, Run: true, Advanced: true,
			Help:    "With several targets: the one that is shown, counted from 1; all are learned.",
			Default: 1, Min: 1, Max: MaxTargets, Step: 1,
			field: func(s *Settings) any { return &s.ShownTarget },
		},
		{
			Name: "slice", Label: "along input", Group: "data", Kind: KindInteger, Live: true, Run: true, Advanced: true,
			Help:    "With several inputs: the one along which the fit is shown, counted from 1, while the others stand at their means, and columns of words at their commonest word. 0 is a map where there are two, else the first.",
			Default: 0, Min: 0, Max: MaxInputs, Step: 1,
			field: func(s *Settings) any { return &s.Slice },
		},
		{
			Name: "slice_at", Label: "others at", Group: "data", Kind: KindText, Live: true, Run: true, Advanced: true,
			Help:    `Where the inputs stand along which the fit is not shown, as in {"colour":"red","age":40}; those that are not named stand at their means, and columns of words at their commonest word.`,
			Default: "", Max: 4000,
			field: func(s *Settings) any { return &s.SliceAt },
		},
	}
}

// splitControls are how many of the rows are trained on, and which.
func splitControls() []Control {
	return []Control{
		{
			Name: "train_share", Label: "train share", Unit: "%", Group: "data", Kind: KindNumber, Run: true,
			Help:    "Share of the rows to train on; the others are held out as the test rows.",
			Default: 80.0, Min: 10, Max: 95, Step: 1,
			field: func(s *Settings) any { return &s.TrainShare },
		},
		{
			Name: "standardise", Label: "standardise targets", Group: "data", Kind: KindSwitch, Run: true, Advanced: true,
			Help:    "Brings the targets to mean 0 and standard deviation 1 before training. Without it eps floors the variance in the data's own unit, squared, and the learning rate that was good is so no more.",
			Default: true,
			field:   func(s *Settings) any { return &s.Standardise },
		},
		{
			Name: "pool", Label: "pool", Unit: "%", Group: "data", Kind: KindNumber, Run: true, Advanced: true,
			Help:    "Share of the training rows that is held back, for acquire to take the next one from.",
			Default: 0.0, Min: 0, Max: 95, Step: 5,
			field: func(s *Settings) any { return &s.Pool },
		},
		{
			Name: "seed", Label: "seed", Group: "data", Kind: KindInteger, Run: true,
			Help:    "Where all chance comes from: the split, the first weights, the order of the rows. The same seed gives the same run.",
			Default: 1, Min: 0, Max: math.MaxUint32, Step: 1,
			field: func(s *Settings) any { return &s.Seed },
		},
	}
}
