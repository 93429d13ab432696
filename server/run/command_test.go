package run

import (
	"testing"

	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A generation that can remember no more can still be held, left and come back to.
func TestGenerationThatIsFull(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	if err := r.do(t.Context(), func(*loop) { r.loop.present.EventBytes = past.MaxEventBytes - 1 }); err != nil {
		t.Fatal(err)
	}
	change(t, r, map[string]any{"eps": 0.1})
	refused(t, r, &wire.ChangeCommand{Set: raw(t, map[string]any{"eps": 0.2})}, wire.TooMuch, "which is the limit")
	do(t, r, &wire.PauseCommand{})
	refused(t, r, &wire.UndoCommand{}, wire.TooMuch, "which is the limit")
	steps(t, r, 10)
	full := weights(t, r, 0)
	do(t, r, &wire.ResetCommand{})
	change(t, r, map[string]any{"eps": 0.2})
	do(t, r, &wire.UndoCommand{})
	do(t, r, &wire.UndoCommand{})
	again := replayed(t, r)
	for i, w := range weights(t, again, 0) {
		if w != full[i] {
			t.Fatal("the generation that came back is done over again with other weights")
		}
	}
}

// Who only watches gives the server nothing to read.
func TestWatchersDataIsNotRead(t *testing.T) {
	r := start(t, Options{}, nil)
	c := &wire.DataCommand{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: "not a table", Target: "y"}}}
	for steers, want := range map[bool]wire.ErrorCode{true: wire.BadData, false: wire.ReadOnly} {
		_, err := r.Do(t.Context(), c, steers)
		if e := wire.AsRefusal(err); e.Code != want {
			t.Errorf("steering %v: refused with %s (%v), want %s", steers, e.Code, err, want)
		}
	}
}

// An idle run that undo takes to a divergence plays once that is seen to: somebody
// watches.
func TestIdlenessDoesNotOutliveADivergence(t *testing.T) {
	r, err := New("testtest", wire.Spec{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.loop.setState(wire.Idle, "nobody is watching")
	r.loop.stop("it diverged")
	r.loop.watched()
	if _, refused := r.loop.apply(&wire.ResetCommand{}, nil); refused != nil || r.loop.state != wire.Playing {
		t.Errorf("after a reset the run is %s (%v)", r.loop.state, refused)
	}
}
