package wire

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestEveryFigureIsExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Figures() {
		if seen[f.ID] {
			t.Errorf("%s is there twice", f.ID)
		}
		seen[f.ID] = true
		if f.ID == "" || f.Label == "" || f.Better == "" || !strings.HasSuffix(f.Help, ".") {
			t.Errorf("%+v lacks a name, a way or a sentence of help", f)
		}
		if f.Better != BetterNear && f.Best != 0 {
			t.Errorf("%s has a best value that nothing is compared with", f.ID)
		}
		if f.Formula != "" {
			wellFormed(t, f.ID, f.Formula)
		}
	}
	for _, n := range Notes() {
		if n.Formula != "" {
			wellFormed(t, n.Control+" "+n.Option, n.Formula)
		}
	}
	for _, c := range Charts() {
		if c.Label == "" || !strings.HasSuffix(c.Help, ".") || len(c.Read) == 0 {
			t.Errorf("the chart %q lacks a label, a sentence of help or how to read it", c.ID)
		}
	}
}

func TestEveryNumberOnTheWireIsAFigure(t *testing.T) {
	names := append([]string{}, Scalars...)
	for _, name := range append(names, PointColumns[2:]...) {
		if _, ok := FigureOf(name); !ok {
			t.Errorf("no figure explains %s", name)
		}
	}
}

// A metric has its two scalars; but the gap, which is the NLL less another number.
func TestEveryMetricHasItsScalars(t *testing.T) {
	places, added := map[int]string{}, map[int]string{}
	for _, f := range MetricFigures() {
		if other := places[f.Metric]; other != "" {
			t.Errorf("%s and %s have one place", f.ID, other)
		}
		places[f.Metric] = f.ID
		for _, name := range []string{"train_" + f.ID, "test_" + f.ID} {
			if slices.Contains(Scalars, name) == (f.ID == "gap") {
				t.Errorf("%s is a metric, and %s a scalar: %v", f.ID, name, f.ID == "gap")
			}
		}
		if f.Added > 0 {
			if other := added[f.Added]; other != "" {
				t.Errorf("%s and %s were added as one", f.ID, other)
			}
			added[f.Added] = f.ID
		}
	}
	for i := range len(added) {
		if added[i+1] == "" {
			t.Errorf("no metric was added as number %d of %d", i+1, len(added))
		}
	}
	for _, f := range Figures() {
		if f.Metric == 0 && (f.Each || f.Level != 0 || f.Added != 0) {
			t.Errorf("%s is told like a metric and is none", f.ID)
		}
	}
	seen := map[string]bool{}
	for _, name := range Scalars {
		if seen[name] {
			t.Errorf("the scalar %s is there twice", name)
		}
		seen[name] = true
	}
	want := []string{"train_nll", "test_nll", "train_rmse", "test_rmse", "train_crps", "test_crps", "train_coverage", "test_coverage", "train_r2", "test_r2", "verdict"}
	if !slices.Equal(TargetScores, want) {
		t.Errorf("the columns of target scores are %v, which are on the wire in the order %v", TargetScores, want)
	}
}

func wellFormed(t *testing.T, id, mathML string) {
	t.Helper()
	if !strings.HasPrefix(mathML, "<math") {
		t.Errorf("%s has a formula that is no MathML: %.40s", id, mathML)
	}
	if strings.Contains(mathML, "&lt;m") {
		t.Errorf("%s shows MathML as text: %s", id, mathML)
	}
	for d := xml.NewDecoder(strings.NewReader(mathML)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Errorf("%s: %v", id, err)
			return
		}
	}
}
