package wire

import (
	"fmt"
	"math"
)

// errorFigures are how far the mean is off.
func errorFigures() []Figure {
	const pointForecasts = "Gneiting 2011, “Making and Evaluating Point Forecasts”"
	return []Figure{
		{
			ID: "rmse", Label: "RMSE", Unit: TargetUnit, Better: BetterLower,
			Metric: 30, Each: true,
			Help:    "Root mean squared error of the predicted mean. Ignores the predicted variance.",
			Formula: setTeX(`\text{RMSE} = \sqrt{\frac{1}{n} \sum_i {(y_i - \mu_i)}^2}`),
			Source:  pointForecasts,
		},
		{
			ID: "mae", Label: "MAE", Unit: TargetUnit, Better: BetterLower,
			Metric:  80,
			Help:    "Mean absolute error of the predicted mean. Less sensitive to outliers than the RMSE.",
			Formula: setTeX(`\text{MAE} = \frac{1}{n} \sum_i \left|y_i - \mu_i\right|`),
			Source:  pointForecasts,
		},
		{
			ID: "mdae", Label: "median error", Unit: TargetUnit, Better: BetterLower,
			Help:    "Median absolute error of the predicted mean: half of the points are closer.",
			Formula: setTeX(`\text{median}_i \left|y_i - \mu_i\right|`),
			Source:  toolbox,
		},
		{
			ID: "r2", Label: "R²", Better: BetterHigher,
			Metric: 90, Each: true,
			Help:    "Fraction of the targets’ variance that the predicted mean explains. 1 is all of it; below 0 is worse than always predicting the average.",
			Formula: setTeX(`R^2 = 1 - \frac{\sum_i {(y_i - \mu_i)}^2}{\sum_i {(y_i - ȳ)}^2}`),
			Source:  "scikit-learn, sklearn.metrics.r2_score",
		},
	}
}

// scoreFigures judge the whole predicted distribution.
func scoreFigures() []Figure {
	return []Figure{
		{
			ID: "crps", Label: "CRPS", Unit: TargetUnit, Better: BetterLower,
			Metric: 40, Each: true,
			Help:    "Continuous ranked probability score: distance between predicted distribution and observation; equals the absolute error for a point forecast.",
			Formula: setTeX(`\text{CRPS} = \frac{1}{n} \sum_i \sigma_i \left(z_i (2 \Phi (z_i) - 1) + 2 \varphi (z_i) - \frac{1}{\sqrt{\pi}}\right), \\ z_i = \frac{y_i - \mu_i}{\sigma_i}`),
			Source:  gneitingRaftery + ", equation 21",
		},
		{
			ID: "check", Label: "check score", Unit: TargetUnit, Better: BetterLower,
			Help:    "Check score (pinball loss), averaged over the quantiles at 1 %, 2 % … 99 %: about half the CRPS.",
			Formula: setTeX(`\frac{1}{n} \sum_i \frac{1}{99} \sum_p (1 \{ q_p \ge y_i \} - p) (q_p - y_i), \\ q_p = \mu_i + \sigma_i \Phi^{-1} \left(p\right)`),
			Source:  toolbox,
		},
		{
			ID: "interval", Label: "interval score", Unit: TargetUnit, Better: BetterLower,
			Metric:  100,
			Help:    "Interval width plus a penalty for points outside it, averaged over the central intervals of 1 %, 2 % … 99 %.",
			Formula: setTeX(`S_p = (u - l) + \frac{2}{1 - p} \max (l - y, 0, y - u), \\ l, u = \mu \mp \sigma \Phi^{-1} \left(\frac{1 + p}{2}\right)`),
			Source:  gneitingRaftery + ", equation 43",
		},
		intervalScore(50, 1), intervalScore(68, 2), intervalScore(90, 3), intervalScore(95, 4),
		{
			ID: "sharpness", Label: "sharpness", Unit: TargetUnit, Better: BetterNone,
			Metric:  60,
			Help:    "Average predicted std (root of the mean variance). Smaller is better, but only if calibrated.",
			Formula: setTeX(`\sqrt{\frac{1}{n} \sum_i \sigma_i^2}`),
			Source:  sharpnessPaper,
		},
	}
}

// intervalScore is the interval score of one central interval.
func intervalScore(percent, added int) Figure {
	share := float64(percent) / 100
	return Figure{
		ID: fmt.Sprintf("interval_%d", percent), Label: fmt.Sprintf("interval score %d %%", percent), Unit: TargetUnit, Better: BetterLower,
		Metric: 100 + added, Level: share, Added: added,
		Help: fmt.Sprintf("Winkler score of the central %d %% interval: its width plus %.3g times the distance of points outside it, averaged over all points.", percent, 2/(1-share)),
		Formula: setTeX(fmt.Sprintf(`S = \frac{1}{n} \sum_i s_i, \\ s_i = (u_i - l_i) + %.3g \max (l_i - y_i, 0, y_i - u_i), \\ l_i, u_i = \mu_i \mp %.3f \sigma_i`,
			2/(1-share), math.Sqrt2*math.Erfinv(share))),
		Source: gneitingRaftery + ", equation 43",
	}
}
