package wire

// rowFigures are what there is to say of a row, or of a place.
func rowFigures() []Figure {
	return []Figure{
		{
			ID: "target", Label: "target", Better: BetterNone,
			Help: "The target, counted from 1, that a point of the history belongs to.",
		},
		{
			ID: "mean", Label: "mean", Unit: TargetUnit, Better: BetterNone,
			Help: "Predicted mean at an input. For an ensemble: the mean of its members’ means.",
		},
		{
			ID: "std", Label: "standard deviation", Unit: TargetUnit, Better: BetterNone,
			Help:    "Predicted standard deviation at an input, as the loss uses it (at least √eps). The noise chart also shows the value before eps.",
			Formula: setTeX(`\sigma = \sqrt{\max (v_{\text{head}}, \text{eps})}`),
		},
		{
			ID: "z", Label: "z-score", Better: BetterNear,
			Help:    "Distance above the predicted mean, in predicted standard deviations. If the prediction is right, 95 % of points are between −1.96 and 1.96.",
			Formula: setTeX(`z = \frac{y - \mu}{\sigma}`),
		},
		{
			ID: "row_nll", Label: "NLL of the point", Unit: "nats", Better: BetterLower,
			Help:    "Negative log density of the point under the predicted distribution, in the target’s own unit.",
			Formula: setTeX(`\frac{1}{2} \left(\log \sigma^2 + z^2 + \log 2 \pi\right)`),
			Source:  nixWeigend,
		},
		{
			ID: "pull_mean", Label: "mean gradient", Better: BetterNone,
			Help:    "Derivative of the step’s loss with respect to the point’s predicted mean, on the target as it is trained. Under the NLL a small variance makes it large.",
			Formula: setTeX(`\frac{\partial \ell}{\partial \mu} = \frac{\mu - y}{v}`),
			Source:  seitzer,
		},
		{
			ID: "pull_variance", Label: "variance gradient", Better: BetterNone,
			Help:    "Derivative of the step’s loss with respect to the point’s predicted log-variance. Under the NLL it is 0 if the variance equals the squared error, and at most ½ if it is larger.",
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
			Help:    "How much the means of an ensemble’s members differ: uncertainty that more data can reduce.",
			Formula: setTeX(`\sigma_{\text{ep}}^2 = \frac{1}{M} \sum_m {(\mu_m - \mu)}^2`),
			Source:  deepEnsembles + "; " + kendall,
		},
		{
			ID: "aleatoric", Label: "aleatoric std", Unit: TargetUnit, Better: BetterNone,
			Help:    "Root of the mean variance that an ensemble’s members predict: noise in the data, which more data cannot reduce.",
			Formula: setTeX(`\sigma_{\text{al}}^2 = \frac{1}{M} \sum_m \sigma_m^2`),
			Source:  deepEnsembles + "; " + kendall,
		},
		{
			ID: "total", Label: "total std", Unit: TargetUnit, Better: BetterNone,
			Help:    "Both parts together: standard deviation of the mixture of an ensemble’s members.",
			Formula: setTeX(`\sigma^2 = \sigma_{\text{al}}^2 + \sigma_{\text{ep}}^2`),
			Source:  deepEnsembles,
		},
	}
}
