package run

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestEveryDataSetTrains(t *testing.T) {
	for _, e := range datasets.Catalogue() {
		r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": e.Name, "speed": "max"})})
		steps(t, r, 20)
		m := state(t, r)
		if m.State != wire.Paused || len(m.Data.X) != len(m.Data.Inputs) || m.Data.Train+m.Data.Test < len(m.Data.Y) {
			t.Errorf("%s: %s (%s), %d inputs", e.Name, m.State, m.Reason, len(m.Data.X))
		}
		v := watch(t, r, wire.Hello{})
		f := nextFrame(t, v)
		if n := slices.ContainsFunc(f.Columns[0], func(v float32) bool { return v != v }); n {
			t.Errorf("%s: the mean is not a number", e.Name)
		}
		inputs := len(m.Data.Inputs)
		refused(t, r, &wire.ChangeCommand{Set: raw(t, map[string]any{"slice": inputs + 1})}, wire.OutOfRange, "has only")
		if inputs > 1 {
			before := m.Data.Revision
			change(t, r, map[string]any{"slice": inputs})
			if m := state(t, r); m.Data.Slice != inputs || m.Data.Revision == before {
				t.Errorf("%s: the fit is shown along input %d", e.Name, m.Data.Slice)
			}
		}
	}
}

func TestAnotherSetIsShownAlongAnInputThatItHas(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "airquality", "slice": 4})})
	change(t, r, map[string]any{"dataset": "quakes"})
	if m := state(t, r); m.Data.Name != "quakes" || m.Controls["slice"] != 0 || m.Data.Slice != 0 {
		t.Errorf("%s is shown along input %d", m.Data.Name, m.Data.Slice)
	}
	do(t, r, &wire.UndoCommand{})
	if m := state(t, r); m.Data.Slice != 4 {
		t.Errorf("undone, the set is shown along input %d", m.Data.Slice)
	}
}

func TestRowsChangeWhileTraining(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	v := watch(t, r, wire.Hello{})
	var before wire.RunMessage
	nextEvent(t, v, "run", &before)
	a := do(t, r, &wire.EditCommand{Edit: wire.Edit{
		Add:   []wire.NewRow{{X: []float64{80}, Y: 200}, {X: []float64{81}, Y: 201, Test: true}},
		Move:  []wire.MovedRow{{Row: before.Data.IDs[0], X: []float64{3}, Y: 77}},
		Erase: []uint32{before.Data.IDs[1]},
	}})
	var m wire.DataMessage
	nextEvent(t, v, "data", &m)
	d := m.Data
	if d.Revision == before.Data.Revision || d.Train != before.Data.Train || d.Test != before.Data.Test+1 {
		t.Errorf("of %d and %d rows became %d and %d", before.Data.Train, before.Data.Test, d.Train, d.Test)
	}
	if i := slices.Index(d.IDs, before.Data.IDs[0]); d.X[0][i] != 3 || d.Y[i] != 77 {
		t.Errorf("the moved row is at %g, %g", d.X[0][i], d.Y[i])
	}
	if slices.Contains(d.IDs, before.Data.IDs[1]) || !slices.Contains(d.Y, 200) {
		t.Error("a row was not erased, or not added")
	}
	// Frames of it stand on a grid that reaches to the new row.
	if f := frameOf(t, v, func(f *wire.Frame) bool { return f.Revision >= a.Revision }); f.DataRevision != d.Revision {
		t.Errorf("a frame of revision %d stands on data revision %d, want %d", a.Revision, f.DataRevision, d.Revision)
	}
	for _, c := range []struct {
		edit  wire.Edit
		words string
	}{
		{wire.Edit{Erase: []uint32{999_999}}, "no row 999999"},
		{wire.Edit{Move: []wire.MovedRow{{Row: 999_999, X: []float64{1}}}}, "no row 999999"},
		{wire.Edit{Add: []wire.NewRow{{X: []float64{1, 2}}}}, "has 2 inputs, not 1"},
		{wire.Edit{Add: []wire.NewRow{{X: []float64{math.NaN()}}}}, "NaN"},
		{wire.Edit{Add: []wire.NewRow{{X: []float64{1}, Y: 1e300}}}, "1e+300"},
		{wire.Edit{Take: []uint32{1}}, "pool has no row 1"},
	} {
		if _, err := r.Do(t.Context(), &wire.EditCommand{Edit: c.edit}, true); err == nil || !wording.Has(err.Error(), c.words) {
			t.Errorf("%+v gave %v, want %q", c.edit, err, c.words)
		}
	}
}

func TestLastRowsStay(t *testing.T) {
	r := paused(t, wire.Spec{})
	d := state(t, r).Data
	var train, test []uint32
	for i, id := range d.IDs {
		if d.IsTest[i] {
			test = append(test, id)
		} else {
			train = append(train, id)
		}
	}
	refused(t, r, &wire.EditCommand{Edit: wire.Edit{Erase: train}}, wire.BadData, "at least one training row")
	refused(t, r, &wire.EditCommand{Edit: wire.Edit{Erase: test}}, wire.BadData, "at least one test row")
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Erase: train[1:]}})
	steps(t, r, 10)
	if m := state(t, r); m.Data.Train != 1 || m.State != wire.Paused {
		t.Errorf("with one training row the run is %s (%s)", m.State, m.Reason)
	}
}

func TestNoiseIsAddedAndTakenAway(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "sine"})})
	before := state(t, r).Data
	change(t, r, map[string]any{"noise": 100})
	noisy := state(t, r).Data
	sum, squares := 0.0, 0.0
	for i, y := range noisy.Y {
		sum += y - before.Y[i]
		squares += (y - before.Y[i]) * (y - before.Y[i])
	}
	n, std := float64(len(noisy.Y)), float64(before.TargetStd)
	if mean := sum / n; math.Abs(mean) > 4*std/math.Sqrt(n) {
		t.Errorf("the noise has mean %g", mean)
	}
	if got := math.Sqrt(squares / n); math.Abs(got-std) > 0.15*std {
		t.Errorf("the noise has a standard deviation of %g, want %g", got, std)
	}
	// A row that is put somewhere is seen there, noise or not.
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{1}, Y: 42}}}})
	if y := state(t, r).Data.Y; !slices.ContainsFunc(y, func(v float64) bool { return math.Abs(v-42) < 1e-9 }) {
		t.Error("the row is not where it was put")
	}
	change(t, r, map[string]any{"noise": 0})
	after := state(t, r).Data
	for i, id := range before.IDs {
		if k := slices.Index(after.IDs, id); after.Y[k] != before.Y[i] {
			t.Fatalf("row %d was %g and is %g", id, before.Y[i], after.Y[k])
		}
	}
}

// By what the page turns sqrt(eps) into the target's unit is by what the lanes'
// targets are really divided, whatever was done to the rows before and since.
func TestTargetStdIsTheLanes(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"noise": 50})})
	check := func(when string) {
		t.Helper()
		var std float64
		if err := r.do(t.Context(), func(*loop) { std = r.loop.present.Lanes[0].Ensemble.TargetScale().Std }); err != nil {
			t.Fatal(err)
		}
		if got := float64(state(t, r).Data.TargetStd); got != std {
			t.Errorf("%s: the page is told %g, and the lanes have %g", when, got, std)
		}
	}
	check("with noise")
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{20}, Y: 900}}}})
	check("after an edit")
	change(t, r, map[string]any{"noise": 0})
	check("without noise")
	do(t, r, &wire.ResetCommand{})
	check("after a reset")
	do(t, r, &wire.ResetCommand{Rows: true})
	check("after a reset of the rows")
	do(t, r, &wire.UndoCommand{})
	check("after an undo")
}

func TestOwnFormula(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max"})})
	steps(t, r, 5)
	before := state(t, r)
	do(t, r, &wire.DataCommand{Data: &wire.DataSpec{Formula: &wire.FormulaSpec{Mean: "sin(x)", Std: "0.1+0.05*abs(x)", From: -3, To: 3, Rows: 200}}})
	m := state(t, r)
	if m.Generation != before.Generation+1 || m.Step != 0 || m.Data.Name != wire.OwnData || m.Data.Train+m.Data.Test != 200 || !m.Data.Truth || m.Controls["dataset"] != wire.OwnData {
		t.Errorf("got %+v", m.Data)
	}
	steps(t, r, 30)
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("done over again the weights are others")
	}
	change(t, r, map[string]any{"dataset": "mcycle"})
	change(t, r, map[string]any{"dataset": wire.OwnData})
	if m := state(t, r); m.Data.Train+m.Data.Test != 200 {
		t.Error("one's own rows were forgotten")
	}
	refused(t, r, &wire.DataCommand{Data: &wire.DataSpec{Formula: &wire.FormulaSpec{Mean: "sin(", Std: "1", From: 0, To: 1, Rows: 10}}}, wire.BadData, "mean")
	refused(t, r, &wire.DataCommand{Data: &wire.DataSpec{Formula: &wire.FormulaSpec{Mean: "x", Std: "-1", From: 0, To: 1, Rows: 10}}}, wire.BadData, "standard deviation")
	refused(t, paused(t, wire.Spec{}), &wire.ChangeCommand{Set: raw(t, map[string]any{"dataset": wire.OwnData})}, wire.BadValue, "no rows of your own")
}

func TestOwnFile(t *testing.T) {
	text := "speed [km/h];brake path (m);who\n"
	for i := range 50 {
		text += strings.ReplaceAll(strings.Join([]string{fmtFloat(10 + float64(i)), fmtFloat(float64(i*i) / 100), "a"}, ";"), ".", ",") + "\n"
	}
	text += "NA;3,5;b\n"
	r := paused(t, wire.Spec{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: "brake path"}}})
	d := state(t, r).Data
	if d.Inputs[0] != (wire.Column{Name: "speed", Unit: "km/h"}) || d.Target != (wire.Column{Name: "brake path", Unit: "m"}) || d.Train+d.Test != 50 {
		t.Errorf("got %+v", d)
	}
	if d.DroppedRows != 1 || d.Dropped[0].Row != 52 || d.Dropped[0].Column != "speed" {
		t.Errorf("%d rows were dropped: %+v", d.DroppedRows, d.Dropped)
	}
	refused(t, r, &wire.DataCommand{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: "nope"}}}, wire.BadData, "nope")
	refused(t, r, &wire.DataCommand{Data: &wire.DataSpec{}}, wire.MissingField, "formula")
}

// A column of words is learned from as one column for each word, everywhere: undo, a
// recipe done over again and a model that comes back have the same.
func TestOwnFileWithWords(t *testing.T) {
	text := "who;colour;a;y\n"
	for i := range 60 {
		text += fmt.Sprintf("Zebulon%d;%s;%d;%d\n", i, []string{"rot", "Blau", "rot", "grün"}[i%4], i, (i%4)*100+i%7)
	}
	text += "Ann;;61;5\n"
	file := &wire.CSVSpec{Text: text, Target: "y", Inputs: []string{"colour", "a"}}
	own, notes, err := rows.Kept(&wire.DataSpec{CSV: file}, Options{}.Table)
	if err != nil || own.Rows.Encoding[0].Kind != table.OfValues || len(notes.LeftOut) != 1 || notes.LeftOut[0].Column != "colour" {
		t.Fatalf("%+v, %+v, %v", own, notes, err)
	}
	if b := wire.Encode(own); bytes.Contains(b, []byte("Zebulon")) || !bytes.Contains(b, []byte("grün")) {
		t.Errorf("it keeps %.300s", b)
	}
	r := paused(t, wire.Spec{Data: &wire.DataSpec{CSV: file}, Controls: raw(t, map[string]any{"speed": "max"})})
	d := state(t, r).Data
	var names []string
	for _, c := range d.Inputs {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, " "); got != "colour=Blau colour=grün colour=rot a" || d.Title != "y against colour, a" || d.DroppedRows != 1 {
		t.Errorf("inputs %s of %q, %d rows dropped", got, d.Title, d.DroppedRows)
	}
	// The others stand at their commonest word; along a word the fit goes from there.
	for slice, want := range map[int]func(v float64) []float64{
		1: func(v float64) []float64 { return []float64{v, 0, 1 - v} },
		2: func(v float64) []float64 { return []float64{0, v, 1 - v} },
		3: func(v float64) []float64 { return []float64{0, 0, v} },
		4: func(float64) []float64 { return []float64{0, 0, 1} },
	} {
		change(t, r, map[string]any{"slice": slice})
		err := r.do(t.Context(), func(*loop) {
			d := r.loop.present.Data
			for row := range slices.Chunk(d.GridRows, 4) {
				if want := want(row[d.Slice]); !slices.Equal(row[:3], want) || slice < 4 && row[3] != d.Center[3] {
					t.Errorf("along input %d there is a place %v, want %v", slice, row, want)
				}
			}
			if a, b := d.GridRows[d.Slice], d.GridRows[len(d.GridRows)-4+d.Slice]; !(a < 0 && b > 1) {
				t.Errorf("along input %d it goes from %g to %g", slice, a, b)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	change(t, r, map[string]any{"slice": 0})
	steps(t, r, 30)
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("done over again the weights are others")
	}
	// What is kept of the file is as good as the file.
	same := paused(t, wire.Spec{Data: own, Controls: raw(t, map[string]any{"speed": "max"})})
	steps(t, same, 30)
	if !slices.Equal(weights(t, same, 0), weights(t, r, 0)) {
		t.Error("from what is kept of the file the weights are others")
	}
	change(t, r, map[string]any{"dataset": "mcycle"})
	if m := recordOf(t, r).Model; m.Encoding != nil {
		t.Errorf("of other rows the model has the encoding %+v", m.Encoding)
	}
	do(t, r, &wire.UndoCommand{})
	if m := recordOf(t, r).Model; len(m.Encoding) != 2 || m.Encoding[0].Values[1] != "grün" {
		t.Errorf("undone, the model has the encoding %+v", m.Encoding)
	}
	for name, c := range map[string]struct {
		spoil func(*wire.RowsSpec)
		words string
	}{
		"other columns": {func(r *wire.RowsSpec) { r.Inputs[0].Name = "colour=blau" }, "not the columns that its encoding makes"},
		"another order": {func(r *wire.RowsSpec) { slices.Reverse(r.Encoding[0].Values) }, "unsorted"},
		"another word":  {func(r *wire.RowsSpec) { r.Encoding[0].Values[0] = "Blaw"; r.SHA256 = own.Rows.SHA256 }, "sha256"},
		"no encoding":   {func(r *wire.RowsSpec) { r.Encoding = nil; r.SHA256 = own.Rows.SHA256 }, "sha256"},
		"too many":      {func(r *wire.RowsSpec) { r.Inputs = make([]wire.Column, wire.MaxInputs+1) }, "1 to 64"},
	} {
		rs := *own.Rows
		rs.Inputs, rs.Encoding, rs.SHA256 = slices.Clone(rs.Inputs), slices.Clone(rs.Encoding), ""
		rs.Encoding[0].Values = slices.Clone(rs.Encoding[0].Values)
		c.spoil(&rs)
		if _, _, err := rows.Kept(&wire.DataSpec{Rows: &rs}, Options{}.Table); err == nil || !wording.Has(err.Error(), c.words) {
			t.Errorf("%s: %v, want %q", name, err, c.words)
		}
	}
	refused(t, r, &wire.DataCommand{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: "y", Inputs: []string{"who"}}}}, wire.BadData, "more than 32 different words")
}

// Dates are days, and where that was chosen on circles, whatever becomes of the run; a
// model whose rows were left out takes the same file again.
func TestOwnFileWithDates(t *testing.T) {
	text := "day,at,y\n"
	for i := range 60 {
		text += fmt.Sprintf("%d.%d.2024,2024-01-%02d %02d:30,%d\n", 1+i%28, 1+i%12, 1+i%28, i%24, i*i%17)
	}
	file := &wire.CSVSpec{Text: text, Target: "y", Inputs: []string{"at", "day"}, Circles: []string{"day", "year"}}
	r := paused(t, wire.Spec{Data: &wire.DataSpec{CSV: file}, Controls: raw(t, map[string]any{"speed": "max"})})
	var names []string
	for _, c := range state(t, r).Data.Inputs {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, "|"); got != "at|at year sine|at year cosine|at day sine|at day cosine|day|day year sine|day year cosine" {
		t.Errorf("inputs %s", got)
	}
	if notes, err := r.Notes(t.Context()); err != nil || !wording.Among(notes.Warnings, `column "day": its dates have no time of day, so the position in the day is not used`) {
		t.Errorf("%+v, %v", notes, err)
	}
	steps(t, r, 30)
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("done over again the weights are others")
	}
	m := recordOf(t, r).WithoutRows().Model
	if err := capture.GiveRows(m, wire.CSVSpec{Text: text, Lacking: "mean"}, Options{}.Table); err != nil {
		t.Fatal(err)
	}
	again, err := Import("again", m, Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	trainTo(t, again, 20)
	steps(t, r, 20)
	if !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("brought back the weights are others")
	}
	refused(t, r, &wire.DataCommand{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: "y", Inputs: []string{"at"}, Circles: []string{"week"}}}}, wire.BadData, "choose year, day or both")
}

// Rows that lack an input are trained on by choice, with a mark; the fit is that of rows
// that lack nothing.
func TestOwnFileWithGaps(t *testing.T) {
	text := "a,s,y\n"
	for i := range 60 {
		a, s := fmt.Sprint(i), []string{"red", "blue", "red"}[i%3]
		if i%5 == 0 {
			a = ""
		}
		if i%7 == 0 {
			s = "?"
		}
		text += fmt.Sprintf("%s,%s,%d\n", a, s, i*i%17)
	}
	file := &wire.CSVSpec{Text: text, Target: "y", Inputs: []string{"a", "s"}, Lacking: "mean"}
	r := paused(t, wire.Spec{Data: &wire.DataSpec{CSV: file}, Controls: raw(t, map[string]any{"speed": "max"})})
	d := state(t, r).Data
	var names []string
	for _, c := range d.Inputs {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, "|"); got != "a|a missing|s=blue|s=red|s missing" || d.Train+d.Test != 60 || d.DroppedRows != 0 {
		t.Errorf("inputs %s, %d rows", got, d.Train+d.Test)
	}
	notes, err := r.Notes(t.Context())
	if err != nil || !wording.Among(notes.Warnings, `column "a": 12 empty cells are filled with the mean of the training rows and marked (first: row 2)`) {
		t.Errorf("%+v, %v", notes, err)
	}
	if err := r.do(t.Context(), func(*loop) {
		if c := r.loop.present.Data.Center; !slices.Equal(c[1:], []float64{0, 0, 1, 0}) {
			t.Errorf("others stand at %v", c)
		}
	}); err != nil {
		t.Fatal(err)
	}
	steps(t, r, 30)
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("done over again the weights are others")
	}
	m := recordOf(t, r).WithoutRows().Model
	if err := capture.GiveRows(m, wire.CSVSpec{Text: text}, Options{}.Table); err != nil {
		t.Error(err)
	}
	refused(t, r, &wire.DataCommand{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: "y", Lacking: "zero"}}}, wire.BadData, "choose drop or mean")
}

func fmtFloat(v float64) string { return string(wire.Encode(v)) }

func TestAcquire(t *testing.T) {
	// From the truth.
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "fan", "speed": "max"})})
	steps(t, r, 200)
	before := state(t, r).Data
	do(t, r, &wire.AcquireCommand{Count: 5})
	after := state(t, r).Data
	if after.Train != before.Train+5 {
		t.Errorf("of %d training rows became %d", before.Train, after.Train)
	}
	refused(t, r, &wire.ChangeCommand{Set: raw(t, map[string]any{"acquire_by": "epistemic", "acquire_every": 10})}, wire.BadState, "ensemble")
	change(t, r, map[string]any{"acquire_every": 10})
	steps(t, r, 50)
	if now := state(t, r).Data.Train; now < after.Train+5 || now > after.Train+6 {
		t.Errorf("every 10 steps: %d rows became %d in 50 steps", after.Train, now)
	}

	// From a pool, until it is empty.
	r = paused(t, wire.Spec{Controls: raw(t, map[string]any{"pool": 90, "acquire_by": "total", "speed": "max"})})
	m := state(t, r).Data
	if m.Pool == 0 || m.Pool < 8*m.Train {
		t.Fatalf("%d rows are held back of %d", m.Pool, m.Pool+m.Train)
	}
	do(t, r, &wire.AcquireCommand{Count: 3})
	if n := state(t, r).Data; n.Pool != m.Pool-3 || n.Train != m.Train+3 {
		t.Errorf("%d rows are held back and %d trained on", n.Pool, n.Train)
	}
	change(t, r, map[string]any{"acquire_every": 10})
	steps(t, r, 1500)
	last := state(t, r)
	if last.Data.Pool != 0 || last.Controls["acquire_every"] != 0 {
		t.Errorf("%d rows are left, and one is taken every %v steps", last.Data.Pool, last.Controls["acquire_every"])
	}
	refused(t, r, &wire.AcquireCommand{Count: 1}, wire.BadState, "pool is empty")
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("done over again the weights are others")
	}
}

// What a refused acquisition would have taken is what the next one takes: the
// recipe knows nothing of the refusal.
func TestRefusedAcquisitionLeavesNoTrace(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{
		"dataset": "sine", "hidden": []int{128, 128, 128, 128}, "members": 4, "batch": 1024, "acquire_by": "random",
	})})
	acquired := func() (n uint64) {
		if err := r.do(t.Context(), func(*loop) { n = r.loop.present.Acquired }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	rows := state(t, r).Data.Train
	most := lane.MaxStepWork / state(t, r).Lanes[0].Params
	do(t, r, &wire.AcquireCommand{Count: most - rows}) // then a step is as long as it may be
	if got := state(t, r).Data.Train; got != most {
		t.Fatalf("of %d rows became %d, want %d", rows, got, most)
	}
	before := acquired()
	refused(t, r, &wire.AcquireCommand{Count: 1}, wire.TooMuch, "step would be too slow")
	if after := acquired(); after != before {
		t.Errorf("%d points that were acquired became %d", before, after)
	}
}

// A data revision names one grid: also that of a generation with the same rows, shown
// along another input.
func TestRestartWithAnotherGridHasItsOwnRevision(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "bowl"})})
	before := state(t, r).Data
	change(t, r, map[string]any{"slice": 2, "hidden": []int{4}})
	if after := state(t, r).Data; after.Slice != 2 || after.Revision == before.Revision {
		t.Errorf("along input %d the grid is data revision %d, as along input %d", after.Slice, after.Revision, before.Slice)
	}
}

// What turns sqrt(eps) into the data's unit is the same in messages and frames,
// also where a generation began with noise, and whatever becomes of the rows.
func TestTargetScaleIsThatOfTheFirstRows(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "sine", "noise": 200, "eps": 0.01})})
	first := float64(state(t, r).Data.TargetStd)
	change(t, r, map[string]any{"noise": 0})
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{5}, Y: 1000}}}})
	a := change(t, r, map[string]any{"full": true})
	v := watch(t, r, wire.Hello{})
	f := frameOf(t, v, func(f *wire.Frame) bool { return f.Revision >= a.Revision })
	floor := float64(f.Scalars[slices.Index(wire.Scalars, "floor")])
	d, err := r.Data(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if std := float64(d.TargetStd); std != first || math.Abs(floor/(0.1*std)-1) > 1e-6 {
		t.Errorf("frames have a floor of %g with eps 0.01, and the data a scale of %g, which was %g", floor, std, first)
	}
}

// A look at a large pool is bounded, and is at all of it.
func TestAcquiringFromALargePool(t *testing.T) {
	r, err := New("testtest", wire.Spec{
		Controls: raw(t, map[string]any{"hidden": []int{128, 128, 128, 128}, "pool": 90, "acquire_by": "total"}),
		Data:     &wire.DataSpec{Formula: &wire.FormulaSpec{Mean: "x", Std: "1", From: 0, To: 1, Rows: 5000}},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := r.loop.present
	n, most := l.Data.Pool.Len(), rows.MaxWork/l.Lanes[0].Params
	if n <= most {
		t.Fatalf("a pool of %d rows can be looked at whole (%d)", n, most)
	}
	e := l.Data.Acquisition(1, l.Settings.AcquireBy, l.Acquired, l.Lanes[0])
	place := slices.Index(l.Data.Pool.IDs, e.Take[0])
	if !slices.Contains(rows.Spread(n, most), place) {
		t.Errorf("row %d of %d was taken, which was not looked at", place, n)
	}
	// By chance any row can be taken.
	l.Settings.AcquireBy = rows.ByRandom
	for range 100 {
		l.Acquired++
		if place := slices.Index(l.Data.Pool.IDs, l.Data.Acquisition(1, l.Settings.AcquireBy, l.Acquired, l.Lanes[0]).Take[0]); !slices.Contains(rows.Spread(n, most), place) {
			return
		}
	}
	t.Error("by chance only some rows are taken")
}

// Rows with several targets are read and kept; a run does not learn them yet.
func TestSeveralTargetsAreKept(t *testing.T) {
	text := "x,a,b\n"
	for i := range 20 {
		text += fmt.Sprintf("%d,%d,%d\n", i, i*i%7, i%5)
	}
	file := &wire.CSVSpec{Text: text, Targets: []string{"a", "b"}}
	kept, _, err := rows.Kept(&wire.DataSpec{CSV: file}, table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	r := kept.Rows
	if len(r.Targets) != 2 || r.Target != (wire.Column{}) || r.Count != 20 || len(r.Y) != 40 || r.Y[2] != 1 || r.Y[3] != 1 || len(r.Inputs) != 1 || r.SHA256 != r.Fingerprint() {
		t.Errorf("%+v is kept", r)
	}
	if _, err := rows.ReadOwn(kept, table.Limits{}); err != nil {
		t.Errorf("what is kept: %v", err)
	}
}

// What a program acts on is a field of what it is told, not a word in a sentence.
func TestWhatPagesActOnAreFields(t *testing.T) {
	r := paused(t, wire.Spec{})
	for field, f := range map[string]wire.FormulaSpec{
		"mean": {Mean: "sin(", Std: "1", From: 0, To: 1, Rows: 9},
		"std":  {Mean: "x", Std: "0.1 - x", From: 0, To: 1, Rows: 9},
		"from": {Mean: "x", Std: "1", From: 2, To: 1, Rows: 9},
		"rows": {Mean: "x", Std: "1", From: 0, To: 1, Rows: 1},
	} {
		_, err := r.Do(t.Context(), &wire.DataCommand{Data: &wire.DataSpec{Formula: &f}}, true)
		e, ok := err.(*wire.ErrorMessage)
		if !ok || e.Field != field {
			t.Errorf("a mistake in %s is refused with %+v (%v)", field, e, err)
		}
	}
	do(t, r, &wire.DataCommand{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: "x,y\n1,2\n2,3\n3,1\n4,4\n", Target: "y"}}})
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Erase: []uint32{state(t, r).Data.IDs[0]}}})
	changes := state(t, r).Changes
	if n := len(changes); n < 2 || changes[n-2].Dataset != "y against x" || changes[n-1].Dataset != "" || changes[n-1].Kind != wire.DataChange {
		t.Errorf("the changes are %+v", changes)
	}
}
