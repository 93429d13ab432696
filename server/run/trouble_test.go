package run

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/guard"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// onItsOwn returns a run that no goroutine serves, so that a test makes its steps.
func onItsOwn(t *testing.T, s wire.Spec) *loop {
	t.Helper()
	h, err := New("testtest", s, Options{Ladder: 1})
	if err != nil {
		t.Fatal(err)
	}
	return h.loop
}

// untilTrouble trains until something is told to be wrong, at most so many steps.
func untilTrouble(r *loop, most int) *wire.Trouble {
	for range most {
		if r.step(); len(r.wrong) > 0 {
			return &r.wrong[0]
		}
	}
	return nil
}

// goBack is what the notice's first button does.
func goBack(w *wire.Trouble) *wire.ReturnCommand {
	c := &wire.ReturnCommand{Step: &w.Step, Lane: &w.Lane}
	if w.Cause != nil {
		c.Set = map[string]json.RawMessage{w.Cause.Control: wire.Encode(w.Cause.Suggested)}
	}
	return c
}

func command(t *testing.T, r *loop, c wire.Command) {
	t.Helper()
	if _, refused := r.command(c, nil, true); refused != nil {
		t.Fatal(refused.Reason)
	}
	r.tellTrouble() // as serve does
}

// A wreck is settings under which no training can go well.
type wreck struct {
	with string // besides, from the start
	bad  string // what wrecks it
	lr   float64
}

// wrecks are of every kind: what is beyond any use at once, and what only learns nothing.
var wrecks = []wreck{
	{`{}`, `{"lr":1}`, 1},
	{`{"dataset":"sine"}`, `{"lr":1}`, 1},
	{`{"dataset":"wind"}`, `{"lr":1}`, 1}, // two targets
	{`{"dataset":"airquality"}`, `{"lr":1}`, 1},
	{`{"dataset":"pendulum"}`, `{"lr":1}`, 1}, // an equation
	{`{"optimizer":"sgd"}`, `{"lr":1}`, 1},
	{`{"optimizer":"sgd"}`, `{"lr":0.3}`, 0.3},
	{`{"optimizer":"sgd","clip":1}`, `{"lr":1}`, 1},
	{`{"optimizer":"rmsprop"}`, `{"lr":1}`, 1},
	{`{"optimizer":"rmsprop"}`, `{"lr":0.1}`, 0.1},
	{`{"batch":1024}`, `{"lr":1}`, 1},
	{`{"batch":1}`, `{"lr":1}`, 1},
	{`{"activation":"relu"}`, `{"lr":1}`, 1},
	{`{"activation":"relu"}`, `{"lr":0.3}`, 0.3},
	{`{"activation":"sigmoid"}`, `{"lr":1}`, 1},
	{`{"activation":"sin"}`, `{"lr":1}`, 1},
	{`{"activation":"gelu"}`, `{"lr":1}`, 1},
	{`{"activation":"identity"}`, `{"lr":1}`, 1},
	{`{"eps":0,"optimizer":"sgd"}`, `{"lr":0.1}`, 0.1},
	{`{"loss":"beta_nll"}`, `{"lr":1}`, 1},
	{`{"loss":"crps"}`, `{"lr":1}`, 1},
	{`{"loss":"laplace_nll"}`, `{"lr":1}`, 1},
	{`{"loss":"student_t_nll"}`, `{"lr":1}`, 1},
	{`{"head":"softplus"}`, `{"lr":1}`, 1},
	{`{"head":"homoscedastic"}`, `{"lr":1}`, 1},
	{`{"members":3}`, `{"lr":1}`, 1},
	{`{"hidden":[128,128]}`, `{"lr":1}`, 1},
	{`{"separate":true}`, `{"lr":1}`, 1},
	{`{"standardise":false}`, `{"lr":1}`, 1},
}

func controls(t *testing.T, list ...string) map[string]json.RawMessage {
	t.Helper()
	m := map[string]json.RawMessage{}
	for _, s := range list {
		var set map[string]json.RawMessage
		if err := json.Unmarshal([]byte(s), &set); err != nil {
			t.Fatal(err)
		}
		maps.Copy(m, set)
	}
	return m
}

// soon is how many steps it takes at most to say that a training is wrecked: a wreck is
// not one at every look.
const soon = 2 * guard.Within

// What is wrecked from the first step, or by a change on the way, is told soon, with the
// learning rate as the cause; and what is suggested makes it well again: the rate of before,
// or where there was none the usual one.
func TestWrecksAreTold(t *testing.T) {
	for _, w := range wrecks {
		for _, after := range []int{0, 700} {
			r := onItsOwn(t, wire.Spec{Controls: controls(t, w.with)})
			if after == 0 {
				r = onItsOwn(t, wire.Spec{Controls: controls(t, w.with, w.bad)})
			}
			if w := untilTrouble(r, after); w != nil {
				t.Fatalf("before anything was done: %+v", w)
			}
			if after > 0 {
				command(t, r, &wire.ChangeCommand{Set: controls(t, w.bad)})
			}
			patience := soon
			if strings.Contains(w.with, "standardise") {
				// In raw units it takes longer until anything is wrong, and how long depends on
				// how a processor rounds.
				patience = 4 * soon
			}
			told := untilTrouble(r, patience)
			if told == nil {
				t.Errorf("%s, %s after %d steps: nothing was said in %d steps", w.with, w.bad, after, patience)
				continue
			}
			if told.Cause == nil || told.Cause.Control != "lr" || told.Cause.Value != w.lr || told.Cause.Suggested != 3e-3 || told.Cause.Restart ||
				told.Step > uint64(after) || told.Since < uint64(after) || strings.Contains(told.Text, ".weight") {
				t.Errorf("%s, %s after %d steps: %+v, cause %+v", w.with, w.bad, after, told, told.Cause)
			}
			command(t, r, goBack(told))
			if len(r.wrong) > 0 || r.state != wire.Playing {
				t.Errorf("%s, %s: after going back the run is %s, and %+v", w.with, w.bad, r.state, r.wrong)
			}
			if w := untilTrouble(r, 700); w != nil {
				t.Errorf("after going back: %+v", w)
			}
		}
	}
}

// Nothing is said of a training that goes up and down, with any loss, optimiser,
// activation or head, several lanes and networks.
func TestSilenceWhereAllIsWell(t *testing.T) {
	for _, set := range healthy(t, []string{"mcycle", "constant"}) {
		silent(t, wire.Spec{Controls: set}, 1500)
	}
	six := wire.Spec{}
	for _, lane := range []string{`{}`, `{"loss":"mse"}`, `{"optimizer":"sgd"}`, `{"eps":1}`, `{"head":"fixed"}`, `{"members":3,"loss":"crps"}`} {
		six.Lanes = append(six.Lanes, wire.LaneSpec{Controls: controls(t, lane)})
	}
	silent(t, six, 1500)
}

// silent fails where something is said to be wrong within so many steps.
func silent(t *testing.T, s wire.Spec, steps int) {
	t.Helper()
	r := onItsOwn(t, s)
	if w := untilTrouble(r, steps); w != nil {
		t.Errorf("%s: at step %d: %s", wire.Encode(s.Controls), r.present.Steps, w.Text)
	}
}

// healthy are the defaults on data sets, and each choice of loss, optimiser, activation,
// head and first weights. Plain gradient descent does not bear every equation.
func healthy(t *testing.T, sets []string) (list []map[string]json.RawMessage) {
	t.Helper()
	table := onItsOwn(t, wire.Spec{}).env.Table
	for _, d := range sets {
		base := map[string]json.RawMessage{"dataset": wire.Encode(d)}
		list = append(list, base)
		for _, name := range []string{"loss", "optimizer", "activation", "head", "init"} {
			for _, o := range table.Find(name).Options[1:] {
				set := maps.Clone(base)
				set[name] = wire.Encode(o.Value)
				if d == "oscillator_start" && o.Value == "sgd" {
					continue
				}
				list = append(list, set)
			}
		}
	}
	return list
}

// Of several lanes only the wrecked one is named, and gone back with; the others have the
// weights that they would have had. All of it is one change, and a replay does it again.
func TestGoingBackWithOneLane(t *testing.T) {
	spec := wire.Spec{Lanes: []wire.LaneSpec{{Name: "calm"}, {Name: "wild"}}}
	alone := onItsOwn(t, wire.Spec{Lanes: []wire.LaneSpec{{Name: "calm"}}})
	r := onItsOwn(t, spec)
	untilTrouble(r, 400)
	one := uint8(1)
	command(t, r, &wire.ChangeCommand{Lane: &one, Set: controls(t, `{"lr":1}`)})
	told := untilTrouble(r, soon)
	if told == nil || told.Lane != 1 || len(r.wrong) != 1 || !wording.Begins(told.Text, "Model wild: training has gone wrong since step ") ||
		!wording.Ends(told.Text, "The learning rate (1) is probably too high.") || told.Step > 400 || told.Step < 370 {
		t.Fatalf("%+v", told)
	}
	changes, revision := len(r.present.Changes), r.revision
	command(t, r, &wire.ReturnCommand{Step: &told.Step, Lane: &told.Lane, Set: map[string]json.RawMessage{told.Cause.Control: wire.Encode(told.Cause.Suggested)}})
	if len(r.wrong) != 0 || r.present.Lanes[1].Settings.LR != 3e-3 || r.revision != revision+1 || len(r.present.Changes) != changes+2 {
		t.Errorf("after going back: %+v, a learning rate of %g, %d changes more", r.wrong, r.present.Lanes[1].Settings.LR, len(r.present.Changes)-changes)
	}
	if w := untilTrouble(r, 300); w != nil {
		t.Errorf("after going back: %+v", w)
	}
	for alone.present.Steps < r.present.Steps {
		alone.step()
	}
	weights := func(r *loop, lane int) []float32 { return r.present.Lanes[lane].Ensemble.Members()[0].Weights() }
	if !slices.Equal(weights(alone, 0), weights(r, 0)) {
		t.Error("the other lane has other weights")
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
	if !slices.Equal(weights(again.loop, 1), weights(r, 1)) || !wording.Ends(again.loop.reason, "was reached") {
		t.Errorf("a replay has other weights: %s", again.loop.reason)
	}

	// One undo takes it back: the wreck is there again, and said at once.
	command(t, r, &wire.UndoCommand{})
	if len(r.wrong) != 1 || r.wrong[0].Lane != 1 || r.present.Lanes[1].Settings.LR != 1 {
		t.Errorf("after an undo: %+v, a learning rate of %g", r.wrong, r.present.Lanes[1].Settings.LR)
	}
	command(t, r, &wire.RedoCommand{})
	if len(r.wrong) != 0 {
		t.Errorf("after a redo: %+v", r.wrong)
	}
	// Weights of the wreck are not gone back to the next time.
	command(t, r, &wire.ChangeCommand{Lane: &one, Set: controls(t, `{"lr":1}`)})
	if told := untilTrouble(r, soon); told == nil || told.Step > 400 && told.Step < recipe.Steps-300 {
		t.Errorf("the second time: %+v", told)
	}
	command(t, r, &wire.ResetCommand{})
	if len(r.wrong) != 0 {
		t.Errorf("after a reset: %+v", r.wrong)
	}
}

// A run that has diverged does again what it did before, playing or paused.
func TestGoingBackFromADivergence(t *testing.T) {
	for _, before := range []wire.State{wire.Playing, wire.Paused} {
		r := onItsOwn(t, wire.Spec{Controls: controls(t, `{"optimizer":"sgd"}`)})
		untilTrouble(r, 200)
		r.state = before
		command(t, r, &wire.ChangeCommand{Set: controls(t, `{"lr":1}`)})
		r.left = 100
		told := untilTrouble(r, 100)
		if told == nil || told.Kind != wire.TroubleNotFinite || r.state != wire.Diverged || told.Step > 200 || told.Cause.Suggested != 3e-3 ||
			!wording.Begins(told.Text, "Training blew up at step ") {
			t.Fatalf("%s: %+v", r.state, told)
		}
		command(t, r, &wire.ReturnCommand{Step: &told.Step, Lane: &told.Lane, Set: controls(t, `{"lr":0.003}`)})
		if r.state != before || len(r.wrong) > 0 {
			t.Errorf("it is %s, not %s: %+v", r.state, before, r.wrong)
		}
		command(t, r, &wire.UndoCommand{})
		if r.state != wire.Diverged || len(r.wrong) != 1 {
			t.Errorf("after an undo it is %s: %+v", r.state, r.wrong)
		}
	}
}

// What is no lane's, or needs a restart, cannot be set on the way back, and nothing is
// changed then.
func TestGoingBackIsRefused(t *testing.T) {
	r := onItsOwn(t, wire.Spec{})
	untilTrouble(r, 50)
	zero, nine, step := uint8(0), uint8(9), uint64(10)
	before := r.present.Fingerprint()
	for what, c := range map[string]*wire.ReturnCommand{
		"seed":  {Step: &step, Lane: &zero, Set: controls(t, `{"seed":7}`)},
		"layer": {Step: &step, Lane: &zero, Set: controls(t, `{"activation":"relu"}`)},
		"range": {Step: &step, Lane: &zero, Set: controls(t, `{"lr":7}`)},
		"lane":  {Step: &step, Lane: &nine},
	} {
		if _, refused := r.command(c, nil, true); refused == nil || r.present.Fingerprint() != before || r.revision != 0 {
			t.Errorf("%s: %v", what, refused)
		}
	}
	if _, _, refused := wire.ParseCommand([]byte(`{"type":"return","id":1,"step":3,"set":{"lr":1}}`)); refused == nil {
		t.Error("controls without a lane were taken")
	}
}

// Who drags the learning rate up gets the one suggested with which training went well.
func TestTheRateBeforeADrag(t *testing.T) {
	r := onItsOwn(t, wire.Spec{Controls: controls(t, `{"lr":0.004}`)})
	untilTrouble(r, 300)
	for _, lr := range []string{`{"lr":0.01}`, `{"lr":0.05}`, `{"lr":0.3}`, `{"lr":1}`} {
		command(t, r, &wire.ChangeCommand{Set: controls(t, lr)})
		untilTrouble(r, 3)
	}
	told := untilTrouble(r, soon)
	if told == nil || told.Cause == nil || told.Cause.Suggested != 0.004 || told.Step > 300 {
		t.Errorf("%+v, cause %+v", told, told.Cause)
	}
}

// Viewers are told, and nobody else: the message has the list whenever it changes.
func TestTroubleIsInTheState(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max", "lr": 1})})
	v := watch(t, r, wire.Hello{})
	steps(t, r, soon)
	m := state(t, r)
	s, err := r.Summary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Trouble) != 1 || len(s.Trouble) != 1 || m.Trouble[0].Text != s.Trouble[0].Text {
		t.Fatalf("the state has %+v, the summary %+v", m.Trouble, s.Trouble)
	}
	told := 0
	for len(v.Events()) > 0 {
		var st wire.StateMessage
		if e := <-v.Events(); json.Unmarshal(e.Data, &st) == nil && st.Type == "state" && len(st.Trouble) > 0 {
			told++
		}
	}
	if told == 0 {
		t.Error("viewers were told nothing")
	}
}
