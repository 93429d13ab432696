//go:build !lean

package plot

import (
	"image/color"
	"strings"
	"unicode"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The page's colours, those of its light theme (web/src/styles/tokens.css).
var (
	ink    = color.RGBA{0x14, 0x18, 0x1f, 0xff}
	quiet  = color.RGBA{0x58, 0x61, 0x70, 0xff}
	faint  = color.RGBA{0xc9, 0xcf, 0xd8, 0xff}
	grid   = color.RGBA{0xed, 0xf0, 0xf4, 0xff}
	chance = color.RGBA{0xe4, 0xe7, 0xeb, 0xff}
	lanes  = [...]color.RGBA{
		{0x2b, 0x66, 0xd9, 0xff},
		{0xc8, 0x62, 0x0a, 0xff},
		{0x0c, 0x7f, 0x62, 0xff},
		{0xa1, 0x37, 0x8a, 0xff},
		{0x6a, 0x5a, 0x00, 0xff},
		{0x0f, 0x7d, 0x96, 0xff},
	}
)

func laneColour(r *capture.Capture) color.RGBA { return lanes[int(r.Lane.Colour)%len(lanes)] }

// light is a colour on white, opaque, as one of that opacity would look.
func light(c color.RGBA, opacity float64) color.RGBA {
	mix := func(v uint8) uint8 { return uint8(255 - opacity*float64(255-v) + 0.5) }
	return color.RGBA{mix(c.R), mix(c.G), mix(c.B), 0xff}
}

// The size of stills in points.
const (
	width  vg.Length = 640
	height vg.Length = 400
)

const (
	textSize  vg.Length = 10
	titleSize vg.Length = 13
)

func style(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}, Handler: plot.DefaultTextHandler,
		YAlign: draw.YBottom,
	}
}

func stroke(c color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}

// A picture is a plot with a title and a row of keys over it.
type picture struct {
	title, description string
	width, height      vg.Length
	keys               []key
	plot               *plot.Plot
	aside              func(draw.Canvas) // draws at the right, if set
	asideWidth         vg.Length
}

// A key says what a thing looks like.
type key struct {
	name string
	line draw.LineStyle // with a width: a line
	fill color.Color    // a patch
	ring draw.GlyphStyle
}

func newPicture(title, description string) *picture {
	p := &picture{title: cut(clean(title), 96), description: clean(description), width: width, height: height, plot: plot.New()}
	p.plot.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.plot.X, &p.plot.Y} {
		a.Label.TextStyle.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: textSize}
		a.Label.TextStyle.Color = quiet
		a.Label.Padding = 4
		a.Tick.Label.Font = a.Label.TextStyle.Font
		a.Tick.Label.Color = quiet
		a.Tick.LineStyle = stroke(faint, 0.75)
		a.Tick.Length = 4
		a.LineStyle = stroke(faint, 0.75)
		a.Padding = 0
		a.Tick.Marker = ticks(6)
	}
	p.plot.Add(gridLines{})
	return p
}

// within sets what the axes show.
func (p *picture) within(xmin, xmax, ymin, ymax float64) {
	p.plot.X.Min, p.plot.X.Max, p.plot.Y.Min, p.plot.Y.Max = xmin, xmax, ymin, ymax
}

func (p *picture) draw(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, 12, -16, 10, -12)
	y := c.Max.Y - titleSize
	c.FillText(style(titleSize, ink), vg.Point{X: c.Min.X, Y: y}, p.title)
	y -= 20
	x := c.Min.X
	for _, k := range p.keys {
		k.draw(&c, vg.Point{X: x, Y: y})
		s := style(textSize, quiet)
		c.FillText(s, vg.Point{X: x + 24, Y: y}, k.name)
		x += 24 + s.Width(k.name) + 16
	}
	c.Max.Y = y - 12
	if p.aside != nil {
		p.aside(draw.Crop(c, c.Max.X-c.Min.X-p.asideWidth, 0, 0, 0))
		c.Max.X -= p.asideWidth + 14
	}
	p.plot.Draw(c)
}

// draw draws the sample of a key, 18 points wide, at its lower left corner.
func (k *key) draw(c *draw.Canvas, at vg.Point) {
	middle := at.Y + textSize/2 - 1
	switch {
	case k.fill != nil:
		c.SetColor(k.fill)
		r := vg.Rectangle{Min: vg.Point{X: at.X, Y: middle - 4}, Max: vg.Point{X: at.X + 18, Y: middle + 4}}
		c.Fill(r.Path())
	case k.ring.Shape != nil:
		c.DrawGlyph(k.ring, vg.Point{X: at.X + 9, Y: middle})
	default:
		c.StrokeLine2(k.line, at.X, middle, at.X+18, middle)
	}
}

// gridLines are level lines at the ticks, under everything.
type gridLines struct{}

func (gridLines) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if t.IsMinor() || t.Value < p.Y.Min || t.Value > p.Y.Max {
			continue
		}
		c.StrokeLine2(stroke(grid, 0.75), c.Min.X, y(t.Value), c.Max.X, y(t.Value))
	}
}

// dot and ring are how rows that are trained on, and rows that are held out, look.
func dot() draw.GlyphStyle {
	return draw.GlyphStyle{Color: ink, Radius: 1.9, Shape: draw.CircleGlyph{}}
}

func ring() draw.GlyphStyle {
	return draw.GlyphStyle{Color: ink, Radius: 2.3, Shape: draw.RingGlyph{}}
}

// label puts a column as an axis shows it: name (unit).
func label(c wire.Column) string {
	if c.Unit == "" {
		return cut(clean(c.Name), 36)
	}
	return cut(clean(c.Name), 36) + " (" + cut(clean(c.Unit), 12) + ")"
}

// cut shortens what is longer than so many letters.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// clean is a text in one line that XML can hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == unicode.ReplacementChar, r == '\u2028', r == '\u2029', r == '\ufffe', r == '\uffff':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
}

// heading is what every picture of a record begins its title with.
func heading(r *capture.Capture) string {
	s := cut(clean(r.Data.Title), 40)
	if r.Lane.Name != "" {
		s += ", lane " + cut(clean(r.Lane.Name), 20)
	}
	return s
}

// ofTarget says of which of several targets a picture is.
func ofTarget(r *capture.Capture) string {
	if r.Targets == nil {
		return ""
	}
	return " of " + cut(clean(r.Data.Target.Name), 20)
}
