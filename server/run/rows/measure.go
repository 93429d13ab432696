package rows

import (
	"math"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
)

// What is fixed by the rows that a set began with, whatever becomes of them.
type first struct {
	lo, hi        []float64    // of each input, over all rows
	Center        []float64    // of each input: its mean over the training rows, of words the commonest
	along         engine.Scale // of the input of the training rows, where there is one
	Centres, Stds []float64    // of each target of the training rows, without noise
	moves         []float64    // of each column of several: how much of the noise goes with it
	moving        []int        // of each column: its input along which that is seen
}

// measure notes what is fixed by the rows that the set began with.
func (d *Data) measure() {
	n := len(d.Set.Inputs)
	if n == 1 {
		d.along = engine.FitScale(d.Train.X)
	}
	targets := len(d.Set.Targets)
	for k := range targets {
		scale := engine.FitScale(Nth(d.Train.clean, targets, k))
		d.Centres, d.Stds = append(d.Centres, scale.Mean), append(d.Stds, scale.Std)
	}
	for k := range n {
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := k; i < len(d.Set.X); i += n {
			lo, hi = min(lo, d.Set.X[i]), max(hi, d.Set.X[i])
		}
		sum := 0.0
		for i := k; i < len(d.Train.X); i += n {
			sum += d.Train.X[i]
		}
		if k == 0 && d.Set.Low < d.Set.High {
			lo, hi = min(lo, d.Set.Low), max(hi, d.Set.High)
		}
		d.lo, d.hi = append(d.lo, lo), append(d.hi, hi)
		d.Center = append(d.Center, sum/float64(d.Train.Len()))
	}
	for _, g := range d.groups() {
		most := g.commonest(d.Center)
		for k := range g.inputs {
			d.Center[g.first+k] = 0
		}
		d.Center[most] = 1
	}
	for _, k := range d.marks() {
		d.Center[k] = 0 // as of a row that lacks nothing
	}
	if n > 1 {
		d.moves, d.moving = d.columnMoves()
	}
}

// A group is the inputs of a column of words.
type group struct{ first, inputs int }

// commonest returns the input of which most rows are, by the inputs' means.
func (g group) commonest(means []float64) int {
	most := g.first
	for k := g.first; k < g.first+g.inputs; k++ {
		if means[k] > means[most] {
			most = k
		}
	}
	return most
}

// marks returns the inputs that say that there is nothing in a column.
func (d *Data) marks() (list []int) {
	if d.Own == nil {
		return nil
	}
	first := 0
	for i, s := range d.Own.Encoding {
		first += d.Own.Encoding[i : i+1].Width()
		if len(s.Fill) > 0 {
			list = append(list, first-1)
		}
	}
	return list
}

// groups returns those of the rows.
func (d *Data) groups() (list []group) {
	if d.Own == nil {
		return nil
	}
	first := 0
	for i, s := range d.Own.Encoding {
		if s.Kind == table.OfValues {
			list = append(list, group{first, len(s.Values)})
		}
		first += d.Own.Encoding[i : i+1].Width()
	}
	return list
}
