package run

import (
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/wire"
)

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

// pool returns predictions of several targets as those of one: each in standard
// deviations of its target's first training rows, one target after the other. offset is
// what the mean NLL of what is returned lacks to be the mean over the targets of the NLL
// in their own units.
func pool(of []target) (mean, std, y []float64, offset float64) {
	for _, t := range of {
		for i := range t.y {
			mean = append(mean, (t.mean[i]-t.centre)/t.scale)
			std = append(std, t.std[i]/t.scale)
			y = append(y, (t.y[i]-t.centre)/t.scale)
		}
		offset += math.Log(t.scale) / float64(len(of))
	}
	return mean, std, y, offset
}

// A target is what was predicted of one, in its unit, and what its standard deviation is
// measured in. The centre keeps what is far from 0 exact.
type target struct {
	mean, std, y  []float64
	centre, scale float64
}

// pooled returns the scores over all targets: but for the NLL they are in standard
// deviations of each target.
func pooled(d *data, of []bothScores) (train, test scores, err error) {
	if len(of) == 1 {
		return of[0].train, of[0].test, nil
	}
	for part, into := range []*scores{&train, &test} {
		var list []target
		for k := range of {
			s := []*scores{&of[k].train, &of[k].test}[part]
			list = append(list, target{s.mean, s.std, s.y, d.centres[k], d.stds[k]})
		}
		offset := 0.0
		into.mean, into.std, into.y, offset = pool(list)
		if into.report, err = metrics.Evaluate(into.mean, into.std, into.y); err != nil {
			return train, test, err
		}
		into.report.NLL += offset
	}
	return train, test, nil
}

// scoreTargets scores predictions of several targets, each and all together.
func scoreTargets(d *data, of []target) (all Scores, each []Scores, err error) {
	if len(of) == 1 {
		all, err = Score(of[0].mean, of[0].std, of[0].y)
		return all, nil, err
	}
	for _, t := range of {
		s, err := Score(t.mean, t.std, t.y)
		if err != nil {
			return all, nil, err
		}
		each = append(each, s)
	}
	mean, std, y, offset := pool(of)
	if all, err = Score(mean, std, y); err != nil {
		return all, nil, err
	}
	all.Rows = len(of[0].y)
	all.Report.NLL += offset
	if each[0].Verdict == string(metrics.TooFewRows) { // several values of a row are not several rows
		all.Verdict = each[0].Verdict
	}
	return all, each, nil
}

// targetFrames are what is seen of all targets where there are several: on the grid, of
// the rows where there are few targets, and their scores.
func (l *lane) targetFrames(of []bothScores) []*wire.Frame {
	grid := &wire.Frame{Kind: wire.FrameTargets}
	for k := range of {
		mean, std, origin := l.onGrid(k)
		grid.Columns, grid.Origins = append(grid.Columns, mean, std), append(grid.Origins, origin, 0)
	}
	frames := []*wire.Frame{grid, l.scoreFrame(of)}
	if len(of) > wire.MaxTargetsOfRows {
		return frames
	}
	rows := &wire.Frame{Kind: wire.FrameTargetRows}
	for k, b := range of {
		origin := l.origin(k)
		mean, std := make([]float32, len(l.look.shown)), make([]float32, len(l.look.shown))
		for row, i := range l.look.shown {
			s, at := &b.train, i
			if i >= l.look.train {
				s, at = &b.test, i-l.look.train
			}
			mean[row], std[row] = float32(math.NaN()), float32(math.NaN())
			if i >= 0 {
				mean[row], std[row] = float32(s.mean[at]-origin), float32(s.std[at])
			}
		}
		rows.Columns, rows.Origins = append(rows.Columns, mean, std), append(rows.Origins, origin, 0)
	}
	return append(frames, rows)
}

// scoreFrame has the scores of each target, and last those of all.
func (l *lane) scoreFrame(of []bothScores) *wire.Frame {
	f := &wire.Frame{Kind: wire.FrameTargetScores, Columns: make([][]float32, len(wire.TargetScores))}
	add := func(train, test *scores) {
		values := figures(*train, *test)
		values["verdict"] = verdictOf(test.mean, test.std, test.y)
		for i, name := range wire.TargetScores {
			f.Columns[i] = append(f.Columns[i], float32(values[name]))
		}
	}
	for i := range of {
		add(&of[i].train, &of[i].test)
	}
	if train, test, err := pooled(l.data, of); err == nil { // as each of them was scored
		add(&train, &test)
		verdict := f.Columns[slices.Index(wire.TargetScores, "verdict")]
		if verdict[0] == 0 { // too few rows: several values of a row are not several rows
			verdict[len(verdict)-1] = 0
		}
	}
	return f
}

// PointsOf returns the record's evaluations of one target, counted from 0.
func (r *Record) PointsOf(target int) []wire.Point {
	return slices.DeleteFunc(slices.Clone(r.AllPoints), func(p wire.Point) bool { return p.Target() != target+1 })
}

// ShownTest returns the scores of the test rows of the target that is shown, in its unit.
func (r *Record) ShownTest() *Scores {
	if r.Targets == nil {
		return &r.Test
	}
	return &r.Targets[r.Data.ShownTarget-1].Test
}
