package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/runtest"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func specWith(t *testing.T, s wire.Spec, controls string) wire.Spec {
	t.Helper()
	if err := json.Unmarshal([]byte(controls), &s.Controls); err != nil {
		t.Fatal(err)
	}
	return s
}

func jsons(values ...string) []json.RawMessage {
	var list []json.RawMessage
	for _, v := range values {
		list = append(list, json.RawMessage(v))
	}
	return list
}

// A cell's scores are those of a run with its controls, however many are trained
// at a time.
func TestSweepCellsAreRuns(t *testing.T) {
	spec := specWith(t, wire.Spec{Lanes: []wire.LaneSpec{{Controls: map[string]json.RawMessage{"lr": json.RawMessage("0.5")}}}}, `{"dataset":"sine","hidden":[8]}`)
	g := Grid{Spec: spec, X: Axis{"lr", jsons("0.001", "0.01", "0.02")}, Y: Axis{"activation", jsons(`"tanh"`, `"relu"`)}, Steps: 60}
	for _, cores := range []int{1, 4} {
		seen := map[[2]int]Cell{}
		if err := Sweep(context.Background(), g, run.Options{Turns: make(chan struct{}, 2)}, cores, func(c Cell) { seen[[2]int{c.X, c.Y}] = c }); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 6 {
			t.Fatalf("%d cells", len(seen))
		}
		rec := runtest.Capture(t, g.At(1, 1), `{}`, 60)
		if got, want := seen[[2]int{1, 1}].Test["nll"], rec.Test.Report.NLL; got != want {
			t.Errorf("%d at a time: NLL %v, and of a run %v", cores, got, want)
		}
		if seen[[2]int{0, 0}].Test["nll"] == seen[[2]int{2, 0}].Test["nll"] {
			t.Error("the learning rate changes nothing")
		}
	}
}

func TestSweepTellsOfFailures(t *testing.T) {
	g := Grid{
		Spec: specWith(t, wire.Spec{}, `{"hidden":[8],"eps":0,"decay":0,"variance_decay":0,"activation":"relu","optimizer":"sgd","reduction":"sum"}`),
		X:    Axis{"lr", jsons("0.001", "1")}, Y: Axis{"beta", jsons("0")}, Steps: 300,
	}
	var failed []string
	if err := Sweep(context.Background(), g, run.Options{}, 0, func(c Cell) { failed = append(failed, c.Failed) }); err != nil {
		t.Fatal(err)
	}
	if !wording.Has(strings.Join(failed, ""), "probable cause") {
		t.Errorf("failures: %q", failed)
	}
	for name, c := range map[string]struct {
		grid Grid
		want string
	}{
		"no control": {Grid{X: Axis{"x", jsons("1")}, Y: Axis{"lr", jsons("1")}, Steps: 1}, "no control"},
		"a value":    {Grid{X: Axis{"lr", jsons("-1")}, Y: Axis{"beta", jsons("1")}, Steps: 1}, "lr"},
		"one twice":  {Grid{X: Axis{"lr", jsons("1")}, Y: Axis{"lr", jsons("1")}, Steps: 1}, "different"},
		"none":       {Grid{X: Axis{"lr", nil}, Y: Axis{"beta", jsons("1")}, Steps: 1}, "from 1 to"},
		"no steps":   {Grid{X: Axis{"lr", jsons("1")}, Y: Axis{"beta", jsons("1")}}, "steps"},
		"two lanes":  {Grid{Spec: wire.Spec{Lanes: make([]wire.LaneSpec, 2)}, X: Axis{"lr", jsons("1")}, Y: Axis{"beta", jsons("1")}, Steps: 1}, "one lane"},
		"speed":      {Grid{X: Axis{"speed", jsons(`"1"`)}, Y: Axis{"beta", jsons("1")}, Steps: 1}, "has no effect on training"},
	} {
		if err := Sweep(context.Background(), c.grid, run.Options{}, 0, func(Cell) {}); err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestSweepStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	g := Grid{X: Axis{"lr", jsons("0.001", "0.01", "0.02")}, Y: Axis{"beta", jsons("0", "1")}, Steps: MaxSweepSteps}
	cancelled := make(chan struct{})
	go func() { cancel(); close(cancelled) }()
	if err := Sweep(ctx, g, run.Options{}, 2, func(Cell) {}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-cancelled
}

// The values of an axis are numbers.
func TestAutoIsNoValueOfAnAxis(t *testing.T) {
	g := Grid{X: Axis{"decay", jsons("0.1", `"auto"`)}, Y: Axis{"lr", jsons("0.01")}, Steps: 1}
	var refused *wire.ErrorMessage
	if err := g.Check(); !errors.As(err, &refused) || refused.Control != "decay" || !wording.Has(refused.Reason, "has numbers") {
		t.Errorf("got %v", err)
	}
}

// A sweep with an equation takes the equation's work, too.
func TestWorkOfAnEquation(t *testing.T) {
	g := Grid{Spec: specWith(t, wire.Spec{}, `{"dataset":"oscillator","equation":"du + u"}`), Steps: 10, X: Axis{Control: "lr", Values: []json.RawMessage{[]byte("0.1")}}, Y: Axis{Control: "seed", Values: []json.RawMessage{[]byte("1")}}}
	with, err := g.Work(run.Options{})
	if err != nil {
		t.Fatal(err)
	}
	delete(g.Spec.Controls, "equation")
	without, err := g.Work(run.Options{})
	if err != nil || with < without+10*30*lane.PartWork {
		t.Errorf("a sweep with an equation takes %g, and without %g (%v)", with, without, err)
	}
}
