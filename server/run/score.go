package run

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Scores are what all rows of one part come to.
type Scores struct {
	Rows     int
	Report   metrics.Report
	Coverage []metrics.Coverage // of central intervals of 50, 68, 90 and 95 %
	Curve    metrics.Curve      // of central intervals
	PIT      []float64          // of each row
	Verdict  string             // empty where a prediction is not finite
}

// coverageLevels are those at which coverage is told.
var coverageLevels = [...]float64{0.5, 0.68, 0.9, 0.95}

// rows predicts and scores all rows.
func (t *taken) rows() error {
	d, inputs := t.data, len(t.data.set.Inputs)
	for _, part := range []struct {
		name   string
		rows   *rows
		scores *Scores
	}{{PartTrain, &d.train, &t.record.Train}, {PartTest, &d.test, &t.record.Test}, {PartPool, &d.pool, nil}} {
		n := part.rows.len()
		if n == 0 {
			continue
		}
		targets := len(d.set.Targets)
		of := t.predict(nil, part.rows.x)
		for i := range n {
			row := Row{ID: part.rows.ids[i], Part: part.name, X: part.rows.x[i*inputs : (i+1)*inputs : (i+1)*inputs]}
			for k := range of {
				p := &of[k]
				one := TargetRow{Y: part.rows.y[i*targets+k], Mean: p.mean[i], Std: p.std[i], Aleatoric: p.aleatoric[i], Epistemic: p.epistemic[i]}
				if k == d.target {
					row.TargetRow = one
				}
				if targets > 1 {
					row.Targets = append(row.Targets, one)
				}
			}
			t.record.Rows = append(t.record.Rows, row)
		}
		if part.scores == nil {
			continue
		}
		var list []target
		for k := range of {
			list = append(list, target{of[k].mean, of[k].std, nth(part.rows.y, targets, k), d.centres[k], d.stds[k]})
		}
		all, each, err := scoreTargets(d, list)
		if err != nil {
			return fmt.Errorf("the %s rows: %w", part.name, err)
		}
		*part.scores = all
		for k, s := range each {
			if len(t.record.Targets) <= k {
				t.record.Targets = append(t.record.Targets, TargetScores{Target: wire.Column(d.set.Targets[k])})
			}
			into := &t.record.Targets[k].Train
			if part.name == PartTest {
				into = &t.record.Targets[k].Test
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
	if s.Curve, err = metrics.Calibrate(metrics.Intervals, 21, mean, std, y); err != nil {
		return s, err
	}
	if s.PIT, err = metrics.PIT(mean, std, y); err != nil {
		return s, err
	}
	if v, err := metrics.Judge(mean, std, y); err == nil { // there is none of what is not finite
		s.Verdict = string(v)
	}
	return s, nil
}

// A predicted is the mean and the standard deviations of one target.
type predicted struct{ mean, std, aleatoric, epistemic []float64 }

// predict returns what is predicted of each target at rows of inputs, in its unit, with
// the weights of now or of a state.
func (t *taken) predict(state *engine.State, x []float64) (of []predicted) {
	e, targets := t.lane.ensemble, len(t.data.set.Targets)
	n := len(x) / len(t.data.set.Inputs)
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
		p.mean, p.std = t.lane.inUnits(t.objective, k, means, total)
		of = append(of, p)
	}
	return of
}

// scoresOf are scores by their names, those that are finite.
func scoresOf(s *Scores) map[string]float64 {
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
