package run

import (
	"math"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

func TestPlateau(t *testing.T) {
	name := func(uint8) string { return "A" }
	at := func(step uint64, nlls ...float32) []wire.Point {
		var points []wire.Point
		for lane, nll := range nlls {
			p := wire.Point{Lane: uint8(lane), Step: step}
			values := map[string]float64{}
			for _, column := range wire.PointColumns[pointHead:] {
				values[column] = float64(nll)
			}
			p.Set(values)
			points = append(points, p)
		}
		return points
	}
	u := newUntil(&wire.UntilCommand{Plateau: ptr(uint64(10))})
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
	u = newUntil(&wire.UntilCommand{Plateau: ptr(uint64(math.MaxUint64))})
	for step := range uint64(100) {
		if reached := u.reached(at(step, float32(math.NaN())), name); reached != "" {
			t.Fatal(reached)
		}
	}
	u = newUntil(&wire.UntilCommand{Plateau: ptr(uint64(10))})
	for step := uint64(5); step < 20; step++ {
		if reached := u.reached(at(step, float32(math.NaN())), name); (reached != "") != (step >= 15) {
			t.Fatalf("step %d: %q", step, reached)
		}
	}
}
