package bundle

import (
	"math"

	"github.com/gnllviz/gnllviz/server/run"
)

// history is a table of everything that was recorded on the way: a row for each step
// of which the batch is known and for each at which the lane was evaluated, with no
// value where one was not taken. Steps older than the newest million have been
// folded: of those there is one of every few.
func history(r *run.Record) table {
	var steps []uint64
	var batches, points []int // places in their lists, or -1
	b, p := r.Batches.Steps, r.Points
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
		for k < len(p) && p[k].Step == step { // of one step the last holds: it was taken after a change
			point, k = k, k+1
		}
		steps, batches, points = append(steps, step), append(batches, batch), append(points, point)
	}

	t := table{name: "history", rows: len(steps)}
	ids := make([]int64, len(steps))
	for i, s := range steps {
		ids[i] = int64(s)
	}
	t.columns = append(t.columns, column{name: "step", ids: ids})
	for k, name := range run.BatchColumns() {
		if k < len(r.Batches.Values) {
			t.columns = append(t.columns, merged(name, batches, func(i int) float32 { return r.Batches.Values[k][i] }))
		}
	}
	for k, name := range r.PointColumns() {
		t.columns = append(t.columns, merged(name, points, func(i int) float32 { return p[i].Values[k] }))
	}
	return t
}

// merged is a column with the values at places of a list, and none where a place is
// below 0.
func merged(name string, places []int, at func(int) float32) column {
	return column{
		name: name,
		thin: func(row int) float32 { return at(places[row]) },
		has:  func(row int) bool { return places[row] >= 0 },
	}
}
