package run

import (
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// An epoch that was left and came back, and was left and came back again after it
// had trained on, is done over again with the same bits.
func TestReplayOfAnEpochThatCameBack(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max", "hidden": []int{8}})})
	steps(t, r, 10)
	first := change(t, r, map[string]any{"lr": 0.01})
	steps(t, r, 10)
	change(t, r, map[string]any{"hidden": []int{4}}) // another epoch
	steps(t, r, 10)
	do(t, r, &wire.UndoCommand{})
	steps(t, r, 10)
	do(t, r, &wire.RedoCommand{}) // to the other epoch again
	do(t, r, &wire.UndoCommand{})
	again := replayed(t, r)
	if !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("brought back twice, the epoch has other weights when it is done over again")
	}
	do(t, r, &wire.RedoCommand{})
	do(t, r, &wire.UndoCommand{Revision: first.Revision}) // to before a change of the first epoch
	steps(t, r, 10)
	again = replayed(t, r)
	if !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("brought back from before its last moment, the epoch has other weights when it is done over again")
	}
}
