//go:build long && !race

package run

import (
	"encoding/json"
	"testing"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/wire"
)

// On every data set, and on one with each loss, optimiser, activation, head and way to draw
// the first weights, nothing is said in 20,000 steps.
func TestLongSilenceWhereAllIsWell(t *testing.T) {
	for _, e := range datasets.Catalogue() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			sets := healthy(t, []string{e.Name})
			if e.Name != "mcycle" {
				sets = sets[:1]
			}
			for _, set := range sets {
				silent(t, wire.Spec{Controls: set}, 20_000)
			}
		})
	}
}

// Adam with a learning rate of 1 is told on every data set, from the first step on or from
// step 3,000; and whoever goes back as is suggested trains on to step 20,000.
func TestLongRateOfOneIsTold(t *testing.T) {
	for _, e := range datasets.Catalogue() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			for _, after := range []int{0, 3000} {
				s := wire.Spec{Controls: map[string]json.RawMessage{"dataset": wire.Encode(e.Name)}}
				if after == 0 {
					s.Controls["lr"] = wire.Encode(1)
				}
				r := onItsOwn(t, s)
				if w := untilTrouble(r, after); w != nil {
					t.Fatalf("before: %+v", w)
				}
				if after > 0 {
					command(t, r, &wire.ChangeCommand{Set: controls(t, `{"lr":1}`)})
				}
				told := untilTrouble(r, soon)
				if told == nil {
					t.Fatalf("after %d steps nothing was said", after)
				}
				t.Logf("from step %d: said %d steps later, %s", after, r.present.Steps-uint64(after), told.Kind)
				command(t, r, goBack(told))
				if again := untilTrouble(r, 20_000-int(r.present.Steps)); again != nil {
					t.Errorf("from step %d, gone back as suggested: %+v, cause %+v", after, again, again.Cause)
				}
			}
		})
	}
}

// The same with every other wreck.
func TestLongWayBackFromWrecks(t *testing.T) {
	for _, w := range wrecks {
		t.Run(w.with+w.bad, func(t *testing.T) {
			t.Parallel()
			r := onItsOwn(t, wire.Spec{Controls: controls(t, w.with, w.bad)})
			told := untilTrouble(r, 4*soon)
			if told == nil {
				t.Fatal("nothing was said")
			}
			command(t, r, goBack(told))
			if again := untilTrouble(r, 20_000-int(r.present.Steps)); again != nil {
				t.Errorf("gone back as suggested: %+v, cause %+v", again, again.Cause)
			}
		})
	}
}
