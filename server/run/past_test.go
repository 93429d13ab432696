package run

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestUndoBringsTheWeightsBack(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max"})})
	steps(t, r, 40)
	before := weights(t, r, 0)
	first := change(t, r, map[string]any{"lr": 0.5})
	steps(t, r, 40)
	middle := weights(t, r, 0)
	change(t, r, map[string]any{"eps": 0.5, "full": true})
	steps(t, r, 40)
	last := weights(t, r, 0)

	do(t, r, &wire.UndoCommand{})
	m := state(t, r)
	if !slices.Equal(weights(t, r, 0), middle) || m.Lanes[0].Controls["eps"] != 1e-6 || m.Lanes[0].Controls["full"] != false || m.Lanes[0].Controls["lr"] != 0.5 {
		t.Error("undo did not bring the moment before the last change back")
	}
	if m.Step != 120 {
		t.Errorf("undo went to step %d; steps are counted on", m.Step)
	}
	do(t, r, &wire.UndoCommand{Revision: first.Revision})
	if m := state(t, r); !slices.Equal(weights(t, r, 0), before) || m.Lanes[0].Controls["lr"] != 3e-3 {
		t.Error("undo did not bring the moment before the first change back")
	}
	refused(t, r, &wire.UndoCommand{}, wire.BadState, "nothing to undo")
	if n := state(t, r).Redo; n != 2 {
		t.Errorf("%d undos can be taken back, want 2", n)
	}
	if changes := state(t, r).Changes; changes[0].Undo || changes[1].Undo {
		t.Error("what was undone is said to be undoable")
	}
	do(t, r, &wire.RedoCommand{})
	if !slices.Equal(weights(t, r, 0), middle) {
		t.Error("redo did not bring back what was before the second undo")
	}
	do(t, r, &wire.RedoCommand{})
	if m := state(t, r); !slices.Equal(weights(t, r, 0), last) || m.Lanes[0].Controls["eps"] != 0.5 {
		t.Error("redo did not bring back what was before the first undo")
	}
	refused(t, r, &wire.RedoCommand{}, wire.BadState, "nothing to redo")
	// All of it stands in the record, old and new values too.
	changes := state(t, r).Changes
	if c := changes[0]; c.Kind != wire.ControlChange || c.Control != "lr" || c.Old != 3e-3 || c.New != 0.5 || c.Step != 40 || c.Lane == nil || !c.Undo {
		t.Errorf("the first change is %+v", c)
	}
	if c := changes[len(changes)-1]; c.Kind != wire.RedoChange || !wording.Has(c.Text, "done again") {
		t.Errorf("the last change is %+v", c)
	}
	// Two undos of what came after another change: the second takes both back.
	do(t, r, &wire.UndoCommand{Revision: first.Revision})
	if !slices.Equal(weights(t, r, 0), before) {
		t.Error("undo of an earlier change left later ones in force")
	}
}

func TestUndoOfARestartBringsTheGenerationBack(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max"})})
	v := watch(t, r, wire.Hello{})
	var m wire.RunMessage
	nextEvent(t, v, "run", &m)
	steps(t, r, 40)
	before, was := weights(t, r, 0), state(t, r)
	change(t, r, map[string]any{"dataset": "sine", "hidden": []int{16}})
	nextEvent(t, v, "run", &m)
	steps(t, r, 10)
	do(t, r, &wire.UndoCommand{})
	nextEvent(t, v, "run", &m)
	if m.Generation != was.Generation+2 || m.Step != 40 || m.Data.Name != "mcycle" || m.Points != was.Points {
		t.Errorf("undone, the run is at step %d of generation %d on %s", m.Step, m.Generation, m.Data.Name)
	}
	if !slices.Equal(weights(t, r, 0), before) {
		t.Error("the networks of before did not come back")
	}
	var h wire.HistoryMessage
	nextEvent(t, v, "history", &h)
	for h.Generation != m.Generation {
		nextEvent(t, v, "history", &h)
	}
	if h.First != 0 || len(h.Points) != was.Points {
		t.Errorf("the history is told from point %d, %d points", h.First, len(h.Points))
	}
	do(t, r, &wire.RedoCommand{})
	if m := state(t, r); m.Data.Name != "sine" || m.Step != 10 {
		t.Errorf("done again, the run is at step %d on %s", m.Step, m.Data.Name)
	}
	do(t, r, &wire.ResetCommand{})
	do(t, r, &wire.UndoCommand{})
	if m := state(t, r); m.Step != 10 {
		t.Errorf("a reset that is undone leaves the run at step %d", m.Step)
	}
}

func TestSnapshotsAreShownAndReturnedTo(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max"})})
	if err := r.do(t.Context(), func(*loop) {}); err != nil {
		t.Fatal(err)
	}
	steps(t, r, 64)
	at64 := weights(t, r, 0)
	v := watch(t, r, wire.Hello{})
	then := frameOf(t, v, func(f *wire.Frame) bool { return f.Step == 64 })
	steps(t, r, 500)
	b, err := r.FramesAt(t.Context(), 64)
	if err != nil {
		t.Fatal(err)
	}
	frames, err := wire.ParseFrames(b)
	if err != nil {
		t.Fatal(err)
	}
	if f := ofKind(frames, wire.FrameFit)[0]; frames[0].Kind != wire.FrameGrid || f.Step != 64 || !reflect.DeepEqual(f.Columns, then.Columns) {
		t.Error("the fit of step 64 is not what it was then")
	}
	if steps, err := r.Snapshots(t.Context()); err != nil || steps[0] != 0 || !slices.Contains(steps, 64) {
		t.Errorf("the snapshots are of steps %v (%v)", steps, err)
	}
	do(t, r, &wire.ReturnCommand{Step: ptr(uint64(70))})
	if slices.Equal(weights(t, r, 0), at64) {
		t.Error("the snapshot of step 68 is that of step 64")
	}
	do(t, r, &wire.ReturnCommand{Step: ptr(uint64(65))}) // the newest at or before it
	if !slices.Equal(weights(t, r, 0), at64) {
		t.Error("the weights of step 64 did not come back")
	}
	do(t, r, &wire.UndoCommand{})
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{20}, Y: 0}}}})
	do(t, r, &wire.ReturnCommand{Step: ptr(uint64(64))})
	if !slices.Equal(weights(t, r, 0), at64) {
		t.Error("on other rows the weights of step 64 did not come back")
	}
	steps(t, r, 10)
}

func TestCurveKeepsEverySpike(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"batch": 1, "speed": "max"})})
	steps(t, r, 20_000)
	all, err := r.Curve(t.Context(), nil, "batch_loss", 0, math.MaxUint64, 1<<20)
	if err != nil || !all.Full || all.Of != 20_000 || len(all.Values) != 20_000 {
		t.Fatalf("%d of %d points (%v)", len(all.Values), all.Of, err)
	}
	few, err := r.Curve(t.Context(), nil, "batch_loss", 0, math.MaxUint64, 100)
	if err != nil || few.Full || few.Of != 20_000 || len(few.Values) > 300 {
		t.Fatalf("%d of %d points (%v)", len(few.Values), few.Of, err)
	}
	if slices.Max(few.Values) != slices.Max(all.Values) || slices.Min(few.Values) != slices.Min(all.Values) {
		t.Error("a spike was lost")
	}
	zoomed, err := r.Curve(t.Context(), nil, "batch_loss", 10_001, 10_100, 100)
	if err != nil || !zoomed.Full || !slices.Equal(zoomed.Values, all.Values[10_000:10_100]) {
		t.Errorf("zoomed in, %d of %d points (%v)", len(zoomed.Values), zoomed.Of, err)
	}
	for _, name := range Curves() {
		if c, err := r.Curve(t.Context(), nil, name, 0, math.MaxUint64, 100); err != nil || c.Of == 0 {
			t.Errorf("%s: %d points (%v)", name, c.Of, err)
		}
	}
	if _, err := r.Curve(t.Context(), nil, "nope", 0, 1, 1); err == nil || !strings.Contains(err.Error(), "batch_loss") {
		t.Errorf("a curve that there is not gave %v", err)
	}
}

// replayed follows a run's recipe and returns the run at its end.
func replayed(t *testing.T, r *Run) *Run {
	t.Helper()
	recipe, err := r.Recipe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Replay("testtest", recipe, Options{})
	if err != nil {
		t.Fatal(err)
	}
	serve(t, again)
	m := await(t, again, func(m wire.RunMessage) bool { return m.State != wire.Playing && m.Step == recipe.Steps })
	if m.State == wire.Paused && (!wording.Ends(m.Reason, "was reached") || m.Revision < recipe.Revision) {
		t.Errorf("the replay ended %s at step %d: %s", m.State, m.Step, m.Reason)
	}
	return again
}

// A run that is done over again ends with the same weights, whatever was done to
// it meanwhile.
func TestReplayHasTheSameBits(t *testing.T) {
	r := paused(t, wire.Spec{
		Controls: raw(t, map[string]any{"dataset": "gap", "seed": 3, "speed": "max"}),
		Lanes:    []wire.LaneSpec{{}, {Controls: raw(t, map[string]any{"members": 2, "dropout": 10, "optimizer": "sgd", "lr": 1e-3})}},
	})
	one := ptr(uint8(1))
	for _, c := range []wire.Command{
		&wire.ChangeCommand{Set: raw(t, map[string]any{"eps": 0.01, "noise": 30})},
		&wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{0.5}, Y: 2}, {X: []float64{0.6}, Y: 1, Test: true}}}},
		&wire.ChangeCommand{Lane: one, Set: raw(t, map[string]any{"loss": "beta_nll", "batch": 7})},
		&wire.LaneAddCommand{Copy: one, Set: raw(t, map[string]any{"lr": 2e-3})},
		&wire.AcquireCommand{Count: 2},
		&wire.UndoCommand{},
		&wire.EditCommand{Edit: wire.Edit{Move: []wire.MovedRow{{Row: 3, X: []float64{0.1}, Y: -1}}, Erase: []uint32{5, 6}}},
		&wire.UndoCommand{},
		&wire.RedoCommand{},
		&wire.ReturnCommand{Step: ptr(uint64(100))},
		&wire.LaneRemoveCommand{Lane: ptr(uint8(0))},
		&wire.UndoCommand{},
		&wire.ChangeCommand{Set: raw(t, map[string]any{"acquire_every": 20, "acquire_by": "random"})},
		&wire.ChangeCommand{Set: raw(t, map[string]any{"optimizer": "rmsprop", "lr": 1e-3})},
		&wire.UndoCommand{},
	} {
		do(t, r, c)
		steps(t, r, 33)
	}
	again := replayed(t, r)
	for lane := range uint8(3) {
		if !slices.Equal(weights(t, again, lane), weights(t, r, lane)) {
			t.Errorf("lane %d came out with other weights", lane)
		}
	}
	a, b := state(t, r), state(t, again)
	if a.Revision != b.Revision || len(a.Changes) != len(b.Changes) || !reflect.DeepEqual(a.Data.Y, b.Data.Y) {
		t.Errorf("revision %d with %d changes became %d with %d", a.Revision, len(a.Changes), b.Revision, len(b.Changes))
	}
	// And both continue alike.
	steps(t, r, 100)
	steps(t, again, 100)
	if !slices.Equal(weights(t, again, 1), weights(t, r, 1)) {
		t.Error("what follows is not the same")
	}
}

// An edit before a restart is part of what the next generation begins with.
func TestReplayOfEditedRows(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"noise": 10, "speed": "max"})})
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{70}, Y: 300}}, Erase: []uint32{1}}})
	steps(t, r, 10)
	change(t, r, map[string]any{"hidden": []int{16}})
	m := state(t, r)
	if i := slices.Index(m.Data.Y, 300); i < 0 || m.Step != 0 {
		t.Fatal("the edit did not outlive the restart")
	}
	steps(t, r, 50)
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("the weights are others")
	}
	do(t, r, &wire.ResetCommand{Rows: true})
	if slices.Contains(state(t, r).Data.Y, 300) {
		t.Error("a reset of the rows kept an edit")
	}
}

// Also a divergence, and what was done about it, is done over again.
func TestReplayOfADivergence(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max", "eps": 0, "decay": 0, "variance_decay": 0, "activation": "relu", "batch": 1})})
	steps(t, r, 20)
	change(t, r, map[string]any{"lr": 1})
	do(t, r, &wire.StepCommand{Steps: wire.MaxSteps})
	await(t, r, func(m wire.RunMessage) bool { return m.State == wire.Diverged })
	change(t, r, map[string]any{"lr": 1e-3, "eps": 1e-3})
	do(t, r, &wire.RestoreCommand{})
	steps(t, r, 50)
	again := replayed(t, r)
	if !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("the weights are others")
	}
	// A change that led to the divergence can be undone in one.
	do(t, r, &wire.UndoCommand{Revision: 1})
	if m := state(t, r); m.State != wire.Paused || m.Lanes[0].Controls["lr"] != 3e-3 {
		t.Errorf("the run is %s with a learning rate of %v", m.State, m.Lanes[0].Controls["lr"])
	}
}

func TestRecipesAreRefused(t *testing.T) {
	r := paused(t, wire.Spec{})
	change(t, r, map[string]any{"eps": 0.1})
	good, err := r.Recipe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(*wire.Recipe){
		"lane":           func(r *wire.Recipe) { r.LaneIDs = []int{300} },
		"numbers":        func(r *wire.Recipe) { r.LaneIDs = nil },
		"event 1":        func(r *wire.Recipe) { r.Events[0].Command = []byte(`{"type":"fly","id":1}`) },
		"step 9":         func(r *wire.Recipe) { r.Events[0].At = 9 },
		"cannot contain": func(r *wire.Recipe) { r.Events[0].Command = []byte(`{"type":"reset","id":1}`) },
	} {
		bad := good
		bad.Events = slices.Clone(good.Events)
		spoil(&bad)
		if _, err := Replay("testtest", bad, Options{}); err == nil || !wording.Has(err.Error(), what) {
			t.Errorf("a recipe with a bad %s gave %v", what, err)
		}
	}
}

// What can be undone holds memory, and no more than it is said to.
func TestUndoIsBounded(t *testing.T) {
	r, err := New("testtest", wire.Spec{Controls: raw(t, map[string]any{"dataset": "quakes", "hidden": []int{2}})}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	add := func(n int) {
		t.Helper()
		rows := make([]wire.NewRow, n)
		for i := range rows {
			rows[i].X = make([]float64, len(r.loop.present.Data.Set.Inputs))
		}
		if _, refused := r.loop.apply(&wire.EditCommand{Edit: wire.Edit{Add: rows}}, nil); refused != nil {
			t.Fatal(refused)
		}
	}
	for range 40 {
		add(wire.MaxEdits)
	}
	if n := len(r.loop.undone.Entries); n != 40 {
		t.Fatalf("%d small changes can be undone, of 40", n)
	}
	size := r.loop.present.Data.Size()
	for range 2 * past.MaxUndoBytes / size {
		add(1)
	}
	if n := len(r.loop.undone.Entries); n*size > past.MaxUndoBytes || n < 10 {
		t.Errorf("%d changes can be undone, each with rows of %d bytes", n, size)
	}
	// Changes that leave the rows as they are hold them once.
	for range past.MaxUndo {
		change := &wire.ChangeCommand{Set: raw(t, map[string]any{"full": !r.loop.present.Lanes[0].Settings.Full})}
		if _, refused := r.loop.apply(change, nil); refused != nil {
			t.Fatal(refused)
		}
	}
	if n := len(r.loop.undone.Entries); n != past.MaxUndo {
		t.Errorf("%d changes of a switch can be undone, want %d", n, past.MaxUndo)
	}
	// What was undone is let go of with the next change.
	for range past.MaxUndo / 2 {
		if _, refused := r.loop.apply(&wire.UndoCommand{}, nil); refused != nil {
			t.Fatal(refused)
		}
	}
	add(1)
	for i, e := range r.loop.undone.Entries[:cap(r.loop.undone.Entries)] {
		if i >= len(r.loop.undone.Entries) && e.Before.Generation != nil {
			t.Fatalf("entry %d is still held, of %d", i, len(r.loop.undone.Entries))
		}
	}
}

func TestEditsOfARunAreBounded(t *testing.T) {
	var e *rows.Edits
	var all []wire.Edit
	for i := range 3 {
		all = append(all, wire.Edit{Erase: []uint32{uint32(i), 7}})
		e = e.And(&all[i])
	}
	other := e.Before.And(&wire.Edit{Take: []uint32{1}})
	if !reflect.DeepEqual(e.List(), all) || e.Rows != 6 || len(other.List()) != 3 || other.List()[2].Take[0] != 1 {
		t.Errorf("of %v became %v of %d rows, and %v", all, e.List(), e.Rows, other.List())
	}
	d, err := rows.New(&wire.RunSettings{Dataset: "mcycle", TrainShare: 80, Slice: 1}, nil, all[:1], 1)
	if err != nil {
		t.Fatal(err)
	}
	d.Edits.Rows = rows.MaxEdited
	if _, err := d.Edited(&wire.Edit{Add: []wire.NewRow{{X: []float64{1}, Y: 1}}}); err == nil || !wording.Has(err.Error(), "edits of at most") {
		t.Errorf("an edit too many gave %v", err)
	}
}

// Lanes go back to one moment, though they keep different ones.
func TestLanesGoBackTogether(t *testing.T) {
	r := paused(t, wire.Spec{
		Controls: raw(t, map[string]any{"speed": "max", "hidden": []int{8}}),
		Lanes:    []wire.LaneSpec{{}, {Controls: raw(t, map[string]any{"members": 2})}},
	})
	steps(t, r, 10)
	at := [][]float32{weights(t, r, 0), weights(t, r, 1)}
	steps(t, r, 20)
	// The second lane has forgotten the steps from 11 on but for the newest.
	err := r.do(t.Context(), func(*loop) {
		l := r.loop.present.Lanes[1]
		kept := history.NewLadder[*lane.Kept](lane.SnapshotBytes)
		for _, step := range []uint64{0, 5, 10, 30} {
			s, _, _ := l.Snapshots.At(step)
			if err := kept.Keep(step, s, s.Size()); err != nil {
				t.Error(err)
			}
		}
		l.Snapshots = kept
	})
	if err != nil {
		t.Fatal(err)
	}
	if steps, err := r.Snapshots(t.Context()); err != nil || !slices.Equal(steps, []uint64{0, 5, 10, 30}) {
		t.Errorf("the snapshots of both are of steps %v (%v)", steps, err)
	}
	b, err := r.FramesAt(t.Context(), 29)
	if err != nil {
		t.Fatal(err)
	}
	frames, err := wire.ParseFrames(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		if f.Kind == wire.FrameFit && f.Step != 10 {
			t.Errorf("lane %d is shown at step %d", f.Lane, f.Step)
		}
	}
	do(t, r, &wire.ReturnCommand{Step: ptr(uint64(29))})
	for lane, want := range at {
		if !slices.Equal(weights(t, r, uint8(lane)), want) {
			t.Errorf("lane %d has not the weights of step 10", lane)
		}
	}
}

// Lists are lists in JSON, also where there is nothing in them.
func TestEmptyListsAreNoNulls(t *testing.T) {
	r := paused(t, wire.Spec{Data: &wire.DataSpec{Formula: &wire.FormulaSpec{Mean: "x", Std: "1", From: 0, To: 1, Rows: 10}}})
	b, err := json.Marshal(state(t, r))
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{`"changes":[]`, `"dropped":[]`} {
		if !strings.Contains(string(b), list) {
			t.Errorf("the run message lacks %s", list)
		}
	}
}

// What went back says from where the run continues, so that a chart can tell the branch
// that was left from the present one.
func TestWhatWentBackSaysWhereItGoesOnFrom(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max"})})
	steps(t, r, 40)
	first := change(t, r, map[string]any{"lr": 0.5})
	steps(t, r, 40)
	do(t, r, &wire.UndoCommand{})
	undone := state(t, r).Changes
	steps(t, r, 40)
	do(t, r, &wire.RedoCommand{}) // after more steps
	steps(t, r, 8)
	do(t, r, &wire.ReturnCommand{Step: new(uint64(16))})
	changes := state(t, r).Changes
	froms := map[wire.ChangeKind]*wire.Moment{}
	for _, c := range changes {
		froms[c.Kind] = c.From
	}
	if len(changes) != 4 || froms[wire.ControlChange] != nil {
		t.Fatalf("the changes are %+v", changes)
	}
	if from := froms[wire.UndoChange]; from == nil || *from != (wire.Moment{Step: 40, Revision: first.Revision - 1}) {
		t.Errorf("an undo of a change before step 40 goes on from %+v", from)
	}
	if from, undo := froms[wire.RedoChange], undone[len(undone)-1]; from == nil || *from != (wire.Moment{Step: 80, Revision: undo.Revision - 1}) {
		t.Errorf("a redo of what was undone before step 80 goes on from %+v", from)
	}
	if from := froms[wire.WeightsChange]; from == nil || *from != (wire.Moment{Step: 16}) {
		t.Errorf("the weights of step 16 are said to be of %+v", from)
	}
	if text := undone[len(undone)-1].Text; !wording.Ends(text, "learning rate 3e-3 → 0.5") {
		t.Errorf("the undo says %q", text)
	}
}
