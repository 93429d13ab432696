package run

import (
	"math"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

func TestThinKeepsExtremesAndGaps(t *testing.T) {
	nan := math.NaN()
	steps, values := make([]uint64, 1000), make([]float64, 1000)
	for i := range steps {
		steps[i], values[i] = uint64(10*i), float64(i%7)
	}
	values[123], values[500], values[501], values[998] = 90, nan, math.Inf(1), -4
	of := func(steps []uint64, values []float64) (thinSteps []uint64, thinValues []float64) {
		c := capture.Series{Steps: steps, Values: values}.Thin(9990, 50)
		return c.Steps, c.Values
	}
	s, v := of(steps, values)
	if len(s) != len(v) || len(v) > 104 || !slices.IsSorted(s) {
		t.Errorf("%d steps and %d values", len(s), len(v))
	}
	for _, want := range []struct {
		step  uint64
		value float64
	}{{1230, 90}, {9980, -4}} {
		if i := slices.Index(s, want.step); i < 0 || v[i] != want.value {
			t.Errorf("step %d is lost", want.step)
		}
	}
	if i := slices.Index(s, 5000); i < 0 || !math.IsNaN(v[i]) {
		t.Error("the gap is lost")
	}
	if s, v := of(steps[:5], values[:5]); !slices.Equal(s, steps[:5]) || !slices.Equal(v, values[:5]) {
		t.Errorf("a short curve became %v", s)
	}
	if s, _ := of(nil, nil); len(s) != 0 {
		t.Error("something came of nothing")
	}
}

// lossesOf returns what the chart of the loss shows of a capture with such test losses, at
// every step from 0 on, and with such losses of batches.
func lossesOf(test, batches []float64) capture.Losses {
	r := &capture.Capture{}
	r.Step, r.Batches.Values = uint64(max(len(test), 1)), [][]float32{nil}
	for i, v := range test {
		p := wire.Point{Step: uint64(i)}
		values := map[string]float64{}
		for _, name := range wire.PointColumns[2:] {
			values[name] = v
		}
		p.Set(values)
		r.Points = append(r.Points, p)
	}
	for i, v := range batches {
		r.Batches.Steps, r.Batches.Values[0] = append(r.Batches.Steps, uint64(i)), append(r.Batches.Values[0], float32(v))
	}
	return r.Losses()
}

func TestLossRangeHoldsNegativeLosses(t *testing.T) {
	l := lossesOf([]float64{1, -1, -2, math.NaN(), -1.5, math.Inf(1)}, []float64{-3, 2, 4000})
	if l.Low > -2 || l.High < -1 || l.Low < -5 || l.High > 41 || len(l.Test.Values) != 6 || len(l.Batch.Values) != 3 {
		t.Errorf("from %g to %g, %v, %v", l.Low, l.High, l.Test, l.Batch)
	}
	// One far loss does not flatten the others, nor does the first fall.
	far := make([]float64, 500)
	for i := range far {
		far[i] = float64(i) / 500
	}
	far[0], far[300] = 1e9, 1e6
	if l := lossesOf(far, nil); l.High > 10 || l.High < 0.99 {
		t.Errorf("to %g", l.High)
	}
	if l := lossesOf(nil, nil); !(l.Low < l.High) {
		t.Errorf("of nothing from %g to %g", l.Low, l.High)
	}
}

func TestFitRangeHoldsTheRows(t *testing.T) {
	r := &capture.Capture{
		Rows: []capture.Row{
			{ID: 1, Part: rows.PartTrain, TargetRow: capture.TargetRow{Y: -1}},
			{ID: 2, Part: rows.PartTest, TargetRow: capture.TargetRow{Y: math.Inf(1)}},
			{ID: 3, Part: rows.PartTest, TargetRow: capture.TargetRow{Y: 3}},
			{ID: 4, Part: rows.PartTest, TargetRow: capture.TargetRow{Y: 1000}}, // which is not shown
		},
		Data: wire.Data{IDs: []uint32{1, 2, 3}},
		Grid: &capture.Fit{Mean: []float64{0, 1e9, math.NaN()}, Std: []float64{2, 1, 1}},
	}
	// The predictions have no say.
	if low, high := r.FitRange(); low != -2 || high != 4 {
		t.Errorf("from %g to %g", low, high)
	}
	r.Grid.TrueMean, r.Grid.TrueStds = []float64{0, 1, 2}, []float64{5, 0, 5}
	if low, high := r.FitRange(); low != -15 || high != 20 {
		t.Errorf("with the truth from %g to %g", low, high)
	}
	r.Rows, r.Grid.TrueMean = nil, nil // they were left out
	if low, high := r.FitRange(); low > 0 || high < 1e9 {
		t.Errorf("without rows from %g to %g", low, high)
	}
}

// The report and the stills show the rows that the page does.
func TestShownRowsAreThoseOfThePage(t *testing.T) {
	r := &capture.Capture{}
	for i := range 100 {
		r.Rows = append(r.Rows, capture.Row{ID: uint32(i), Part: []string{rows.PartTrain, rows.PartTest}[i%2]})
		if i%6 < 2 {
			r.Data.IDs = append(r.Data.IDs, uint32(i))
		}
	}
	if rows := r.ShownRows(rows.PartTest); len(rows) != 17 || rows[1].ID != 7 || rows[16].ID != 97 {
		t.Errorf("%d rows", len(rows))
	}
	if rows := r.ShownRows(rows.PartPool); rows != nil {
		t.Errorf("%d rows of none", len(rows))
	}
}
