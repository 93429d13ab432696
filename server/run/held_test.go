package run

import (
	"math"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// The inputs along which the fit is not shown stand where they are told to.
func TestOthersStandWhereTheyAreHeld(t *testing.T) {
	text := "colour,when,a,y\n"
	for i := range 30 {
		text += []string{"red", "blue", "green", "red"}[i%4] + ",2024-03-0" + string(rune('1'+i%9)) + "," + string(rune('0'+i%7)) + "," + string(rune('0'+i*7%10)) + "\n"
	}
	r := paused(t, wire.Spec{
		Data:     &wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: "y", Inputs: []string{"colour", "when", "a"}}},
		Controls: raw(t, map[string]any{"speed": "max", "slice": 5}),
	})
	steps(t, r, 20)
	at := func() []float64 { // the first place on the grid: blue, green, red, when, a
		d := r.loop.present.Data
		return slices.Clone(d.GridRows[:len(d.Set.Inputs)])
	}
	var row []float64
	look := func() {
		if err := r.do(t.Context(), func(*loop) { row = at() }); err != nil {
			t.Fatal(err)
		}
	}
	look()
	if !slices.Equal(row[:3], []float64{0, 0, 1}) {
		t.Errorf("of itself the grid stands at %v", row)
	}
	before := framesOf(t, r, 0)[wire.FrameFit].Columns[0]
	change(t, r, map[string]any{"slice_at": `{"colour":"blue","when":"2024-03-05"}`})
	look()
	if !slices.Equal(row[:4], []float64{1, 0, 0, 19787}) {
		t.Errorf("held at blue on 5 March the grid stands at %v", row)
	}
	if s := state(t, r).Data.Sources; len(s) != 3 || s[0].Held != "blue" || s[1].Held != "2024-3-5" || s[1].First != 4 || s[0].Inputs != 3 {
		t.Errorf("the columns are %+v", s)
	}
	if slices.Equal(before, framesOf(t, r, 0)[wire.FrameFit].Columns[0]) {
		t.Error("held elsewhere the fit is the same")
	}
	// Along a word it goes from the word that is held to this one.
	change(t, r, map[string]any{"slice": 2, "slice_at": `{"colour":"blue","a":2.5}`})
	look()
	if math.Abs(row[0]+row[1]-1) > 1e-12 || row[2] != 0 || row[4] != 2.5 {
		t.Errorf("from blue to green the grid begins at %v", row)
	}
	for set, why := range map[string]string{
		`colour=red`:         "is not an object",
		`{"size":1}`:         `no column "size"`,
		`{"colour":"mauve"}`: `"mauve" is none of blue, green, red`,
		`{"a":"two"}`:        `"two" is not a value of the column a`,
		`{"when":"5 March"}`: "is not a date",
		`{"a":null}`:         "null is not a value",
	} {
		refused(t, r, &wire.ChangeCommand{Set: raw(t, map[string]any{"slice_at": set})}, wire.BadValue, why)
	}
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("done over again the run has other weights")
	}
	change(t, r, map[string]any{"dataset": "airquality"})
	if got := state(t, r).Controls["slice_at"]; got != "" {
		t.Errorf("on other rows the others stand at %v", got)
	}
}
