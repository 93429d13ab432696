package wire

import "math"

// Settings holds the value of every control of a run with one lane. Its zero
// value is not valid; [Table.Defaults] is.
type Settings struct {
	Dataset    string
	TrainShare float64 // percent of the rows
	Seed       uint32
	Loss       string
	Beta       float64 // of the loss
	DF         float64
	Eps        float64
	Full       bool
	Reduction  string

	Optimizer     string
	LR            float64
	Schedule      string
	ScheduleSteps int
	ScheduleGamma float64
	ScheduleFinal float64
	RateWarmup    int // steps
	Decay         float64
	VarianceDecay float64
	Momentum      float64
	Nesterov      bool
	Beta1         float64
	Beta2         float64
	Alpha         float64
	Batch         int
	Clip          float64
	Dropout       float64 // percent of the units
	Part          string
	MeanFirst     int // steps

	Hidden          []int // never changed in place
	Activation      string
	Head            string
	MinVariance     float64
	InitialVariance float64
	Separate        bool
	Init            string
	Members         int

	Speed string // steps per second at most, or SpeedMax
}

// SpeedMax is the speed that has no bound.
const SpeedMax = "max"

// Choices are the options that the table takes from elsewhere, so that a
// choice can never name what does not exist.
type Choices struct {
	Datasets, Losses, Reductions, Optimizers, Schedules, Parts, Activations, Heads, Inits []Option
}

// A Table is the one table of controls, in the order in which they are shown.
type Table []Control

// NewTable returns the table of controls. The first option of each choice is
// its default.
func NewTable(c Choices) Table {
	first := func(o []Option) string { return o[0].Value }
	t := Table{
		{
			Name: "dataset", Label: "data set", Group: "data", Kind: KindChoice,
			Help:    "The rows that the network learns from.",
			Default: first(c.Datasets), Options: c.Datasets,
			field: func(s *Settings) any { return &s.Dataset },
		},
		{
			Name: "loss", Label: "loss", Group: "loss", Kind: KindChoice, Live: true,
			Help:    "What a step goes down on.",
			Default: first(c.Losses), Options: c.Losses,
			field: func(s *Settings) any { return &s.Loss },
		},
		{
			Name: "beta", Label: "beta", Group: "loss", Kind: KindNumber, Live: true,
			Help:    "Weights each row's loss by its variance to this power: 0 is the NLL, 1 trains the mean as the squared error does.",
			Default: 0.5, Min: 0, Max: 1, Step: 0.05, When: When{"loss", []string{"beta_nll"}},
			field: func(s *Settings) any { return &s.Beta },
		},
		{
			Name: "df", Label: "degrees of freedom", Group: "loss", Kind: KindNumber, Live: true, Log: true,
			Help:    "How heavy the tails of Student's t distribution are: few for many outliers, many for almost a normal distribution.",
			Default: 4.0, Min: 0.5, Max: 1000, Step: 0.1, When: When{"loss", []string{"student_t_nll"}},
			field: func(s *Settings) any { return &s.DF },
		},
		{
			Name: "eps", Label: "eps", Group: "loss", Kind: KindNumber, Live: true, Log: true, Zero: true,
			Help:    "The loss takes max(variance, eps): a floor under the variance of the standardised target, which the gradient passes straight through.",
			Default: 1e-6, Min: 1e-12, Max: 10, Step: 0.1,
			field: func(s *Settings) any { return &s.Eps },
		},
		{
			Name: "full", Label: "full", Group: "loss", Kind: KindSwitch, Live: true,
			Help:    "Adds the loss's constant, for the NLL ½ log 2π = 0.919; gradients, and so the training, stay as they are.",
			Default: false,
			field:   func(s *Settings) any { return &s.Full },
		},
		{
			Name: "reduction", Label: "reduction", Group: "loss", Kind: KindChoice, Live: true,
			Help:    "How the rows' losses become one number, and so how large the gradient is.",
			Default: first(c.Reductions), Options: c.Reductions,
			field: func(s *Settings) any { return &s.Reduction },
		},
		{
			Name: "optimizer", Label: "optimiser", Group: "optimiser", Kind: KindChoice, Live: true,
			Help:    "The rule by which a step follows the gradient; another one keeps the weights and forgets its moments.",
			Default: first(c.Optimizers), Options: c.Optimizers,
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
			Default: 0.01, Min: 1e-6, Max: 1, Step: 0.1,
			field: func(s *Settings) any { return &s.Decay },
		},
		{
			Name: "variance_decay", Label: "variance decay", Group: "optimiser", Kind: KindNumber, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "The weight decay of the variance's own part of the network.",
			Default: 0.01, Min: 1e-6, Max: 1, Step: 0.1,
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
			Default: 0.9, Min: 0, Max: 0.99, Step: 0.01, When: When{"optimizer", []string{"sgd", "rmsprop"}},
			field: func(s *Settings) any { return &s.Momentum },
		},
		{
			Name: "nesterov", Label: "Nesterov", Group: "optimiser", Kind: KindSwitch, Live: true, Advanced: true,
			Help:    "Has the momentum look ahead.",
			Default: false, When: When{"optimizer", []string{"sgd"}},
			field: func(s *Settings) any { return &s.Nesterov },
		},
		{
			Name: "beta1", Label: "beta 1", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "How slowly Adam's mean of the gradients forgets.",
			Default: 0.9, Min: 0, Max: 0.999, Step: 0.01, When: When{"optimizer", []string{"adam", "adamw"}},
			field: func(s *Settings) any { return &s.Beta1 },
		},
		{
			Name: "beta2", Label: "beta 2", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "How slowly Adam's mean of the squared gradients forgets.",
			Default: 0.999, Min: 0, Max: 0.9999, Step: 0.001, When: When{"optimizer", []string{"adam", "adamw"}},
			field: func(s *Settings) any { return &s.Beta2 },
		},
		{
			Name: "alpha", Label: "alpha", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "How slowly RMSProp's mean of the squared gradients forgets.",
			Default: 0.99, Min: 0, Max: 0.9999, Step: 0.01, When: When{"optimizer", []string{"rmsprop"}},
			field: func(s *Settings) any { return &s.Alpha },
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
			Default: first(c.Schedules), Options: c.Schedules,
			field: func(s *Settings) any { return &s.Schedule },
		},
		{
			Name: "schedule_steps", Label: "schedule length", Unit: "steps", Group: "optimiser", Kind: KindInteger, Live: true, Log: true, Advanced: true,
			Help:    "After how many steps the schedule has run its course, or takes its next step down.",
			Default: 5000, Min: 1, Max: 1e6, Step: 0.1, When: When{"schedule", []string{"step", "exponential", "cosine", "one-cycle"}},
			field: func(s *Settings) any { return &s.ScheduleSteps },
		},
		{
			Name: "schedule_gamma", Label: "schedule gamma", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "By what the rate is multiplied each time the schedule's length has passed.",
			Default: 0.5, Min: 0.01, Max: 1, Step: 0.01, When: When{"schedule", []string{"step", "exponential"}},
			field: func(s *Settings) any { return &s.ScheduleGamma },
		},
		{
			Name: "schedule_final", Label: "schedule end", Group: "optimiser", Kind: KindNumber, Live: true, Advanced: true,
			Help:    "The share of the rate that is left at the schedule's end.",
			Default: 0.01, Min: 0, Max: 1, Step: 0.01, When: When{"schedule", []string{"cosine", "one-cycle"}},
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
			Default: first(c.Parts), Options: c.Parts,
			field: func(s *Settings) any { return &s.Part },
		},
		{
			Name: "mean_first", Label: "mean first", Unit: "steps", Group: "optimiser", Kind: KindInteger, Live: true, Log: true, Zero: true, Advanced: true,
			Help:    "The first steps train the mean alone; then the variance starts from the mean's squared error.",
			Default: 0, Min: 1, Max: 100000, Step: 0.1,
			field: func(s *Settings) any { return &s.MeanFirst },
		},
		{
			Name: "hidden", Label: "hidden layers", Unit: "units", Group: "model", Kind: KindLayers,
			Help:    "Units in each hidden layer, from the input on.",
			Default: []int{64, 64}, Min: 1, Max: 128, Step: 1,
			field: func(s *Settings) any { return &s.Hidden },
		},
		{
			Name: "activation", Label: "activation", Group: "model", Kind: KindChoice,
			Help:    "What each hidden unit does to its sum.",
			Default: first(c.Activations), Options: c.Activations,
			field: func(s *Settings) any { return &s.Activation },
		},
		{
			Name: "head", Label: "variance head", Group: "model", Kind: KindChoice,
			Help:    "How the network makes a variance of what its last layer gives.",
			Default: first(c.Heads), Options: c.Heads,
			field: func(s *Settings) any { return &s.Head },
		},
		{
			Name: "min_variance", Label: "least variance", Group: "model", Kind: KindNumber, Log: true, Zero: true, Advanced: true,
			Help:    "What the softplus head adds to every variance of the standardised target.",
			Default: 1e-6, Min: 1e-12, Max: 1, Step: 0.1, When: When{"head", []string{"softplus"}},
			field: func(s *Settings) any { return &s.MinVariance },
		},
		{
			Name: "initial_variance", Label: "initial variance", Group: "model", Kind: KindNumber, Log: true, Zero: true, Advanced: true,
			Help:    "The variance of the standardised target that the untrained network predicts everywhere; 0 leaves it to chance, and is 1 for a fixed one.",
			Default: 0.0, Min: 1e-4, Max: 100, Step: 0.1,
			field: func(s *Settings) any { return &s.InitialVariance },
		},
		{
			Name: "separate", Label: "separate networks", Group: "model", Kind: KindSwitch, Advanced: true,
			Help:    "One network for the mean and one for the variance, each with these hidden layers.",
			Default: false, When: When{"head", []string{"exp", "softplus", "natural"}},
			field: func(s *Settings) any { return &s.Separate },
		},
		{
			Name: "init", Label: "initialisation", Group: "model", Kind: KindChoice, Advanced: true,
			Help:    "How the first weights are drawn.",
			Default: first(c.Inits), Options: c.Inits,
			field: func(s *Settings) any { return &s.Init },
		},
		{
			Name: "members", Label: "ensemble", Unit: "networks", Group: "model", Kind: KindInteger,
			Help:    "How many networks are trained side by side, each from a seed of its own; where they disagree, nobody knows.",
			Default: 1, Min: 1, Max: 10, Step: 1,
			field: func(s *Settings) any { return &s.Members },
		},
		{
			Name: "speed", Label: "speed", Unit: "steps/s", Group: "time", Kind: KindChoice, Live: true,
			Help:    "How many steps a second at most; slow enough to watch, or as fast as the machine goes.",
			Default: "300", Options: speeds(),
			field: func(s *Settings) any { return &s.Speed },
		},
		{
			Name: "train_share", Label: "train share", Unit: "%", Group: "data", Kind: KindNumber,
			Help:    "Share of the rows to train on; the others are held out as the test rows.",
			Default: 80.0, Min: 10, Max: 95, Step: 1,
			field: func(s *Settings) any { return &s.TrainShare },
		},
		{
			Name: "seed", Label: "seed", Group: "data", Kind: KindInteger,
			Help:    "Where all chance comes from: the split, the first weights, the order of the rows. The same seed gives the same run.",
			Default: 1, Min: 0, Max: math.MaxUint32, Step: 1,
			field: func(s *Settings) any { return &s.Seed },
		},
	}
	for i := range t {
		if t[i].Options == nil {
			t[i].Options = []Option{} // a list in JSON, not null
		}
		if t[i].When.Values == nil {
			t[i].When.Values = []string{}
		}
	}
	return t
}

func speeds() []Option {
	var o []Option
	for _, v := range []string{"1", "10", "30", "100", "300", "1000", "3000"} {
		o = append(o, Option{Value: v, Label: v, Help: v + " steps a second, or as many as the machine can."})
	}
	return append(o, Option{Value: SpeedMax, Label: SpeedMax, Help: "As fast as the machine goes."})
}
