package wire

import (
	"cmp"
	"slices"
	"strings"
)

// A Better says which way a figure is better.
type Better string

// The ways.
const (
	BetterLower  Better = "lower"
	BetterHigher Better = "higher"
	BetterNear   Better = "near" // the nearer to its best value
	BetterNone   Better = "none" // it is neither good nor bad
)

// TargetUnit stands for the unit of the data's target, in the place of a unit.
const TargetUnit = "target"

// A Figure is a number that the page, the wire or the API names: everything
// anybody needs to know to show, compare or explain it.
type Figure struct {
	ID     string  `json:"id"` // as scalars and metrics have it, without the train_ or test_
	Label  string  `json:"label"`
	Unit   string  `json:"unit"` // TargetUnit, or empty for a bare number
	Better Better  `json:"better"`
	Best   float64 `json:"best"` // with BetterNear
	Help   string  `json:"help"` // one sentence

	// Metric is the figure's place among those that are told of both parts of the split,
	// in steps of ten so that others can stand between; 0: it is none of them. Every fit
	// frame has it as the scalars train_ID and test_ID, whose values are the score ID of
	// metrics.Report, and the page shows it.
	Metric int `json:"metric,omitempty"`

	// Each says that a metric is told of each of several targets, too.
	Each bool `json:"each,omitempty"`

	// Level is what the central interval of a metric is to hold, from 0 to 1, where the
	// page is to show, of all metrics with a level, that alone which is nearest to the
	// bands that are chosen there; else 0.
	Level float64 `json:"level,omitempty"`

	// Added is the place of a metric's scalars among those that were added after the
	// first ones, from 1: no name of [Scalars] ever moves.
	Added int `json:"-"`

	Group   string `json:"-"` // the heading that it stands under
	Formula string `json:"-"` // MathML; empty where the sentence says it all
	Source  string `json:"-"` // author, year and title
}

// A Chart is a picture that the page draws.
type Chart struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Help  string `json:"help"` // what is seen

	Read []string `json:"-"` // how to read it, a sentence or two each
}

// Figures returns the one table of figures, in the order in which they are
// explained.
func Figures() []Figure {
	var all []Figure
	for _, g := range []struct {
		name    string
		figures []Figure
	}{
		{"the loss", lossFigures()},
		{"errors of the mean", errorFigures()},
		{"scores of the distribution", scoreFigures()},
		{"calibration", calibrationFigures()},
		{"recalibration", recalibratedFigures()},
		{"rows and places", rowFigures()},
		{"ensembles", ensembleFigures()},
		{"an equation", equationFigures()},
		{"training", trainingFigures()},
	} {
		for _, f := range g.figures {
			f.Group = g.name
			all = append(all, f)
		}
	}
	return all
}

// MetricFigures returns the figures of both parts of the split, in the order in which they
// are shown.
func MetricFigures() []Figure {
	list := slices.DeleteFunc(Figures(), func(f Figure) bool { return f.Metric == 0 })
	slices.SortFunc(list, func(a, b Figure) int { return cmp.Compare(a.Metric, b.Metric) })
	return list
}

// FigureOf returns the figure that a scalar, a column of a point or a metric is,
// and whether there is one: train_rmse and test_rmse are both rmse, parameter_1 is
// parameter.
func FigureOf(name string) (Figure, bool) {
	all := Figures()
	if strings.HasPrefix(name, "parameter_") || strings.HasPrefix(name, "spread_") {
		name, _, _ = strings.Cut(name, "_")
	}
	for _, id := range []string{name, strings.NewReplacer("train_", "", "test_", "").Replace(name)} {
		if i := slices.IndexFunc(all, func(f Figure) bool { return f.ID == id }); i >= 0 {
			return all[i], true
		}
	}
	return Figure{}, false
}

// Of the works that several figures come from.
const (
	gneitingRaftery   = "Gneiting & Raftery 2007, “Strictly Proper Scoring Rules, Prediction, and Estimation”"
	kuleshov          = "Kuleshov, Fenner & Ermon 2018, “Accurate Uncertainties for Deep Learning Using Calibrated Regression”"
	toolbox           = "Chung et al. 2021, “Uncertainty Toolbox: an Open-Source Library for Assessing, Visualizing, and Improving Uncertainty Quantification”"
	sharpnessPaper    = "Gneiting, Balabdaoui & Raftery 2007, “Probabilistic Forecasts, Calibration and Sharpness”"
	nixWeigend        = "Nix & Weigend 1994, “Estimating the Mean and Variance of the Target Probability Distribution”"
	torchLoss         = "PyTorch, torch.nn.GaussianNLLLoss and torch.nn.functional.gaussian_nll_loss"
	seitzer           = "Seitzer, Tavakoli, Antic & Martius 2022, “On the Pitfalls of Heteroscedastic Uncertainty Estimation with Probabilistic Neural Networks”"
	raissi            = "Raissi, Perdikaris & Karniadakis 2019, “Physics-informed Neural Networks”"
	kendallGalCipolla = "Kendall, Gal & Cipolla 2018, “Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics”"
	deepEnsembles     = "Lakshminarayanan, Pritzel & Blundell 2017, “Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles”"
)
