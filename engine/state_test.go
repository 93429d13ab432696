package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A subject is what a Trainer and an Ensemble have in common.
type subject interface {
	Step(Loss, Hyper) (float64, error)
	Steps() uint64
	State() *State
	SetState(*State) error
}

// trail makes steps and returns the bits of each loss.
func trail(t *testing.T, s subject, h Hyper, steps int) (bits []uint64) {
	t.Helper()
	for range steps {
		value, err := s.Step(loss.DefaultGaussianNLL(), h)
		if err != nil {
			t.Fatal(err)
		}
		bits = append(bits, math.Float64bits(value))
	}
	return bits
}

// subjects returns a trainer and an ensemble on rows of wave.
func subjects(t *testing.T, c Config, x, y []float64) map[string]subject {
	t.Helper()
	e, err := NewEnsemble(c, 3, x, y)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]subject{"trainer": newTrainer(t, c, x, y), "ensemble": e}
}

func stateConfig() Config {
	return Config{
		Net:  NetConfig{Inputs: 2, Outputs: 2, Hidden: []int{9, 8}, Activation: GELU, Head: SoftplusHead, MinVariance: 1e-4},
		Seed: 3,
	}
}

// From a state, steps have the bits that they had the first time: through ends of
// epochs, of the warm-up, dropout, and a change of optimiser, and again.
func TestStatesAreGoneBackToBitForBit(t *testing.T) {
	x, y := wave(100) // batches of 32, 32, 32 and 4
	for _, optimizer := range Optimizers() {
		for _, ordered := range []bool{false, true} {
			c := stateConfig()
			c.Ordered = ordered
			for name, s := range subjects(t, c, x, y) {
				h := DefaultHyper()
				h.Optimizer, h.Momentum, h.Batch, h.Dropout, h.Warmup, h.Clip = optimizer, 0.9, 32, 0.2, 75, 1
				later := h
				later.Optimizer = (optimizer + 1) % Optimizer(len(Optimizers()))
				if err := s.SetState(s.State()); err != nil { // before the first step
					t.Fatal(err)
				}
				trail(t, s, h, 70)
				state := s.State()
				run := func() []uint64 { return append(trail(t, s, h, 70), trail(t, s, later, 10)...) }
				want := run()
				for range 2 {
					if err := s.SetState(state); err != nil {
						t.Fatal(err)
					}
					if s.Steps() != 70 || state.Steps() != 70 {
						t.Errorf("%d steps in a state of 70", s.Steps())
					}
					if !slices.Equal(run(), want) {
						t.Errorf("%v, ordered %v: the %s went another way from its state", optimizer, ordered, name)
					}
				}
			}
		}
	}
}

// What Restore goes back to is of the state as well.
func TestRestoreIsTheSameAfterSetState(t *testing.T) {
	x, y := wave(100)
	trainer := newTrainer(t, stateConfig(), x, y)
	h := DefaultHyper()
	h.Warmup = 150
	var states []*State
	for range 20 {
		trail(t, trainer, h, 17)
		states = append(states, trainer.State())
	}
	type outcome struct {
		step   uint64
		losses string
	}
	later := func(s *State, steps int) outcome {
		if err := trainer.SetState(s); err != nil {
			t.Fatal(err)
		}
		trail(t, trainer, h, steps)
		step := trainer.Restore()
		return outcome{step, fmt.Sprint(trail(t, trainer, h, 80))}
	}
	for i, s := range states[:15] {
		// To the place of the fifth state after it: by its own steps, or at once.
		if got, want := later(s, 5*17), later(states[i+5], 0); got != want {
			t.Errorf("from step %d: restored step %d and others after it, want %d", s.Steps(), got.step, want.step)
		}
	}
}

// A state that does not fit is refused, and changes nothing.
func TestStatesOfAnotherShapeAreRefused(t *testing.T) {
	x, y := wave(40)
	c := stateConfig()
	trainer := newTrainer(t, c, x, y)
	trail(t, trainer, DefaultHyper(), 1)
	ensemble, err := NewEnsemble(c, 2, x, y)
	if err != nil {
		t.Fatal(err)
	}
	wider, head := c, c
	wider.Net.Hidden = []int{8, 9}
	head.Net.Head = Homoscedastic
	for name, s := range map[string]struct {
		state *State
		want  string
	}{
		"none":         {nil, "no state"},
		"other widths": {newTrainer(t, wider, x, y).State(), "other parameters"},
		"other head":   {newTrainer(t, head, x, y).State(), "other parameters"},
		"members":      {ensemble.State(), "2 members"},
		"fewer rows":   {newTrainer(t, c, x[:20], y[:20]).State(), "10 rows"},
	} {
		before := trainer.Weights()
		if err := trainer.SetState(s.state); err == nil || !wording.Has(err.Error(), s.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, s.want)
		}
		if !slices.Equal(trainer.Weights(), before) {
			t.Errorf("%s: the refused state changed the trainer", name)
		}
	}
	// One member that does not fit leaves the others alone.
	mixed := ensemble.State()
	trail(t, ensemble, DefaultHyper(), 3)
	mixed.members[1].net.Hidden = []int{4, 4}
	if err := ensemble.SetState(mixed); err == nil || ensemble.Members()[0].Steps() != 3 {
		t.Errorf("half a state that fits: %v, member 1 at step %d", err, ensemble.Members()[0].Steps())
	}
}

func TestStateSizes(t *testing.T) {
	var none *State
	if none.Size() != 0 || none.Steps() != 0 {
		t.Error("no state has a size or steps")
	}
	x, y := wave(100)
	trainer := newTrainer(t, stateConfig(), x, y)
	one := 12 * trainer.Net().Params()
	if got, want := trainer.State().Size(), one+8*100; got != want {
		t.Errorf("a new trainer's state has %d bytes, want %d", got, want)
	}
	trail(t, trainer, DefaultHyper(), 70)
	if got, want := trainer.State().Size(), 3*one+8*100; got != want {
		t.Errorf("after 70 steps a state has %d bytes, want %d", got, want)
	}
}

// A state holds nothing that a step would change.
func TestStatesDoNotChange(t *testing.T) {
	x, y := wave(40)
	trainer := newTrainer(t, stateConfig(), x, y)
	trail(t, trainer, DefaultHyper(), 130)
	state := trainer.State()
	before := fmt.Sprint(state.members[0], *state.members[0].good.states[0], *state.members[0].good.states[1])
	trail(t, trainer, DefaultHyper(), 200)
	if err := trainer.SetState(state); err != nil {
		t.Fatal(err)
	}
	trail(t, trainer, DefaultHyper(), 200)
	trainer.Restore()
	if after := fmt.Sprint(state.members[0], *state.members[0].good.states[0], *state.members[0].good.states[1]); after != before {
		t.Error("the state has changed")
	}
	var d *Divergence
	h := DefaultHyper()
	h.Optimizer, h.LR = SGD, 1e30
	for range 10 {
		if _, err := trainer.Step(loss.GaussianNLL{}, h); errors.As(err, &d) {
			break
		}
	}
	if d == nil {
		t.Fatal("it did not diverge")
	}
	if err := trainer.SetState(state); err != nil {
		t.Fatal(err)
	}
	trail(t, trainer, DefaultHyper(), 10)
}

// A clone continues with the same bits, and neither sees what the other does.
func TestClonesGoOnBitForBit(t *testing.T) {
	x, y := wave(100)
	for name, s := range subjects(t, stateConfig(), x, y) {
		h := DefaultHyper()
		h.Dropout, h.Warmup = 0.1, 100
		trail(t, s, h, 90)
		clone := func() rower {
			switch s := s.(type) {
			case *Trainer:
				return s.Clone()
			case *Ensemble:
				return s.Clone()
			}
			panic(name)
		}
		one, other := clone(), clone()
		if err := other.SetRows(x[:20], y[:20]); err != nil {
			t.Fatal(err)
		}
		trail(t, other, h, 50)
		want := trail(t, s, h, 50)
		if !slices.Equal(trail(t, one, h, 50), want) {
			t.Errorf("the clone of the %s went another way", name)
		}
		if one.Steps() != 140 || one.Steps() != s.Steps() {
			t.Errorf("the clone of the %s made %d steps, it %d", name, one.Steps(), s.Steps())
		}
	}
	e, err := NewEnsemble(stateConfig(), 2, x, y)
	if err != nil {
		t.Fatal(err)
	}
	before := e.Members()[0].Weights()
	trail(t, e.Clone(), DefaultHyper(), 5)
	if !slices.Equal(e.Members()[0].Weights(), before) {
		t.Error("the steps of a clone are the ensemble's")
	}
}

// Predictions of a state are those that were made at it, and change nothing.
func TestPredictionsAsOfAState(t *testing.T) {
	x, y := wave(100)
	for _, head := range Heads() {
		c := stateConfig()
		c.Net.Head = head
		trainer := newTrainer(t, c, x, y)
		in := trainer.Inputs(x[:20])
		trainerPredict := func(s *State) []float32 {
			p := make([]float32, 40)
			if s == nil {
				trainer.Predict(p[:20], p[20:], in)
			} else if err := trainer.PredictAt(s, p[:20], p[20:], in); err != nil {
				t.Fatal(err)
			}
			return p
		}
		for _, members := range []int{1, 3} {
			ensemble, err := NewEnsemble(c, members, x, y)
			if err != nil {
				t.Fatal(err)
			}
			for name, s := range map[string]struct {
				subject rower
				predict func(*State) []float32
			}{
				"trainer": {trainer, trainerPredict},
				"ensemble": {ensemble, func(s *State) []float32 {
					p := make([]float32, 60)
					if s == nil {
						ensemble.Predict(p[:20], p[20:40], p[40:], in)
					} else if err := ensemble.PredictAt(s, p[:20], p[20:40], p[40:], in); err != nil {
						t.Fatal(err)
					}
					return p
				}},
			} {
				trail(t, s.subject, DefaultHyper(), 10)
				then, state := s.predict(nil), s.subject.State()
				trail(t, s.subject, DefaultHyper(), 30)
				now, present := s.predict(nil), s.subject.State()
				want := trail(t, s.subject, DefaultHyper(), 10)
				if err := s.subject.SetState(present); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(s.predict(state), then) {
					t.Errorf("%v, %s of %d: other predictions than at the state", head, name, members)
				}
				if !slices.Equal(s.predict(nil), now) || slices.Equal(now, then) {
					t.Errorf("%v, %s of %d: other predictions after a look at a state", head, name, members)
				}
				if n := testing.AllocsPerRun(10, func() { s.predict(state) }); n > 1 { // what this test itself makes
					t.Errorf("%v, %s of %d: %v allocations", head, name, members, n)
				}
				if !slices.Equal(trail(t, s.subject, DefaultHyper(), 10), want) {
					t.Errorf("%v, %s of %d: another way after a look at a state", head, name, members)
				}
				// Rows are no matter to predictions.
				if err := s.subject.SetRows(x[:20], y[:20]); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(s.predict(state), then) {
					t.Errorf("%v, %s of %d: other predictions on other rows", head, name, members)
				}
				if err := s.subject.SetRows(x, y); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	trainer := newTrainer(t, stateConfig(), x, y)
	if err := trainer.PredictAt(nil, nil, nil, nil); err == nil {
		t.Error("no state was predicted at")
	}
	wider := stateConfig()
	wider.Net.Hidden = []int{8}
	if err := trainer.PredictAt(newTrainer(t, wider, x, y).State(), nil, nil, nil); err == nil {
		t.Error("a state of another network was predicted at")
	}
}

// A state at a step of which the next keeps a copy holds one state to go back to, not two,
// and still goes back to where it would have.
func TestStateHoldsNoMoreThanCanBeGoneBackTo(t *testing.T) {
	x, y := wave(100)
	h := DefaultHyper()
	for _, steps := range []int{128, 192, 200} {
		for _, more := range []int{1, 63, 64, 65, 129} {
			trainer := newTrainer(t, stateConfig(), x, y)
			trail(t, trainer, h, steps)
			s := trainer.State()
			states := s.members[0].good.states
			if one := states[0] == states[1]; one != (steps%goodEvery == 0) {
				t.Errorf("at step %d one state for two: %t", steps, one)
			}
			parts := map[string][]byte{}
			b, err := s.Encode(func(_ any, make func() ([]byte, error)) string {
				part, err := make()
				if err != nil {
					t.Fatal(err)
				}
				parts[string(part)] = part
				return string(part)
			})
			if err != nil {
				t.Fatal(err)
			}
			back, err := DecodeState(b, func(name string, make func([]byte) (any, error)) (any, error) { return make(parts[name]) })
			if err != nil {
				t.Fatal(err)
			}
			trail(t, trainer, h, more)
			want := trainer.Restore()
			losses := fmt.Sprint(trail(t, trainer, h, 70))
			for name, s := range map[string]*State{"the state": s, "the state from bytes": back} {
				if err := trainer.SetState(s); err != nil {
					t.Fatal(err)
				}
				trail(t, trainer, h, more)
				if got := trainer.Restore(); got != want || fmt.Sprint(trail(t, trainer, h, 70)) != losses {
					t.Errorf("%s of step %d and %d more: restored step %d, want %d", name, steps, more, got, want)
				}
			}
		}
	}
}
