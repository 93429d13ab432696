package metrics

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Recalibration is learned on rows that were held out, and applied to others.

// StdFactor returns the factor on all standard deviations that makes the NLL
// least: the root of the mean squared normalised residual. A standard deviation
// of 0 is an error.
func StdFactor(mean, std, y []float64) (float64, error) {
	if err := check(mean, std, y); err != nil {
		return 0, err
	}
	sum := 0.0
	for i, m := range mean {
		if std[i] == 0 {
			return 0, fmt.Errorf("metrics: the standard deviation of row %d is 0, which no factor changes", i)
		}
		z := (y[i] - m) / std[i]
		sum += z * z
	}
	return math.Sqrt(sum / float64(len(y))), nil
}

// StdFactorByCalibration returns the factor from 0.01 to 100 on all standard
// deviations that makes the mean absolute calibration error least, to within a
// thousandth of it. The error has steps, so it is looked for on a fine grid and
// not by descent.
func StdFactorByCalibration(mean, std, y []float64) (float64, error) {
	if err := check(mean, std, y); err != nil {
		return 0, err
	}
	scaled := make([]float64, len(std))
	at := func(factor float64) (float64, error) {
		for i, s := range std {
			scaled[i] = factor * s
		}
		c, err := Calibrate(Intervals, calibrationLevels, mean, scaled, y)
		return c.MACE(), err
	}
	best, least := 1.0, math.Inf(1)
	search := func(low, high float64, points int) error {
		for i := range points {
			factor := low * math.Pow(high/low, float64(i)/float64(points-1))
			mace, err := at(factor)
			if err != nil {
				return err
			}
			if math.IsNaN(mace) {
				return errors.New("metrics: no factor calibrates rows of which some numbers are NaN")
			}
			if mace < least {
				best, least = factor, mace
			}
		}
		return nil
	}
	if err := search(0.01, 100, 200); err != nil {
		return 0, err
	}
	err := search(max(best/1.05, 0.01), min(best*1.05, 100), 200)
	return best, err
}

// Isotonic maps predicted probabilities to those that were observed, by a
// function that never falls (Kuleshov et al. 2018, "Accurate Uncertainties for
// Deep Learning Using Calibrated Regression"). Its zero value changes nothing.
type Isotonic struct {
	predicted []float64 // rising, from 0 to 1
	observed  []float64 // not falling, from 0 to 1
}

// FitIsotonic learns from held-out rows.
func FitIsotonic(mean, std, y []float64) (Isotonic, error) {
	pit, err := PIT(mean, std, y)
	if err != nil {
		return Isotonic{}, err
	}
	slices.Sort(pit)
	if math.IsNaN(pit[0]) {
		return Isotonic{}, fmt.Errorf("metrics: a row has no probability, as some of its numbers are NaN")
	}
	// Sorted, the share of rows at or below each is a function that does not
	// fall, so pooling adjacent violators has nothing left to do but to put ties
	// together. Half a step keeps the ends from claiming certainty.
	f := Isotonic{predicted: []float64{0}, observed: []float64{0}}
	n := float64(len(pit))
	for i := 0; i < len(pit); {
		next := i
		for next < len(pit) && pit[next] == pit[i] {
			next++
		}
		if pit[i] > 0 && pit[i] < 1 {
			f.predicted = append(f.predicted, pit[i])
			f.observed = append(f.observed, 0.5*float64(i+next)/n)
		}
		i = next
	}
	f.predicted, f.observed = append(f.predicted, 1), append(f.observed, 1)
	return f, nil
}

// Probability returns the recalibrated probability of what was predicted to have
// probability p, from 0 to 1.
func (f Isotonic) Probability(p float64) float64 { return interpolate(f.predicted, f.observed, p) }

// Level returns the probability at which to take a predicted quantile so that a
// share p of the observations lies below it.
func (f Isotonic) Level(p float64) float64 { return interpolate(f.observed, f.predicted, p) }

// CDF returns the recalibrated probability of an observation at or below y.
func (f Isotonic) CDF(mean, std, y float64) float64 {
	return f.Probability(0.5 * math.Erfc((mean-y)/(std*math.Sqrt2)))
}

// Quantile returns the recalibrated quantile at p, from 0 to 1.
func (f Isotonic) Quantile(mean, std, p float64) float64 { return mean + std*quantile(f.Level(p)) }

// interpolate returns the value at x of the line through points whose xs do not
// fall.
func interpolate(xs, ys []float64, x float64) float64 {
	if len(xs) == 0 || math.IsNaN(x) {
		return x
	}
	i := sort.SearchFloat64s(xs, x)
	switch {
	case i == len(xs):
		return ys[i-1]
	case i == 0 || xs[i] == x:
		return ys[i]
	}
	share := (x - xs[i-1]) / (xs[i] - xs[i-1])
	return ys[i-1] + share*(ys[i]-ys[i-1])
}

// Conformal makes intervals that hold a new observation with at least a given
// probability, whatever the distribution, if it and the rows that were learned
// from are exchangeable (Lei et al. 2018, "Distribution-Free Predictive Inference
// for Regression"): the mean plus and minus a multiple of the standard deviation.
type Conformal struct {
	scores []float64 // |y - mean|/std of the rows that were learned from, rising
}

// FitConformal learns from rows that the network was not trained on. A standard
// deviation of 0 is an error.
func FitConformal(mean, std, y []float64) (Conformal, error) {
	if err := check(mean, std, y); err != nil {
		return Conformal{}, err
	}
	var c Conformal
	for i, m := range mean {
		score := math.Abs(y[i]-m) / std[i]
		if math.IsNaN(score) || std[i] == 0 {
			return Conformal{}, fmt.Errorf("metrics: row %d has mean %g, standard deviation %g and observation %g, of which no score can be made", i, m, std[i], y[i])
		}
		c.scores = append(c.scores, score)
	}
	slices.Sort(c.scores)
	return c, nil
}

// Factor returns how many standard deviations an interval of that level, above 0
// and below 1, reaches to either side: the ⌈(n+1) level⌉th smallest of n scores,
// and infinity where there are not as many.
func (c Conformal) Factor(level float64) float64 {
	// What is a whole number but for rounding is one.
	k := int(math.Ceil(float64(len(c.scores)+1)*level - 1e-9))
	if k > len(c.scores) {
		return math.Inf(1)
	}
	return c.scores[max(k, 1)-1]
}

// Interval returns the bounds of an interval of that level.
func (c Conformal) Interval(level, mean, std float64) (low, high float64) {
	reach := c.Factor(level) * std
	return mean - reach, mean + reach
}
