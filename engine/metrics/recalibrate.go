package metrics

import (
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
