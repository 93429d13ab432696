package run

import (
	"math"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/rows"
)

func TestThinKeepsExtremesAndGaps(t *testing.T) {
	nan := math.NaN()
	steps, values := make([]uint64, 1000), make([]float64, 1000)
	for i := range steps {
		steps[i], values[i] = uint64(10*i), float64(i%7)
	}
	values[123], values[500], values[501], values[998] = 90, nan, math.Inf(1), -4
	s, v := capture.Thin(steps, values, 50)
	if len(s) != len(v) || len(v) > 102 || !slices.IsSorted(s) {
		t.Errorf("%d steps and %d values", len(s), len(v))
	}
	for _, want := range []struct {
		step  uint64
		value float64
	}{{1230, 90}, {5010, math.Inf(1)}, {9980, -4}} {
		if i := slices.Index(s, want.step); i < 0 || v[i] != want.value {
			t.Errorf("step %d is lost", want.step)
		}
	}
	if i := slices.Index(s, 5000); i < 0 || !math.IsNaN(v[i]) {
		t.Error("the gap is lost")
	}
	if s, v := capture.Thin(steps[:5], values[:5], 50); !slices.Equal(s, steps[:5]) || !slices.Equal(v, values[:5]) {
		t.Errorf("a short curve became %v", s)
	}
	if s, _ := capture.Thin(nil, nil, 50); len(s) != 0 {
		t.Error("something came of nothing")
	}
}

func TestLossRangeHoldsNegativeLosses(t *testing.T) {
	low, high := capture.LossRange([]float64{1, -1, -2, math.NaN(), -1.5, math.Inf(1)}, []float64{-3, 2, 40})
	if low > -2 || high < 1 || low < -5 || high > 41 {
		t.Errorf("from %g to %g", low, high)
	}
	// One far loss does not flatten the others.
	far := make([]float64, 50)
	for i := range far {
		far[i] = float64(i) / 50
	}
	far[0] = 1e9
	if _, high := capture.LossRange(far, nil); high > 10 {
		t.Errorf("to %g", high)
	}
	if low, high := capture.LossRange(nil, nil); !(low < high) {
		t.Errorf("of nothing from %g to %g", low, high)
	}
}

func TestFitRangeHoldsTheRows(t *testing.T) {
	r := &capture.Capture{Rows: []capture.Row{{TargetRow: capture.TargetRow{Y: -1}}, {TargetRow: capture.TargetRow{Y: math.Inf(1)}}, {TargetRow: capture.TargetRow{Y: 3}}}, Grid: &capture.Fit{Mean: []float64{0, 1e9, math.NaN()}, Std: []float64{2, 1, 1}}}
	low, high := r.FitRange(2)
	if low > -3 || low < -3.5 || high < 5 || high > 5.5 {
		t.Errorf("from %g to %g", low, high)
	}
}

func TestRowsOfAreEvenlyTaken(t *testing.T) {
	r := &capture.Capture{}
	for i := range 100 {
		r.Rows = append(r.Rows, capture.Row{ID: uint32(i), Part: []string{rows.PartTrain, rows.PartTest}[i%2]})
	}
	if rows := r.RowsOf(rows.PartTest, 20); len(rows) != 17 || rows[1].ID != 7 || rows[16].ID != 97 {
		t.Errorf("%d rows", len(rows))
	}
	if rows := r.RowsOf(rows.PartPool, 20); rows != nil {
		t.Errorf("%d rows of none", len(rows))
	}
}
