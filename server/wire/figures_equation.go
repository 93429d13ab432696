package wire

// equationFigures are how a lane's equation is obeyed, and what is learned of it.
func equationFigures() []Figure {
	return []Figure{
		{
			ID: "equation_loss", Label: "equation loss", Unit: "nats", Better: BetterLower,
			Help:    "The equation’s term of the loss: the negative log likelihood of a residual of 0 if its noise is learned, otherwise the weight times the mean squared residual.",
			Formula: setTeX(`\frac{1}{n} \sum_i \frac{1}{2} \left(s + r_j^2 e^{-s}\right) \text{ or } w \frac{1}{n} \sum_i r_j^2`),
			Source:  raissi,
		},
		{
			ID: "equation_rms", Label: "equation residual", Better: BetterLower,
			Help:    "Root mean squared residual of the equation over its points, in the equation’s own unit: how far the mean is from satisfying it.",
			Formula: setTeX(`\sqrt{\frac{1}{n} \sum_i r_j^2}`),
			Source:  raissi,
		},
		{
			ID: "equation_noise", Label: "equation noise", Better: BetterNone,
			Help:    "Learned standard deviation of the residual, in the equation’s own unit. The smaller it is, the more the equation counts against the data.",
			Formula: setTeX(`\sigma_r = e^{s/2}`),
			Source:  kendallGalCipolla,
		},
		{
			ID: "parameter", Label: "parameter", Better: BetterNone,
			Help: "A number in the equation, fixed or learned with the network. For an ensemble: the mean over its members.",
		},
		{
			ID: "spread", Label: "parameter spread", Better: BetterNone,
			Help: "Standard deviation of a parameter over the members of an ensemble, each of which learns its own.",
		},
	}
}
