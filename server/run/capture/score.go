package capture

import (
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Scores are what all rows of one part come to.
type Scores struct {
	Rows     int
	Report   metrics.Report
	Coverage []metrics.Coverage // of central intervals of 50, 68, 90 and 95 %
	Curve    metrics.Curve      // of central intervals
	PIT      []float64          // of each row
	Verdict  metrics.Verdict    // none where a prediction is not finite
}

// coverageLevels are those at which coverage is told.
var coverageLevels = [...]float64{0.5, 0.68, 0.9, 0.95}

// Rows predicts and scores all rows.
func (t *Copy) Rows() error {
	d, inputs := t.data, len(t.data.Set.Inputs)
	for _, part := range []struct {
		name   string
		rows   *rows.Part
		scores *Scores
	}{{rows.PartTrain, &d.Train, &t.Record.Train}, {rows.PartTest, &d.Test, &t.Record.Test}, {rows.PartPool, &d.Pool, nil}} {
		n := part.rows.Len()
		if n == 0 {
			continue
		}
		targets := len(d.Set.Targets)
		of := t.predict(nil, part.rows.X)
		for i := range n {
			row := Row{ID: part.rows.IDs[i], Part: part.name, X: part.rows.X[i*inputs : (i+1)*inputs : (i+1)*inputs]}
			for k := range of {
				p := &of[k]
				one := TargetRow{Y: part.rows.Y[i*targets+k], Mean: p.mean[i], Std: p.std[i], Aleatoric: p.aleatoric[i], Epistemic: p.epistemic[i]}
				if k == d.Target {
					row.TargetRow = one
				}
				if targets > 1 {
					row.Targets = append(row.Targets, one)
				}
			}
			t.Record.Rows = append(t.Record.Rows, row)
		}
		if part.scores == nil {
			continue
		}
		var list []lane.Target
		for k := range of {
			list = append(list, lane.Target{Mean: of[k].mean, Std: of[k].std, Y: rows.Nth(part.rows.Y, targets, k), Centre: d.Centres[k], Scale: d.Stds[k]})
		}
		all, each, err := scoreTargets(d, list)
		if err != nil {
			return fmt.Errorf("the %s rows: %w", part.name, err)
		}
		*part.scores = all
		for k, s := range each {
			if len(t.Record.Targets) <= k {
				t.Record.Targets = append(t.Record.Targets, TargetScores{Target: wire.Column(d.Set.Targets[k])})
			}
			into := &t.Record.Targets[k].Train
			if part.name == rows.PartTest {
				into = &t.Record.Targets[k].Test
			}
			*into = s
		}
	}
	return nil
}

// Score scores predictions.
func Score(mean, std, y []float64) (Scores, error) {
	s := Scores{Rows: len(y)}
	var err error
	if s.Report, err = metrics.Evaluate(mean, std, y); err != nil {
		return s, err
	}
	for _, level := range coverageLevels {
		c, err := metrics.Cover(level, mean, std, y)
		if err != nil {
			return s, err
		}
		s.Coverage = append(s.Coverage, c)
	}
	if s.Curve, err = metrics.Calibrate(metrics.Intervals, wire.CalibrationLevels, mean, std, y); err != nil {
		return s, err
	}
	if s.PIT, err = metrics.PIT(mean, std, y); err != nil {
		return s, err
	}
	if v, err := metrics.Judge(mean, std, y); err == nil { // there is none of what is not finite
		s.Verdict = v
	}
	return s, nil
}

// A predicted is the mean and the standard deviations of one target.
type predicted struct{ mean, std, aleatoric, epistemic []float64 }

// predict returns what is predicted of each target at rows of inputs, in its unit, with
// the weights of now or of a state.
func (t *Copy) predict(state *engine.State, x []float64) (of []predicted) {
	e, targets := t.lane.Ensemble, len(t.data.Set.Targets)
	n := len(x) / len(t.data.Set.Inputs)
	m, a, s := make([]float32, n*targets), make([]float32, n*targets), make([]float32, n*targets)
	in := e.Inputs(x)
	if state == nil || e.PredictAt(state, m, a, s, in) != nil {
		e.Predict(m, a, s, in)
	}
	for k, scale := range e.TargetScales() {
		means, total := make([]float32, n), make([]float32, n)
		p := predicted{aleatoric: make([]float64, n), epistemic: make([]float64, n)}
		for i := range n {
			at := i*targets + k
			means[i], total[i] = m[at], a[at]+s[at]
			p.aleatoric[i], p.epistemic[i] = math.Sqrt(float64(a[at]))*scale.Std, math.Sqrt(float64(s[at]))*scale.Std
		}
		p.mean, p.std = t.lane.InUnits(t.objective, k, means, total)
		of = append(of, p)
	}
	return of
}

// ScoresOf are scores by their names, those that are finite.
func ScoresOf(s *Scores) map[string]float64 {
	m := map[string]float64{}
	for name, v := range s.Values() {
		if v-v == 0 {
			m[name] = v
		}
	}
	return m
}

// Values returns all scores by their names, those of [metrics.Report].
func (s *Scores) Values() map[string]float64 { return s.Report.Values() }

// A TargetRow is what a model makes of one target of a row, in the target's unit.
type TargetRow struct {
	Y, Mean, Std         float64
	Aleatoric, Epistemic float64 // standard deviations, whose squares add up to Std's but for its floor
}

// TargetScores are what all rows come to of one target, in its unit.
type TargetScores struct {
	Target      wire.Column
	Train, Test Scores
}

// scoreTargets scores predictions of several targets, each and all together.
func scoreTargets(d *rows.Data, of []lane.Target) (all Scores, each []Scores, err error) {
	if len(of) == 1 {
		all, err = Score(of[0].Mean, of[0].Std, of[0].Y)
		return all, nil, err
	}
	for _, t := range of {
		s, err := Score(t.Mean, t.Std, t.Y)
		if err != nil {
			return all, nil, err
		}
		each = append(each, s)
	}
	mean, std, y, offset := lane.Pool(of)
	if all, err = Score(mean, std, y); err != nil {
		return all, nil, err
	}
	all.Rows = len(of[0].Y)
	all.Report.NLL += offset
	if each[0].Verdict == metrics.TooFewRows { // several values of a row are not several rows
		all.Verdict = each[0].Verdict
	}
	return all, each, nil
}

// PointsOf returns the record's evaluations of one target, counted from 0.
func (r *Capture) PointsOf(target int) []wire.Point {
	return slices.DeleteFunc(slices.Clone(r.AllPoints), func(p wire.Point) bool { return p.Target() != target+1 })
}

// ShownTest returns the scores of the test rows of the target that is shown, in its unit.
func (r *Capture) ShownTest() *Scores {
	if r.Targets == nil {
		return &r.Test
	}
	return &r.Targets[r.Data.ShownTarget-1].Test
}
