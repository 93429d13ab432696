//go:build !lean

package plot

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// loss draws the training and the test loss over the steps, that of each batch
// faint beneath, and a mark wherever something was changed.
func loss(r *capture.Capture) *picture {
	p := newPicture(fmt.Sprintf("%s: loss over %d steps", heading(r), r.Step), fmt.Sprintf(
		"Loss in nats per point over the steps, for training and test points, with the loss of each batch behind. %d marks are changes. Gaps are losses that were not finite.", len(r.Changes)))
	p.plot.X.Label.Text, p.plot.Y.Label.Text = "step", "loss (nats per point)"

	l := r.Losses()
	p.within(0, max(float64(r.Step), 1), l.Low, l.High)

	lane := laneColour(r)
	faintLine, trainLine, testLine := stroke(light(lane, 0.3), 0.7), stroke(lane, 1.3, 5, 3), stroke(lane, 2)
	p.plot.Add(over(l.Batch, faintLine), marks(r.Changes))
	p.plot.Add(over(l.Train, trainLine), over(l.Test, testLine))
	p.keys = []key{{name: "test rows", line: testLine}, {name: "training rows", line: trainLine}, {name: "each batch", line: faintLine}}
	if len(r.Changes) > 0 {
		p.keys = append(p.keys, key{name: "a change", line: stroke(quiet, 0.8, 1, 2)})
	}
	return p
}

// over is a curve over steps.
func over(c capture.Series, line draw.LineStyle) curve {
	x := make([]float64, len(c.Steps))
	for i, step := range c.Steps {
		x[i] = float64(step)
	}
	return curve{x, c.Values, line}
}

// marks are lines where something was changed, with words as far as there is room.
type marks []wire.Change

func (m marks) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := transforms(&c, p)
	s := style(8, quiet)
	s.Rotation = math.Pi / 2
	s.XAlign = draw.XRight
	last := vg.Length(math.Inf(-1))
	for i := 0; i < len(m); {
		at, text := x(float64(m[i].Step)), ""
		for step := m[i].Step; i < len(m) && m[i].Step == step; i++ {
			if text != "" {
				text += "; "
			}
			text += words(m[i])
		}
		if at < c.Min.X || at > c.Max.X {
			continue
		}
		c.StrokeLine2(stroke(quiet, 0.8, 1, 2), at, c.Min.Y, at, c.Max.Y)
		if at-last < 11 {
			continue
		}
		last = at
		c.FillText(s, vg.Point{X: at - 2, Y: c.Max.Y - 2}, cut(text, 60))
	}
}

// words say what was changed.
func words(c wire.Change) string { return cut(clean(capture.ChangeWords(c)), 44) }
