package run

import (
	"bytes"
	"sync"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Frames of an earlier step are made once for a class that asks for them at once, and
// again once anything is another.
func TestFramesOfAStepAreMadeOnce(t *testing.T) {
	r := paused(t, wire.Spec{})
	steps(t, r, 50)
	at := func(step uint64) []byte {
		t.Helper()
		b, err := r.FramesAt(t.Context(), step)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := at(20)
	kept := bytes.Clone(first)
	var class sync.WaitGroup
	for range 50 {
		class.Go(func() {
			if b, err := r.FramesAt(t.Context(), 20); err != nil || &b[0] != &first[0] {
				t.Errorf("made again (%v)", err)
			}
		})
	}
	class.Wait()
	if b := at(21); bytes.Equal(b, first) {
		t.Error("another step has the same frames")
	}
	if b := at(20); !bytes.Equal(b, kept) {
		t.Error("the step has other frames when it is looked at again")
	}
	last := at(20)
	for _, c := range []wire.Command{
		&wire.ChangeCommand{Set: raw(t, map[string]any{"eps": 1})},
		&wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{20}, Y: 40}}}},
		&wire.LaneAddCommand{},
		&wire.UndoCommand{},
		&wire.ResetCommand{},
	} {
		do(t, r, c)
		if b := at(20); &b[0] == &last[0] || bytes.Equal(b, last) {
			t.Errorf("after %T the frames are those of before", c)
		} else {
			last = b
		}
	}
}
