package wire

import "fmt"

// calibrationFigures are whether the predicted distribution can be believed.
func calibrationFigures() []Figure {
	coverage := func(id string, percent, metric int) Figure {
		return Figure{
			ID: id, Metric: metric, Each: id == "coverage", Label: fmt.Sprintf("coverage %d %%", percent), Unit: "%", Better: BetterNear, Best: float64(percent) / 100,
			Help:    fmt.Sprintf("Percentage of points within the central %d %% interval. Below %d %% is overconfident, above it underconfident.", percent, percent),
			Formula: setTeX(fmt.Sprintf(`\frac{1}{n} \# \{i : \left|y_i - \mu_i\right| \le \sigma_i \Phi^{-1} \left(\frac{1 + %.2f}{2}\right)\}`, float64(percent)/100)),
			Source:  sharpnessPaper,
		}
	}
	return []Figure{
		coverage("coverage_50", 50, 110),
		coverage("coverage_68", 68, 120),
		coverage("coverage_90", 90, 130),
		coverage("coverage", 95, 50),
		{
			ID: "miscal_area", Label: "miscalibration", Better: BetterLower,
			Metric:  70,
			Help:    "Area between the calibration curve and the diagonal: 0 is perfect, 0.5 is the worst possible.",
			Formula: setTeX(`\int_0^1 \left|F (p) - p\right| \, dp`),
			Source:  kuleshov + "; " + toolbox,
		},
		{
			ID: "mace", Label: "mean calibration error", Better: BetterLower,
			Help:    "Mean absolute distance of the calibration curve from the diagonal, at 100 levels.",
			Formula: setTeX(`\frac{1}{100} \sum_k \left|F (p_k) - p_k\right|`),
			Source:  kuleshov + "; " + toolbox,
		},
		{
			ID: "rmsce", Label: "root mean squared calibration error", Better: BetterLower,
			Help:    "Like the mean calibration error, but large distances count more.",
			Formula: setTeX(`\sqrt{\frac{1}{100} \sum_k {(F (p_k) - p_k)}^2}`),
			Source:  kuleshov + "; " + toolbox,
		},
		{
			ID: "reliability", Label: "calibration curve", Better: BetterNone,
			Help:    "How often the truth falls inside the predicted interval, for every interval width. Below the diagonal is overconfident, above it underconfident.",
			Formula: setTeX(`F (p) = \frac{1}{n} \# \{i : \left|z_i\right| \le \Phi^{-1} \left(\frac{1 + p}{2}\right)\}`),
			Source:  kuleshov,
		},
		{
			ID: "pit", Label: "PIT", Better: BetterNone,
			Help:    "Probability integral transform: where each point falls in its own predicted distribution (0 = far below, 1 = far above). Evenly spread if calibrated.",
			Formula: setTeX(`\text{PIT}_i = \Phi \left(\frac{y_i - \mu_i}{\sigma_i}\right)`),
			Source:  "Dawid 1984, “Statistical Theory: The Prequential Approach”; " + sharpnessPaper,
		},
		{
			ID: "verdict", Label: "verdict", Better: BetterNone,
			Help:    "Overconfident or underconfident if the test coverage at 50, 68, 90 or 95 % is off by more than 2.5 standard errors. An average: it can hide bands that are too wide in one place and too narrow in another. Needs at least 20 test points.",
			Formula: setTeX(`\left|c_p - p\right| - \frac{1}{2 n} \le 2.5 \sqrt{\frac{p (1 - p)}{n}}`),
		},
	}
}

// recalibratedFigures are what a simple cure would make of the calibration.
// Each half of the test rows is judged by what was learned from the other.
func recalibratedFigures() []Figure {
	const levi = "Levi, Gispan, Giladi & Fetaya 2022, “Evaluating and Calibrating Uncertainty Prediction in Regression Tasks”"
	return []Figure{
		{
			ID: "scale_factor", Label: "recalibration factor", Better: BetterNear, Best: 1,
			Help:    "Factor on all standard deviations that minimises the test NLL. Above 1 they are too small, below 1 too large.",
			Formula: setTeX(`s = \sqrt{\frac{1}{n} \sum_i z_i^2}`),
			Source:  levi,
		},
		{
			ID: "scaled_nll", Label: "NLL, rescaled", Unit: "nats", Better: BetterLower,
			Help:   "Test NLL after rescaling every standard deviation (cross-fitted on halves of the test set).",
			Source: levi,
		},
		{
			ID: "scaled_miscal_area", Label: "miscalibration, rescaled", Better: BetterLower,
			Help:   "Miscalibration on the test set after rescaling every standard deviation (cross-fitted on halves of the test set).",
			Source: levi,
		},
		{
			ID: "isotonic_miscal_area", Label: "miscalibration, isotonic", Better: BetterLower,
			Help:   "Miscalibration on the test set after isotonic regression, which corrects any monotonic distortion (cross-fitted on halves of the test set).",
			Source: kuleshov,
		},
		{
			ID: "scaled_verdict", Label: "verdict, rescaled", Better: BetterNone,
			Help: "Verdict on the test set after rescaling every standard deviation (cross-fitted on halves of the test set).",
		},
	}
}
