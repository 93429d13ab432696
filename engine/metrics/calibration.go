package metrics

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/floats"
)

// A CurveKind says what a calibration curve counts.
type CurveKind string

// The kinds of calibration curve.
const (
	Intervals CurveKind = "interval" // rows within the central interval of that probability
	Quantiles CurveKind = "quantile" // rows at or below the quantile of that probability, from above: see Calibrate
)

// calibrationLevels is the number of levels behind a Report's calibration errors.
const calibrationLevels = 100

// A Curve is a calibration curve: of the share of rows that should lie within
// something, the share that does.
type Curve struct {
	Kind     CurveKind `json:"kind"`
	Rows     int       `json:"rows"`
	Expected []float64 `json:"expected"` // evenly spaced from 0 to 1
	Observed []float64 `json:"observed"`
}

// Calibrate returns a calibration curve at that many evenly spaced levels, at
// least 2. At level 0 an interval holds the rows that are met exactly. The curve
// of quantiles counts, as uncertainty-toolbox does, rows whose normalised
// residual (mean - y)/std is at most the level's quantile: by the symmetry of the
// normal distribution those are the rows at or above the quantile of one minus
// the level.
func Calibrate(kind CurveKind, levels int, mean, std, y []float64) (Curve, error) {
	if err := check(mean, std, y); err != nil {
		return Curve{}, err
	}
	if levels < 2 {
		return Curve{}, fmt.Errorf("metrics: a calibration curve at %d levels; it needs at least 2", levels)
	}
	c := Curve{Kind: kind, Rows: len(y), Expected: make([]float64, levels), Observed: make([]float64, levels)}
	bounds := make([]float64, levels)
	for i, p := range floats.Span(c.Expected, 0, 1) {
		switch kind {
		case Intervals:
			bounds[i] = halfWidth(p)
		case Quantiles:
			bounds[i] = quantile(p)
		default:
			return Curve{}, fmt.Errorf("metrics: a calibration curve of %.20q; there are %q and %q", kind, Intervals, Quantiles)
		}
	}
	for i, m := range mean {
		z := (m - y[i]) / std[i]
		if kind == Intervals {
			z = math.Abs(z)
		}
		if m == y[i] && std[i] == 0 {
			z = 0
		}
		if math.IsNaN(z) {
			for k := range c.Observed {
				c.Observed[k] = z
			}
			return c, nil
		}
		c.Observed[min(sort.SearchFloat64s(bounds, z), levels-1)]++
	}
	sum := 0.0
	for i, count := range c.Observed {
		sum += count
		c.Observed[i] = sum / float64(len(y))
	}
	return c, nil
}

// MACE is the curve's mean absolute distance from the diagonal.
func (c Curve) MACE() float64 {
	return floats.Distance(c.Expected, c.Observed, 1) / float64(len(c.Expected))
}

// RMSCE is the root of the curve's mean squared distance from the diagonal.
func (c Curve) RMSCE() float64 {
	sum := 0.0
	for i, e := range c.Expected {
		sum += (e - c.Observed[i]) * (e - c.Observed[i])
	}
	return math.Sqrt(sum / float64(len(c.Expected)))
}

// Area is the area between the curve and the diagonal.
func (c Curve) Area() float64 {
	sum := 0.0
	for i := 1; i < len(c.Expected); i++ {
		width := c.Expected[i] - c.Expected[i-1]
		a, b := c.Observed[i-1]-c.Expected[i-1], c.Observed[i]-c.Expected[i]
		if a*b < 0 {
			// The curve crosses the diagonal: two triangles.
			sum += width * 0.5 * (a*a + b*b) / math.Abs(a-b)
		} else {
			sum += width * 0.5 * math.Abs(a+b)
		}
	}
	return sum
}

// Band returns, for each level, the bounds within which the observed share of a
// calibrated prediction's rows lies 95 times out of 100, by the normal
// approximation of the binomial distribution.
func (c Curve) Band() (low, high []float64) {
	for _, p := range c.Expected {
		e := Z95 * binomialError(p, c.Rows)
		low, high = append(low, max(p-e, 0)), append(high, min(p+e, 1))
	}
	return low, high
}

func binomialError(p float64, rows int) float64 { return math.Sqrt(p * (1 - p) / float64(rows)) }

// Coverage is how a central interval of one level did.
type Coverage struct {
	Level    float64 `json:"level"`    // probability that the interval should hold, from 0 to 1
	Observed float64 `json:"observed"` // share of the rows that it held
	Error    float64 `json:"error"`    // standard error of Observed for a calibrated prediction
	Width    float64 `json:"width"`    // mean, in the target's unit
}

// Cover returns the coverage of central intervals of a level, above 0 and below
// 1.
func Cover(level float64, mean, std, y []float64) (Coverage, error) {
	if err := check(mean, std, y); err != nil {
		return Coverage{}, err
	}
	if !(level > 0 && level < 1) {
		return Coverage{}, fmt.Errorf("metrics: intervals of level %g; it must be above 0 and below 1", level)
	}
	at := newCentral(level)
	c := Coverage{Level: level, Error: binomialError(level, len(y))}
	for i, m := range mean {
		c.Width += 2 * (at.half * std[i])
		at.add(y[i]-m, std[i])
	}
	c.Observed = at.held / float64(len(y))
	c.Width /= float64(len(y))
	return c, nil
}

// PIT returns each row's probability integral transform: the predicted
// probability of an observation at or below the actual one. Those of a
// calibrated prediction are uniform from 0 to 1.
func PIT(mean, std, y []float64) ([]float64, error) {
	if err := check(mean, std, y); err != nil {
		return nil, err
	}
	p := make([]float64, len(y))
	for i, m := range mean {
		if p[i] = 0.5 * math.Erfc((m-y[i])/(std[i]*math.Sqrt2)); m == y[i] && std[i] == 0 {
			p[i] = 0.5
		}
	}
	return p, nil
}

// A Histogram counts values from 0 to 1 in bins of one width.
type Histogram struct {
	Counts   []int   `json:"counts"`
	Expected float64 `json:"expected"` // count in each bin if the values were uniform
	Low      float64 `json:"low"`      // bounds within which a bin's count then lies 95 times out of 100
	High     float64 `json:"high"`
}

// NewHistogram counts values in bins, at least 1. What is not from 0 to 1 is in
// none.
func NewHistogram(values []float64, bins int) (Histogram, error) {
	if bins < 1 {
		return Histogram{}, fmt.Errorf("metrics: a histogram of %d bins", bins)
	}
	h := Histogram{Counts: make([]int, bins)}
	for _, v := range values {
		if v >= 0 && v <= 1 {
			h.Counts[min(int(v*float64(bins)), bins-1)]++
		}
	}
	p := 1 / float64(bins)
	h.Expected = p * float64(len(values))
	e := Z95 * math.Sqrt(float64(len(values))*p*(1-p))
	h.Low, h.High = max(h.Expected-e, 0), h.Expected+e
	return h, nil
}

// A Verdict says how well calibrated predictions are.
type Verdict int

// The verdicts.
const (
	NoVerdict Verdict = iota // as some of the numbers are not finite
	TooFewRows
	Overconfident
	Underconfident
	WellCalibrated
)

// String returns the verdict in a word for people, or nothing where there is none.
func (v Verdict) String() string {
	return [...]string{"", "too few points", "overconfident", "underconfident", "calibrated"}[v]
}

// leastRows is how many rows a verdict needs: with fewer, even the coverage of
// 50 % may be off by a fifth by chance.
const leastRows = 20

// Judge returns the verdict on predictions: over- or underconfident if the
// coverage of the central intervals of 50, 68, 90 or 95 % is too low or too high
// by more than twice and a half its standard error, a bound that a calibrated
// prediction crosses at one of the four about once in thirty times; where levels
// disagree, the one that is furthest out decides. Of enough rows with a NaN among
// them there is no verdict but an error.
func Judge(mean, std, y []float64) (Verdict, error) {
	if err := check(mean, std, y); err != nil {
		return NoVerdict, err
	}
	if len(y) < leastRows {
		return TooFewRows, nil
	}
	var deviations []float64
	for _, level := range []float64{0.5, 0.68, 0.9, 0.95} {
		c, err := Cover(level, mean, std, y)
		if err != nil {
			return NoVerdict, err
		}
		// Half a row is the least difference that counts can show.
		slack := 0.5 / float64(len(y))
		d := c.Observed - level
		if math.IsNaN(d) {
			return NoVerdict, errors.New("metrics: no verdict, as some of the numbers are NaN")
		}
		deviations = append(deviations, math.Copysign(max(math.Abs(d)-slack, 0), d)/c.Error)
	}
	low, high := slices.Min(deviations), slices.Max(deviations)
	const bound = 2.5
	switch {
	case -low > bound && -low >= high:
		return Overconfident, nil
	case high > bound:
		return Underconfident, nil
	}
	return WellCalibrated, nil
}
