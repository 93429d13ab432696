package run

import (
	"math"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// windy is a paused run on two targets.
func windy(t *testing.T, set map[string]any) *Run {
	t.Helper()
	all := map[string]any{"speed": "max", "dataset": "wind", "hidden": []int{16}}
	for name, v := range set {
		all[name] = v
	}
	return paused(t, wire.Spec{Controls: raw(t, all)})
}

// Frames show one target and tell of all; what they tell of each is what is shown of it.
func TestFramesTellOfEveryTarget(t *testing.T) {
	r := windy(t, map[string]any{"noise": 20, "members": 2})
	steps(t, r, 100)
	var of [2]map[wire.FrameKind]*wire.Frame
	for k := range of {
		change(t, r, map[string]any{"shown_target": k + 1})
		of[k] = framesOf(t, r, 0)
		d := state(t, r).Data
		if d.ShownTarget != k+1 || d.Target != d.Targets[k] || len(d.Targets) != 2 || !slices.Equal(d.Y, d.AllY[k]) {
			t.Fatalf("target %d is shown, of %+v", d.ShownTarget, d.Targets)
		}
		by := d.ByTarget[k]
		if len(d.ByTarget) != 2 || by.Std != d.TargetStd || *by.BestTrainNLL != *d.BestTrainNLL || *by.BestTestNLL != *d.BestTestNLL {
			t.Errorf("of target %d it is said %+v, and when it is shown %g, %g and %g", k+1, by, d.TargetStd, *d.BestTrainNLL, *d.BestTestNLL)
		}
	}
	shown := func(f *wire.Frame, column int) []float64 {
		list := make([]float64, len(f.Columns[column]))
		for i, v := range f.Columns[column] {
			list[i] = float64(v)
			if f.Origins != nil {
				list[i] += f.Origins[column]
			}
		}
		return list
	}
	for k := range of {
		all, rows := of[0][wire.FrameTargets], of[0][wire.FrameTargetRows]
		for c := range 2 {
			if !slices.Equal(shown(all, 2*k+c), shown(of[k][wire.FrameFit], c)) {
				t.Errorf("on the grid target %d has other columns %d than when it is shown", k+1, c)
			}
			if !slices.Equal(shown(rows, 2*k+c), shown(of[k][wire.FrameRows], c)) {
				t.Errorf("at the rows target %d has other columns %d than when it is shown", k+1, c)
			}
		}
		scores := of[0][wire.FrameTargetScores]
		for i, name := range wire.TargetScores {
			if got, want := float64(scores.Columns[i][k]), scalar(of[k][wire.FrameFit], name); got != want {
				t.Errorf("%s of target %d is %g, and %g when it is shown", name, k+1, got, want)
			}
		}
		if scalar(of[0][wire.FrameFit], "train_loss") != scalar(of[k][wire.FrameFit], "train_loss") {
			t.Errorf("the loss depends on the target that is shown")
		}
	}
	// Over all: the NLL is the mean of both, and so is the coverage.
	scores := of[0][wire.FrameTargetScores]
	for _, name := range []string{"test_nll", "test_coverage"} {
		c := scores.Columns[slices.Index(wire.TargetScores, name)]
		if len(c) != 3 || math.Abs(float64(c[0]+c[1])/2-float64(c[2])) > 1e-5 {
			t.Errorf("%s of both and of all: %v", name, c)
		}
	}
	if of[0][wire.FrameResidual] != nil {
		t.Error("there is a residual of no equation")
	}
}

// The loss of a step is that of all targets; what is recorded has a point of each.
func TestHistoryHasEveryTarget(t *testing.T) {
	r := windy(t, nil)
	steps(t, r, 30)
	rec := recordOf(t, r)
	if len(rec.AllPoints) != 2*len(rec.Points) || len(rec.Points) == 0 {
		t.Fatalf("%d points, %d of the first target", len(rec.AllPoints), len(rec.Points))
	}
	for k := range 2 {
		last := rec.PointsOf(k)[len(rec.Points)-1]
		want := rec.Targets[k].Test.Report
		for name, v := range map[string]float64{"test_nll": want.NLL, "test_rmse": want.RMSE, "test_crps": want.CRPS} {
			if got, _ := last.Value(name); math.Abs(float64(got)-v) > 1e-4*math.Abs(v) {
				t.Errorf("the last %s of target %d is %g, that of its record %g", name, k+1, got, v)
			}
		}
	}
	mean := (rec.Targets[0].Test.Report.NLL + rec.Targets[1].Test.Report.NLL) / 2
	if got := rec.Test.Report.NLL; math.Abs(got-mean) > 1e-9 {
		t.Errorf("over all the NLL is %g, the mean of both %g", got, mean)
	}
	// Over all errors are in standard deviations, and calibration is that of all.
	var squares float64
	for k, s := range rec.Targets {
		var y []float64
		for _, row := range rec.Rows {
			if row.Part == rows.PartTrain {
				y = append(y, row.Targets[k].Y)
			}
		}
		centre, spread := 0.0, 0.0
		for _, v := range y {
			centre += v / float64(len(y))
		}
		for _, v := range y {
			spread += (v - centre) * (v - centre) / float64(len(y))
		}
		squares += s.Test.Report.RMSE * s.Test.Report.RMSE / spread / 2
	}
	if got := rec.Test.Report.RMSE; math.Abs(got-math.Sqrt(squares)) > 1e-6 {
		t.Errorf("over all the RMSE is %g standard deviations, want %g", got, math.Sqrt(squares))
	}
	var all []metrics.Coverage
	for _, s := range rec.Targets {
		all = append(all, s.Test.Coverage[0])
	}
	if got := rec.Test.Coverage[0].Observed; math.Abs(got-(all[0].Observed+all[1].Observed)/2) > 1e-9 {
		t.Errorf("over all %g are covered, of each %g and %g", got, all[0].Observed, all[1].Observed)
	}
}

// Rows of several targets are edited, drawn and undone, and lead to the same bits when
// all is done over again, whichever target is looked at meanwhile.
func TestSeveralTargetsAreSteered(t *testing.T) {
	r := windy(t, map[string]any{"noise": 30})
	steps(t, r, 10)
	change(t, r, map[string]any{"shown_target": 2})
	d := state(t, r).Data
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Move: []wire.MovedRow{{Row: d.IDs[4], X: []float64{12.5}, Y: 7, Target: 2}}}})
	moved := state(t, r).Data
	i := slices.Index(moved.IDs, d.IDs[4])
	if moved.X[0][i] != 12.5 || math.Abs(moved.AllY[1][i]-7) > 1e-9 || moved.AllY[0][i] != d.AllY[0][4] {
		t.Errorf("moved to %v, %v, %v", moved.X[0][i], moved.AllY[0][i], moved.AllY[1][i])
	}
	steps(t, r, 10)
	rows := moved.Train
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{3}, Targets: []float64{1, 2}}}, Erase: []uint32{d.IDs[0], d.IDs[1]}}})
	do(t, r, &wire.AcquireCommand{Count: 3})
	if got := state(t, r).Data.Train; got != rows+1-2+3 {
		t.Errorf("%d training rows, were %d", got, rows)
	}
	steps(t, r, 10)
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("done over again the run has other weights")
	}
	for range 4 {
		do(t, r, &wire.UndoCommand{})
	}
	if back := state(t, r).Data; back.ShownTarget != 1 || !slices.Equal(back.AllY[1], d.AllY[1]) {
		t.Errorf("with all undone target %d is shown", back.ShownTarget)
	}
	refused(t, r, &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{3}, Y: 1}}}}, wire.BadData, "needs them all")
	refused(t, r, &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{3}, Targets: []float64{1}}}}}, wire.BadData, "1 targets, not 2")
	refused(t, r, &wire.EditCommand{Edit: wire.Edit{Move: []wire.MovedRow{{Row: d.IDs[4], X: []float64{12.5}, Y: 7, Target: 3}}}}, wire.BadData, "no target 3")
	refused(t, r, &wire.ChangeCommand{Set: raw(t, map[string]any{"shown_target": 3})}, wire.OutOfRange, "2 in all")
	refused(t, r, &wire.ChangeCommand{Set: raw(t, map[string]any{"equation": "du - u"})}, wire.BadState, "one target")
}

// What is asked for at a place is told of each target.
func TestPredictionsOfEveryTarget(t *testing.T) {
	r := windy(t, nil)
	steps(t, r, 20)
	of, err := r.Predict(t.Context(), nil, [][]float64{{3}, {14}})
	if err != nil || len(of) != 2 || of[1].Target.Name != "north wind" || len(of[1].Mean) != 2 || len(of[0].Std) != 2 {
		t.Fatalf("%+v (%v)", of, err)
	}
	rec := recordOf(t, r)
	p, err := rec.Model.Predict([]float64{3, 14})
	if err != nil {
		t.Fatal(err)
	}
	for k := range of {
		for i := range 2 {
			if got, want := of[k].Mean[i], p.Mean[i*2+k]; math.Abs(got-want) > 1e-5 {
				t.Errorf("the run predicts %g, its model %g", got, want)
			}
		}
	}
}

// A run trains until the mean of the targets' NLL has come to where it is to.
func TestUntilIsOfAllTargets(t *testing.T) {
	list := []wire.Point{}
	for _, v := range []struct {
		lane   uint8
		target float64
		nll    float64
	}{{0, 1, 1}, {0, 2, 3}, {1, 1, -1}, {1, 2, 0}} {
		p := wire.Point{Lane: v.lane, Step: 5}
		values := map[string]float64{}
		for _, name := range wire.PointColumns[2:] {
			values[name] = 0
		}
		values["target"], values["test_nll"] = v.target, v.nll
		p.Set(values)
		list = append(list, p)
	}
	got := meanNLL(list)
	if want := []evaluated{{0, 5, 2}, {1, 5, -0.5}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
