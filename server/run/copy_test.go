package run

import (
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// copyOf serves a run that continues from a copy of another.
func copyOf(t *testing.T, r *Run, o Options) *Run {
	t.Helper()
	c, err := r.Copy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	copied, err := From("copycopy", c, o)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, copied)
}

// A copy of a run of several lanes, each with a past and settings of its own, continues with
// the same bits, and neither run knows of the other.
func TestCopyGoesOnWithTheSameBits(t *testing.T) {
	r := paused(t, wire.Spec{
		Title: "two losses", Lesson: "what-eps-does",
		Controls: raw(t, map[string]any{"dataset": "gap", "seed": 7, "speed": "max", "members": 2}),
		Lanes:    []wire.LaneSpec{{Name: "plain"}, {Name: "beta", Controls: raw(t, map[string]any{"loss": "beta_nll"})}},
	})
	steps(t, r, 40)
	do(t, r, &wire.LaneAddCommand{Name: "third", Set: raw(t, map[string]any{"lr": 0.01})})
	one := uint8(1)
	do(t, r, &wire.ChangeCommand{Lane: &one, Set: raw(t, map[string]any{"eps": 0.01})})
	do(t, r, &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{0.5}, Y: 2}}}})
	do(t, r, &wire.LaneRemoveCommand{Lane: new(uint8)})
	steps(t, r, 37)
	copied := copyOf(t, r, Options{})
	a, b := state(t, r), state(t, copied)
	if b.ID == a.ID || b.Title != a.Title || b.Lesson != a.Lesson || b.Step != a.Step || b.State != wire.Paused || b.Open || len(b.Lanes) != 2 || len(b.Changes) != len(a.Changes) || b.Points != a.Points || b.Redo != 0 {
		t.Errorf("%+v\nwas copied as\n%+v", a, b)
	}
	for i := range a.Lanes {
		if a.Lanes[i].Lane != b.Lanes[i].Lane || a.Lanes[i].Name != b.Lanes[i].Name || a.Lanes[i].Colour != b.Lanes[i].Colour {
			t.Errorf("lane %+v was copied as %+v", a.Lanes[i], b.Lanes[i])
		}
	}
	if slices.ContainsFunc(b.Changes, func(c wire.Change) bool { return c.Undo }) {
		t.Error("what was done to the other run can be undone here")
	}
	refused(t, copied, &wire.UndoCommand{}, wire.BadState, "nothing to undo")
	ah, err := r.History(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	bh, err := copied.History(t.Context(), 0)
	bh.Generation = ah.Generation
	if err != nil || string(wire.Encode(ah)) != string(wire.Encode(bh)) { // some of it is NaN
		t.Errorf("the history is another (%v)", err)
	}
	as, err := r.Snapshots(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if bs, err := copied.Snapshots(t.Context()); err != nil || !slices.Equal(as, bs) {
		t.Errorf("looking back ends at %v, not %v (%v)", bs, as, err)
	}

	compare := func(when string) {
		t.Helper()
		for _, lane := range []uint8{1, 2} {
			if !slices.Equal(weights(t, r, lane), weights(t, copied, lane)) {
				t.Fatalf("%s lane %d has other weights in the copy", when, lane)
			}
		}
	}
	compare("at once")
	steps(t, copied, 60)
	steps(t, r, 60)
	compare("after 60 steps")
	// What is done to the one is not done to the other.
	before := weights(t, r, 1)
	do(t, copied, &wire.ChangeCommand{Lane: &one, Set: raw(t, map[string]any{"eps": 1})})
	steps(t, copied, 20)
	if now := state(t, r); now.Revision != a.Revision || now.Step != a.Step+60 || !slices.Equal(weights(t, r, 1), before) || slices.Equal(weights(t, copied, 1), before) {
		t.Error("the copy and its original are not apart")
	}
	do(t, copied, &wire.UndoCommand{})
	compare("after an undo in the copy")
	// Its story is whole: doing it over again gives its weights.
	steps(t, copied, 5)
	again := replayed(t, copied)
	if !slices.Equal(weights(t, again, 2), weights(t, copied, 2)) {
		t.Error("the copy's recipe has other weights")
	}
}

// A playing run is copied as a playing one, unless it is to wait; one that diverged stays so.
func TestCopyDoesWhatTheRunDid(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	if s := state(t, copyOf(t, r, Options{})); s.State != wire.Playing {
		t.Errorf("a playing run's copy is %s", s.State)
	}
	if s := state(t, copyOf(t, r, Options{Paused: true})); s.State != wire.Paused {
		t.Errorf("a copy that is to wait is %s", s.State)
	}
	sick := paused(t, wire.Spec{Controls: raw(t, map[string]any{"optimizer": "sgd", "lr": 1, "eps": 0, "speed": "max"})})
	do(t, sick, &wire.PlayCommand{})
	await(t, sick, func(m wire.RunMessage) bool { return m.State == wire.Diverged })
	copied := copyOf(t, sick, Options{})
	if s := state(t, copied); s.State != wire.Diverged || s.Reason == "" {
		t.Errorf("a diverged run's copy is %s (%s)", s.State, s.Reason)
	}
	do(t, copied, &wire.RestoreCommand{})
	if s := state(t, sick); s.State != wire.Diverged {
		t.Errorf("to restore the copy made the original %s", s.State)
	}
}

// Rows that an owner gave once and that are not those of now do not go along.
func TestCopyHasNoRowsOfBefore(t *testing.T) {
	r := paused(t, wire.Spec{})
	do(t, r, &wire.DataCommand{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: "x,y\n1,2\n2,3\n3,5\n4,4\n5,7\n6,6\n7,9\n8,8\n", Target: "y"}}})
	with := copyOf(t, r, Options{})
	if s := state(t, with); s.Data.Name != wire.OwnData || len(s.Data.Y) != 8 {
		t.Errorf("the copy has %d rows of %s", len(s.Data.Y), s.Data.Name)
	}
	do(t, with, &wire.ResetCommand{})
	change(t, r, map[string]any{"dataset": "mcycle"})
	without := copyOf(t, r, Options{})
	refused(t, without, &wire.ChangeCommand{Set: raw(t, map[string]any{"dataset": wire.OwnData})}, wire.BadValue, "no rows of your own")
	change(t, r, map[string]any{"dataset": wire.OwnData})
}
