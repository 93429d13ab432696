package wire

// lossFigures are the loss, and what it is made of.
func lossFigures() []Figure {
	return []Figure{
		{
			ID: "nll", Label: "NLL", Unit: "nats", Better: BetterLower,
			Metric: 10, Each: true,
			Help:    "Mean negative log likelihood of a row, in the target’s own units and with its constant, whichever loss is trained; below 0 where densities are above 1.",
			Formula: setTeX(`\text{NLL} = \frac{1}{n} \sum_i \frac{1}{2} \left(\log \sigma_i^2 + \frac{{(y_i - \mu_i)}^2}{\sigma_i^2} + \log 2 \pi\right)`),
			Source:  nixWeigend,
		},
		{
			ID: "loss", Label: "loss", Unit: "nats", Better: BetterLower,
			Help:    "What training goes down on, averaged over the rows: of the target as it is trained on, with eps and full as they are set; losses of several kinds cannot be compared by it.",
			Formula: setTeX(`\ell = \frac{1}{n} \sum_i \frac{1}{2} \left(\log v_i + \frac{{(y_i - \mu_i)}^2}{v_i}\right), \\ v_i = \max (\sigma_i^2, \text{eps})`),
			Source:  torchLoss,
		},
		{
			ID: "batch_loss", Label: "batch loss", Unit: "nats", Better: BetterLower,
			Help: "The loss of the last step’s batch before that step, per row: what the step really saw, and as noisy as the batch is small.",
		},
		{
			ID: "log_variance", Label: "log-variance", Unit: "nats", Better: BetterNone,
			Help:    "The loss’s first term: what a prediction pays for being vague; it falls without bound as the variance does.",
			Formula: setTeX(`\frac{1}{n} \sum_i \frac{1}{2} \log v_i`),
			Source:  torchLoss,
		},
		{
			ID: "residual", Label: "residual", Unit: "nats", Better: BetterNear, Best: 0.5,
			Help:    "The loss’s second term: what a prediction pays for having been wrong, by its own measure; ½ where the variance is the mean squared error.",
			Formula: setTeX(`\frac{1}{n} \sum_i \frac{1}{2} \frac{{(y_i - \mu_i)}^2}{v_i}`),
			Source:  torchLoss,
		},
		{
			ID: "constant", Label: "constant", Unit: "nats", Better: BetterNone,
			Help:    "The loss’s third term, which full adds: it moves the curve and nothing else.",
			Formula: setTeX(`\frac{1}{2} \log 2 \pi \approx 0.919`),
			Source:  torchLoss,
		},
		{
			ID: "floor", Label: "floor", Unit: TargetUnit, Better: BetterNone,
			Help:    "The least standard deviation that the loss sees: the root of eps, times the target’s standard deviation where that is standardised.",
			Formula: setTeX(`\sigma_{\text{floor}} = \sqrt{\text{eps}} \cdot s_y`),
			Source:  torchLoss,
		},
		{
			ID: "clamped", Label: "clamped rows", Unit: "rows", Better: BetterNone,
			Help:    "Training rows whose predicted variance is below eps, so that the loss takes eps in its place; the gradient passes as if it did not.",
			Formula: setTeX(`\# \{i : \sigma_i^2 < \text{eps}\}`),
			Source:  torchLoss,
		},
		{
			ID: "best_nll", Label: "best attainable NLL", Unit: "nats", Better: BetterNone,
			Help:    "The NLL of the distribution that the rows were drawn from, where that is known: to be below it on training rows is to have overfitted them.",
			Formula: setTeX(`\frac{1}{n} \sum_i \frac{1}{2} \left(\log \sigma_i^{*2} + \frac{{(y_i - \mu_i^*)}^2}{\sigma_i^{*2}} + \log 2 \pi\right)`),
		},
		{
			ID: "gap", Label: "gap to best", Unit: "nats", Better: BetterLower,
			Metric:  20,
			Help:    "How far the NLL is above the best attainable one: on training rows below 0 where noise was learned by heart.",
			Formula: setTeX(`\text{NLL} - \text{NLL}_{\text{best}}`),
		},
	}
}

// trainingFigures are how the training goes.
func trainingFigures() []Figure {
	return []Figure{
		{
			ID: "steps_per_s", Label: "speed", Unit: "steps/s", Better: BetterNone,
			Help: "Training steps a second over the last half second; 0 while paused.",
		},
		{
			ID: "rate", Label: "learning rate", Better: BetterNone,
			Help: "The learning rate of the last step: the control’s, times what the schedule makes of it.",
		},
		{
			ID: "mean_norm", Label: "gradient of the mean", Better: BetterNone,
			Help:    "Length of the last step’s gradient in the weights of the mean and of the layers that both share, before any clipping.",
			Formula: setTeX(`g_\mu = \norm{\frac{\partial \ell}{\partial \theta_\mu}}`),
		},
		{
			ID: "variance_norm", Label: "gradient of the variance", Better: BetterNone,
			Help:    "Length of the last step’s gradient in the weights of the variance’s own part, before any clipping.",
			Formula: setTeX(`g_\sigma = \norm{\frac{\partial \ell}{\partial \theta_\sigma}}`),
		},
		{
			ID: "guarded", Label: "guarded variances", Unit: "rows", Better: BetterLower,
			Help:    "Variances of the last step’s batch that the exp head held within e to the ±80, since float32 could not go on.",
			Formula: setTeX(`\text{log-variance} \leftarrow \min (\max (\text{log-variance}, -80), 80)`),
		},
	}
}
