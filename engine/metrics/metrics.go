// Package metrics scores predictive normal distributions against what was
// observed.
//
// All functions are pure; any goroutine may call them. Everything is computed
// in float64 and summed in the order of the rows.
package metrics

import (
	"fmt"
	"math"
)

// A Report holds the scores of a set of predictions. Unless said otherwise
// lower is better, and the unit is the target's.
type Report struct {
	MAE  float64 `json:"mae"`  // mean absolute error of the mean
	RMSE float64 `json:"rmse"` // root mean squared error of the mean

	// NLL is the negative log likelihood of a normal distribution with its
	// constant, in nats per row.
	NLL float64 `json:"nll"`

	// CRPS is the continuous ranked probability score of a normal
	// distribution (Gneiting & Raftery 2007, equation 21).
	CRPS float64 `json:"crps"`

	// Coverage is the share of the rows within the central 95 % interval; 0.95
	// is best.
	Coverage float64 `json:"coverage"`

	// Sharpness is the root of the mean predicted variance (Gneiting et al.
	// 2007, as uncertainty-toolbox computes it); of no worth without the
	// coverage beside it.
	Sharpness float64 `json:"sharpness"`
}

// Z95 is the 0.975 quantile of the standard normal distribution: the central
// 95 % interval is the mean ± Z95 standard deviations.
const Z95 = 1.959963984540054

// Evaluate scores predictions of a mean and a standard deviation against the
// observed y. The three have one length, at least 1, and std is not negative. A
// std of 0 and what is not finite go where arithmetic takes them: a NaN makes
// NaN of all that depends on it.
func Evaluate(mean, std, y []float64) (Report, error) {
	n := len(y)
	if n == 0 {
		return Report{}, fmt.Errorf("metrics: there are no rows to evaluate")
	}
	if len(mean) != n || len(std) != n {
		return Report{}, fmt.Errorf("metrics: %d means and %d standard deviations for %d rows", len(mean), len(std), n)
	}
	var r Report
	for i, m := range mean {
		s := std[i]
		if s < 0 {
			return Report{}, fmt.Errorf("metrics: the standard deviation of row %d is %g, which is negative", i, s)
		}
		d := y[i] - m
		z := d / s
		r.MAE += math.Abs(d)
		r.RMSE += d * d
		r.NLL += 0.5*math.Log(2*math.Pi) + math.Log(s) + 0.5*z*z
		density := math.Exp(-0.5*z*z) / math.Sqrt(2*math.Pi)
		r.CRPS += s * (z*math.Erf(z/math.Sqrt2) + 2*density - 1/math.Sqrt(math.Pi))
		switch {
		case math.IsNaN(z):
			r.Coverage = math.NaN()
		case math.Abs(z) <= Z95:
			r.Coverage++
		}
		r.Sharpness += s * s
	}
	rows := float64(n)
	r.MAE /= rows
	r.RMSE = math.Sqrt(r.RMSE / rows)
	r.NLL /= rows
	r.CRPS /= rows
	r.Coverage /= rows
	r.Sharpness = math.Sqrt(r.Sharpness / rows)
	return r, nil
}
