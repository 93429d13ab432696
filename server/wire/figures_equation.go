package wire

// equationFigures are how a lane's equation is obeyed, and what is learned of it.
func equationFigures() []Figure {
	return []Figure{
		{
			ID: "equation_loss", Label: "equation’s loss", Unit: "nats", Better: BetterLower,
			Help:    "What the equation adds to the loss, over its points: with a learned noise the negative log likelihood of a residual of 0, else the weight times its mean square.",
			Formula: setTeX(`\frac{1}{n} \sum_i \frac{1}{2} \left(s + r_j^2 e^{-s}\right) \text{ or } w \frac{1}{n} \sum_i r_j^2`),
			Source:  raissi,
		},
		{
			ID: "equation_rms", Label: "residual of the equation", Better: BetterLower,
			Help:    "The root of the equation’s mean squared residual over its points, in the equation’s own unit: by how much the mean breaks it.",
			Formula: setTeX(`\sqrt{\frac{1}{n} \sum_i r_j^2}`),
			Source:  raissi,
		},
		{
			ID: "equation_noise", Label: "noise of the equation", Better: BetterNone,
			Help:    "The learned standard deviation of the residual, in the equation’s own unit: the smaller it is, the more the equation counts beside the rows.",
			Formula: setTeX(`\sigma_r = e^{s/2}`),
			Source:  kendallGalCipolla,
		},
		{
			ID: "parameter", Label: "parameter", Better: BetterNone,
			Help: "A number in the equation, fixed or learned with the network; of an ensemble the mean over its members.",
		},
		{
			ID: "spread", Label: "spread of a parameter", Better: BetterNone,
			Help: "The standard deviation of a parameter over the members of an ensemble, each of which learns its own.",
		},
	}
}
