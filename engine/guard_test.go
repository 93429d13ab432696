package engine

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// diverge trains until the guard stops it.
func diverge(t *testing.T, trainer *Trainer, l Loss, h Hyper) *Divergence {
	t.Helper()
	for range 5000 {
		before := trainer.Weights()
		_, err := trainer.Step(l, h)
		if err == nil {
			continue
		}
		var d *Divergence
		if !errors.As(err, &d) {
			t.Fatalf("got %v, want a divergence", err)
		}
		if !slices.Equal(before, trainer.Weights()) {
			t.Error("the step that diverged changed the weights")
		}
		if d.Step != trainer.Steps()+1 {
			t.Errorf("the divergence is said to be of step %d, after %d steps", d.Step, trainer.Steps())
		}
		what := "the " + d.Quantity
		if d.IsGradient() {
			what = "a gradient" // names of parameters are for programs
		}
		if !strings.Contains(d.Error(), string(d.Cause)) || !wording.Has(d.Error(), what) {
			t.Errorf("the message does not say what and why: %v", d)
		}
		return d
	}
	t.Fatal("it did not diverge")
	return nil
}

func TestGuardSaysWhy(t *testing.T) {
	p := uncertaintySine()
	x, y := p.draw(1, 200)
	c := Config{Net: NetConfig{Inputs: 1, Hidden: []int{16}, Activation: ReLU}, Seed: 1}
	sgd := DefaultHyper()
	sgd.Optimizer, sgd.LR = SGD, 1e12

	d := diverge(t, newTrainer(t, c, x, y), loss.Of(loss.MSE{}, loss.Mean), sgd)
	if d.Cause != CauseLearningRate {
		t.Errorf("a huge learning rate: %v", d)
	}

	// A variance that follows one row down, as nothing holds it.
	fixed := c
	fixed.Net.Head, fixed.Net.InitialVariance = Fixed, 1e-38
	d = diverge(t, newTrainer(t, fixed, x, y), loss.GaussianNLL{}, DefaultHyper())
	if d.Cause != CauseCollapse {
		t.Errorf("a variance of 1e-38: %v", d)
	}

	trainer := newTrainer(t, c, x, y)
	d = &Divergence{}
	for i := range trainer.y {
		trainer.y[i] = float32(math.NaN()) // which nobody can hand in
	}
	_, err := trainer.Step(loss.GaussianNLL{Eps: 1e-6}, DefaultHyper())
	if !errors.As(err, &d) || d.Cause != CauseData || d.Row != 0 || d.Quantity != "target" {
		t.Errorf("a target of NaN: %v", err)
	}

	natural := c
	natural.Net.Head = Natural
	trainer = newTrainer(t, natural, x, y)
	for _, tensor := range trainer.net.tensors {
		if tensor.Name == "mean.bias" {
			tensor.Data[0] = 3e38
		}
	}
	_, err = trainer.Step(loss.GaussianNLL{Eps: 1e-6}, DefaultHyper())
	if !errors.As(err, &d) || d.Quantity != "mean" {
		t.Errorf("a mean that overflows: %v", err)
	}
}

// The exp head's guard holds what would overflow, and says how often.
func TestExpHeadIsHeld(t *testing.T) {
	p := uncertaintySine()
	x, y := p.draw(1, 50)
	trainer := newTrainer(t, Config{Net: NetConfig{Inputs: 1, Hidden: []int{4}}}, x, y)
	for _, raw := range []float32{1000, -1000} {
		for _, tensor := range trainer.net.tensors {
			if tensor.Name == "var.bias" {
				tensor.Data[0] = raw
			}
		}
		h := DefaultHyper()
		h.LR, h.Batch = 0, 50
		if _, err := trainer.Step(loss.GaussianNLL{Eps: 1e-6}, h); err != nil {
			t.Fatalf("raw %g: %v", raw, err)
		}
		if got := trainer.Last().Guarded; got != 50 {
			t.Errorf("raw %g: %d of 50 variances were held", raw, got)
		}
		mean, variance := make([]float32, 1), make([]float32, 1)
		trainer.Predict(mean, variance, []float32{0})
		want := math.Exp(math.Copysign(LogVarianceLimit, float64(raw)))
		if math.Abs(float64(variance[0])-want) > 1e-5*want {
			t.Errorf("raw %g: variance %g, want %g", raw, variance[0], want)
		}
	}
}

func TestRestoreGoesBackToWhereAllWasWell(t *testing.T) {
	p := uncertaintySine()
	x, y := p.draw(1, 200)
	trainer := newTrainer(t, Config{Net: NetConfig{Inputs: 1, Hidden: []int{16}}, Seed: 1}, x, y)
	train(t, trainer, 128, DefaultHyper())
	want := trainer.Weights()
	train(t, trainer, 72, DefaultHyper())
	h := DefaultHyper()
	h.Optimizer, h.LR = SGD, 1e30
	diverge(t, trainer, loss.GaussianNLL{Eps: 1e-6}, h)
	if step := trainer.Restore(); step != 128 {
		t.Errorf("restored step %d, want 128", step)
	}
	if !slices.Equal(trainer.Weights(), want) {
		t.Error("the restored weights are not those of that step")
	}
	train(t, trainer, 100, DefaultHyper())
}

func TestBadSettingsAreRefused(t *testing.T) {
	p := uncertaintySine()
	x, y := p.draw(1, 20)
	trainer := newTrainer(t, Config{Net: NetConfig{Inputs: 1, Hidden: []int{4}}}, x, y)
	before := trainer.Weights()
	for want, change := range map[string]func(*Hyper){
		"learning rate": func(h *Hyper) { h.LR = math.NaN() },
		"weight decays": func(h *Hyper) { h.VarianceDecay = -1 },
		"momentum":      func(h *Hyper) { h.Momentum = 1 },
		"betas":         func(h *Hyper) { h.Beta2 = 1 },
		"alpha":         func(h *Hyper) { h.Alpha = 2 },
		"eps":           func(h *Hyper) { h.Eps = 0 },
		"batch":         func(h *Hyper) { h.Batch = 0 },
		"clipped":       func(h *Hyper) { h.Clip = math.Inf(1) },
		"dropout":       func(h *Hyper) { h.Dropout = 1 },
		"optimiser":     func(h *Hyper) { h.Optimizer = 99 },
		"part":          func(h *Hyper) { h.Part = 99 },
		"schedule":      func(h *Hyper) { h.Schedule.Kind = 99 },
		"over 0 steps":  func(h *Hyper) { h.Schedule.Kind = OneCycle },
		"gamma":         func(h *Hyper) { h.Schedule = Schedule{Kind: StepDecay, Steps: 1, Gamma: 2} },
		"ends at":       func(h *Hyper) { h.Schedule = Schedule{Kind: CosineSchedule, Steps: 1, Final: -1} },
	} {
		h := DefaultHyper()
		change(&h)
		if _, err := trainer.Step(loss.DefaultGaussianNLL(), h); err == nil || !wording.Has(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	if !slices.Equal(before, trainer.Weights()) || trainer.Steps() != 0 {
		t.Error("a refused step did something")
	}
}

func TestHeadsRefuseVariancesTheyCannotMake(t *testing.T) {
	for head, variance := range map[Head]float64{Exp: 1e38, SoftplusHead: 0.05, Natural: 1e9} {
		_, err := NewTrainer(Config{Net: NetConfig{
			Inputs: 1, Hidden: []int{4}, Head: head, MinVariance: 0.1, InitialVariance: variance,
		}}, []float64{1, 2}, []float64{3, 4})
		if err == nil || !wording.Has(err.Error(), "cannot make a variance") {
			t.Errorf("%v head, variance %g: got %v", head, variance, err)
		}
	}
	for _, head := range Heads() {
		for _, variance := range []float64{0.2, 1, 30} {
			trainer := newTrainer(t, Config{Net: NetConfig{
				Inputs: 1, Hidden: []int{4}, Head: head, MinVariance: 0.1, InitialVariance: variance,
			}}, []float64{1, 2}, []float64{3, 4})
			m, v := make([]float32, 2), make([]float32, 2)
			trainer.Predict(m, v, []float32{-1, 5})
			for _, got := range v {
				if math.Abs(float64(got)-variance) > 1e-5*variance {
					t.Errorf("%v head: the first variance is %g, want %g", head, got, variance)
				}
			}
		}
	}
}

// failing is a loss that is NaN at its n-th call, and else the squared error.
type failing struct {
	loss.MSE
	calls, at int
}

func (f *failing) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	f.calls++
	value := loss.Of(f.MSE, loss.Mean).Gradients(gradMean, gradVariance, mean, target, variance)
	if f.calls == f.at {
		return math.NaN()
	}
	return value
}

// A step that is not made leaves no trace: at the end of an epoch, at that of the
// warm-up, and in whichever member of an ensemble.
func TestStepsThatDivergeLeaveNoTrace(t *testing.T) {
	x, y := wave(100)
	c := stateConfig()
	c.Workers = 1 // the members are then called in their order
	h := DefaultHyper()
	h.Warmup, h.Dropout, h.Clip = 4, 0.1, 1
	for step := range 10 {
		for member := range 3 {
			e, err := NewEnsemble(c, 3, x, y)
			if err != nil {
				t.Fatal(err)
			}
			trail(t, e, h, step)
			clone := e.Clone()
			last := e.Last()
			_, err = e.Step(&failing{at: member + 1}, h)
			var d *Divergence
			if !errors.As(err, &d) || d.Step != uint64(step)+1 {
				t.Fatalf("step %d, member %d: got %v, want a divergence", step+1, member+1, err)
			}
			for i, m := range e.Members() {
				if m.Steps() != uint64(step) || !slices.Equal(m.Weights(), clone.Members()[i].Weights()) {
					t.Errorf("step %d: member %d diverged, member %d is at %d steps or has changed", step+1, member+1, i+1, m.Steps())
				}
			}
			if e.Last() != last {
				t.Errorf("step %d, member %d: the last step is said to be the one that was not made", step+1, member+1)
			}
			if !slices.Equal(trail(t, e, h, 10), trail(t, clone, h, 10)) {
				t.Errorf("step %d: after member %d diverged the steps are others", step+1, member+1)
			}
		}
	}
}

func TestEnsembleLastIsOfAllMembers(t *testing.T) {
	x, y := wave(100)
	e, err := NewEnsemble(stateConfig(), 3, x, y)
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range []int{32, 32, 32, 4, 100} {
		h := DefaultHyper()
		h.Clip = 0.5
		if rows == 100 {
			h.Batch = 1000
		}
		value, err := e.Step(loss.DefaultGaussianNLL(), h)
		if err != nil {
			t.Fatal(err)
		}
		var mean, variance float64
		clipped := false
		for _, m := range e.Members() {
			last := m.Last()
			if last.Rows != rows {
				t.Errorf("a batch of %d rows, want %d", last.Rows, rows)
			}
			mean, variance, clipped = mean+last.MeanNorm/3, variance+last.VarianceNorm/3, clipped || last.Clipped
		}
		last := e.Last()
		if last.Rows != rows || last.LR != h.LR || math.Abs(last.Loss-value) > 1e-12 || last.Clipped != clipped ||
			math.Abs(last.MeanNorm-mean) > 1e-12 || math.Abs(last.VarianceNorm-variance) > 1e-12 {
			t.Errorf("the last step is said to be %+v; loss %v, norms %v and %v", last, value, mean, variance)
		}
	}
}
