package lane

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A calibration is how far a lane's predictions of the test rows can be believed, as
// they are and after recalibration. What recalibrates a row was learned from the
// other half of the rows (cross-fitting).
type calibration struct {
	pit, scaled, isotonic []float64 // of each row; the latter two only if there are rows enough

	factor  float64 // on all standard deviations, learned from all rows
	nll     float64 // after scaling
	verdict float64 // index in wire.Verdicts
	after   float64 // the verdict after scaling
}

// calibrate judges predictions of the test rows. What cannot be known, as some
// numbers are not finite or rows are too few, is NaN.
func calibrate(test scores) (calibration, error) {
	nan := math.NaN()
	b := calibration{factor: nan, nll: nan, after: nan, verdict: verdictOf(test.mean, test.std, test.y)}
	var err error
	if b.pit, err = metrics.PIT(test.mean, test.std, test.y); err != nil {
		return b, fmt.Errorf("calibration: %w", err)
	}
	if b.factor, err = metrics.StdFactor(test.mean, test.std, test.y); err != nil {
		b.factor = nan // a standard deviation of 0
	}
	b.recalibrate(test)
	return b, nil
}

func verdictOf(mean, std, y []float64) float64 {
	v, err := metrics.Judge(mean, std, y)
	if err != nil {
		return math.NaN()
	}
	return float64(v - metrics.TooFewRows) // the first of wire.Verdicts, which are in the same order
}

// recalibrate learns from the rows of even number what is applied to those of odd
// number, and the other way round.
func (b *calibration) recalibrate(s scores) {
	n := len(s.y)
	if n < 4 {
		return
	}
	stds := make([]float64, n)
	isotonic := make([]float64, n)
	for half := range 2 {
		var mean, std, y []float64
		for i := half; i < n; i += 2 {
			mean, std, y = append(mean, s.mean[i]), append(std, s.std[i]), append(y, s.y[i])
		}
		factor, err := metrics.StdFactor(mean, std, y)
		if err != nil {
			return
		}
		curve, err := metrics.FitIsotonic(mean, std, y)
		if err != nil {
			return
		}
		for i := 1 - half; i < n; i += 2 {
			stds[i] = factor * s.std[i]
			isotonic[i] = curve.Probability(b.pit[i])
		}
	}
	scaled, err := metrics.PIT(s.mean, stds, s.y)
	if err != nil {
		return
	}
	b.scaled, b.isotonic = scaled, isotonic
	b.after = verdictOf(s.mean, stds, s.y)
	if r, err := metrics.Evaluate(s.mean, stds, s.y); err == nil {
		b.nll = r.NLL
	}
}

// figures are what the scalars say of it.
func (b *calibration) figures(values map[string]float64) {
	values["verdict"], values["scaled_verdict"] = b.verdict, b.after
	values["scale_factor"], values["scaled_nll"] = b.factor, b.nll
	values["scaled_miscal_area"] = areaOf(b.scaled)
	values["isotonic_miscal_area"] = areaOf(b.isotonic)
}

// frames are the curves and the histograms.
func (b *calibration) frames() []*wire.Frame {
	expected := levels(wire.CalibrationLevels)
	curves := [][]float32{floats32(expected)}
	var counts [][]float32
	for _, pit := range [][]float64{b.pit, b.scaled, b.isotonic} {
		curves = append(curves, floats32(covered(pit, expected)))
		counts = append(counts, histogram(pit))
	}
	return []*wire.Frame{
		{Kind: wire.FrameCalibration, Columns: curves},
		{Kind: wire.FramePIT, Columns: counts},
	}
}

// levels are so many numbers, evenly from 0 to 1.
func levels(n int) []float64 {
	l := make([]float64, n)
	for i := range l {
		l[i] = float64(i) / float64(n-1)
	}
	return l
}

// covered returns, for each level, the share of rows that lie within the central
// interval of it; NaN if that cannot be said.
func covered(pit, expected []float64) []float64 {
	share := make([]float64, len(expected))
	reach := make([]float64, len(pit)) // level of the narrowest interval that holds the row
	for i, p := range pit {
		reach[i] = math.Abs(2*p - 1)
	}
	slices.Sort(reach) // NaN first
	for i, level := range expected {
		if len(reach) == 0 || math.IsNaN(reach[0]) {
			share[i] = math.NaN()
			continue
		}
		held := sort.Search(len(reach), func(k int) bool { return reach[k] > level })
		share[i] = float64(held) / float64(len(reach))
	}
	return share
}

// areaOf is the area between the curve of central intervals and its diagonal; NaN
// without rows.
func areaOf(pit []float64) float64 {
	c := metrics.Curve{Kind: metrics.Intervals, Rows: len(pit), Expected: levels(100)}
	c.Observed = covered(pit, c.Expected)
	return c.Area()
}

func histogram(pit []float64) []float32 {
	counts := make([]float32, wire.PITBins)
	h, err := metrics.NewHistogram(pit, wire.PITBins)
	for i := range counts {
		counts[i] = float32(math.NaN())
		if err == nil && len(pit) > 0 {
			counts[i] = float32(h.Counts[i])
		}
	}
	return counts
}

func floats32(v []float64) []float32 {
	f := make([]float32, len(v))
	for i, x := range v {
		f[i] = float32(x)
	}
	return f
}
