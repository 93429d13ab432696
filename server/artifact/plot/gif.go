//go:build !lean

package plot

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/gif"
	"io"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

const (
	frameTime = 12  // hundredths of a second
	lastTime  = 250 // that the end is looked at
)

// Animation draws the fit during training: a frame for each snapshot, with its step,
// over and over. All frames have the axes of the last.
func Animation(w io.Writer, r *capture.Capture) error {
	if r.Grid == nil || len(r.Snapshots) == 0 {
		return errors.New("there is no fit along one input")
	}
	anim := gif.GIF{}
	q := newQuantiser(laneColour(r))
	var before *image.Paletted
	var paper imagedraw.Image
	for i, s := range r.Snapshots {
		p := fitFrame(r)
		p.title = cut(fmt.Sprintf("%s: fit%s after %d steps", heading(r), ofTarget(r), s.Step), 96)
		addFit(p, r, s.Mean, s.Std)
		var c *vgimg.Canvas
		if paper == nil {
			c = vgimg.NewWith(vgimg.UseWH(p.width, p.height), vgimg.UseDPI(72))
			paper = c.Image()
		} else { // all frames are drawn on one, which is a megabyte
			imagedraw.Draw(paper, paper.Bounds(), image.White, image.Point{}, imagedraw.Src)
			c = vgimg.NewWith(vgimg.UseImage(paper), vgimg.UseDPI(72))
		}
		p.draw(draw.New(c))
		whole := q.quantise(c.Image())
		shown := whole
		if before != nil {
			// What is as it was need not be told again.
			shown = whole.SubImage(changed(before, whole)).(*image.Paletted)
		}
		before = whole
		time := frameTime
		if i == len(r.Snapshots)-1 {
			time = lastTime
		}
		anim.Image, anim.Delay = append(anim.Image, shown), append(anim.Delay, time)
		anim.Disposal = append(anim.Disposal, gif.DisposalNone)
	}
	return gif.EncodeAll(w, &anim)
}

// changed is the rectangle outside of which two pictures are the same, and never
// empty.
func changed(a, b *image.Paletted) image.Rectangle {
	r := image.Rectangle{}
	for y := a.Rect.Min.Y; y < a.Rect.Max.Y; y++ {
		for x := a.Rect.Min.X; x < a.Rect.Max.X; x++ {
			if a.Pix[a.PixOffset(x, y)] != b.Pix[b.PixOffset(x, y)] {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if r.Empty() {
		return image.Rect(0, 0, 1, 1)
	}
	return r
}

// A quantiser finds the nearest of a palette, and remembers what it found: of a
// picture's pixels most have one of a few hundred colours.
type quantiser struct {
	palette color.Palette
	found   map[color.RGBA]uint8
}

// newQuantiser returns one with the colours of the fit and what lies between any two
// of them, where edges are smoothed.
func newQuantiser(lane color.RGBA) *quantiser {
	solid := []color.RGBA{{0xff, 0xff, 0xff, 0xff}, ink, quiet, faint, grid, lane}
	for _, b := range wire.Pictures().Bands() {
		solid = append(solid, light(lane, b.Over))
	}
	q := &quantiser{found: map[color.RGBA]uint8{}}
	for _, c := range solid {
		q.palette = append(q.palette, c)
	}
	const between = 6
	for i, a := range solid {
		for _, b := range solid[:i] {
			for k := 1; k <= between && len(q.palette) < 256; k++ {
				mix := func(x, y uint8) uint8 { return uint8((int(x)*k + int(y)*(between+1-k)) / (between + 1)) }
				q.palette = append(q.palette, color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff})
			}
		}
	}
	return q
}

func (q *quantiser) quantise(m image.Image) *image.Paletted {
	of := m.(*image.RGBA)
	p := image.NewPaletted(of.Rect, q.palette)
	var last color.RGBA
	var index uint8
	for i := range p.Pix {
		c := color.RGBA{of.Pix[4*i], of.Pix[4*i+1], of.Pix[4*i+2], of.Pix[4*i+3]}
		if c != last || i == 0 {
			known, ok := q.found[c]
			if !ok {
				known = uint8(q.palette.Index(c))
				q.found[c] = known
			}
			last, index = c, known
		}
		p.Pix[i] = index
	}
	return p
}
