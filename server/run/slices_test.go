package run

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// table is a CSV text of rows of three columns and words, whose noise goes with one.
func noisyTable(rows int) string {
	var b strings.Builder
	b.WriteString("a,loud,c,colour,y\n")
	h := uint64(7)
	random := func() float64 {
		h ^= h << 13
		h ^= h >> 7
		h ^= h << 17
		return float64(h%1000000)/1e6*2 - 1
	}
	for i := range rows {
		a, loud, c := random(), random(), random()
		word := []string{"red", "blue", "green"}[i%3]
		y := 3*a*a + 2*c + math.Exp(2*loud)*0.3*(random()+random()+random())
		fmt.Fprintf(&b, "%.4f,%.4f,%.4f,%s,%.4f\n", a, loud, c, word, y)
	}
	return b.String()
}

func ownRun(t *testing.T, csv, target string, inputs []string, controls map[string]any) *Run {
	t.Helper()
	controls["speed"] = "max"
	return paused(t, wire.Spec{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: csv, Target: target, Inputs: inputs}}, Controls: raw(t, controls)})
}

// A fit of several inputs that names none is along the one with which the noise goes.
func TestSliceBeginsWhereTheNoiseMoves(t *testing.T) {
	for _, inputs := range [][]string{{"a", "loud", "c", "colour"}, {"colour", "c", "a", "loud"}, {"c", "colour", "loud"}} {
		d := state(t, ownRun(t, noisyTable(400), "y", inputs, map[string]any{})).Data
		if got := d.Inputs[d.Slice-1].Name; got != "loud" {
			t.Errorf("of %v the fit is along %s", inputs, got)
		}
		for _, s := range d.Sources {
			// Without a its curve is noise to the others.
			if loud := s.Moves > 0.2; s.Moves < 0 || s.Moves > 1 || (slices.Contains(inputs, "a") && loud != (s.Name == "loud")) {
				t.Errorf("of %v %s moves %g", inputs, s.Name, s.Moves)
			}
		}
	}
	// A named one is shown, and two numbers are a map.
	if d := state(t, ownRun(t, noisyTable(400), "y", []string{"a", "loud", "c"}, map[string]any{"slice": 3})).Data; d.Slice != 3 {
		t.Errorf("asked for 3 the fit is along %d", d.Slice)
	}
	if d := state(t, ownRun(t, noisyTable(400), "y", []string{"a", "loud"}, map[string]any{})).Data; d.Slice != 0 {
		t.Errorf("of two inputs the fit is along %d", d.Slice)
	}
}

// The average over rows is that of the lane's predictions at them.
func TestAverageIsOverTrainingRows(t *testing.T) {
	r := ownRun(t, noisyTable(60), "y", []string{"a", "loud", "c", "colour"}, map[string]any{"slice_average": true, "slice": 1})
	steps(t, r, 60)
	f := framesOf(t, r, 0)[wire.FrameAverage]
	fit := framesOf(t, r, 0)[wire.FrameFit]
	if f == nil || len(f.Columns) != 4 || len(f.Columns[0]) != 256 {
		t.Fatalf("the average is %v", f)
	}
	column := func(f *wire.Frame, i, at int) float64 {
		v := float64(f.Columns[i][at])
		if f.Origins != nil {
			v += f.Origins[i]
		}
		return v
	}
	if err := r.do(t.Context(), func(l *loop) {
		d, lane := l.present.Data, l.present.Lanes[0]
		for _, at := range []int{0, 85, 255} {
			var x []float64
			n := len(d.Set.Inputs)
			for i := range d.Train.Len() { // fewer than are taken at most
				x = append(x, d.GridRows[at*n])
				x = append(x, d.Train.X[i*n+1:(i+1)*n]...)
			}
			p := lane.PredictAt(x)[0]
			mean, std, low, high := 0.0, 0.0, math.Inf(1), math.Inf(-1)
			for i := range p.Mean {
				mean += p.Mean[i] / float64(len(p.Mean))
				std += p.Std[i] / float64(len(p.Std))
				low, high = min(low, p.Mean[i]), max(high, p.Mean[i])
			}
			if m, s := column(fit, 0, at), column(fit, 1, at); math.Abs(m-mean) > 1e-4 || math.Abs(s-std) > 1e-4 {
				t.Errorf("at place %d the average is %g and %g, want %g and %g", at, m, s, mean, std)
			}
			if a, b := column(f, 0, at), column(f, 1, at); !(low <= a && a <= mean && mean <= b && b <= high) || a == b {
				t.Errorf("at place %d the range is %g to %g about %g", at, a, b, mean)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	before := weights(t, r, 0)
	change(t, r, map[string]any{"slice_average": false})
	if framesOf(t, r, 0)[wire.FrameAverage] != nil {
		t.Error("there is an average that nobody asked for")
	}
	again := ownRun(t, noisyTable(60), "y", []string{"a", "loud", "c", "colour"}, map[string]any{})
	steps(t, again, 60)
	if fmt.Sprint(before) != fmt.Sprint(weights(t, again, 0)) {
		t.Error("with the average shown the weights are others")
	}
}
