package wire

import "github.com/gnllviz/gnllviz/engine"

// decayIsAuto says which value a weight decay of auto has.
const decayIsAuto = "1 / current number of training points; 0 with an equation"

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

// optimizerControls returns the controls of the optimiser.
func optimizerControls() []Control {
	return []Control{
		{
			Name: "optimizer", Label: "optimiser", Group: "optimiser", Kind: KindChoice, Live: true,
			Help:    "How a step follows the gradient. Switching keeps the weights but resets the optimiser's running averages.",
			Default: engine.Optimizers()[0].String(), Options: optionsOf(engine.Optimizers()),
			field: func(s *Settings) any { return &s.Optimizer },
		},
		{
			Name: "lr", Label: "learning rate", Group: "optimiser", Kind: KindNumber, Live: true, Log: true,
			Help:    "How far each step moves the weights.",
			Default: 3e-3, Min: 1e-6, Max: 1, Step: 0.1,
			field: func(s *Settings) any { return &s.LR },
		},
		{
			Name: "decay", Label: "weight decay", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Zero: true,
			Help:    "L2 penalty (decay/2 times the sum of squares) on the weights of the mean and the shared layers. 0 means no regularisation.",
			Default: Auto, Min: 1e-6, Max: 1, Step: 0.1, Auto: decayIsAuto, auto: Basis.Decay,
			field: func(s *Settings) any { return &s.Decay },
		},
		{
			Name: "variance_decay", Label: "variance decay", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "L2 penalty on the layers that only the variance uses.",
			Default: Auto, Min: 1e-6, Max: 1, Step: 0.1, Auto: decayIsAuto, auto: Basis.Decay,
			field: func(s *Settings) any { return &s.VarianceDecay },
		},
		{
			Name: "batch", Label: "batch", Unit: "points", Group: "optimiser", Kind: KindInteger, Live: true, Log: true,
			Help:    "Training points per step. If it is at least the number of training points, each step uses all of them.",
			Default: 32, Min: 1, Max: 1024, Step: 0.1,
			field: func(s *Settings) any { return &s.Batch },
		},
		{
			Name: "momentum", Label: "momentum", Group: "optimiser", Kind: KindNumber, Live: true,
			Help:    "Fraction of the previous step that carries over into the next.",
			Default: 0.9, Min: 0, Max: 0.99, Step: 0.01, When: whenUsed("optimizer", engine.Optimizers(), "Momentum"),
			field: func(s *Settings) any { return &s.Momentum },
		},
		{
			Name: "nesterov", Label: "Nesterov", Group: "optimiser", Kind: KindSwitch, Live: true, Advanced: true,
			Help:    "Nesterov momentum: takes the gradient one step ahead.",
			Default: false, When: whenUsed("optimizer", engine.Optimizers(), "Nesterov"),
			field: func(s *Settings) any { return &s.Nesterov },
		},
		{
			Name: "beta1", Label: "beta 1", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "Decay rate of Adam's running mean of the gradient.",
			Default: 0.9, Min: 0, Max: 0.999, Step: 0.01, When: whenUsed("optimizer", engine.Optimizers(), "Beta1"),
			field: func(s *Settings) any { return &s.Beta1 },
		},
		{
			Name: "beta2", Label: "beta 2", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "Decay rate of Adam's running mean of the squared gradient.",
			Default: 0.999, Min: 0, Max: 0.9999, Step: 0.001, When: whenUsed("optimizer", engine.Optimizers(), "Beta2"),
			field: func(s *Settings) any { return &s.Beta2 },
		},
		{
			Name: "alpha", Label: "alpha", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "Decay rate of RMSProp's running mean of the squared gradient.",
			Default: 0.99, Min: 0, Max: 0.9999, Step: 0.01, When: whenUsed("optimizer", engine.Optimizers(), "Alpha"),
			field: func(s *Settings) any { return &s.Alpha },
		},
		{
			Name: "optimizer_eps", Label: "optimiser eps", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Advanced: true,
			Help:    "Added to the denominator of the step. Weights with gradients much smaller than this hardly move.",
			Default: 1e-8, Min: 1e-12, Max: 1, Step: 0.1, When: whenUsed("optimizer", engine.Optimizers(), "Eps"),
			field: func(s *Settings) any { return &s.OptimizerEps },
		},
		{
			Name: "clip", Label: "gradient clip", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "Maximum gradient norm; 0 turns clipping off.",
			Default: 0.0, Min: 1e-3, Max: 1000, Step: 0.1,
			field: func(s *Settings) any { return &s.Clip },
		},
		{
			Name: "dropout", Label: "dropout", Unit: "%", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "Percentage of hidden units dropped at random in each step.",
			Default: 0.0, Min: 0, Max: 90, Step: 1,
			field: func(s *Settings) any { return &s.Dropout },
		},
		{
			Name: "schedule", Label: "schedule", Group: "optimiser", Kind: KindChoice, Live: true, Advanced: true,
			Help:    "How the learning rate changes during training.",
			Default: engine.ScheduleKinds()[0].String(), Options: optionsOf(engine.ScheduleKinds()),
			field: func(s *Settings) any { return &s.Schedule },
		},
		{
			Name: "schedule_steps", Label: "schedule length", Unit: "steps", Group: "optimiser", Kind: KindInteger, Live: true, Log: true, Advanced: true,
			Help:    "Steps until the schedule ends (or between drops).",
			Default: 5000, Min: 1, Max: 1e6, Step: 0.1, When: whenUsed("schedule", engine.ScheduleKinds(), "Steps"),
			field: func(s *Settings) any { return &s.ScheduleSteps },
		},
		{
			Name: "schedule_gamma", Label: "schedule gamma", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "Factor by which the learning rate is multiplied after each schedule length.",
			Default: 0.5, Min: 0.01, Max: 1, Step: 0.01, When: whenUsed("schedule", engine.ScheduleKinds(), "Gamma"),
			field: func(s *Settings) any { return &s.ScheduleGamma },
		},
		{
			Name: "schedule_final", Label: "schedule end", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "Fraction of the learning rate that remains when the schedule ends.",
			Default: 0.01, Min: 0, Max: 1, Step: 0.01, When: whenUsed("schedule", engine.ScheduleKinds(), "Final"),
			field: func(s *Settings) any { return &s.ScheduleFinal },
		},
		{
			Name: "rate_warmup", Label: "warm-up", Unit: "steps", Group: "optimiser", Kind: KindInteger, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "Steps over which the learning rate first grows from nearly 0.",
			Default: 0, Min: 1, Max: 100000, Step: 0.1,
			field: func(s *Settings) any { return &s.RateWarmup },
		},
		{
			Name: "part", Label: "train only", Group: "optimiser", Kind: KindChoice, Live: true, Advanced: true,
			Help:    "Part of the network that is trained; the rest is frozen.",
			Default: engine.Parts()[0].String(), Options: optionsOf(engine.Parts()),
			field: func(s *Settings) any { return &s.Part },
		},
		{
			Name: "mean_first", Label: "train mean first", Unit: "steps", Group: "optimiser", Kind: KindInteger, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "Steps that train the mean alone. After them the variance starts from the mean's squared error.",
			Default: 0, Min: 1, Max: 100000, Step: 0.1,
			field: func(s *Settings) any { return &s.MeanFirst },
		},
	}
}
