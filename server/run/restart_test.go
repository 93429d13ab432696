package run

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// restartWith is what the notice's button Restart does.
func restartWith(list []wire.Trouble) *wire.ResetCommand {
	c := new(wire.ResetCommand)
	for _, w := range list {
		if w.Cause != nil {
			c.Lanes = append(c.Lanes, wire.LaneSet{Lane: &w.Lane, Set: map[string]json.RawMessage{w.Cause.Control: wire.Encode(w.Cause.Suggested)}})
		}
	}
	return c
}

// A run that its settings have wrecked is restarted with those that are suggested, and
// trains as one that began with them. One undo takes back all of it, and a replay does it
// again.
func TestRestartWithWhatIsSuggested(t *testing.T) {
	r := onItsOwn(t, wire.Spec{Controls: controls(t, `{"lr":1}`)})
	if untilTrouble(r, soon) == nil {
		t.Fatal("nothing was said")
	}
	wrecked, at := r.present.Fingerprint(), r.present.Steps
	command(t, r, restartWith(r.wrong))
	if len(r.wrong) != 0 || r.present.Steps != 0 || r.present.Lanes[0].Settings.LR != 3e-3 || r.state != wire.Playing {
		t.Fatalf("restarted it is %s at step %d with a learning rate of %g: %+v", r.state, r.present.Steps, r.present.Lanes[0].Settings.LR, r.wrong)
	}
	if c := r.present.Changes; len(c) != 2 || !wording.Is(c[0].Text, "reset") || c[1].Control != "lr" || c[1].Old != 1.0 || c[1].New != 3e-3 || c[1].Revision != c[0].Revision {
		t.Errorf("the changes are %+v", c)
	}
	if w := untilTrouble(r, 2000); w != nil {
		t.Errorf("restarted: %+v", w)
	}
	other := onItsOwn(t, wire.Spec{Controls: controls(t, `{"lr":0.003}`)})
	for other.present.Steps < r.present.Steps {
		other.step()
	}
	if r.present.Fingerprint() != other.present.Fingerprint() {
		t.Error("a run that began with what is suggested has other weights")
	}

	recipe := r.present.Recipe
	recipe.Steps, recipe.Weights = r.present.Steps, r.present.Fingerprint()
	again, err := Replay("testtest", recipe, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for again.loop.replay != nil {
		again.loop.step()
	}
	if again.loop.present.Fingerprint() != recipe.Weights {
		t.Errorf("a replay has other weights: %s", again.loop.reason)
	}

	command(t, r, &wire.UndoCommand{})
	if r.present.Fingerprint() != wrecked || r.present.Steps != at || r.present.Lanes[0].Settings.LR != 1 || len(r.wrong) != 1 {
		t.Errorf("undone it is at step %d with a learning rate of %g: %+v", r.present.Steps, r.present.Lanes[0].Settings.LR, r.wrong)
	}
	command(t, r, &wire.RedoCommand{})
	if r.present.Fingerprint() != recipe.Weights || len(r.wrong) != 0 {
		t.Errorf("done again: %+v", r.wrong)
	}
}

// All lanes that went wrong begin with what is suggested of each; the others begin as they
// were.
func TestRestartOfSeveral(t *testing.T) {
	r := onItsOwn(t, wire.Spec{Lanes: []wire.LaneSpec{
		{Controls: controls(t, `{"lr":1}`)},
		{Controls: controls(t, `{"lr":0.01}`)},
		{Controls: controls(t, `{"lr":0.02,"decay":1}`)},
	}})
	for len(r.wrong) < 2 && r.present.Steps < 4*soon {
		r.step()
	}
	if len(r.wrong) != 2 || r.wrong[0].Lane != 0 || r.wrong[1].Lane != 2 || r.wrong[1].Cause.Control != "decay" {
		t.Fatalf("%+v", r.wrong)
	}
	command(t, r, restartWith(r.wrong))
	var rates []float64
	for _, l := range r.present.Lanes {
		rates = append(rates, l.Settings.LR)
	}
	if decay := r.present.Lanes[2].Settings.Decay; !slices.Equal(rates, []float64{3e-3, 0.01, 0.02}) || decay.Value() != wire.Auto {
		t.Errorf("the learning rates are %v, the decay %v", rates, decay)
	}
	if w := untilTrouble(r, 2000); w != nil {
		t.Errorf("restarted: %+v", w)
	}
}

// What cannot be set is refused, and nothing is changed then.
func TestRestartIsRefused(t *testing.T) {
	r := onItsOwn(t, wire.Spec{})
	untilTrouble(r, 50)
	zero, nine := uint8(0), uint8(9)
	for what, sets := range map[string][]wire.LaneSet{
		"range":   {{Lane: &zero, Set: controls(t, `{"lr":0.1}`)}, {Set: controls(t, `{"lr":7}`)}},
		"lane":    {{Lane: &nine, Set: controls(t, `{"lr":0.1}`)}},
		"control": {{Set: controls(t, `{"rate":0.1}`)}},
		"share":   {{Set: controls(t, `{"train_share":1}`)}},
	} {
		before := r.present.Fingerprint()
		if _, refused := r.command(&wire.ResetCommand{Lanes: sets}, nil, true); refused == nil || r.present.Fingerprint() != before || r.revision != 0 || r.present.Lanes[0].Settings.LR != 3e-3 {
			t.Errorf("%s: %v", what, refused)
		}
	}
	for _, text := range []string{
		`{"type":"reset","id":1,"lanes":[{"lane":0}]}`,
		`{"type":"reset","id":1,"lanes":[{"set":{"dataset":"sine"}}]}`,
	} {
		if _, _, refused := wire.ParseCommand([]byte(text)); refused == nil {
			t.Errorf("%s was taken", text)
		}
	}
}
