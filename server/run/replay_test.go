package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A generation that was left and came back, and was left and came back again after it
// had trained on, is done over again with the same bits.
func TestReplayOfAGenerationThatCameBack(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max", "hidden": []int{8}})})
	steps(t, r, 10)
	first := change(t, r, map[string]any{"lr": 0.01})
	steps(t, r, 10)
	change(t, r, map[string]any{"hidden": []int{4}}) // another generation
	steps(t, r, 10)
	do(t, r, &wire.UndoCommand{})
	steps(t, r, 10)
	do(t, r, &wire.RedoCommand{}) // to the other generation again
	do(t, r, &wire.UndoCommand{})
	again := replayed(t, r)
	if !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("brought back twice, the generation has other weights when it is done over again")
	}
	do(t, r, &wire.RedoCommand{})
	do(t, r, &wire.UndoCommand{Revision: first.Revision}) // to before a change of the first generation
	steps(t, r, 10)
	again = replayed(t, r)
	if !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("brought back from before its last moment, the generation has other weights when it is done over again")
	}
}

// small is the beginning of a recipe, whose network has 14 parameters and learns from 4
// rows a step.
func small(t *testing.T) wire.Recipe {
	t.Helper()
	r, err := New("smallrun", wire.Spec{Controls: raw(t, map[string]any{"hidden": []int{3}, "batch": 4, "dataset": "mcycle"})}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	recipe := r.loop.present.Recipe
	if n := r.loop.present.Lanes[0].Params; n != 14 {
		t.Fatalf("the network has %d parameters, want 14", n)
	}
	return recipe
}

func event(at uint64, command string) wire.Event {
	return wire.Event{At: at, Command: json.RawMessage(command)}
}

// What a recipe asks for is refused where it is more than the work that may be spent on
// it, by the name of the member that asks for it.
func TestReplaysThatCostTooMuchAreRefused(t *testing.T) {
	const step, one = 14 * 4, 14 * past.EventRows
	most := uint64(math.Floor(DefaultReplay)) / step
	many := slices.Repeat([]wire.Event{event(0, `{"type":"change","id":1,"set":{"lr":0.01}}`)}, 20)
	for _, c := range []struct {
		steps  uint64
		events []wire.Event
		budget float64
		want   string // the member, or nothing
	}{
		{1e18, nil, 0, "recipe.steps"},
		{math.MaxUint64, nil, 0, "recipe.steps"},
		{most + 1, nil, 0, "recipe.steps"},
		{most, nil, 0, ""},
		{101, nil, 100 * step, "recipe.steps"},
		{100, nil, 100 * step, ""},
		{0, many, 20*one - 1, "recipe.events"},
		{0, many, 20 * one, ""},
		{100, many, 20*one + 100*step, ""},
		{101, many, 20*one + 100*step, "recipe.steps"},
		{0, slices.Repeat(many, past.MaxEvents/20+1), 0, "recipe.events"},
	} {
		recipe := small(t)
		recipe.Steps, recipe.Events = c.steps, c.events
		_, err := Replay("testtest", recipe, Options{Replay: c.budget})
		var refused *wire.ErrorMessage
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%d steps and %d events of %g: %v", c.steps, len(c.events), c.budget, err)
		case c.want != "" && (!errors.As(err, &refused) || refused.Code != wire.TooMuch || refused.Control != c.want || !strings.HasPrefix(refused.Reason, c.want+": ")):
			t.Errorf("%d steps and %d events of %g: %v, want %s", c.steps, len(c.events), c.budget, err, c.want)
		}
	}
}

// A recipe that becomes dear on its way is left where its work is spent, and the run
// continues as any other.
func TestReplayEndsWhereItsWorkIsSpent(t *testing.T) {
	const step, one = 14 * 4, 14 * past.EventRows
	recipe := small(t)
	recipe.Steps, recipe.Events = 1000, []wire.Event{event(10, `{"type":"change","id":1,"set":{"batch":40}}`)}
	r, err := Replay("testtest", recipe, Options{Replay: 1000*step + one})
	if err != nil {
		t.Fatal(err)
	}
	for r.loop.replay != nil {
		r.loop.step()
	}
	// Ten steps of four rows, and the rest of forty.
	if want := uint64(10 + 990/10); r.loop.present.Steps != want || r.loop.state != wire.Paused || !wording.Has(r.loop.reason, fmt.Sprintf("by step %d", want)) {
		t.Errorf("it is %s at step %d: %s; want paused at step %d", r.loop.state, r.loop.present.Steps, r.loop.reason, want)
	}
	if ready, later := r.loop.ready(); ready != nil || later != nil {
		t.Error("it trains on")
	}
	if _, refused := r.loop.apply(&wire.PlayCommand{}, nil); refused != nil {
		t.Fatal(refused)
	}
	if r.loop.step(); r.loop.present.Steps != 110 {
		t.Errorf("it plays on at step %d", r.loop.present.Steps)
	}
}

// A run that does a recipe over again idles as others do, and comes to the same bits
// when somebody has looked after it.
func TestReplayIdlesWithNobodyWatching(t *testing.T) {
	was := paused(t, wire.Spec{Controls: raw(t, map[string]any{"hidden": []int{3}, "batch": 4, "speed": "max"})})
	steps(t, was, 50)
	change(t, was, map[string]any{"lr": 0.02})
	steps(t, was, 50)
	recipe, err := was.Recipe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := Replay("testtest", recipe, Options{Idle: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		r.loop.step()
	}
	r.loop.tick()
	if ready, _ := r.loop.ready(); ready == nil {
		t.Fatal("it stopped at once")
	}
	r.loop.touched = r.loop.touched.Add(-2 * time.Minute)
	r.loop.tick()
	if ready, later := r.loop.ready(); r.loop.state != wire.Idle || ready != nil || later != nil {
		t.Fatalf("after two minutes with nobody watching it is %s and trains on", r.loop.state)
	}
	r.loop.watched()
	for r.loop.replay != nil {
		if ready, _ := r.loop.ready(); ready == nil {
			t.Fatalf("somebody watches, and it is %s", r.loop.state)
		}
		r.loop.step()
	}
	if r.loop.present.Steps != recipe.Steps || r.loop.present.Fingerprint() != recipe.Weights {
		t.Errorf("it came to step %d of %d, or to other weights", r.loop.present.Steps, recipe.Steps)
	}
}

// However many events are due at one step, whoever asks the run something waits for one.
func TestReplayDoesOneEventAtATime(t *testing.T) {
	recipe := small(t)
	recipe.Events = slices.Repeat([]wire.Event{event(0, `{"type":"change","id":1,"set":{"lr":0.01}}`)}, 1000)
	r, err := Replay("testtest", recipe, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for left := 999; left >= 0; left-- {
		if r.loop.step(); len(r.loop.replay.Events) != left {
			t.Fatalf("%d events are left, want %d", len(r.loop.replay.Events), left)
		}
	}
}
