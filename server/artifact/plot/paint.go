//go:build !lean

package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func finite(v float64) bool { return v-v == 0 }

// A curve is a line with a gap wherever a value is not finite.
type curve struct {
	x, y []float64
	line draw.LineStyle
}

func (l curve) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := transforms(&c, p)
	for _, run := range runs(l.x, l.y) {
		var points []vg.Point
		for i := run[0]; i < run[1]; i++ {
			points = append(points, vg.Point{X: x(l.x[i]), Y: y(l.y[i])})
		}
		if len(points) == 1 { // between two gaps
			c.DrawGlyph(draw.GlyphStyle{Color: l.line.Color, Radius: l.line.Width, Shape: draw.CircleGlyph{}}, points[0])
			continue
		}
		c.StrokeLines(l.line, c.ClipLinesXY(points)...)
	}
}

// A band is what lies between two curves over one x.
type band struct {
	x, low, high []float64
	fill         color.Color
}

func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := transforms(&c, p)
	for _, run := range runs(b.x, b.low, b.high) {
		var points []vg.Point
		for i := run[0]; i < run[1]; i++ {
			points = append(points, vg.Point{X: x(b.x[i]), Y: y(b.high[i])})
		}
		for i := run[1] - 1; i >= run[0]; i-- {
			points = append(points, vg.Point{X: x(b.x[i]), Y: y(b.low[i])})
		}
		c.FillPolygon(b.fill, c.ClipPolygonXY(points))
	}
}

// runs returns where lists of one length are finite together: from, and up to.
func runs(lists ...[]float64) (found [][2]int) {
	from := -1
	for i := range lists[0] {
		whole := true
		for _, l := range lists {
			whole = whole && finite(l[i])
		}
		if whole && from < 0 {
			from = i
		}
		if !whole && from >= 0 {
			found = append(found, [2]int{from, i})
			from = -1
		}
	}
	if from >= 0 {
		found = append(found, [2]int{from, len(lists[0])})
	}
	return found
}

// far is how many heights of the plot beyond its edges something is still drawn
// where it would be: a million of them are too much for a rasteriser's arithmetic.
const far = 20

func transforms(c *draw.Canvas, p *plot.Plot) (x, y func(float64) vg.Length) {
	tx, ty := p.Transforms(c)
	hold := func(t func(float64) vg.Length, a *plot.Axis) func(float64) vg.Length {
		span := far * (a.Max - a.Min)
		return func(v float64) vg.Length { return t(min(max(v, a.Min-span), a.Max+span)) }
	}
	return hold(tx, &p.X), hold(ty, &p.Y)
}

// points are rows.
type points struct {
	x, y  []float64
	glyph draw.GlyphStyle
}

func (s points) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := transforms(&c, p)
	for i := range s.x {
		at := vg.Point{X: x(s.x[i]), Y: y(s.y[i])}
		if finite(s.x[i]) && finite(s.y[i]) && c.Contains(at) {
			c.DrawGlyph(s.glyph, at)
		}
	}
}

// bounds returns the bounds of finite values.
func bounds(lists ...[]float64) (low, high float64, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range lists {
		for _, v := range l {
			if finite(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	return low, high, low <= high
}
