package datasets

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// Every set of the catalogue that is written out is read back with the same bits.
func TestSetsAreReadBack(t *testing.T) {
	for _, e := range Catalogue() {
		s, err := Load(e.Name, 3)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := s.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		table, err := ReadTable(strings.NewReader(b.String()), Limits{})
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		var names []string
		for _, c := range s.Inputs {
			names = append(names, c.Name)
		}
		x, err := table.Values(names)
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		y, err := table.Values([]string{s.Target.Name})
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		if !slices.Equal(x, s.X) || !slices.Equal(y, s.Y) {
			t.Errorf("%s is not what was written", e.Name)
		}
	}
}

// A broken writer takes so many bytes and no more.
type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if len(p) > b.left {
		return b.left, io.ErrShortWrite
	}
	b.left -= len(p)
	return len(p), nil
}

func TestWriteCSVTellsOfAWriterThatBreaks(t *testing.T) {
	s, err := Load("ripple", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, bytes := range []int{0, 5, 10_000} {
		if err := s.WriteCSV(&broken{bytes}); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("after %d bytes: %v", bytes, err)
		}
	}
}

func TestValuesSayWhereThereIsNone(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a,b\n1,2\n3,4\n", ""},
		{"a,b\n1,2\n3,x\n5,6\n", `row 3, column "b": "x": not a number`},
		{"a,b\n1,2\n,4\n5,?\n", `row 3, column "a": nothing there`},
		{"a,b\n1,2\n3,1e40\n5,6\n", `row 3, column "b": "1e40": beyond 1e+18`},
		{"a,c\n1,2\n", `column "b": there is none of this name`},
	} {
		table, err := ReadTable(strings.NewReader(c.text), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		// A column that is not asked for may hold what it likes.
		values, err := table.Values([]string{"b", "a"})
		switch {
		case c.want == "" && (err != nil || !slices.Equal(values, []float64{2, 1, 4, 3})):
			t.Errorf("%q: %v, %v", c.text, values, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)):
			t.Errorf("%q: %v; want %s", c.text, err, c.want)
		}
	}
}
