package run

import (
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// The lane that stopped a run says so in its card. The lanes beside it are well.
func TestCardOfALaneBesideADivergence(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{
		"speed": "max", "decay": 0, "variance_decay": 0, "eps": 0, "activation": "relu", "batch": 1,
	})})
	do(t, r, &wire.LaneAddCommand{Set: raw(t, map[string]any{"lr": 1})})
	do(t, r, &wire.PlayCommand{})
	m := await(t, r, func(m wire.RunMessage) bool { return m.State == wire.Diverged })
	for _, lane := range m.Lanes {
		for _, whole := range []bool{false, true} {
			c, err := r.takeOut(t.Context(), &lane.Lane, whole)
			if err != nil {
				t.Fatalf("lane %s: %v", lane.Name, err)
			}
			if said, broken := c.Model.Card.Stopped, lane.Lane == m.Lanes[1].Lane; (said != "") != broken {
				t.Errorf("lane %s was stopped by %q", lane.Name, said)
			}
		}
	}
}
