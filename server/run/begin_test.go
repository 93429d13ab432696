package run

import (
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A begin command leaves nothing of what was set before, and its undo all of it.
func TestBeginIsAWholeRun(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max", "hidden": []int{8}})})
	steps(t, r, 20)
	change(t, r, map[string]any{"eps": 0.1, "noise": 20})
	do(t, r, &wire.LaneAddCommand{Name: "gone"})
	steps(t, r, 20)
	before, was := state(t, r), weights(t, r, 0)

	c := &wire.BeginCommand{
		Title: "lesson: two losses", Set: raw(t, map[string]any{"dataset": "sine", "hidden": []int{4}, "seed": 7, "speed": "max"}),
		Lanes: []wire.LaneSpec{{Name: "NLL"}, {Name: "beta", Colour: ptr(uint8(3)), Controls: raw(t, map[string]any{"loss": "beta_nll"})}},
	}
	do(t, r, c)
	m := state(t, r)
	if m.Generation != before.Generation+1 || m.Step != 0 || m.State != wire.Paused || m.Title != c.Title || m.Data.Name != "sine" {
		t.Errorf("begun, the run is %s at step %d of generation %d on %s, called %q", m.State, m.Step, m.Generation, m.Data.Name, m.Title)
	}
	if m.Controls["noise"] != 0.0 || len(m.Lanes) != 2 || m.Lanes[0].Controls["eps"] != 1e-6 || m.Lanes[1].Controls["loss"] != "beta_nll" || m.Lanes[1].Name != "beta" || m.Lanes[1].Colour != 3 {
		t.Errorf("what was not named is not at its default: %v, %+v", m.Controls, m.Lanes)
	}
	if n := len(m.Changes); n != 1 || m.Changes[0].Kind != wire.BeginChange || m.Changes[0].Text != c.Title || !m.Changes[0].Undo {
		t.Errorf("the changes are %+v", m.Changes)
	}
	steps(t, r, 20)
	fresh := startSpec(t, Options{Paused: true}, c.Spec())
	steps(t, fresh, 20)
	for lane := range uint8(2) {
		if !slices.Equal(weights(t, r, lane), weights(t, fresh, lane)) {
			t.Errorf("lane %d has not the weights of a run that was made so", lane)
		}
	}
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) || state(t, again).Title != c.Title {
		t.Error("done over again it is another")
	}
	do(t, r, &wire.UndoCommand{})
	m = state(t, r)
	if !slices.Equal(weights(t, r, 0), was) || m.Step != 40 || len(m.Lanes) != 2 || m.Lanes[0].Controls["eps"] != 0.1 || m.Controls["noise"] != 20.0 || m.Title != "" {
		t.Errorf("undone, the run is at step %d with %d lanes, called %q", m.Step, len(m.Lanes), m.Title)
	}
	do(t, r, &wire.RedoCommand{})
	if m := state(t, r); m.Step != 20 || m.Title != c.Title {
		t.Errorf("done again, the run is at step %d, called %q", m.Step, m.Title)
	}
}

// A begin command may say that the run is to stand: nothing is trained before somebody says so.
func TestBeginPaused(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max", "hidden": []int{4}})})
	steps(t, r, 20)
	step := uint64(1 << 30)
	do(t, r, &wire.UntilCommand{Step: &step})
	do(t, r, &wire.BeginCommand{Paused: true, Set: raw(t, map[string]any{"speed": "max", "hidden": []int{4}})})
	if m := state(t, r); m.State != wire.Paused || m.Step != 0 || m.Goal != nil {
		t.Errorf("begun paused, the run is %s at step %d, with the goal %+v", m.State, m.Step, m.Goal)
	}
}

// The title lasts until the run is about something else.
func TestTitleLastsAsLongAsTheData(t *testing.T) {
	r := paused(t, wire.Spec{Title: "first", Controls: raw(t, map[string]any{"hidden": []int{4}})})
	called := func(want string) {
		t.Helper()
		if got := state(t, r).Title; got != want {
			t.Errorf("the run is called %q, want %q", got, want)
		}
	}
	called("first")
	change(t, r, map[string]any{"hidden": []int{8}})
	do(t, r, &wire.ResetCommand{})
	called("first")
	change(t, r, map[string]any{"dataset": "sine"})
	called("")
	do(t, r, &wire.UndoCommand{})
	called("first")
	do(t, r, &wire.DataCommand{Data: &wire.DataSpec{Formula: &wire.FormulaSpec{Mean: "x", Std: "1", From: 0, To: 1, Rows: 20}}})
	called("")
	do(t, r, &wire.BeginCommand{})
	called("")
}

func TestBeginWithRows(t *testing.T) {
	r := paused(t, wire.Spec{})
	rows := &wire.DataSpec{Formula: &wire.FormulaSpec{Mean: "sin(x)", Std: "0.1", From: -3, To: 3, Rows: 50}}
	refused(t, r, &wire.BeginCommand{Set: raw(t, map[string]any{"dataset": wire.OwnData})}, wire.BadData, "no rows of your own")
	do(t, r, &wire.BeginCommand{Data: rows})
	if m := state(t, r); m.Data.Name != wire.OwnData || m.Data.Train+m.Data.Test != 50 {
		t.Errorf("got %+v", m.Data)
	}
	do(t, r, &wire.BeginCommand{Set: raw(t, map[string]any{"seed": 3})})
	if m := state(t, r); m.Data.Name != "mcycle" || m.Controls["seed"] != uint32(3) {
		t.Errorf("got %s, seed %v", m.Data.Name, m.Controls["seed"])
	}
	do(t, r, &wire.UndoCommand{})
	if m := state(t, r); m.Data.Name != wire.OwnData {
		t.Errorf("undone, the rows are those of %s", m.Data.Name)
	}
}

func TestBeginThatIsRefused(t *testing.T) {
	r := paused(t, wire.Spec{})
	for _, c := range []struct {
		begin wire.BeginCommand
		code  wire.ErrorCode
		about string
	}{
		{wire.BeginCommand{Set: raw(t, map[string]any{"nope": 1})}, wire.UnknownControl, "nope"},
		{wire.BeginCommand{Set: raw(t, map[string]any{"eps": -1})}, wire.OutOfRange, "eps"},
		{wire.BeginCommand{Lanes: []wire.LaneSpec{{}, {Controls: raw(t, map[string]any{"seed": 2})}}}, wire.BadValue, "lane 1: seed"},
		{wire.BeginCommand{Lanes: slices.Repeat([]wire.LaneSpec{{}}, wire.MaxLanes+1)}, wire.TooMuch, "at most"},
		{wire.BeginCommand{Title: strings.Repeat("a", wire.MaxTitle+1)}, wire.OutOfRange, "title"},
		{wire.BeginCommand{Set: raw(t, map[string]any{"slice": 2})}, wire.OutOfRange, "slice"},
	} {
		refused(t, r, &c.begin, c.code, c.about)
	}
	if m := state(t, r); m.Revision != 0 || len(m.Changes) != 0 {
		t.Errorf("a refused command made revision %d", m.Revision)
	}
}

// A run that had stopped continues as it did before.
func TestBeginSetsARunFree(t *testing.T) {
	for _, stopped := range []struct {
		by   func(*Run)
		want wire.State
	}{
		{func(r *Run) { r.loop.stop("it diverged") }, wire.Playing},
		{func(r *Run) { r.loop.setState(wire.Idle, "nobody is watching") }, wire.Playing},
		{func(r *Run) { r.loop.setState(wire.Paused, "") }, wire.Paused},
		{func(r *Run) { r.loop.setState(wire.Paused, ""); r.loop.stop("it diverged") }, wire.Paused},
	} {
		r, err := New("testtest", wire.Spec{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		stopped.by(r)
		was := r.loop.state
		if _, refused := r.loop.apply(&wire.BeginCommand{}, nil); refused != nil || r.loop.state != stopped.want || r.loop.reason != "" {
			t.Errorf("a run that was %s is %s, %q (%v), want %s", was, r.loop.state, r.loop.reason, refused, stopped.want)
		}
	}
}
