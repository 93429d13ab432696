package lane

import (
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Pool returns predictions of several targets as those of one: each in standard
// deviations of its target's first training rows, one target after the other. offset is
// what the mean NLL of what is returned lacks to be the mean over the targets of the NLL
// in their own units.
func Pool(of []Target) (mean, std, y []float64, offset float64) {
	for _, t := range of {
		for i := range t.Y {
			mean = append(mean, (t.Mean[i]-t.Centre)/t.Scale)
			std = append(std, t.Std[i]/t.Scale)
			y = append(y, (t.Y[i]-t.Centre)/t.Scale)
		}
		offset += math.Log(t.Scale) / float64(len(of))
	}
	return mean, std, y, offset
}

// A Target is what was predicted of one, in its unit, and what its standard deviation is
// measured in. The centre keeps what is far from 0 exact.
type Target struct {
	Mean, Std, Y  []float64
	Centre, Scale float64
}

// Pooled returns the scores over all targets: but for the NLL they are in standard
// deviations of each target.
func Pooled(d *rows.Data, of []bothScores) (train, test scores, err error) {
	if len(of) == 1 {
		return of[0].train, of[0].test, nil
	}
	for part, into := range []*scores{&train, &test} {
		var list []Target
		for k := range of {
			s := []*scores{&of[k].train, &of[k].test}[part]
			list = append(list, Target{s.mean, s.std, s.y, d.Centres[k], d.Stds[k]})
		}
		offset := 0.0
		into.mean, into.std, into.y, offset = Pool(list)
		if into.report, err = metrics.Evaluate(into.mean, into.std, into.y); err != nil {
			return train, test, err
		}
		into.report.NLL += offset
	}
	return train, test, nil
}

// targetFrames are what is seen of all targets where there are several: on the grid, of
// the rows where there are few targets, and their scores.
func (l *Lane) targetFrames(of []bothScores) []*wire.Frame {
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
		mean, std := make([]float32, len(l.seen.shown)), make([]float32, len(l.seen.shown))
		for row, i := range l.seen.shown {
			s, at := &b.train, i
			if i >= l.seen.train {
				s, at = &b.test, i-l.seen.train
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
func (l *Lane) scoreFrame(of []bothScores) *wire.Frame {
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
	if train, test, err := Pooled(l.Data, of); err == nil { // as each of them was scored
		add(&train, &test)
		verdict := f.Columns[slices.Index(wire.TargetScores, "verdict")]
		if verdict[0] == 0 { // too few rows: several values of a row are not several rows
			verdict[len(verdict)-1] = 0
		}
	}
	return f
}
