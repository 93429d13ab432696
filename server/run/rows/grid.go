package rows

import (
	"github.com/gnllviz/gnllviz/server/wire"
)

// GridPoints is the number of x at which frames show the prediction. A frame
// of one lane is then a little over 2 KB.
const GridPoints = 256

// MapSide is the number of places along each side of a map of two inputs.
const MapSide = 40

// IsMap is the slice of a grid that is a map.
const IsMap = -1

// layGrid spans the grid over all rows and a little beyond, to show what the
// network makes of what it has not seen.
func (d *Data) layGrid() {
	if d.Slice != IsMap {
		x := d.axis(d.Slice, GridPoints)
		d.GridRows = make([]float64, 0, GridPoints*len(d.Set.Inputs))
		for i, v := range x {
			d.GridRows = append(d.GridRows, d.Held...)
			d.place(d.GridRows[i*len(d.Set.Inputs):], v)
		}
		return
	}
	across, up := d.axis(0, MapSide), d.axis(1, MapSide)
	d.GridRows = make([]float64, 0, 2*MapSide*MapSide)
	for _, v := range up {
		for _, u := range across {
			d.GridRows = append(d.GridRows, u, v)
		}
	}
}

// place puts a row at a place along the input that is shown. If that is a word's, the
// row is of the commonest word at 0 and of this one at 1.
func (d *Data) place(row []float64, at float64) {
	for _, g := range d.groups() {
		if d.Slice >= g.first && d.Slice < g.first+g.inputs {
			// Of a word that is held, and of which this one is not, all the others are 0.
			held := g.commonest(d.Held)
			if held == d.Slice {
				held = g.commonest(d.Center)
			}
			clear(row[g.first : g.first+g.inputs])
			row[held] = 1 - at
		}
	}
	row[d.Slice] = at
}

// axis returns so many values of an input, over all rows and a little beyond.
func (d *Data) axis(input, points int) []float64 {
	n := len(d.Set.Inputs)
	lo, hi := d.lo[input], d.hi[input]
	for _, r := range []*Part{&d.Train, &d.Test} {
		for i := input; i < len(r.X); i += n {
			lo, hi = min(lo, r.X[i]), max(hi, r.X[i])
		}
	}
	pad := 0.04 * (hi - lo)
	x := make([]float64, points)
	for i := range x {
		x[i] = lo - pad + (hi-lo+2*pad)*float64(i)/float64(points-1)
	}
	return x
}

// Places is the number of places on the grid.
func (d *Data) Places() int { return len(d.GridRows) / len(d.Set.Inputs) }

// gridFrames returns the frames that are sent once for each revision: the grid,
// and the truth on it where it is known.
func (d *Data) gridFrames(generation uint32) []*wire.Frame {
	inputs, places := len(d.Set.Inputs), d.Places()
	grid := &wire.Frame{Kind: wire.FrameGrid, Generation: generation, DataRevision: d.Revision}
	column := func(input int) []float64 {
		x := make([]float64, places)
		for i := range x {
			x[i] = d.GridRows[i*inputs+input]
		}
		return x
	}
	grid.Add(column(max(d.Slice, 0)))
	if d.Slice == IsMap {
		grid.Add(column(1))
	}
	if d.Set.Truth == nil {
		return []*wire.Frame{grid}
	}
	truth := &wire.Frame{Kind: wire.FrameTruth, Generation: generation, DataRevision: d.Revision}
	mean, std := make([]float64, places), make([]float64, places)
	for i := range places {
		mean[i], std[i] = d.Truth(d.GridRows[i*inputs : (i+1)*inputs])
	}
	truth.Add(mean)
	truth.AddFrom(0, std)
	if len(d.Stds) == 1 {
		return []*wire.Frame{grid, truth}
	}
	return []*wire.Frame{grid, truth, d.targetTruth(generation)}
}

// targetTruth is the truth of all targets on the grid.
func (d *Data) targetTruth(generation uint32) *wire.Frame {
	f := &wire.Frame{Kind: wire.FrameTargetTruth, Generation: generation, DataRevision: d.Revision}
	inputs, targets, places := len(d.Set.Inputs), len(d.Stds), d.Places()
	means, stds := make([]float64, targets*places), make([]float64, targets*places)
	for i := range places {
		d.truths(means[i*targets:(i+1)*targets], stds[i*targets:(i+1)*targets], d.GridRows[i*inputs:(i+1)*inputs])
	}
	for k := range targets {
		f.Add(Nth(means, targets, k))
		f.AddFrom(0, Nth(stds, targets, k))
	}
	return f
}

// GridBytes are those frames, one after the other.
func (d *Data) GridBytes(generation uint32) []byte {
	var b []byte
	for _, f := range d.gridFrames(generation) {
		b = f.Append(b)
	}
	return b
}
