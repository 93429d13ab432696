package wire

// rowFigures are what there is to say of a row, or of a place.
func rowFigures() []Figure {
	return []Figure{
		{
			ID: "target", Label: "target", Better: BetterNone,
			Help: "Which of several targets a point of the history is of, counted from 1.",
		},
		{
			ID: "mean", Label: "mean", Unit: TargetUnit, Better: BetterNone,
			Help: "The predicted mean at an input; of an ensemble the mean of its members’ means.",
		},
		{
			ID: "std", Label: "standard deviation", Unit: TargetUnit, Better: BetterNone,
			Help:    "The predicted standard deviation at an input, clamped to the floor as the loss sees it; the noise chart also shows what lies below.",
			Formula: setTeX(`\sigma = \sqrt{\max (v_{\text{head}}, \text{eps})}`),
		},
		{
			ID: "z", Label: "z-score", Better: BetterNear,
			Help:    "How many predicted standard deviations a row lies above the predicted mean; between −1.96 and 1.96 for 95 rows of 100 if the prediction is right.",
			Formula: setTeX(`z = \frac{y - \mu}{\sigma}`),
		},
		{
			ID: "row_nll", Label: "NLL of the row", Unit: "nats", Better: BetterLower,
			Help:    "The negative log density of the row under the predicted distribution, in the target’s own unit.",
			Formula: setTeX(`\frac{1}{2} \left(\log \sigma^2 + z^2 + \log 2 \pi\right)`),
			Source:  nixWeigend,
		},
		{
			ID: "pull_mean", Label: "pull on the mean", Better: BetterNone,
			Help:    "Derivative of a step’s loss with respect to the row’s predicted mean, standardised as it is trained: under the NLL a small variance makes it large.",
			Formula: setTeX(`\frac{\partial \ell}{\partial \mu} = \frac{\mu - y}{v}`),
			Source:  seitzer,
		},
		{
			ID: "pull_variance", Label: "pull on the variance", Better: BetterNone,
			Help:    "Derivative of a step’s loss with respect to the row’s predicted log-variance: 0 where the variance is the squared error, at most ½ under the NLL where it is too large.",
			Formula: setTeX(`\frac{\partial \ell}{\partial \log v} = \frac{1}{2} \left(1 - \frac{{(y - \mu)}^2}{v}\right)`),
			Source:  seitzer,
		},
	}
}

// ensembleFigures are the two parts of an ensemble's uncertainty.
func ensembleFigures() []Figure {
	const kendall = "Kendall & Gal 2017, “What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision?”"
	return []Figure{
		{
			ID: "epistemic", Label: "epistemic std", Unit: TargetUnit, Better: BetterNone,
			Help:    "By how much the members of an ensemble differ in their means: what more data can cure.",
			Formula: setTeX(`\sigma_{\text{ep}}^2 = \frac{1}{M} \sum_m {(\mu_m - \mu)}^2`),
			Source:  deepEnsembles + "; " + kendall,
		},
		{
			ID: "aleatoric", Label: "aleatoric std", Unit: TargetUnit, Better: BetterNone,
			Help:    "The standard deviation that the members of an ensemble predict, by the mean of their variances: the noise of the data, which more data cannot cure.",
			Formula: setTeX(`\sigma_{\text{al}}^2 = \frac{1}{M} \sum_m \sigma_m^2`),
			Source:  deepEnsembles + "; " + kendall,
		},
		{
			ID: "total", Label: "total std", Unit: TargetUnit, Better: BetterNone,
			Help:    "Both parts together: the standard deviation of the mixture of an ensemble’s members.",
			Formula: setTeX(`\sigma^2 = \sigma_{\text{al}}^2 + \sigma_{\text{ep}}^2`),
			Source:  deepEnsembles,
		},
	}
}
