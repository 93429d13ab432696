package run

import (
	"math"
	"reflect"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

func TestPlateau(t *testing.T) {
	name := func(uint8) string { return "A" }
	at := func(step uint64, nlls ...float32) []wire.Point {
		var points []wire.Point
		for ln, nll := range nlls {
			p := wire.Point{Lane: uint8(ln), Step: step}
			values := map[string]float64{}
			for _, column := range wire.PointColumns[lane.PointHead:] {
				values[column] = float64(nll)
			}
			p.Set(values)
			points = append(points, p)
		}
		return points
	}
	u := newStopCondition(&wire.UntilCommand{Plateau: ptr(uint64(10))})
	for _, c := range []struct {
		points  []wire.Point
		reached bool
	}{
		{at(1, 3, 3), false},
		{nil, false},
		{at(11, 3, 2.9), false}, // the second lane has just fallen
		{at(20, 3, 2.9), false},
		{at(21, 3, 2.9), true},
	} {
		if reached := u.reached(c.points, name); (reached != "") != c.reached {
			t.Errorf("after %v: %q", c.points, reached)
		}
	}
	// A plateau that no run can have, and a network that never gives a number.
	u = newStopCondition(&wire.UntilCommand{Plateau: ptr(uint64(math.MaxUint64))})
	for step := range uint64(100) {
		if reached := u.reached(at(step, float32(math.NaN())), name); reached != "" {
			t.Fatal(reached)
		}
	}
	u = newStopCondition(&wire.UntilCommand{Plateau: ptr(uint64(10))})
	for step := uint64(5); step < 20; step++ {
		if reached := u.reached(at(step, float32(math.NaN())), name); (reached != "") != (step >= 15) {
			t.Fatalf("step %d: %q", step, reached)
		}
	}
}

func TestGoalIsTold(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "100"})})
	v := watch(t, r, wire.Hello{})
	told := func(want *wire.Goal) {
		t.Helper()
		var m wire.StateMessage
		nextEvent(t, v, "state", &m)
		if !reflect.DeepEqual(m.Goal, want) {
			t.Fatalf("told of %+v, want %+v", m.Goal, want)
		}
		if s, err := r.State(t.Context()); err != nil || !reflect.DeepEqual(s.Goal, want) {
			t.Fatalf("the run says %+v (%v), want %+v", s.Goal, err, want)
		}
	}
	do(t, r, &wire.StepCommand{Steps: 1000})
	told(&wire.Goal{Step: ptr(uint64(1000))})
	do(t, r, &wire.PauseCommand{})
	told(nil)
	do(t, r, &wire.UntilCommand{NLL: ptr(-100.0), Plateau: ptr(uint64(5000))})
	told(&wire.Goal{NLL: ptr(-100.0), Plateau: ptr(uint64(5000))})
	do(t, r, &wire.PlayCommand{})
	told(nil)
	do(t, r, &wire.PauseCommand{})
	told(nil)
	// A step alone is not worth telling of; three are, and their end, too.
	do(t, r, &wire.StepCommand{Steps: 1})
	s, err := r.Summary(t.Context())
	for ; err == nil && s.Step == 0; s, err = r.Summary(t.Context()) {
	}
	do(t, r, &wire.StepCommand{Steps: 3})
	var m wire.StateMessage
	nextEvent(t, v, "state", &m)
	if m.Goal == nil || m.Goal.Step == nil || *m.Goal.Step < 4 {
		t.Fatalf("told of %+v", m.Goal)
	}
	told(nil)
	// What another generation begins with is told with it.
	do(t, r, &wire.StepCommand{Steps: 1000})
	nextEvent(t, v, "state", &m)
	do(t, r, &wire.ResetCommand{})
	told(nil)
}
