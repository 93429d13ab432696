//go:build !lean

package plot

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Still draws a chart of a record as SVG or PNG. Fit and Noise are of what is shown
// over one input, and an error where the record has no Grid.
func Still(w io.Writer, chart, kind string, r *capture.Capture) error {
	if r.Grid == nil && (chart == Fit || chart == Noise) {
		return errors.New("there is no fit along one input")
	}
	var p *picture
	switch chart {
	case Fit:
		p = fit(r)
	case Noise:
		p = noise(r)
	case Loss:
		p = loss(r)
	case Calibration:
		p = calibration(r)
	default:
		return fmt.Errorf("there is no chart %.40q; there are %s, %s, %s and %s", chart, Fit, Noise, Loss, Calibration)
	}
	return p.write(w, kind)
}

// write draws the picture as a kind of file.
func (p *picture) write(w io.Writer, kind string) error {
	switch kind {
	case SVG:
		c := vgsvg.New(p.width, p.height)
		p.draw(draw.New(c))
		var b bytes.Buffer
		if _, err := c.WriteTo(&b); err != nil {
			return err
		}
		_, err := w.Write(described(b.Bytes(), p.title, p.description))
		return err
	case PNG:
		c := vgimg.NewWith(vgimg.UseWH(p.width, p.height), vgimg.UseDPI(stillDPI))
		p.draw(draw.New(c))
		_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
		return err
	}
	return fmt.Errorf("there is no kind of picture %.40q; there are %s and %s", kind, SVG, PNG)
}

// stillDPI makes two pixels of each point, of which an inch has 72, as sharp screens
// want it.
const stillDPI = 144
