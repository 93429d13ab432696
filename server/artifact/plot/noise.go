//go:build !lean

package plot

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"gonum.org/v1/plot"
)

// noise draws the predicted standard deviation along the record's grid on a log axis,
// the true one where it is known, with its minimum √eps.
func noise(r *capture.Capture) *picture {
	g, lane := r.Grid, laneColour(r)
	input := r.Data.Inputs[g.Input]
	p := newPicture(fmt.Sprintf("%s: noise%s after %d steps", heading(r), ofTarget(r), r.Step), fmt.Sprintf(
		"The predicted standard deviation of %s over %s on a log axis, with its minimum √eps.", label(r.Data.Target), label(input)))
	target := r.Data.Target
	target.Name = "standard deviation"
	p.plot.X.Label.Text, p.plot.Y.Label.Text = label(input), label(target)+", log"
	curves := []struct {
		name string
		y    []float64
		line curve
	}{
		{"standard deviation", g.Std, curve{line: stroke(lane, 2)}},
		{"epistemic", g.Epistemic, curve{line: stroke(lane, 1.2, 2, 3)}},
		{"true", g.TrueStds, curve{line: stroke(ink, 1.1, 6, 4)}},
		{"minimum std √eps", constant(math.Sqrt(r.Model.Eps)*r.Model.Targets[r.Data.ShownTarget-1].Std, len(g.X)), curve{line: stroke(quiet, 0.9, 4, 4)}},
	}
	xmin, xmax, ok := bounds(g.X)
	if !ok {
		xmin, xmax = 0, 1
	}
	low, high := r.NoiseRange()
	p.within(xmin, xmax, low, high)
	for _, c := range curves {
		y := positive(c.y)
		if _, most, any := bounds(y); !any || most < low {
			continue
		}
		c.line.x, c.line.y = g.X, y
		p.plot.Add(c.line)
		p.keys = append(p.keys, key{name: c.name, line: c.line.line})
	}
	p.plot.Y.Scale, p.plot.Y.Tick.Marker = plot.LogScale{}, decades{}
	return p
}

// positive returns values with NaN in place of what a log axis has no place for.
func positive(y []float64) []float64 {
	list := make([]float64, len(y))
	for i, v := range y {
		list[i] = math.NaN()
		if v > 0 {
			list[i] = v
		}
	}
	return list
}

func constant(v float64, n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = v
	}
	return list
}

// decades are the powers of ten, and between them small ticks at their multiples.
type decades struct{}

func (decades) Ticks(low, high float64) []plot.Tick {
	var list []plot.Tick
	for d := math.Pow(10, math.Floor(math.Log10(low))); d <= high*1.0001; d *= 10 {
		list = append(list, plot.Tick{Value: d, Label: significant(d)})
		for m := 2.0; m < 10 && m*d <= high; m++ {
			list = append(list, plot.Tick{Value: m * d})
		}
	}
	return list
}
