package metrics

import (
	"fmt"
	"math"
)

// MSLL is the mean standardised log loss: the NLL minus that of the trivial
// model, which predicts the training targets' mean and standard deviation
// everywhere (Rasmussen & Williams 2006, section 2.5). Below 0 is better than
// trivial.
func MSLL(mean, std, y []float64, trainMean, trainStd float64) (float64, error) {
	if err := check(mean, std, y); err != nil {
		return 0, err
	}
	if !(trainStd > 0) {
		return 0, fmt.Errorf("metrics: the trivial model has a standard deviation of %g; it must be above 0", trainStd)
	}
	sum := 0.0
	for i, m := range mean {
		sum += nll(y[i]-m, std[i]) - nll(y[i]-trainMean, trainStd)
	}
	return sum / float64(len(y)), nil
}

// A Truth says how far predictions are from the distribution that the rows were
// drawn from.
type Truth struct {
	// BestNLL is the NLL of the true distribution on these very rows, and
	// ExpectedNLL what it is on average over observations at these inputs, its
	// entropy; nats per row.
	BestNLL     float64 `json:"best_nll"`
	ExpectedNLL float64 `json:"expected_nll"`

	MeanRMSE float64 `json:"mean_rmse"` // root mean squared distance of the means, in the target's unit
	StdRMSE  float64 `json:"std_rmse"`  // and of the standard deviations
	LogStd   float64 `json:"log_std"`   // mean absolute logarithm of their ratio: 0.1 is about 10 %
}

// AgainstTruth compares predictions with the true mean and the true standard
// deviation, above 0, at each row.
func AgainstTruth(mean, std, trueMean, trueStd, y []float64) (Truth, error) {
	if err := check(mean, std, y); err != nil {
		return Truth{}, err
	}
	if err := check(trueMean, trueStd, y); err != nil {
		return Truth{}, fmt.Errorf("the truth: %w", err)
	}
	var t Truth
	n := float64(len(y))
	for i, m := range mean {
		t.BestNLL += nll(y[i]-trueMean[i], trueStd[i]) / n
		t.ExpectedNLL += (0.5*math.Log(2*math.Pi*math.E) + math.Log(trueStd[i])) / n
		t.MeanRMSE += (m - trueMean[i]) * (m - trueMean[i]) / n
		t.StdRMSE += (std[i] - trueStd[i]) * (std[i] - trueStd[i]) / n
		t.LogStd += math.Abs(math.Log(std[i]/trueStd[i])) / n
	}
	t.MeanRMSE, t.StdRMSE = math.Sqrt(t.MeanRMSE), math.Sqrt(t.StdRMSE)
	return t, nil
}
