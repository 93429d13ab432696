package wire

// lossControls are what a step goes down on.
func lossControls(c Choices) []Control {
	return []Control{
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
	}
}
