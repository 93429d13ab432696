package run

import (
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A viewer who was there before a crash may have points that are others now, as changes
// came at other steps: it is told all points again, and after that only those that it
// lacks.
func TestViewersOfARunThatWasResumed(t *testing.T) {
	before, err := New("resumed", wire.Spec{Controls: raw(t, map[string]any{"dataset": "sine"})}, Options{Idle: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	b := &book{t: t}
	before.Record(b)
	if refused := play(before.loop, 20, `{"type":"pause","id":1}`); refused != "" {
		t.Fatal(refused)
	}
	before.loop.giveStill(time.Time{})
	points, generation := len(before.loop.present.Points), before.loop.generation
	r := serve(t, b.crash().resume(t, "resumed"))
	change(t, r, map[string]any{"lr": 0.5})
	do(t, r, &wire.StepCommand{Steps: 20})
	if _, err := r.Await(t.Context(), func(s Status) bool { return s.Step == 40 }); err != nil {
		t.Fatal(err)
	}
	next := func(v *Viewer) int {
		t.Helper()
		var m wire.RunMessage
		nextEvent(t, v, "run", &m)
		if m.Points <= points+5 || m.Generation != generation {
			t.Fatalf("%d points of generation %d", m.Points, m.Generation)
		}
		return m.Next
	}
	for known, want := range map[int]int{0: 0, points - 1: points - 1, points: points, points + 5: 0} {
		v := watch(t, r, wire.Hello{Generation: generation, Next: known})
		if got := next(v); got != want {
			t.Errorf("a viewer who comes with %d points is told those from %d on, not %d; the run was resumed with %d", known, got, want, points)
		}
		if err := v.Hello(t.Context(), wire.Hello{Generation: generation, Next: points + 5}); err != nil {
			t.Fatal(err)
		}
		if got := next(v); got != points+5 {
			t.Errorf("a viewer who has the points of the resumed run is told those from %d on, not %d", got, points+5)
		}
	}
}
