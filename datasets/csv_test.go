package datasets

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/datasets/table"
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
		read, err := table.Read(strings.NewReader(b.String()), table.Options{})
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		var names []string
		for _, c := range s.Inputs {
			names = append(names, c.Name)
		}
		x, _, err := read.Values(names)
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		names = nil
		for _, c := range s.Targets {
			names = append(names, c.Name)
		}
		y, _, err := read.Values(names)
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
