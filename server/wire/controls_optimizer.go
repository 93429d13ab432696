package wire

import "github.com/gnllviz/gnllviz/engine"

// decayIsAuto says what a weight decay comes to that is left to the program.
const decayIsAuto = "1 divided by the number of training rows, counted at each step; 0 with an equation"

// OptimizerSettings are the values of the optimiser's controls.
type OptimizerSettings struct {
	Optimizer     engine.Optimizer
	LR            float64
	Schedule      engine.ScheduleKind
	ScheduleSteps int
	ScheduleGamma float64
	ScheduleFinal float64
	RateWarmup    int // steps
	Decay         AutoNumber
	VarianceDecay AutoNumber
	Momentum      float64
	Nesterov      bool
	Beta1         float64
	Beta2         float64
	Alpha         float64
	OptimizerEps  float64
	Batch         int
	Clip          float64
	Dropout       float64 // percent of the units
	Part          engine.Part
	MeanFirst     int // steps
}

// optimizerControls are how a step goes down.
func optimizerControls() []Control {
	return []Control{
		{
			Name: "optimizer", Label: "optimiser", Group: "optimiser", Kind: KindChoice, Live: true,
			Help:    "The rule by which a step follows the gradient; another one keeps the weights and forgets its moments.",
			Default: engine.Optimizers()[0].String(), Options: optionsOf(engine.Optimizers()),
			field: func(s *Settings) any { return &s.Optimizer },
		},
		{
			Name: "lr", Label: "learning rate", Group: "optimiser", Kind: KindNumber, Live: true, Log: true,
			Help:    "How far a step moves the weights.",
			Default: 3e-3, Min: 1e-6, Max: 1, Step: 0.1,
			field: func(s *Settings) any { return &s.LR },
		},
		{
			Name: "decay", Label: "weight decay", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Zero: true,
			Help:    "Pulls the weights of the mean, and of the layers that both share, towards 0, by a penalty of decay/2 times the sum of their squares; 0 lets the network overfit as it likes.",
			Default: Auto, Min: 1e-6, Max: 1, Step: 0.1, Auto: decayIsAuto, auto: Basis.Decay,
			field: func(s *Settings) any { return &s.Decay },
		},
		{
			Name: "variance_decay", Label: "variance decay", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "The weight decay of the variance's own part of the network.",
			Default: Auto, Min: 1e-6, Max: 1, Step: 0.1, Auto: decayIsAuto, auto: Basis.Decay,
			field: func(s *Settings) any { return &s.VarianceDecay },
		},
		{
			Name: "batch", Label: "batch", Unit: "rows", Group: "optimiser", Kind: KindInteger, Live: true, Log: true,
			Help:    "Training rows in each step; as many as there are, or more, is a full batch.",
			Default: 32, Min: 1, Max: 1024, Step: 0.1,
			field: func(s *Settings) any { return &s.Batch },
		},
		{
			Name: "momentum", Label: "momentum", Group: "optimiser", Kind: KindNumber, Live: true,
			Help:    "How much of the last step the next one keeps.",
			Default: 0.9, Min: 0, Max: 0.99, Step: 0.01, When: whenUsed("optimizer", engine.Optimizers(), "Momentum"),
			field: func(s *Settings) any { return &s.Momentum },
		},
		{
			Name: "nesterov", Label: "Nesterov", Group: "optimiser", Kind: KindSwitch, Live: true, Advanced: true,
			Help:    "Has the momentum look ahead.",
			Default: false, When: whenUsed("optimizer", engine.Optimizers(), "Nesterov"),
			field: func(s *Settings) any { return &s.Nesterov },
		},
		{
			Name: "beta1", Label: "beta 1", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "How slowly Adam's mean of the gradients forgets.",
			Default: 0.9, Min: 0, Max: 0.999, Step: 0.01, When: whenUsed("optimizer", engine.Optimizers(), "Beta1"),
			field: func(s *Settings) any { return &s.Beta1 },
		},
		{
			Name: "beta2", Label: "beta 2", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "How slowly Adam's mean of the squared gradients forgets.",
			Default: 0.999, Min: 0, Max: 0.9999, Step: 0.001, When: whenUsed("optimizer", engine.Optimizers(), "Beta2"),
			field: func(s *Settings) any { return &s.Beta2 },
		},
		{
			Name: "alpha", Label: "alpha", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "How slowly RMSProp's mean of the squared gradients forgets.",
			Default: 0.99, Min: 0, Max: 0.9999, Step: 0.01, When: whenUsed("optimizer", engine.Optimizers(), "Alpha"),
			field: func(s *Settings) any { return &s.Alpha },
		},
		{
			Name: "optimizer_eps", Label: "optimiser's eps", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Advanced: true,
			Help:    "Added to the root of the squared gradients' mean by which a step is divided: weights whose gradients are smaller than this move less.",
			Default: 1e-8, Min: 1e-12, Max: 1, Step: 0.1, When: whenUsed("optimizer", engine.Optimizers(), "Eps"),
			field: func(s *Settings) any { return &s.OptimizerEps },
		},
		{
			Name: "clip", Label: "gradient clip", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "Longer gradients are cut to this length; 0 cuts none.",
			Default: 0.0, Min: 1e-3, Max: 1000, Step: 0.1,
			field: func(s *Settings) any { return &s.Clip },
		},
		{
			Name: "dropout", Label: "dropout", Unit: "%", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "Share of the hidden units that each step leaves out, by chance.",
			Default: 0.0, Min: 0, Max: 90, Step: 1,
			field: func(s *Settings) any { return &s.Dropout },
		},
		{
			Name: "schedule", Label: "schedule", Group: "optimiser", Kind: KindChoice, Live: true, Advanced: true,
			Help:    "How the learning rate goes on over the steps, counted from the first.",
			Default: engine.ScheduleKinds()[0].String(), Options: optionsOf(engine.ScheduleKinds()),
			field: func(s *Settings) any { return &s.Schedule },
		},
		{
			Name: "schedule_steps", Label: "schedule length", Unit: "steps", Group: "optimiser", Kind: KindInteger, Live: true, Log: true, Advanced: true,
			Help:    "After how many steps the schedule has run its course, or takes its next step down.",
			Default: 5000, Min: 1, Max: 1e6, Step: 0.1, When: whenUsed("schedule", engine.ScheduleKinds(), "Steps"),
			field: func(s *Settings) any { return &s.ScheduleSteps },
		},
		{
			Name: "schedule_gamma", Label: "schedule gamma", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "By what the rate is multiplied each time the schedule's length has passed.",
			Default: 0.5, Min: 0.01, Max: 1, Step: 0.01, When: whenUsed("schedule", engine.ScheduleKinds(), "Gamma"),
			field: func(s *Settings) any { return &s.ScheduleGamma },
		},
		{
			Name: "schedule_final", Label: "schedule end", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "The share of the rate that is left at the schedule's end.",
			Default: 0.01, Min: 0, Max: 1, Step: 0.01, When: whenUsed("schedule", engine.ScheduleKinds(), "Final"),
			field: func(s *Settings) any { return &s.ScheduleFinal },
		},
		{
			Name: "rate_warmup", Label: "rate warm-up", Unit: "steps", Group: "optimiser", Kind: KindInteger, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "Steps over which the rate first grows from almost nothing.",
			Default: 0, Min: 1, Max: 100000, Step: 0.1,
			field: func(s *Settings) any { return &s.RateWarmup },
		},
		{
			Name: "part", Label: "trains", Group: "optimiser", Kind: KindChoice, Live: true, Advanced: true,
			Help:    "Which part of the network the steps train; the other stands still.",
			Default: engine.Parts()[0].String(), Options: optionsOf(engine.Parts()),
			field: func(s *Settings) any { return &s.Part },
		},
		{
			Name: "mean_first", Label: "mean first", Unit: "steps", Group: "optimiser", Kind: KindInteger, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "The first steps train the mean alone; then the variance starts from the mean's squared error.",
			Default: 0, Min: 1, Max: 100000, Step: 0.1,
			field: func(s *Settings) any { return &s.MeanFirst },
		},
	}
}
