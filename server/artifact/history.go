package artifact

import (
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
)

// history is a table of everything that was recorded on the way: a row for each step
// of which the batch is known and for each at which the lane was evaluated, with no
// value where one was not taken. Steps older than the newest million have been
// folded: of those there is one of every few. Of several targets each has its columns,
// by its name; the loss they share.
func history(r *capture.Capture) table {
	of := [][]wire.Point{r.Points}
	if len(r.Targets) > 0 {
		of = nil
		for k := range r.Targets {
			of = append(of, r.PointsOf(k)) // all at the same steps
		}
	}
	steps, batches, points := merge(r.Batches.Steps, of[0])
	t := table{name: "history", rows: len(steps)}
	t.columns = append(t.columns, column{name: "step", steps: steps})
	taken := map[string]bool{"step": true}
	since := r.EquationSince()
	for k, name := range capture.BatchColumns() {
		if k < len(r.Batches.Values) {
			taken[name] = true
			t.columns = append(t.columns, merged(name, batches, func(i int) float32 { return r.Batches.Values[k][i] }))
		}
	}
	for target, p := range of {
		for k, name := range r.PointColumns() {
			if name == "target" || target > 0 && slices.Contains(wire.SharedByTargets, name) {
				continue
			}
			if len(r.Targets) > 0 && !slices.Contains(wire.SharedByTargets, name) {
				name = free(taken, "history", name+"_"+r.Targets[target].Target.Name, target+1)
			}
			c := merged(name, points, func(i int) float32 { return p[i].Values[k] })
			if k > wire.PointAlways { // of the equation
				has := c.has
				c.has = func(row int) bool { return has(row) && steps[row] >= since }
			}
			t.columns = append(t.columns, c)
		}
	}
	return t
}

// merge returns the steps of both lists, and the place in each of them of every step, or
// -1. Of one step the last point holds: it was taken after a change.
func merge(b []uint64, p []wire.Point) (steps []uint64, batches, points []int32) {
	most := len(b) + len(p)
	steps, batches, points = make([]uint64, 0, most), make([]int32, 0, most), make([]int32, 0, most)
	for i, k := 0, 0; i < len(b) || k < len(p); {
		step := uint64(math.MaxUint64)
		if i < len(b) {
			step = b[i]
		}
		if k < len(p) {
			step = min(step, p[k].Step)
		}
		batch, point := -1, -1
		if i < len(b) && b[i] == step {
			batch, i = i, i+1
		}
		for k < len(p) && p[k].Step == step {
			point, k = k, k+1
		}
		steps, batches, points = append(steps, step), append(batches, int32(batch)), append(points, int32(point))
	}
	return steps, batches, points
}

// merged is a column with the values at places of a list, and none where a place is
// below 0.
func merged(name string, places []int32, at func(int) float32) column {
	return column{
		name: name,
		thin: func(row int) float32 { return at(int(places[row])) },
		has:  func(row int) bool { return places[row] >= 0 },
	}
}
