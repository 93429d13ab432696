package wire

// lossFigures are the loss, and what it is made of.
func lossFigures() []Figure {
	return []Figure{
		{
			ID: "nll", Label: "NLL", Unit: "nats", Better: BetterLower,
			Metric: 10, Each: true,
			Help:    "Negative log likelihood per point, in the target’s own units and with its constant, whichever loss is trained. Negative where densities exceed 1.",
			Formula: setTeX(`\text{NLL} = \frac{1}{n} \sum_i \frac{1}{2} \left(\log \sigma_i^2 + \frac{{(y_i - \mu_i)}^2}{\sigma_i^2} + \log 2 \pi\right)`),
			Source:  nixWeigend,
		},
		{
			ID: "loss", Label: "loss", Unit: "nats", Better: BetterLower,
			Help:    "Training loss per point, on the target as it is trained (standardised by default), with eps and full as set. Values of different losses cannot be compared.",
			Formula: setTeX(`\ell = \frac{1}{n} \sum_i \frac{1}{2} \left(\log v_i + \frac{{(y_i - \mu_i)}^2}{v_i}\right), \\ v_i = \max (\sigma_i^2, \text{eps})`),
			Source:  torchLoss,
		},
		{
			ID: "batch_loss", Label: "batch loss", Unit: "nats", Better: BetterLower,
			Help: "Loss per point of the last batch, before its step. Smaller batches make it noisier.",
		},
		{
			ID: "log_variance", Label: "log-variance", Unit: "nats", Better: BetterNone,
			Help:    "Cost of uncertainty (first term of the loss): grows with the predicted variance, without a lower bound.",
			Formula: setTeX(`\frac{1}{n} \sum_i \frac{1}{2} \log v_i`),
			Source:  torchLoss,
		},
		{
			ID: "residual", Label: "residual", Unit: "nats", Better: BetterNear, Best: 0.5,
			Help:    "Cost of errors (second term of the loss), relative to the predicted variance. Averages ½ when the variance is right.",
			Formula: setTeX(`\frac{1}{n} \sum_i \frac{1}{2} \frac{{(y_i - \mu_i)}^2}{v_i}`),
			Source:  torchLoss,
		},
		{
			ID: "constant", Label: "constant", Unit: "nats", Better: BetterNone,
			Help:    "Third term of the loss, added by full. Shifts the reported loss; no effect on training.",
			Formula: setTeX(`\frac{1}{2} \log 2 \pi \approx 0.919`),
			Source:  torchLoss,
		},
		{
			ID: "floor", Label: "minimum std", Unit: TargetUnit, Better: BetterNone,
			Help:    "Minimum standard deviation in the loss: √eps, times the target’s standard deviation if the target is standardised.",
			Formula: setTeX(`\sigma_{\min} = \sqrt{\text{eps}} \cdot s_y`),
			Source:  torchLoss,
		},
		{
			ID: "clamped", Label: "clamped points", Unit: "points", Better: BetterNone,
			Help:    "Training points with a predicted variance below eps, for which the loss uses eps instead. The gradient still flows.",
			Formula: setTeX(`\# \{i : \sigma_i^2 < \text{eps}\}`),
			Source:  torchLoss,
		},
		{
			ID: "best_nll", Label: "best possible NLL", Unit: "nats", Better: BetterNone,
			Help:    "NLL of the true distribution, where that is known. A training NLL below it is a sign of overfitting.",
			Formula: setTeX(`\frac{1}{n} \sum_i \frac{1}{2} \left(\log \sigma_i^{*2} + \frac{{(y_i - \mu_i^*)}^2}{\sigma_i^{*2}} + \log 2 \pi\right)`),
		},
		{
			ID: "gap", Label: "excess NLL", Unit: "nats", Better: BetterLower,
			Metric:  20,
			Help:    "Excess over the best possible NLL. Negative on training points whose noise was memorised.",
			Formula: setTeX(`\text{NLL} - \text{NLL}_{\text{best}}`),
		},
	}
}

// trainingFigures are how the training goes.
func trainingFigures() []Figure {
	return []Figure{
		{
			ID: "steps_per_s", Label: "speed", Unit: "steps/s", Better: BetterNone,
			Help: "Training steps per second over the last half second; 0 while paused.",
		},
		{
			ID: "rate", Label: "learning rate", Better: BetterNone,
			Help: "Learning rate of the last step, after warm-up and schedule.",
		},
		{
			ID: "mean_norm", Label: "gradient norm, mean", Better: BetterNone,
			Help:    "Norm of the last step’s gradient for the weights of the mean and the shared layers, before clipping.",
			Formula: setTeX(`g_\mu = \norm{\frac{\partial \ell}{\partial \theta_\mu}}`),
		},
		{
			ID: "variance_norm", Label: "gradient norm, variance", Better: BetterNone,
			Help:    "Norm of the last step’s gradient for the weights that only the variance uses, before clipping.",
			Formula: setTeX(`g_\sigma = \norm{\frac{\partial \ell}{\partial \theta_\sigma}}`),
		},
		{
			ID: "guarded", Label: "limited variances", Unit: "points", Better: BetterLower,
			Help:    "Variances of the last batch that the exp head limited to between e^−80 and e^80, to avoid overflow.",
			Formula: setTeX(`\text{log-variance} \leftarrow \min (\max (\text{log-variance}, -80), 80)`),
		},
	}
}
