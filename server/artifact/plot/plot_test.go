package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/gif"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/runtest"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// wellFormed reads XML to its end and returns the text of a first element of a name.
func wellFormed(t *testing.T, svg []byte) (title, desc string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	text := map[string]string{}
	inside := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in %.300s", err, svg)
		}
		switch e := token.(type) {
		case xml.StartElement:
			inside = e.Name.Local
			if inside == "script" {
				t.Error("a script got in")
			}
		case xml.EndElement:
			inside = ""
		case xml.CharData:
			text[inside] += string(e)
		}
	}
	return text["title"], text["desc"]
}

// keep writes a picture where PLOT_FOLDER says, to be looked at.
func keep(t *testing.T, name string, content []byte) {
	t.Helper()
	folder := os.Getenv("PLOT_FOLDER")
	if folder == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(folder, name), content, 0o666); err != nil {
		t.Fatal(err)
	}
}

func records(t *testing.T) map[string]*capture.Capture {
	hostile := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","hidden":[4]}`, 4)
	hostile.Data.Title, hostile.Lane.Name = "</title><script>", "]]>\u2028\xff"
	hostile.Data.Inputs[0].Name, hostile.Data.Target.Unit = "a&b<c>\x01", "</svg>\x00"+strings.Repeat("long", 200)
	lost := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","hidden":[8]}`, 60)
	nan, inf := math.NaN(), math.Inf(1)
	lost.Grid.Mean[3], lost.Grid.Std[9], lost.Grid.Mean[20] = nan, inf, 1e300
	lost.Points[1].Values[0], lost.Points[1].Values[1] = float32(nan), float32(inf)
	lost.Batches.Values[0][5] = float32(inf)
	return map[string]*capture.Capture{
		"mcycle":  runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","seed":1}`, 1200, `{"eps":0.01}`, `{"lr":0.003}`),
		"waves":   runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"waves"}`, 400),
		"two":     runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"quakes","slice":1,"hidden":[8]}`, 50),
		"hostile": hostile,
		"start":   runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle"}`, 2),
		"lost":    lost,
	}
}

func TestStills(t *testing.T) {
	for name, r := range records(t) {
		for _, chart := range []string{Fit, Noise, Loss, Calibration} {
			var svg, picture bytes.Buffer
			if err := Still(&svg, chart, SVG, r); err != nil {
				t.Fatal(err)
			}
			keep(t, name+"-"+chart+".svg", svg.Bytes())
			title, desc := wellFormed(t, svg.Bytes())
			if !wording.Has(title, chart) || len(desc) < 40 || strings.Contains(svg.String(), "NaN") {
				t.Errorf("%s of %s: title %q, description %q", chart, name, title, desc)
			}
			if name == "two" || name == "start" || name == "waves" && chart != Fit {
				continue // a PNG is drawn by the same strokes
			}
			if err := Still(&picture, chart, PNG, r); err != nil {
				t.Fatal(err)
			}
			keep(t, name+"-"+chart+".png", picture.Bytes())
			m, err := png.Decode(&picture)
			if err != nil {
				t.Fatal(err)
			}
			// It is drawn on: the lane's colour is there.
			lane, seen := laneColour(r), false
			for pixels := m.(*image.RGBA).Pix; len(pixels) > 0 && !seen; pixels = pixels[4:] {
				seen = pixels[0] == lane.R && pixels[1] == lane.G && pixels[2] == lane.B
			}
			if !seen {
				t.Errorf("%s of %s: nothing has the lane's colour", chart, name)
			}
		}
	}
}

func TestGapsAreGaps(t *testing.T) {
	nan := math.NaN()
	got := runs([]float64{1, 2, nan, 4, 5, 6}, []float64{nan, 2, 3, 4, math.Inf(-1), 6})
	if len(got) != 3 || got[0] != [2]int{1, 2} || got[1] != [2]int{3, 4} || got[2] != [2]int{5, 6} {
		t.Errorf("runs %v", got)
	}
}

func TestAnimation(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","seed":1}`, 14)
	var b bytes.Buffer
	if err := Animation(&b, r); err != nil {
		t.Fatal(err)
	}
	keep(t, "fit.gif", b.Bytes())
	t.Logf("%d bytes of %d frames", b.Len(), len(r.Snapshots))
	g, err := gif.DecodeAll(&b)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Image) != len(r.Snapshots) || len(g.Image) < 10 {
		t.Errorf("%d frames of %d snapshots", len(g.Image), len(r.Snapshots))
	}
	if n := len(g.Delay); g.Delay[n-1] != lastTime || g.Delay[0] != frameTime || g.LoopCount != 0 {
		t.Errorf("delays %v, %d loops", g.Delay, g.LoopCount)
	}
	if g.Config.Width != 640 || g.Config.Height != 400 {
		t.Errorf("%d × %d pixels", g.Config.Width, g.Config.Height)
	}
	for i := range g.Image[1:] {
		if g.Image[i+1].Rect.Dx() < 100 {
			t.Errorf("frame %d shows nothing new: %v", i+1, g.Image[i+1].Rect)
		}
	}
}

func heatMap() HeatMap {
	h := HeatMap{
		Title: "Motorcycle crash: test NLL after 2000 steps",
		X:     Control{Name: "learning rate", Values: Numbers([]float64{1e-4, 1e-3, 1e-2, 0.1, 1})},
		Y:     Control{Name: "beta", Unit: "", Values: Numbers([]float64{0, 0.25, 0.5, 1})},
		Score: wire.Figure{ID: "nll", Label: "NLL", Unit: "nats", Better: wire.BetterLower},
	}
	for y := range h.Y.Values {
		var row []float64
		for x := range h.X.Values {
			d := float64(x) - 2
			row = append(row, 4.2+d*d*0.3+float64(y)*0.1*d)
		}
		h.Cells = append(h.Cells, row)
	}
	h.Cells[0][4], h.Cells[1][4] = math.NaN(), math.Inf(1)
	h.Cells[2][4] = 9e5
	return h
}

func TestHeat(t *testing.T) {
	h := heatMap()
	var svg, picture bytes.Buffer
	if err := Heat(&svg, SVG, h); err != nil {
		t.Fatal(err)
	}
	if err := Heat(&picture, PNG, h); err != nil {
		t.Fatal(err)
	}
	keep(t, "heat.png", picture.Bytes())
	if _, err := png.Decode(&picture); err != nil {
		t.Fatal(err)
	}
	title, desc := wellFormed(t, svg.Bytes())
	if title != h.Title || !wording.Has(desc, "2 runs failed") || !wording.Has(desc, "The best, 4.2, is where learning rate is 0.01 and beta is") {
		t.Errorf("title %q, description %q", title, desc)
	}
	if row, column, ok := h.best(); !ok || column != 2 {
		t.Errorf("best %d, %d, %v", row, column, ok)
	}
	h.Score.Better, h.Score.Best = wire.BetterNear, 5.4
	if _, column, _ := h.best(); column != 0 {
		t.Errorf("best near 5.4 in column %d", column)
	}
	if s := h.scale(); s.high > 20 || !s.more || s.less {
		t.Errorf("scale %+v", s)
	}
	h.Cells = h.Cells[1:]
	if err := Heat(io.Discard, SVG, h); err == nil {
		t.Error("a row is missing, and nobody says so")
	}
	one := HeatMap{X: Control{Name: "a", Values: []string{"x"}}, Y: Control{Name: "b", Values: []string{"y"}}, Cells: [][]float64{{math.NaN()}}}
	if err := Heat(io.Discard, PNG, one); err != nil {
		t.Error(err)
	}
}

// Lightness grows along the ramp, which is what makes it safe for all eyes.
func TestRampGrowsLighter(t *testing.T) {
	last := -1.0
	for i := range 101 {
		c := ramp(float64(i) / 100)
		l := 0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)
		if l < last {
			t.Errorf("darker at %d %%", i)
		}
		last = l
	}
}

func BenchmarkAnimation(b *testing.B) {
	r := runtest.Capture(b, wire.Spec{}, `{"speed":"max","dataset":"mcycle","seed":1}`, 3000)
	for b.Loop() {
		if err := Animation(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(r.Snapshots)), "frames")
}

func TestTicksAreRound(t *testing.T) {
	for _, c := range []struct {
		about     ticks
		low, high float64
		want      string
	}{
		{6, -160, 90, "-150 -100 -50 0 50"},
		{6, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{4, -0.05, 0.03, "-0.04 -0.02 0.00 0.02"},
		{4, 1e6, 3.2e6, "1e+06 2e+06 3e+06"},
	} {
		var labels []string
		for _, tick := range c.about.Ticks(c.low, c.high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("from %g to %g: %s, want %s", c.low, c.high, got, c.want)
		}
	}
	if got := ticks(6).Ticks(math.Inf(-1), 2); got != nil {
		t.Errorf("%v", got)
	}
}
