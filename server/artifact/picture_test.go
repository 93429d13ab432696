package artifact

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/artifact/chart"
	"github.com/gnllviz/gnllviz/server/artifact/plot"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/run/runtest"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// ownNumbers are what neither the page nor the report nor the stills may say for themselves,
// since [wire.PictureSpec] does: how far intervals reach, which bands there are, how dark
// they are, how much of a curve, how many rows, and what axes show.
var ownNumbers = regexp.MustCompile(strings.Join([]string{
	`\b1\.9599\d*|\b1\.2815\d*|\b0\.6744\d*|\b0\.99445\d*`,
	`\b38, 68, 95\b|\b50, 80 and 95\b|\b95, 80 and 50\b`,
	`\b0\.13, 0\.2\b|\b0\.1, 0\.16, 0\.2\b`,
	`\bmost(Rows|Points|Batches|Told)\b|\bROWS = \d|\bMaxRows\w* = `,
	`\bair :?= (Math\.max\()?\d|\bFALL = `,
	`quantile\([^)]*, 0\.(00\d|0\d|9\d+)\)`,
	`\bpitBins = |\bRangeTicks\b|CalmRange\([257]\)`,
}, "|"))

// smallFits are pictures of their own, of every target at once, and maps have colours in
// place of an axis.
var smallFits = []string{"small-fit.ts", "maps.ts", "residual.ts", "tint.ts"}

func TestNoPictureHasNumbersOfItsOwn(t *testing.T) {
	files, found := 0, map[string]bool{}
	for _, dir := range []string{"chart", "plot", "../run/capture", "../../web/src"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			base := filepath.Base(path)
			if d.IsDir() && base == "generated" {
				return fs.SkipDir
			}
			if d.IsDir() || !(strings.HasSuffix(base, ".go") || strings.HasSuffix(base, ".ts")) || strings.Contains(base, "test.") {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			if bytes.Contains(b, []byte("wire.Pictures()")) || bytes.Contains(b, []byte("PICTURE.")) {
				found[dir] = true
			}
			for _, own := range ownNumbers.FindAll(b, -1) {
				if !strings.Contains(strings.Join(smallFits, " "), base) {
					t.Errorf("%s says %q, which wire.PictureSpec says", path, own)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !found[dir] {
			t.Errorf("nothing in %s asks what pictures show", dir)
		}
	}
	if files < 100 {
		t.Errorf("%d files were looked at", files)
	}
}

// The report shows the rows, the bands and the axes of the page, of many rows and a long
// curve, too.
func TestReportShowsWhatThePageDoes(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{Data: &wire.DataSpec{Formula: &wire.FormulaSpec{Mean: "sin(x)", Std: "0.1+0.1*x", From: 0, To: 6, Rows: 3000}}},
		`{"speed":"max","dataset":"own","hidden":[4],"batch":8}`, 3000)
	var b bytes.Buffer
	if err := chart.Report(&b, []byte("draw()"), r); err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`(?s)<script type="application/json" id="options">(.*?)</script>`).FindSubmatch(b.Bytes())
	if text == nil {
		t.Fatal("there are no options")
	}
	var options map[string]struct {
		YAxis  []struct{ Min, Max float64 }
		Series []struct {
			ID        string
			Data      json.RawMessage
			AreaStyle struct{ Opacity float64 }
		}
	}
	if err := json.Unmarshal(text[1], &options); err != nil {
		t.Fatal(err)
	}
	data := map[string][][2]*float64{}
	opacity := map[string]float64{}
	for name, o := range options {
		for _, s := range o.Series {
			opacity[name+" "+s.ID] = s.AreaStyle.Opacity
			var points [][2]*float64
			if json.Unmarshal(s.Data, &points) == nil { // bars are other data
				data[name+" "+s.ID] = points
			}
		}
	}
	spec := wire.Pictures()
	train, test := len(data["fit train"]), len(data["fit test"])
	if len(r.Rows) < 3000 || train+test != len(r.Data.IDs) || train+test > wire.MaxRowsShown || train != len(r.ShownRows(rows.PartTrain)) {
		t.Errorf("%d and %d rows are drawn of %d, where the page has %d", train, test, len(r.Rows), len(r.Data.IDs))
	}
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-5*math.Max(1, math.Abs(b)) } // in six digits
	if low, high := r.FitRange(); !near(options["fit"].YAxis[0].Min, low) || !near(options["fit"].YAxis[0].Max, high) {
		t.Errorf("the fit's axis is %v, not from %g to %g", options["fit"].YAxis[0], low, high)
	}
	for i, band := range spec.Bands() {
		id := "fit band" + string(rune('0'+i))
		if top := *data[id][0][1]; !near(top, r.Grid.Mean[0]+band.Reach*r.Grid.Std[0]) || math.Abs(opacity[id]-band.Opacity) > 1e-6 {
			t.Errorf("%s begins at %g and is %g dark, not %+v", id, top, opacity[id], band)
		}
	}
	l := r.Losses()
	if n := len(data["loss batch"]); n != len(l.Batch.Values) || n > 3*spec.Pixels || n < spec.Pixels || len(r.Batches.Steps) < 3000 {
		t.Errorf("%d losses of batches are drawn of %d", n, len(r.Batches.Steps))
	}
	if y := options["loss"].YAxis[0]; !near(y.Min, l.Low) || !near(y.Max, l.High) {
		t.Errorf("the loss's axis is %v, not from %g to %g", y, l.Low, l.High)
	}
	// The still says which bands it has.
	b.Reset()
	if err := plot.Still(&b, plot.Fit, plot.SVG, r); err != nil {
		t.Fatal(err)
	}
	if !wording.Has(b.String(), "the central intervals of "+spec.LevelsInWords()) {
		t.Error("the still has other bands")
	}
	for _, band := range spec.Bands() {
		if !strings.Contains(b.String(), ">"+band.Name+"<") {
			t.Errorf("the still has no band of %s", band.Name)
		}
	}
}
