// Package metrics scores predictive normal distributions against what was
// observed: errors of the mean, proper scores, calibration, and what can be done
// about calibration afterwards.
//
// All functions are pure; any goroutine may call them. Everything is computed
// in float64 and summed in the order of the rows. Predictions are means and
// standard deviations, in the target's unit, one of each per row. A NaN makes NaN
// of what depends on it.
//
// Where a number has a definition in uncertainty-toolbox (Chung et al. 2021,
// "Uncertainty Toolbox: an Open-Source Library for Assessing, Visualizing, and
// Improving Uncertainty Quantification"), with its default arguments, this is it.
package metrics

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
)

// A Report holds the scores of a set of predictions. Unless said otherwise
// lower is better, 0 is best, and the unit is the target's.
type Report struct {
	MAE  float64 `json:"mae"`  // mean absolute error of the mean
	RMSE float64 `json:"rmse"` // root mean squared error of the mean
	MDAE float64 `json:"mdae"` // median absolute error of the mean

	// R2 is the share of the observations' variance that the mean explains; 1
	// is best. Where they have no variance it is 1 for a mean without error and
	// 0 for any other; of a single row it is NaN. It has no unit.
	R2 float64 `json:"r2"`

	// NLL is the negative log likelihood of a normal distribution with its
	// constant, in nats per row; it has no lower bound.
	NLL float64 `json:"nll"`

	// CRPS is the continuous ranked probability score of a normal
	// distribution (Gneiting & Raftery 2007, equation 21).
	CRPS float64 `json:"crps"`

	// Check is the check score, also called pinball loss, averaged over the
	// quantiles at 0.01, 0.02 ... 0.99.
	Check float64 `json:"check"`

	// Interval is the interval score (Gneiting & Raftery 2007, equation 43),
	// averaged over central intervals of 1 %, 2 % ... 99 %.
	Interval float64 `json:"interval"`

	// Interval50 and the others are the interval score of one central interval, which
	// is also called Winkler score (Gneiting & Raftery 2007, equation 43).
	Interval50 float64 `json:"interval_50"`
	Interval68 float64 `json:"interval_68"`
	Interval90 float64 `json:"interval_90"`
	Interval95 float64 `json:"interval_95"`

	// MACE and RMSCE are the mean absolute and the root mean squared
	// calibration error of central intervals at 100 levels, MiscalArea is the
	// area between that curve and the diagonal (Kuleshov et al. 2018). They are
	// shares, from 0 to 1.
	MACE       float64 `json:"mace"`
	RMSCE      float64 `json:"rmsce"`
	MiscalArea float64 `json:"miscal_area"`

	// Sharpness is the root of the mean predicted variance (Gneiting et al.
	// 2007); meaningful only together with calibration.
	Sharpness float64 `json:"sharpness"`

	// Coverage is the share of the rows within the central 95 % interval, and the
	// others of those of 50, 68 and 90 %; as much as the interval is best.
	Coverage   float64 `json:"coverage"`
	Coverage50 float64 `json:"coverage_50"`
	Coverage68 float64 `json:"coverage_68"`
	Coverage90 float64 `json:"coverage_90"`
}

// ReportNames lists the scores of a report by the names that they have in JSON.
func ReportNames() []string { return slices.Clone(reportNames) }

var reportNames = func() (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Report]()) {
		names = append(names, f.Tag.Get("json"))
	}
	return names
}()

// Scores returns all scores in the order of [ReportNames].
func (r Report) Scores() []float64 {
	v := reflect.ValueOf(r)
	list := make([]float64, len(reportNames))
	for i := range list {
		list[i] = v.Field(i).Float()
	}
	return list
}

// Values returns all scores by the names that they have in JSON.
func (r Report) Values() map[string]float64 {
	m := make(map[string]float64, len(reportNames))
	for i, v := range r.Scores() {
		m[reportNames[i]] = v
	}
	return m
}

// MarshalJSON writes a number that is not finite as null, since JSON has none.
func (r Report) MarshalJSON() ([]byte, error) {
	v := reflect.ValueOf(r)
	b := []byte{'{'}
	for i, name := range reportNames {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, name)
		b = append(b, ':')
		if f := v.Field(i).Float(); f-f == 0 {
			b = strconv.AppendFloat(b, f, 'g', -1, 64)
		} else {
			b = append(b, "null"...)
		}
	}
	return append(b, '}'), nil
}

// Z95 is the 0.975 quantile of the standard normal distribution: the central
// 95 % interval is the mean ± Z95 standard deviations.
const Z95 = 1.959963984540054

// Evaluate scores predictions of a mean and a standard deviation against the
// observed y. The three have one length, at least 1, and std is not negative;
// otherwise the error says what is amiss. A standard deviation of 0 is the limit
// of small ones: its NLL is infinite.
func Evaluate(mean, std, y []float64) (Report, error) {
	if err := check(mean, std, y); err != nil {
		return Report{}, err
	}
	var r Report
	n := float64(len(y))
	scores := newLevelScores()
	at50, at68, at90, at95 := newCentral(0.5), newCentral(0.68), newCentral(0.9), newCentral(0.95)
	absolute := make([]float64, len(y))
	center := 0.0 // from y[0], so that rounding leaves constant observations without variance
	for _, v := range y {
		center += (v - y[0]) / n
	}
	spread := 0.0
	for i, m := range mean {
		s, d := std[i], y[i]-m
		absolute[i] = math.Abs(d)
		r.MAE += absolute[i]
		r.RMSE += d * d
		fromCenter := y[i] - y[0] - center
		spread += fromCenter * fromCenter
		r.NLL += nll(d, s)
		r.CRPS += crps(d, s)
		check, interval := scores.of(d, s)
		r.Check += check
		r.Interval += interval
		at50.add(d, s)
		at68.add(d, s)
		at90.add(d, s)
		at95.add(d, s)
		switch z := math.Abs(d / s); {
		case d == 0 && s == 0: // met exactly, and a narrower interval would hold it too
			r.Coverage++
		case math.IsNaN(z):
			r.Coverage = math.NaN()
		case z <= Z95:
			r.Coverage++
		}
		r.Sharpness += s * s
	}
	r.R2 = r2(r.RMSE, spread, len(y))
	r.MAE /= n
	r.RMSE = math.Sqrt(r.RMSE / n)
	r.MDAE = median(absolute)
	r.NLL /= n
	r.CRPS /= n
	r.Check /= n
	r.Interval /= n
	r.Coverage /= n
	r.Coverage50, r.Coverage68, r.Coverage90 = at50.held/n, at68.held/n, at90.held/n
	r.Interval50, r.Interval68, r.Interval90, r.Interval95 = at50.score/n, at68.score/n, at90.score/n, at95.score/n
	r.Sharpness = math.Sqrt(r.Sharpness / n)
	curve, err := Calibrate(Intervals, calibrationLevels, mean, std, y)
	if err != nil {
		return Report{}, err
	}
	r.MACE, r.RMSCE, r.MiscalArea = curve.MACE(), curve.RMSCE(), curve.Area()
	return r, nil
}

// check says what is amiss with predictions and observations.
func check(mean, std, y []float64) error {
	n := len(y)
	if n == 0 {
		return errors.New("metrics: there are no rows to evaluate")
	}
	if len(mean) != n || len(std) != n {
		return fmt.Errorf("metrics: %d means and %d standard deviations for %d rows", len(mean), len(std), n)
	}
	for i, s := range std {
		if s < 0 {
			return fmt.Errorf("metrics: the standard deviation of row %d is %g, which is negative", i, s)
		}
	}
	return nil
}

// A central interval of one level counts the rows that it holds, and adds up their
// interval scores.
type central struct {
	half  float64 // how far it reaches to either side, in standard deviations
	price float64 // of what a row lies outside: 2/(1-level)
	held  float64 // rows
	score float64
}

func newCentral(level float64) central {
	return central{half: halfWidth(level), price: 2 / (1 - level)}
}

// add counts a row that lies d from a mean with standard deviation s.
func (c *central) add(d, s float64) {
	reach := c.half * s
	d = math.Abs(d)
	c.score += 2*reach + c.price*max(d-reach, 0)
	switch {
	case math.IsNaN(d + reach):
		c.held = math.NaN()
	case d <= reach:
		c.held++
	}
}

// nll is the negative log density of a normal distribution at distance d from
// its mean.
func nll(d, s float64) float64 {
	if s == 0 {
		if d == 0 {
			return math.Inf(-1)
		}
		return math.Abs(d) * math.Inf(1) // or NaN
	}
	z := d / s
	return 0.5*math.Log(2*math.Pi) + math.Log(s) + 0.5*z*z
}

func crps(d, s float64) float64 {
	if s == 0 {
		return math.Abs(d)
	}
	z := d / s
	density := math.Exp(-0.5*z*z) / math.Sqrt(2*math.Pi)
	return d*math.Erf(z/math.Sqrt2) + s*(2*density-1/math.Sqrt(math.Pi))
}

// r2 is as sklearn.metrics.r2_score has it.
func r2(residual, total float64, rows int) float64 {
	switch {
	case rows < 2:
		return math.NaN()
	case total == 0 && residual == 0:
		return 1
	case total == 0:
		return 0
	}
	return 1 - residual/total
}

// median sorts v.
func median(v []float64) float64 {
	slices.Sort(v) // NaN first
	if math.IsNaN(v[0]) {
		return v[0]
	}
	half := len(v) / 2
	if len(v)%2 == 1 {
		return v[half]
	}
	return 0.5*v[half-1] + 0.5*v[half] // whose sum might overflow
}

// quantile is that of the standard normal distribution.
func quantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// halfWidth is the half width of the standard normal distribution's central
// interval of probability p.
func halfWidth(p float64) float64 { return math.Sqrt2 * math.Erfinv(p) }
