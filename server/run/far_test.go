package run

import (
	"math"
	"os"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// meant is a column of a frame as it is meant.
func meant(f *wire.Frame, column int) []float64 {
	list := make([]float64, len(f.Columns[column]))
	for i, v := range f.Columns[column] {
		list[i] = float64(v)
		if f.Origins != nil {
			list[i] += f.Origins[column]
		}
	}
	return list
}

// Time stamps and targets far from 0 come to the page with what tells them apart: each
// place of the grid is another, and what is predicted there is what is predicted.
func TestFarColumnsAreSeenAsTheyAre(t *testing.T) {
	text, err := os.ReadFile("testdata/28-unix-seconds.csv")
	if err != nil {
		t.Fatal(err)
	}
	spec := specWith(t, wire.Spec{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: string(text), Target: "y", Inputs: []string{"t"}}}}, `{"speed":"max","hidden":[16]}`)
	far := spec
	rows := ""
	for _, row := range []string{"x,y", "1,1000000000001", "2,1000000000002.5", "3,1000000000003", "4,1000000000001.5", "5,1000000000000.5", "6,1000000000002"} {
		rows += row + "\n"
	}
	far.Data = &wire.DataSpec{CSV: &wire.CSVSpec{Text: rows, Target: "y"}}
	for name, s := range map[string]wire.Spec{"time stamps": spec, "a target of 1e12": far} {
		r, err := New("far", s, Options{Paused: true})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		trainTo(t, r, 50)
		b, err := r.FramesAt(t.Context(), math.MaxUint64)
		if err != nil {
			t.Fatal(err)
		}
		frames, err := wire.ParseFrames(b)
		if err != nil {
			t.Fatal(err)
		}
		var x, mean, std []float64
		for _, f := range frames {
			switch f.Kind {
			case wire.FrameGrid:
				x = meant(f, 0)
			case wire.FrameFit:
				mean, std = meant(f, 0), meant(f, 1)
			}
		}
		step := (x[len(x)-1] - x[0]) / float64(len(x)-1)
		at := make([][]float64, len(x))
		for i, v := range x {
			at[i] = []float64{v}
			if want := x[0] + step*float64(i); math.Abs(v-want) > 1e-4*step {
				t.Fatalf("%s: place %d of the grid is %v, not %v", name, i, v, want)
			}
		}
		steps, err := r.Snapshots(t.Context())
		if err != nil || steps[len(steps)-1] != 50 {
			t.Fatalf("%s: snapshots of %v, %v", name, steps, err)
		}
		want, err := r.Predict(t.Context(), nil, at)
		if err != nil {
			t.Fatal(err)
		}
		wantMean, wantStd := want[0].Mean, want[0].Std
		for i := range x {
			if math.Abs(mean[i]-wantMean[i]) > 1e-3*wantStd[i] || math.Abs(std[i]-wantStd[i]) > 1e-3*wantStd[i] {
				t.Fatalf("%s: at %v the frame has %v ± %v, not %v ± %v", name, x[i], mean[i], std[i], wantMean[i], wantStd[i])
			}
		}
	}
}
