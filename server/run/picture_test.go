package run

import (
	"math"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// ofKind returns the frames of a kind.
func ofKind(frames []*wire.Frame, kind wire.FrameKind) []*wire.Frame {
	return slices.DeleteFunc(slices.Clone(frames), func(f *wire.Frame) bool { return f.Kind != kind })
}

// pictureOf returns the grid and all frames of the first lane.
func pictureOf(t *testing.T, r *Run) map[wire.FrameKind]*wire.Frame {
	t.Helper()
	b, err := r.FramesAt(t.Context(), math.MaxUint64)
	if err != nil {
		t.Fatal(err)
	}
	frames, err := wire.ParseFrames(b)
	if err != nil {
		t.Fatal(err)
	}
	m := map[wire.FrameKind]*wire.Frame{}
	for _, f := range frames {
		if f.Lane == 0 {
			m[f.Kind] = f
		}
	}
	return m
}

func near(a, b, within float64) bool { return math.Abs(a-b) <= within*math.Max(1, math.Abs(b)) }

// The frames of the rows are of the same rows as the data, and everything that is
// said of the test rows can be computed from them.
func TestRowsAndCalibrationAgree(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "sine", "speed": "max"})})
	steps(t, r, 256)
	d, p := state(t, r).Data, pictureOf(t, r)
	rows, fit := p[wire.FrameRows], p[wire.FrameFit]
	if len(rows.Columns[0]) != len(d.Y) || len(rows.Columns) != 4 {
		t.Fatalf("%d columns for %d of %d rows", len(rows.Columns), len(rows.Columns[0]), len(d.Y))
	}
	var nll, within, square, tests float64
	bins := make([]float32, wire.PITBins)
	for i, y := range d.Y {
		mean, std := float64(rows.Columns[0][i]), float64(rows.Columns[1][i])
		pulls := float64(rows.Columns[2][i] + rows.Columns[3][i])
		if d.IsTest[i] != math.IsNaN(pulls) {
			t.Fatalf("row %d, test %t, pulls %g", i, d.IsTest[i], pulls)
		}
		if !d.IsTest[i] {
			continue
		}
		z := (y - mean) / std
		nll += 0.5*z*z + math.Log(std) + 0.5*math.Log(2*math.Pi)
		square += z * z
		tests++
		share := 0.5 * math.Erfc(-z/math.Sqrt2)
		bins[min(int(share*wire.PITBins), wire.PITBins-1)]++
		if math.Abs(2*share-1) <= 0.5 {
			within++
		}
	}
	if got := scalar(fit, "test_nll"); !near(got, nll/tests, 1e-4) {
		t.Errorf("test_nll %g, of the rows %g", got, nll/tests)
	}
	if got := scalar(fit, "test_coverage_50"); !near(got, within/tests, 1e-6) {
		t.Errorf("coverage %g, of the rows %g", got, within/tests)
	}
	if got := scalar(fit, "scale_factor"); !near(got, math.Sqrt(square/tests), 1e-4) {
		t.Errorf("factor %g, of the rows %g", got, math.Sqrt(square/tests))
	}
	if got := p[wire.FramePIT].Columns[0]; !slices.Equal(got, bins) {
		t.Errorf("PIT %v, of the rows %v", got, bins)
	}
	curve := p[wire.FrameCalibration]
	half := (wire.CalibrationLevels - 1) / 2
	if curve.Columns[0][half] != 0.5 || !near(float64(curve.Columns[1][half]), within/tests, 1e-6) {
		t.Errorf("half of the curve is %g, of the rows %g", curve.Columns[1][half], within/tests)
	}
	best := d.BestTestNLL
	if best == nil || *best > nll/tests+0.1 {
		t.Errorf("the best that can be attained is %v, and %g was", best, nll/tests)
	}
}

// Of the NLL the pulls are (μ-y)/v and ½ (1 - d²/v), divided among the batch unless
// the reduction is a sum.
func TestPullsAreTheLossesDerivatives(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "mcycle", "speed": "max", "batch": 8})})
	steps(t, r, 64)
	for reduction, share := range map[string]float64{"mean": 8, "sum": 1} {
		change(t, r, map[string]any{"reduction": reduction})
		d, p := state(t, r).Data, pictureOf(t, r)
		scale := float64(d.TargetStd)
		for i, y := range d.Y {
			if d.IsTest[i] {
				continue
			}
			c := p[wire.FrameRows].Columns
			mean, std := float64(c[0][i]), float64(c[1][i])/scale
			residual := (mean - y) / scale
			if want := residual / (std * std) / share; !near(float64(c[2][i]), want, 1e-3) {
				t.Fatalf("%s: row %d pulls on the mean by %g, want %g", reduction, i, c[2][i], want)
			}
			if want := 0.5 * (1 - residual*residual/(std*std)) / share; !near(float64(c[3][i]), want, 1e-3) {
				t.Fatalf("%s: row %d pulls on the variance by %g, want %g", reduction, i, c[3][i], want)
			}
		}
	}
}

// An underconfident fit is told so, and recalibration makes it better.
func TestRecalibrationHelps(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "sine", "speed": "max", "eps": 5})})
	steps(t, r, 512)
	fit := pictureOf(t, r)[wire.FrameFit]
	if v := scalar(fit, "verdict"); v != 2 {
		t.Errorf("verdict %g, with a floor far above the noise", v)
	}
	if f := scalar(fit, "scale_factor"); f > 0.7 {
		t.Errorf("a factor of %g", f)
	}
	for _, name := range []string{"scaled_miscal_area", "isotonic_miscal_area"} {
		if before, after := scalar(fit, "test_miscal_area"), scalar(fit, name); after > 0.7*before {
			t.Errorf("%s is %g, and it was %g before", name, after, before)
		}
	}
	if before, after := scalar(fit, "test_nll"), scalar(fit, "scaled_nll"); after >= before {
		t.Errorf("the NLL is %g, and it was %g before", after, before)
	}
}

// Two inputs are shown on a map, whose truth is the set's, and along each of them.
func TestTwoInputsAreAMap(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "bowl", "speed": "max"})})
	steps(t, r, 64)
	p := pictureOf(t, r)
	grid, fit := p[wire.FrameGrid], p[wire.FrameFit]
	if len(grid.Columns) != 2 || len(grid.Columns[0]) != rows.MapSide*rows.MapSide || len(fit.Columns[0]) != rows.MapSide*rows.MapSide || len(p[wire.FrameTruth].Columns[1]) != rows.MapSide*rows.MapSide {
		t.Fatalf("a grid of %d columns, %d places", len(grid.Columns), len(grid.Columns[0]))
	}
	of, err := r.Predict(t.Context(), nil, [][]float64{{float64(grid.Columns[0][41]), float64(grid.Columns[1][41])}})
	if err != nil || !near(of[0].Mean[0], float64(fit.Columns[0][41]), 1e-4) {
		t.Errorf("the map says %g where the network says %+v (%v)", fit.Columns[0][41], of, err)
	}
	change(t, r, map[string]any{"slice": 2})
	if p := pictureOf(t, r); len(p[wire.FrameGrid].Columns) != 1 || len(p[wire.FrameFit].Columns[0]) != rows.GridPoints || state(t, r).Data.Slice != 2 {
		t.Error("it is not shown along the second input")
	}
}

// Rows that are shown are among those that are evaluated, however many there are.
func TestShownRowsAreEvaluated(t *testing.T) {
	for _, n := range []int{900, 3000, 5000, 20000, 77777} {
		spec := wire.DataSpec{Formula: &wire.FormulaSpec{Mean: "x", Std: "0.1", From: 0, To: 1, Rows: n}}
		r := paused(t, wire.Spec{Data: &spec, Controls: raw(t, map[string]any{"hidden": []int{4}})})
		d, rows := state(t, r).Data, pictureOf(t, r)[wire.FrameRows]
		if len(d.Y) != min(n, wire.MaxRowsShown) || slices.ContainsFunc(rows.Columns[0], func(v float32) bool { return v != v }) {
			t.Errorf("of %d rows %d are shown, not all of them evaluated", n, len(d.Y))
		}
	}
}

// On raw targets eps is in the data's own unit.
func TestRawTargets(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "mcycle", "speed": "max", "eps": 1, "standardise": false})})
	steps(t, r, 16)
	d, fit := state(t, r).Data, pictureOf(t, r)[wire.FrameFit]
	if d.TargetStd != 1 || scalar(fit, "floor") != 1 {
		t.Errorf("targets of standard deviation %g, a floor of %g", d.TargetStd, scalar(fit, "floor"))
	}
	change(t, r, map[string]any{"standardise": true})
	d, fit = state(t, r).Data, pictureOf(t, r)[wire.FrameFit]
	if d.TargetStd < 40 || !near(scalar(fit, "floor"), float64(d.TargetStd), 1e-6) {
		t.Errorf("targets of standard deviation %g, a floor of %g", d.TargetStd, scalar(fit, "floor"))
	}
}
