package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"reflect"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// goldenFrame has a value of its own in every field, and NaN and infinity,
// which a diverging run sends.
func goldenFrame() *Frame {
	f := &Frame{
		Kind: FrameFit, Lane: 2, Generation: 3, Revision: 12, Step: 1<<40 + 5, DataRevision: 7,
		Columns: [][]float32{
			{-1.5, 0, float32(math.NaN()), 1e-30},
			{0.25, float32(math.Inf(1)), 3, 1e30},
		},
	}
	for i := range Scalars {
		f.Scalars = append(f.Scalars, float32(i)+0.5)
	}
	return f
}

// testdata/frame.bin and frame.json are one frame, read here and by the page's
// tests, and grid.bin and grid.json another, of time stamps.
func TestGoldenFrame(t *testing.T) {
	testGolden(t, "frame", goldenFrame())
	testGolden(t, "grid", goldenGrid())
}

// goldenGrid has values that float32 would make fewer.
func goldenGrid() *Frame {
	f := &Frame{Kind: FrameGrid, Generation: 3, DataRevision: 7}
	f.Add([]float64{1720000000, 1720000000.5, 1720000001, 1720000010})
	f.Add([]float64{-1, 0, 1, 2})
	return f
}

// meant are the columns as they are meant.
func (f *Frame) meant() [][]Number {
	columns := make([][]Number, len(f.Columns))
	for i, c := range f.Columns {
		for _, v := range c {
			origin := 0.0
			if f.Origins != nil {
				origin = f.Origins[i]
			}
			columns[i] = append(columns[i], Number(origin+float64(v)))
		}
	}
	return columns
}

func TestFarColumnsKeepTheirValues(t *testing.T) {
	list, err := ParseFrames(goldenGrid().Append(goldenFrame().Append(nil)))
	if err != nil || len(list) != 2 {
		t.Fatalf("%d frames (%v)", len(list), err)
	}
	if got, want := list[1].meant(), goldenGrid().meant(); !reflect.DeepEqual(got, want) || got[0][1] != 1720000000.5 || got[1][0] != -1 || list[1].Origins[1] != 0 {
		t.Errorf("got %v", got)
	}
	if list[0].Origins != nil {
		t.Errorf("columns near 0 have origins %v", list[0].Origins)
	}
}

func testGolden(t *testing.T, name string, f *Frame) {
	t.Helper()
	b := f.Append(nil)
	columns := f.meant()
	scalars := map[string]float32{}
	for i, v := range f.Scalars {
		scalars[Scalars[i]] = v
	}
	j, err := json.MarshalIndent(map[string]any{
		"kind": f.Kind, "lane": f.Lane, "generation": f.Generation, "revision": f.Revision, "step": f.Step,
		"data_revision": f.DataRevision, "scalars": scalars, "columns": columns,
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{name + ".bin": b, name + ".json": append(j, '\n')} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s has changed; if the protocol is meant to, run go test ./server/wire -update", name)
		}
	}
}

func TestFrameRoundTrip(t *testing.T) {
	want := goldenFrame()
	// Frames of several lanes come one after the other.
	list, err := ParseFrames(want.Append(want.Append(nil)))
	if err != nil || len(list) != 2 {
		t.Fatalf("%d frames (%v)", len(list), err)
	}
	got := list[1]
	// NaN is not equal to itself: compare the encodings too.
	if !bytes.Equal(got.Append(nil), want.Append(nil)) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got.Columns, want.Columns = nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFrameOf256PointsIsSmall(t *testing.T) {
	f := Frame{Scalars: make([]float32, len(Scalars)), Columns: [][]float32{make([]float32, 256), make([]float32, 256)}}
	if n := len(f.Append(nil)); n > 2560 {
		t.Errorf("%d bytes, want at most 2560", n)
	}
}

func FuzzParseFrame(f *testing.F) {
	b := goldenFrame().Append(nil)
	f.Add(b)
	f.Add(b[:FrameHeaderSize])
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := ParseFrames(b)
		if err != nil {
			return
		}
		var again []byte
		for _, f := range list {
			again = f.Append(again)
		}
		if l, err := ParseFrames(again); err != nil || len(l) != len(list) || len(again) != len(b) {
			t.Errorf("frames that were read cannot be written and read again: %v", err)
		}
	})
}
