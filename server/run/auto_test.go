package run

import (
	"bytes"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// What viewers are told that auto comes to is what a step uses, and a number is used as
// it is.
func TestAutomaticSettingsAreTheStepsOwn(t *testing.T) {
	table := lane.Table()
	s := table.Defaults()
	for _, rows := range []int{1, 106, 8192} {
		h := lane.HyperOf(&s.LaneSettings, rows)
		want := table.Automatic(wire.Basis{TrainRows: rows})
		if h.Decay != want["decay"] || h.VarianceDecay != want["variance_decay"] || h.Decay != 1/float64(rows) {
			t.Errorf("on %d rows decays of %g and %g, want %v", rows, h.Decay, h.VarianceDecay, want)
		}
	}
	s.Decay, s.VarianceDecay = wire.Given(0.01), wire.Given(0)
	if h := lane.HyperOf(&s.LaneSettings, 8192); h.Decay != 0.01 || h.VarianceDecay != 0 {
		t.Errorf("given decays are %g and %g", h.Decay, h.VarianceDecay)
	}
}

// Auto has the bits of the number that it comes to, and goes along with the rows: after
// an edit it is the number for as many as there are then.
func TestAutoDecayFollowsTheRows(t *testing.T) {
	small := map[string]any{"dataset": "mcycle", "hidden": []int{8}, "speed": "max"}
	auto := paused(t, wire.Spec{Controls: raw(t, small)})
	by := func(rows float64) map[string]any {
		return map[string]any{"decay": 1 / rows, "variance_decay": 1 / rows}
	}
	number := paused(t, wire.Spec{Controls: raw(t, small)})
	change(t, number, by(106))
	same := func(when string, want bool) {
		t.Helper()
		steps(t, auto, 20)
		steps(t, number, 20)
		if got := slices.Equal(weights(t, auto, 0), weights(t, number, 0)); got != want {
			t.Errorf("%s auto has the number's bits: %v", when, got)
		}
	}
	same("at first", true)
	told := state(t, auto)
	if got := told.Data.Auto["decay"]; told.Data.Train != 106 || got != 1.0/106 || told.Lanes[0].Controls["decay"] != wire.Auto {
		t.Errorf("on %d rows it is told as %v, %g", told.Data.Train, told.Lanes[0].Controls["decay"], got)
	}
	var gone []uint32
	for i, id := range told.Data.IDs {
		if !told.Data.IsTest[i] && len(gone) < 6 {
			gone = append(gone, id)
		}
	}
	erase := &wire.EditCommand{Edit: wire.Edit{Erase: gone}}
	erased := do(t, auto, erase)
	do(t, number, erase)
	change(t, number, by(100))
	same("with six rows less", true)
	if d := state(t, auto).Data; d.Train != 100 || d.Auto["variance_decay"] != 0.01 {
		t.Errorf("on %d rows it is %v", d.Train, d.Auto)
	}
	again := replayed(t, auto)
	if !slices.Equal(weights(t, again, 0), weights(t, auto, 0)) {
		t.Error("done over again it has other weights")
	}
	change(t, number, by(106))
	same("by the number of before", false)
	do(t, auto, &wire.UndoCommand{Revision: erased.Revision})
	if d := state(t, auto).Data; d.Train != 106 || d.Auto["decay"] != 1.0/106 {
		t.Errorf("after undo it is %v on %d rows", d.Auto, d.Train)
	}
	// Back to before the edit both have the same past.
	third := paused(t, wire.Spec{Controls: raw(t, small)})
	steps(t, third, 40)
	steps(t, auto, 20)
	if !slices.Equal(weights(t, third, 0), weights(t, auto, 0)) {
		t.Error("after undo it trains on otherwise than as if nothing had been done")
	}
}

// A model keeps auto as auto and a number as a number, trains on with the same bits, and
// its card says what auto comes to.
func TestModelsKeepAuto(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "mcycle", "hidden": []int{8}, "speed": "max", "variance_decay": 0.02})})
	steps(t, r, 30)
	rec := recordOf(t, r)
	if want := "weight decay auto (0.009434) of the mean's part and 0.02 of the variance's"; !wording.Has(rec.Model.Card.Optimizer, want) {
		t.Errorf("the card says %q", rec.Model.Card.Optimizer)
	}
	if !bytes.Contains(rec.Model.Training.Spec, []byte(`"decay":"auto"`)) || !bytes.Contains(rec.Model.Training.Spec, []byte(`"variance_decay":0.02`)) {
		t.Errorf("the model holds %s", rec.Model.Training.Spec)
	}
	back, err := Import("backback", rec.Model, Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	serve(t, back)
	if c := state(t, back).Lanes[0].Controls; c["decay"] != wire.Auto || c["variance_decay"] != 0.02 {
		t.Errorf("it came back with %v and %v", c["decay"], c["variance_decay"])
	}
	steps(t, back, 30)
	steps(t, r, 30)
	if !slices.Equal(weights(t, back, 0), weights(t, r, 0)) {
		t.Error("it trains on with other bits")
	}
}
