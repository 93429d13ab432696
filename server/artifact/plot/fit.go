//go:build !lean

package plot

import (
	"fmt"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// fit draws the rows, the predicted mean and the bands along the record's grid.
func fit(r *capture.Capture) *picture {
	p := fitFrame(r)
	addFit(p, r, r.Grid.Mean, r.Grid.Std)
	return p
}

// fitFrame is the fit with axes alone.
func fitFrame(r *capture.Capture) *picture {
	g := r.Grid
	input := r.Data.Inputs[g.Input]
	title := fmt.Sprintf("%s: fit%s after %d steps", heading(r), ofTarget(r), r.Step)
	if len(r.Data.Inputs) > 1 {
		title += ", other inputs at their means"
	}
	p := newPicture(title, fmt.Sprintf(
		"%s over %s. %d training points are filled, %d test points are hollow. The line is the predicted mean; the bands are the central intervals of %s.",
		label(r.Data.Target), label(input), r.Data.Train, r.Data.Test, wire.Pictures().LevelsInWords()))
	if g.TrueMean != nil {
		p.description += " Dashed lines are the true mean and its central 95 %."
	}
	p.plot.X.Label.Text, p.plot.Y.Label.Text = label(input), label(r.Data.Target)
	xmin, xmax, ok := bounds(g.X)
	if !ok {
		xmin, xmax = 0, 1
	}
	low, high := r.FitRange()
	p.within(xmin, xmax, low, high)
	return p
}

// addFit adds what was predicted, the truth, the rows and all their keys.
func addFit(p *picture, r *capture.Capture, mean, std []float64) {
	g, lane := r.Grid, laneColour(r)
	spec := wire.Pictures()
	for _, b := range spec.Bands() {
		low, high := capture.Edges(mean, std, b.Reach)
		fill := light(lane, b.Over)
		p.plot.Add(band{g.X, low, high, fill})
	}
	if g.TrueMean != nil {
		low, high := capture.Edges(g.TrueMean, g.TrueStds, spec.Reach95)
		p.plot.Add(
			curve{g.X, low, stroke(quiet, 0.8, 2, 3)}, curve{g.X, high, stroke(quiet, 0.8, 2, 3)},
			curve{g.X, g.TrueMean, stroke(ink, 1.1, 6, 4)},
		)
	}
	train, test := rowsOf(r, rows.PartTrain), rowsOf(r, rows.PartTest)
	p.plot.Add(points{train[0], train[1], dot()}, points{test[0], test[1], ring()})
	meanLine := stroke(lane, 2)
	p.plot.Add(curve{g.X, mean, meanLine})

	p.keys = append(p.keys, key{name: "predicted mean", line: meanLine})
	for _, b := range spec.Bands() {
		p.keys = append(p.keys, key{name: b.Name, fill: light(lane, b.Over)})
	}
	if len(train[0]) > 0 {
		p.keys = append(p.keys, key{name: "training rows", ring: dot()})
	}
	if len(test[0]) > 0 {
		p.keys = append(p.keys, key{name: "test rows", ring: ring()})
	}
	if g.TrueMean != nil {
		p.keys = append(p.keys, key{name: "true mean", line: stroke(ink, 1.1, 6, 4)}, key{name: "its 95 %", line: stroke(quiet, 0.8, 2, 3)})
	}
}

// rowsOf returns the input that is shown, and the target, of a part's rows.
func rowsOf(r *capture.Capture, part string) (xy [2][]float64) {
	for _, row := range r.ShownRows(part) {
		xy[0], xy[1] = append(xy[0], row.X[r.Grid.Input]), append(xy[1], row.Y)
	}
	return xy
}
