//go:build !lean

package plot

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A HeatMap is one score of a grid of runs over two controls.
type HeatMap struct {
	Title string
	X, Y  Control
	Score wire.Figure
	Unit  string      // of the data's target, which takes the place of wire.TargetUnit
	Cells [][]float64 // for each value of Y, from the first on, one for each of X; NaN where the run failed
}

// A Control is an axis of a HeatMap: its values are evenly spaced, whatever they are,
// since a grid over 0.001, 0.01 and 0.1 is one of even steps, too.
type Control struct {
	Name, Unit string
	Values     []string
}

func (c Control) label() string { return label(wire.Column{Name: c.Name, Unit: c.Unit}) }

// Numbers are the values of a numeric control as an axis shows them.
func Numbers(values []float64) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = significant(v)
	}
	return list
}

// significant writes a number in three digits or as many as it takes.
func significant(v float64) string {
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// Heat draws a heat map as SVG or PNG: with a colour bar, each value in its cell where
// there is room, the best cell ringed, and cells of runs that failed hatched.
func Heat(w io.Writer, kind string, h HeatMap) error {
	if len(h.X.Values) == 0 || len(h.Y.Values) == 0 || len(h.Cells) != len(h.Y.Values) {
		return errors.New("a heat map needs values of both controls, and a row of cells for each value of the second")
	}
	for _, row := range h.Cells {
		if len(row) != len(h.X.Values) {
			return fmt.Errorf("a row of %d cells over %d values of %s", len(row), len(h.X.Values), h.X.Name)
		}
	}
	return h.picture().write(w, kind)
}

func (h *HeatMap) picture() *picture {
	score := h.Score.Label
	if unit := h.Score.Unit; unit == wire.TargetUnit && h.Unit != "" {
		score += " (" + clean(h.Unit) + ")"
	} else if unit != "" && unit != wire.TargetUnit && unit != "%" {
		score += " (" + unit + ")"
	}
	s := h.scale()
	p := newPicture(h.Title, fmt.Sprintf("%s in colours, over %s and %s.", score, h.X.label(), h.Y.label()))
	if row, column, ok := h.best(); ok {
		p.description += fmt.Sprintf(" The best, %s, is where %s is %s and %s is %s.",
			significant(h.Cells[row][column]), clean(h.X.Name), clean(h.X.Values[column]), clean(h.Y.Name), clean(h.Y.Values[row]))
		p.keys = append(p.keys, key{name: "best", ring: draw.GlyphStyle{Color: ink, Radius: 5, Shape: frame{}}})
	}
	if failed := h.failed(); failed > 0 {
		p.description += fmt.Sprintf(" %d runs failed and are hatched.", failed)
		p.keys = append(p.keys, key{name: "failed", ring: draw.GlyphStyle{Color: quiet, Radius: 5, Shape: hatch{}}})
	}
	p.width, p.height = size(len(h.X.Values), 460), size(len(h.Y.Values), 340)
	p.width += 130
	p.height += 110
	p.plot.X.Label.Text, p.plot.Y.Label.Text = h.X.label(), h.Y.label()
	p.plot.X.Tick.Marker, p.plot.Y.Tick.Marker = named(h.X.Values, p.width-130), named(h.Y.Values, p.height-110)
	p.plot.Add(cells{h, s})
	p.within(-0.5, float64(len(h.X.Values))-0.5, -0.5, float64(len(h.Y.Values))-0.5)
	p.asideWidth = 74
	p.aside = func(c draw.Canvas) { s.bar(c, score) }
	return p
}

// size is how long an axis of that many cells is in points.
func size(cells int, usual vg.Length) vg.Length {
	return min(max(usual, 24*vg.Length(cells)), 1600)
}

// named are ticks in the middle of each cell, with as many values as there is room
// for.
func named(values []string, length vg.Length) plot.Ticker {
	longest := 1
	for _, v := range values {
		longest = max(longest, len([]rune(cut(clean(v), 20))))
	}
	every := int(math.Ceil(float64(len(values)) * float64(longest) * 6.5 / float64(length)))
	var t plot.ConstantTicks
	for i, v := range values {
		if i%max(every, 1) == 0 {
			t = append(t, plot.Tick{Value: float64(i), Label: cut(clean(v), 20)})
		}
	}
	return t
}

func (h *HeatMap) failed() int {
	n := 0
	for _, v := range slices.Concat(h.Cells...) {
		if !finite(v) {
			n++
		}
	}
	return n
}

// best is where the score is best, by what the table of figures says of it.
func (h *HeatMap) best() (row, column int, ok bool) {
	badness := func(v float64) float64 {
		switch h.Score.Better {
		case wire.BetterHigher:
			return -v
		case wire.BetterNear:
			return math.Abs(v - h.Score.Best)
		}
		return v
	}
	if h.Score.Better == wire.BetterNone {
		return 0, 0, false
	}
	for i, cells := range h.Cells {
		for k, v := range cells {
			if finite(v) && (!ok || badness(v) < badness(h.Cells[row][column])) {
				row, column, ok = i, k, true
			}
		}
	}
	return row, column, ok
}

// A scale gives values colours.
type scale struct {
	low, high  float64
	less, more bool // whether there are values beyond its ends
	nothing    bool // no value is finite
}

// scale is that of the finite cells. A few that are far from all others would leave
// these one colour: they have that of the scale's end.
func (h *HeatMap) scale() scale {
	var values []float64
	for _, v := range slices.Concat(h.Cells...) {
		if finite(v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return scale{high: 1, nothing: true}
	}
	slices.Sort(values)
	s := scale{low: values[0], high: values[len(values)-1]}
	a, b := quantile(values, 0.25), quantile(values, 0.75)
	if d := b - a; s.high-s.low > 12*d && d > 0 {
		low, high := max(s.low, a-3*d), min(s.high, b+3*d)
		s.less, s.more = low > s.low, high < s.high
		s.low, s.high = low, high
	}
	if s.low == s.high {
		d := max(math.Abs(s.low)/10, 1e-9)
		s.low, s.high = s.low-d, s.high+d
	}
	return s
}

func quantile(sorted []float64, p float64) float64 {
	return sorted[int(math.Round(p*float64(len(sorted)-1)))]
}

func (s scale) colour(v float64) color.RGBA {
	return ramp(min(max((v-s.low)/(s.high-s.low), 0), 1))
}

// bar draws the scale with its figures and the name of what it shows.
func (s scale) bar(c draw.Canvas, name string) {
	if s.nothing {
		return
	}
	const steps = 64
	p := plot.New()
	p.BackgroundColor = nil
	p.Y = newPicture("", "").plot.Y
	p.Y.Min, p.Y.Max = s.low, s.high
	p.Y.Label.Text = name
	p.HideX()
	p.X.Min, p.X.Max = 0, 1
	p.Y.Tick.Marker = barTicks(s)
	p.Add(painter(func(c draw.Canvas) {
		height := (c.Max.Y - c.Min.Y) / steps
		for i := range steps {
			r := vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: c.Min.Y + vg.Length(i)*height}, Max: vg.Point{X: c.Max.X, Y: c.Min.Y + vg.Length(i+1)*height + 0.3}}
			c.SetColor(ramp((float64(i) + 0.5) / steps))
			c.Fill(r.Path())
		}
	}))
	// As far from the bottom as the map beside it.
	p.Draw(draw.Crop(c, 0, 0, 2.6*textSize, 0))
}

// painter draws over the whole of a plot.
type painter func(draw.Canvas)

func (f painter) Plot(c draw.Canvas, _ *plot.Plot) { f(c) }

// barTicks are a scale's figures, with a sign where there is more beyond an end.
type barTicks scale

func (b barTicks) Ticks(low, high float64) []plot.Tick {
	list := ticks(6).Ticks(low, high)
	if b.more {
		list = append(list, plot.Tick{Value: high, Label: "≥"})
	}
	if b.less {
		list = append(list, plot.Tick{Value: low, Label: "≤"})
	}
	return list
}

// cells are the map itself.
type cells struct {
	h *HeatMap
	s scale
}

func (m cells) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	cell := func(row, column int) vg.Rectangle {
		return vg.Rectangle{
			Min: vg.Point{X: x(float64(column) - 0.5), Y: y(float64(row) - 0.5)},
			Max: vg.Point{X: x(float64(column) + 0.5), Y: y(float64(row) + 0.5)},
		}
	}
	bestRow, bestColumn, found := m.h.best()
	for row, values := range m.h.Cells {
		for column, v := range values {
			r := cell(row, column)
			if !finite(v) {
				hatched(&c, r)
				continue
			}
			fill := m.s.colour(v)
			c.SetColor(fill)
			c.Fill(r.Path())
			write := style(9, color.White)
			if bright(fill) {
				write.Color = ink
			}
			text := significant(v)
			if size := r.Size(); write.Width(text)+6 < size.X && size.Y > 13 {
				write.XAlign, write.YAlign = draw.XCenter, draw.YCenter
				c.FillText(write, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}, text)
			}
		}
	}
	if found {
		r := cell(bestRow, bestColumn)
		outline(&c, r, 2.4, color.White)
		outline(&c, r, 1.2, ink)
	}
}

// outline is a frame within a rectangle.
func outline(c *draw.Canvas, r vg.Rectangle, width vg.Length, colour color.Color) {
	const in = 1.6
	c.StrokeLines(stroke(colour, width), []vg.Point{
		{X: r.Min.X + in, Y: r.Min.Y + in},
		{X: r.Max.X - in, Y: r.Min.Y + in},
		{X: r.Max.X - in, Y: r.Max.Y - in},
		{X: r.Min.X + in, Y: r.Max.Y - in},
		{X: r.Min.X + in, Y: r.Min.Y + in},
	})
}

// hatched fills a rectangle with grey and slanting lines.
func hatched(c *draw.Canvas, r vg.Rectangle) {
	c.SetColor(chance)
	c.Fill(r.Path())
	const apart = 6
	height := r.Max.Y - r.Min.Y
	for at := r.Min.X - height; at < r.Max.X; at += apart {
		// The line goes up and right from (at, bottom); cut at the sides.
		from, to := max(at, r.Min.X), min(at+height, r.Max.X)
		if from < to {
			c.StrokeLine2(stroke(quiet, 0.6), from, r.Min.Y+from-at, to, r.Min.Y+to-at)
		}
	}
}

// frame and hatch are what the keys show of them.
type frame struct{}

func (frame) DrawGlyph(c *draw.Canvas, g draw.GlyphStyle, at vg.Point) {
	outline(c, around(at, g.Radius), 1.2, g.Color)
}

type hatch struct{}

func (hatch) DrawGlyph(c *draw.Canvas, g draw.GlyphStyle, at vg.Point) {
	hatched(c, around(at, g.Radius))
}

func around(at vg.Point, radius vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: at.X - radius - 2, Y: at.Y - radius}, Max: vg.Point{X: at.X + radius + 2, Y: at.Y + radius}}
}
