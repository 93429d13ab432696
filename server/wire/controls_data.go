package wire

import "math"

// rowControls are what the rows are, and what becomes of them.
func rowControls(c Choices) []Control {
	return []Control{
		{
			Name: "dataset", Flag: "data", Label: "data set", Group: "data", Kind: KindChoice, Run: true,
			Help:    "The data that the network is trained on.",
			Default: first(c.Datasets), Options: c.Datasets,
			field: func(s *Settings) any { return &s.Dataset },
		},
		{
			Name: "noise", Label: "added noise", Unit: "%", Group: "data", Kind: KindNumber, Live: true, Run: true,
			Help:    "Adds normal noise to every target, in percent of the target's standard deviation. A known truth includes it.",
			Default: 0.0, Min: 0, Max: 300, Step: 5,
			field: func(s *Settings) any { return &s.Noise },
		},
		{
			Name: "acquire_by", Label: "acquire by", Group: "data", Kind: KindChoice, Live: true, Run: true, Advanced: true,
			Help:    "How the next training point is chosen. It comes from the pool if there is one, otherwise from the known truth of the data set.",
			Default: first(c.Acquisitions), Options: c.Acquisitions,
			field: func(s *Settings) any { return &s.AcquireBy },
		},
		{
			Name: "acquire_every", Label: "acquire every", Unit: "steps", Group: "data", Kind: KindInteger, Live: true, Run: true, Log: true, Zero: true, Advanced: true,
			Help:    "Steps between two acquired points. 0 = only when you press the button.",
			Default: 0, Min: 10, Max: 100000, Step: 0.1,
			field: func(s *Settings) any { return &s.AcquireEvery },
		},
		{
			Name: "shown_target", Label: "target", Group: "data", Kind: KindInteger, Live: true, Run: true, Advanced: true,
			Help:    "With several targets: the one to show, counted from 1. All are trained.",
			Default: 1, Min: 1, Max: MaxTargets, Step: 1,
			field: func(s *Settings) any { return &s.ShownTarget },
		},
		{
			Name: "slice", Label: "along input", Group: "data", Kind: KindInteger, Live: true, Run: true, Advanced: true,
			Help:    "With several inputs: the one along the horizontal axis, counted from 1. 0 shows a map of two inputs; of more, the one that changes the noise most, computed from the rows and the same for each seed.",
			Default: 0, Min: 0, Max: MaxInputs, Step: 1,
			field: func(s *Settings) any { return &s.Slice },
		},
		{
			Name: "slice_at", Label: "others at", Group: "data", Kind: KindText, Live: true, Run: true, Advanced: true,
			Help:    `Values of the inputs that are not on the axis, as in {"colour":"red","age":40}. Others are at their mean, or at their most frequent word.`,
			Default: "", Max: 4000,
			field: func(s *Settings) any { return &s.SliceAt },
		},
		{
			Name: "slice_average", Label: "average others", Group: "data", Kind: KindSwitch, Live: true, Run: true, Advanced: true,
			Help:    "With several inputs: shows the prediction averaged over training points (partial dependence), with the range of the middle 80 % of them, instead of other inputs held at one place.",
			Default: false,
			field:   func(s *Settings) any { return &s.SliceAverage },
		},
	}
}

// splitControls are how many of the rows are trained on, and which.
func splitControls() []Control {
	return []Control{
		{
			Name: "train_share", Label: "training split", Unit: "%", Group: "data", Kind: KindNumber, Run: true,
			Help:    "Percentage of points used for training; the rest are the test set.",
			Default: 80.0, Min: 10, Max: 95, Step: 1,
			field: func(s *Settings) any { return &s.TrainShare },
		},
		{
			Name: "standardise", Label: "standardise targets", Group: "data", Kind: KindSwitch, Run: true, Advanced: true,
			Help:    "Scales the targets to mean 0 and standard deviation 1 before training. Without it eps has the unit of the target squared, and you will probably need another learning rate.",
			Default: true,
			field:   func(s *Settings) any { return &s.Standardise },
		},
		{
			Name: "pool", Label: "pool", Unit: "%", Group: "data", Kind: KindNumber, Run: true, Advanced: true,
			Help:    "Percentage of the training points held back, from which new points are acquired.",
			Default: 0.0, Min: 0, Max: 95, Step: 5,
			field: func(s *Settings) any { return &s.Pool },
		},
		{
			Name: "seed", Label: "seed", Group: "data", Kind: KindInteger, Run: true,
			Help:    "Random seed: fixes the split, the initial weights and the order of the data. The same seed gives the same run.",
			Default: 1, Min: 0, Max: math.MaxUint32, Step: 1,
			field: func(s *Settings) any { return &s.Seed },
		},
	}
}
