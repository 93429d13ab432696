package wire

import "fmt"

// errorFigures are how far the mean is off.
func errorFigures() []Figure {
	const pointForecasts = "Gneiting 2011, “Making and Evaluating Point Forecasts”"
	return []Figure{
		{
			ID: "rmse", Label: "RMSE", Unit: TargetUnit, Better: BetterLower,
			Metric: 30, Each: true,
			Help:    "Root of the mean squared distance from the predicted mean: it knows nothing of the variance.",
			Formula: formula("RMSE =", root(meanOf(sup("( y_i − μ_i )", "2")))),
			Source:  pointForecasts,
		},
		{
			ID: "mae", Label: "MAE", Unit: TargetUnit, Better: BetterLower,
			Metric:  80,
			Help:    "Mean distance from the predicted mean: gentler with outliers than the RMSE.",
			Formula: formula("MAE =", meanOf(abs("y_i − μ_i"))),
			Source:  pointForecasts,
		},
		{
			ID: "mdae", Label: "median error", Unit: TargetUnit, Better: BetterLower,
			Help:    "Median distance from the predicted mean: half of the rows are nearer.",
			Formula: formula(sub("median", "i"), abs("y_i − μ_i")),
			Source:  toolbox,
		},
		{
			ID: "r2", Label: "R²", Better: BetterHigher,
			Metric: 90, Each: true,
			Help:    "Share of the targets’ variance that the predicted mean explains: 1 is all of it, below 0 is worse than their own mean.",
			Formula: formula(sup("R", "2"), "= 1 −", frac(sum("i")+row(sup("( y_i − μ_i )", "2")), sum("i")+row(sup("( y_i − ȳ )", "2")))),
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
			Help:    "Continuous ranked probability score: how far the predicted distribution is from the row, and the absolute error where it has no width.",
			Formula: formula("CRPS =", meanOf("σ_i", big("z_i ( 2 Φ ( z_i ) − 1 ) + 2 φ ( z_i ) −", frac("1", root("π")))), ",", gap, "z_i =", frac("y_i − μ_i", "σ_i")),
			Source:  gneitingRaftery + ", equation 21",
		},
		{
			ID: "check", Label: "check score", Unit: TargetUnit, Better: BetterLower,
			Help:    "Check score, or pinball loss, averaged over the quantiles at 1 %, 2 % … 99 %: about half the CRPS.",
			Formula: formula(meanOf(frac("1", "99"), sum("p"), "( 1 { q_p ≥ y_i } − p ) ( q_p − y_i ) ,"), gap, "q_p = μ_i + σ_i", inverse("p")),
			Source:  toolbox,
		},
		{
			ID: "interval", Label: "interval score", Unit: TargetUnit, Better: BetterLower,
			Metric:  100,
			Help:    "Width of a central interval, and a fine for each row outside by how far and how sure it was, averaged over the intervals of 1 %, 2 % … 99 %.",
			Formula: formula(sub("S", "p"), "= ( u − l ) +", frac("2", "1 − p"), "max ( l − y , 0 , y − u ) ,", gap, "l , u = μ ∓ σ", inverse(frac("1 + p", "2"))),
			Source:  gneitingRaftery + ", equation 43",
		},
		intervalScore(50, 1), intervalScore(68, 2), intervalScore(90, 3), intervalScore(95, 4),
		{
			ID: "sharpness", Label: "sharpness", Unit: TargetUnit, Better: BetterNone,
			Metric:  60,
			Help:    "Root of the mean predicted variance: how much is promised; of no worth without the calibration beside it.",
			Formula: formula(root(meanOf(sup("σ_i", "2")))),
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
		Help:    fmt.Sprintf("Winkler score of the central %d %% interval: its mean width, and %.3g times as far as each row lies outside it, averaged over all rows.", percent, 2/(1-share)),
		Formula: formula("S =", meanOf("( u_i − l_i ) +", frac("2", fmt.Sprintf("1 − %.2f", share)), "max ( l_i − y_i , 0 , y_i − u_i )"), ",", gap, "l_i , u_i = μ_i ∓ σ_i", inverse(frac(fmt.Sprintf("1 + %.2f", share), "2"))),
		Source:  gneitingRaftery + ", equation 43",
	}
}
