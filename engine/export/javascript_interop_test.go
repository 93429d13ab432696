//go:build interop

package export

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
)

// A module in a folder, and what is asked of it.
type module struct {
	Folder  string     `json:"folder"`
	Inputs  int        `json:"inputs"`
	Targets int        `json:"targets"`
	X       []float64  `json:"x"`
	Raw     [][]string `json:"raw,omitempty"`
}

func moduleOf(t *testing.T, folder string, m *Model, x []float64) module {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJavaScript(&b, m); err != nil {
		t.Fatal(err)
	}
	write(t, folder, "model.mjs", b.Bytes())
	return module{folder, len(m.Inputs), len(m.Targets), x, nil}
}

// The exported module predicts in Node what the engine predicts, and to the last digits
// what Predict does: every activation and head, ensembles, several targets, and log-variances
// at their bounds.
func TestJavaScriptAgrees(t *testing.T) {
	dir, models := t.TempDir(), kinds()
	var asked []module
	var of []*Model
	var want []Prediction // of the engine; none where it is not exact, or another network
	for i, name := range sortedKinds() {
		m, e, x := models[name](t)
		for k, v := range x {
			x[k] = float64(float32(v))
		}
		if i%2 == 1 {
			m.Eps = floor
		}
		predicted := fromEngine(e, x, m.Eps)
		if i == 0 {
			m.Inputs[0].Name, m.Targets[0].Name, m.Targets[0].Unit, m.Card.Author, m.Card.Limits = hostile, hostile, hostile, hostile, hostile
			m.Members[0][0].Data[0], predicted = float32(math.Copysign(0, -1)), Prediction{} // which the engine does not have
		}
		want = append(want, predicted)
		asked, of = append(asked, moduleOf(t, filepath.Join(dir, fmt.Sprint(i)), m, x)), append(of, m)
	}
	for _, head := range engine.Heads() {
		for _, shift := range []float32{-90, -60, -30, -17, 17, 30, 60, 90} {
			m, _, x := trained(t, engine.NetConfig{Hidden: []int{32, 32}, Head: head, Activation: engine.GELU}, 2)
			m.Eps, m.Targets[0].Std = 0, 1
			if head != engine.Fixed {
				m.Members[0].Find("var.bias").Data[0] += shift
			}
			m.Members[0].Find("body.0.bias").Data[0] += shift
			asked, of, want = append(asked, moduleOf(t, filepath.Join(dir, fmt.Sprint(head, shift)), m, x)), append(of, m), append(want, Prediction{})
		}
	}
	var answers []struct {
		Targets []string
		Prediction
		Std []float64
	}
	tool(t, asked, &answers, "node", "testdata/interop/javascript.mjs")
	if len(answers) != len(asked) || len(asked) < 60 {
		t.Fatalf("%d answers of %d", len(answers), len(asked))
	}
	worst := 0.0
	for i, a := range answers {
		m := of[i]
		p, err := m.Predict(asked[i].X)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 && a.Targets[0] != strings.ToValidUTF8(hostile, "\uFFFD") {
			t.Errorf("the target is called %q", a.Targets[0])
		}
		if (a.Aleatoric != nil) != (len(m.Members) > 1) {
			t.Fatalf("%s: aleatoric is there: %v", asked[i].Folder, a.Aleatoric != nil)
		}
		if a.Aleatoric == nil {
			a.Aleatoric, a.Epistemic = p.Aleatoric, p.Epistemic
		}
		if want[i].Mean != nil {
			w := want[i]
			if len(m.Members) == 1 {
				w.Aleatoric, w.Epistemic = p.Aleatoric, p.Epistemic
			}
			agree(t, m, a.Prediction, w)
		}
		for _, part := range []struct {
			name      string
			got, want []float64
			least     float64
		}{{"mean", a.Mean, p.Mean, m.Targets[0].Std}, {"variance", a.Variance, p.Variance, 0}, {"aleatoric", a.Aleatoric, p.Aleatoric, 0}, {"epistemic", a.Epistemic, p.Epistemic, 1e-3}} {
			if len(part.got) != len(part.want) {
				t.Fatalf("%s: %d values of %s, not %d", asked[i].Folder, len(part.got), part.name, len(part.want))
			}
			for r, w := range part.want {
				off := math.Abs(part.got[r]-w) / max(math.Abs(w), part.least, 1e-300)
				worst = max(worst, off)
				if !(off <= 1e-9) && !(math.Abs(part.got[r]-w) < 1e-44) {
					t.Fatalf("%s: %s of value %d is %v, not %v", asked[i].Folder, part.name, r, part.got[r], w)
				}
			}
		}
		for r, v := range a.Variance {
			if a.Std[r] != math.Sqrt(v) {
				t.Fatalf("std %v of the variance %v", a.Std[r], v)
			}
		}
	}
	t.Logf("%d models, at most %.2g apart", len(asked), worst)
}

// The exported module makes of the raw table what the reader of tables does.
func TestJavaScriptEncodes(t *testing.T) {
	m, _, _ := kinds()["words"](t)
	want := readRows(t, m)
	asked := moduleOf(t, t.TempDir(), m, nil)
	asked.Raw = append(slices.Clone(rawRows), []string{})
	var answers []struct {
		Names []string
		Rows  []struct {
			X      []float64
			Unseen int
			Error  string
			Mean   float64
		}
	}
	tool(t, []module{asked}, &answers, "node", "testdata/interop/javascript.mjs")
	if names := answers[0].Names; !slices.Equal(names, []string{"colour", "x2", "when", "size"}) {
		t.Errorf("the columns are %v", names)
	}
	rows := answers[0].Rows
	if got := rows[len(rawRows)].Error; !strings.HasPrefix(got, "row 1, there are 0 cells; the columns are colour, x2") {
		t.Errorf("of no cells: %q", got)
	}
	for i, x := range want {
		a := rows[i]
		if !sameRow(a.X, x) || (a.Error != "") != (x == nil) || (a.Unseen > 0) != (x != nil && (x[0]+x[1] == 0 || x[9]+x[10] == 0)) {
			t.Errorf("of %q: %+v, where the table has %v", rawRows[i], a, x)
		}
		if x == nil {
			continue
		}
		if p, err := m.Predict(x); err != nil || math.Abs(p.Mean[0]-a.Mean) > 1e-9*math.Abs(p.Mean[0]) {
			t.Errorf("of %q: %v, where Predict has %v, %v", rawRows[i], a.Mean, p.Mean, err)
		}
	}
	for i, want := range map[int]string{5: `column "colour": there is nothing in it`, 11: `column "when": there is nothing in it`, 13: `column "x2": "oops" is no number`, 12: `column "when": "1970-02-30 00:00:00Z" is no date such as 2006-1-2 15:04:05Z07:00`} {
		if !strings.Contains(rows[i].Error, want) {
			t.Errorf("of %q: %q, want %q", rawRows[i], rows[i].Error, want)
		}
	}
}

// The exported module reads dates of every layout as package time does, and refuses what
// that refuses.
func TestJavaScriptReadsDates(t *testing.T) {
	m, _, _ := trained(t, engine.NetConfig{Inputs: 5, Hidden: []int{4}}, 1)
	var asked []module
	var sources []table.Source
	dir := t.TempDir()
	for _, date := range []string{
		"2006-1-2", "2006/1/2", "2.1.2006", "2/1/2006", "1/2/2006", "2006-01", "2006/01", "Jan 2006", "2 Jan 2006", "02-Jan-2006", "01/2006", "2.1.06", "2/1/06", "1/2/06",
	} {
		for _, clock := range []string{"", " 15:04", " 15:04:05", "T15:04", "T15:04:05", "T15:04:05Z07:00", " 15:04:05Z07:00", " 3:04:05 PM", " 3:04 PM"} {
			s := table.Source{Name: "when", Kind: table.OfDates, Layout: date + clock, Circles: []string{"year", "day"}}
			m.Encoding = table.Encoding{s}
			for i, c := range m.Encoding.Columns() {
				m.Inputs[i].Name, m.Inputs[i].Unit = c.Name, c.Unit
			}
			if err := m.Check(); err != nil {
				t.Fatalf("%s: %v", s.Layout, err)
			}
			one := moduleOf(t, filepath.Join(dir, fmt.Sprint(len(asked))), m, nil)
			for _, at := range []time.Time{
				time.Date(2024, 2, 29, 18, 5, 9, 0, time.UTC), time.Date(1969, 12, 31, 0, 5, 1, 0, time.FixedZone("", -3*3600-1800)),
				time.Date(2000, 1, 1, 12, 0, 0, 0, time.FixedZone("", 14*3600)), time.Date(1999, 11, 10, 23, 59, 59, 0, time.UTC),
			} {
				text := at.Format(s.Layout)
				for _, cell := range []string{text, text + "x", "1" + text, strings.ToLower(text), strings.Replace(text, "5", "7", 1), strings.ReplaceAll(text, "1", "3"), strings.Replace(text, ":09", ":09.25", 1), strings.Replace(text, " ", "  ", 1)} {
					one.Raw = append(one.Raw, []string{cell})
				}
			}
			asked, sources = append(asked, one), append(sources, s)
		}
	}
	var answers []struct {
		Rows []struct {
			X     []float64
			Error string
		}
	}
	tool(t, asked, &answers, "node", "testdata/interop/javascript.mjs")
	taken, refused := 0, 0
	for i, s := range sources {
		for k, cells := range asked[i].Raw {
			at, err := time.Parse(s.Layout, cells[0])
			a := answers[i].Rows[k]
			if err != nil {
				if refused++; a.Error == "" {
					t.Errorf("%s takes %q as %v, which package time does not: %v", s.Layout, cells[0], a.X, err)
				}
				continue
			}
			if taken++; !sameRow(a.X, s.OfTime(at)) {
				t.Errorf("%s makes of %q %v, not %v: %s", s.Layout, cells[0], a.X, s.OfTime(at), a.Error)
			}
		}
	}
	if taken < 1000 || refused < 1000 {
		t.Errorf("%d dates were taken and %d refused", taken, refused)
	}
}
