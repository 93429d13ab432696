package wire

import (
	"encoding/xml"
	"io"
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
