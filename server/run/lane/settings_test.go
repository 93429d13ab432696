package lane

import (
	"encoding/json"
	"testing"

	"github.com/gnllviz/gnllviz/engine"
)

// What an optimiser is told is what its controls say; where nobody says anything it is
// what PyTorch has.
func TestHyperIsWhatTheControlsSay(t *testing.T) {
	table := Table()
	s := table.Defaults()
	if h := HyperOf(&s.LaneSettings, 100); h.Eps != engine.DefaultHyper().Eps {
		t.Errorf("by default eps is %g", h.Eps)
	}
	s, _, refused := table.Apply(s, map[string]json.RawMessage{
		"optimizer": json.RawMessage(`"rmsprop"`), "optimizer_eps": json.RawMessage("0.125"), "alpha": json.RawMessage("0.5"),
	})
	if refused != nil {
		t.Fatal(refused)
	}
	if h := HyperOf(&s.LaneSettings, 100); h.Optimizer != engine.RMSProp || h.Eps != 0.125 || h.Alpha != 0.5 {
		t.Errorf("told %v, eps %g, alpha %g", h.Optimizer, h.Eps, h.Alpha)
	}
	if _, _, refused := table.Apply(s, map[string]json.RawMessage{"optimizer_eps": json.RawMessage("0")}); refused == nil || refused.Control != "optimizer_eps" {
		t.Errorf("an eps of 0 is refused with %v", refused)
	}
}
