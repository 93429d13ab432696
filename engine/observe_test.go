package engine

import (
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/loss"
)

// An observer predicts what the ensemble did when its weights were taken, while that
// one trains on.
func TestObserverPredictsWhatItWasShown(t *testing.T) {
	x := []float64{0, 1, 2, 3, 4, 5, 6, 7}
	y := []float64{0, 1, 0, -1, 0, 1, 0, -1}
	e, err := NewEnsemble(Config{Net: NetConfig{Inputs: 1, Hidden: []int{8, 8}}, Seed: 3}, 3, x, y)
	if err != nil {
		t.Fatal(err)
	}
	predict := func(e *Ensemble) []float32 {
		in := e.Inputs(x)
		mean, aleatoric, epistemic := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
		e.Predict(mean, aleatoric, epistemic, in)
		return slices.Concat(mean, aleatoric, epistemic)
	}
	step := func() {
		t.Helper()
		if _, err := e.Step(loss.GaussianNLL{Eps: 1e-6}, Hyper{LR: 0.01, Batch: 4, Eps: 1e-8, Beta1: 0.9, Beta2: 0.999}); err != nil {
			t.Fatal(err)
		}
	}
	o := e.Observer()
	for range 3 {
		step()
		want, w, last := predict(e), e.Weights(), e.Last()
		step()
		if slices.Equal(predict(e), want) {
			t.Error("a step changes nothing")
		}
		o.Observe(w)
		if got := predict(o); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if o.Last() != last {
			t.Errorf("got %+v, want %+v", o.Last(), last)
		}
	}
}
