package engine

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func mcycle(t *testing.T, seed uint64) (trainer *Trainer, x, y []float64) {
	t.Helper()
	set, err := datasets.Load("mcycle", seed)
	if err != nil {
		t.Fatal(err)
	}
	split, err := set.Split(0.8, seed)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range split.Train {
		x, y = append(x, set.X[i]), append(y, set.Y[i])
	}
	trainer, err = NewTrainer(Config{Net: NetConfig{Inputs: 1, Hidden: []int{64, 64}}, Seed: seed}, x, y)
	if err != nil {
		t.Fatal(err)
	}
	return trainer, x, y
}

// step makes a step of Adam with the default loss and a little decay.
func step(t *testing.T, trainer *Trainer, lr float64, batch int) float64 {
	t.Helper()
	h := DefaultHyper()
	h.LR, h.Decay, h.VarianceDecay, h.Batch = lr, 0.01, 0.01, batch
	value, err := trainer.Step(loss.DefaultGaussianNLL(), h)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// The job itself: on the motorcycle data the network learns that the crash is
// noisy and that what goes before it is not.
func TestLearnsTheNoiseOfMcycle(t *testing.T) {
	for seed := range uint64(3) {
		trainer, x, y := mcycle(t, seed)
		for range 1000 {
			step(t, trainer, 3e-3, 32)
		}
		predict := func(x []float64) (mean, std []float64) {
			m, v := make([]float32, len(x)), make([]float32, len(x))
			trainer.Predict(m, v, trainer.Inputs(x))
			s := trainer.TargetScale()
			for i := range m {
				mean = append(mean, s.Invert(m[i]))
				std = append(std, math.Sqrt(float64(v[i]))*s.Std)
			}
			return mean, std
		}
		_, std := predict([]float64{5, 25})
		if std[0] > std[1]/3 {
			t.Errorf("seed %d: standard deviation %.1f g at 5 ms, more than a third of %.1f g at 25 ms", seed, std[0], std[1])
		}
		mean, std := predict(x)
		r, err := metrics.Evaluate(mean, std, y)
		if err != nil {
			t.Fatal(err)
		}
		if r.NLL > 4.35 {
			t.Errorf("seed %d: NLL %.3f of the training rows, want at most 4.35", seed, r.NLL)
		}
	}
}

func TestSameSeedSameBits(t *testing.T) {
	weights := func(seed uint64) []float32 {
		trainer, _, _ := mcycle(t, 1)
		trainer.order = rand.NewPCG(seed, streamOrder)
		for range 50 {
			step(t, trainer, 1e-2, 10)
		}
		return trainer.Weights()
	}
	if !slices.Equal(weights(1), weights(1)) {
		t.Error("one seed gave two networks")
	}
	if slices.Equal(weights(1), weights(2)) {
		t.Error("two orders of the rows gave one network")
	}
}

// recorder is a loss that keeps the targets it was shown.
type recorder struct{ batches [][]float32 }

func (r *recorder) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	r.batches = append(r.batches, slices.Clone(target))
	clear(gradMean)
	clear(gradVariance)
	return 0
}

func TestEpochVisitsEveryRowOnce(t *testing.T) {
	x, y := make([]float64, 10), make([]float64, 10)
	for i := range y {
		x[i], y[i] = float64(i), float64(i*i)
	}
	trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: 1, Hidden: []int{3}}, Seed: 1}, x, y)
	if err != nil {
		t.Fatal(err)
	}
	var r recorder
	for range 6 {
		h := DefaultHyper()
		h.Batch = 4
		if _, err := trainer.Step(&r, h); err != nil {
			t.Fatal(err)
		}
	}
	for epoch := range 2 {
		var sizes []int
		var seen []float32
		for _, b := range r.batches[3*epoch : 3*epoch+3] {
			sizes = append(sizes, len(b))
			seen = append(seen, b...)
		}
		slices.Sort(seen)
		if !slices.Equal(sizes, []int{4, 4, 2}) || !slices.Equal(seen, trainer.Targets(y)) {
			t.Errorf("epoch %d: batches of %v showed %v", epoch, sizes, seen)
		}
	}
	h := DefaultHyper()
	h.Batch = 99
	if _, err := trainer.Step(&r, h); err != nil {
		t.Fatal(err)
	}
	if got := len(r.batches[6]); got != 10 {
		t.Errorf("a batch of 99 had %d of 10 rows", got)
	}
}

func TestStepDoesNotAllocate(t *testing.T) {
	trainer, _, _ := mcycle(t, 1)
	// An interface made at each step would be the caller's allocation.
	var l Loss = loss.DefaultGaussianNLL()
	h := DefaultHyper()
	step := func() {
		if _, err := trainer.Step(l, h); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 * goodEvery { // the states that the guard keeps have their room then
		step()
	}
	if n := testing.AllocsPerRun(50, step); n != 0 {
		t.Errorf("%v allocations a step, want none", n)
	}
}

func TestConstantColumnsKeepTheirUnit(t *testing.T) {
	trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: 2, Hidden: []int{4}}}, []float64{1, 5, 2, 5}, []float64{7, 7})
	if err != nil {
		t.Fatal(err)
	}
	if s := trainer.TargetScale(); s != (Scale{7, 1}) {
		t.Errorf("the scale of a constant target is %+v", s)
	}
	step(t, trainer, 1e-3, 2)
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	x, y := []float64{1, 2}, []float64{3, 4}
	net := NetConfig{Inputs: 1, Hidden: []int{4}}
	for name, c := range map[string]struct {
		net  NetConfig
		x, y []float64
		want string
	}{
		"no rows":       {net, nil, nil, "no rows"},
		"ragged":        {NetConfig{Inputs: 2, Hidden: []int{4}}, []float64{1, 2, 3}, y, "3 input values"},
		"no inputs":     {NetConfig{Hidden: []int{4}}, x, y, "inputs: 0 is out of range"},
		"NaN input":     {net, []float64{1, math.NaN()}, y, "row 1"},
		"NaN target":    {net, x, []float64{math.Inf(1), 1}, "row 0"},
		"no layer":      {NetConfig{Inputs: 1}, x, y, "hidden layers: 0 is out of range"},
		"many layers":   {NetConfig{Inputs: 1, Hidden: make([]int, 10000)}, x, y, "hidden layers: 10000 is out of range"},
		"width 0":       {NetConfig{Inputs: 1, Hidden: []int{4, 0}}, x, y, "hidden layer 2: 0 units"},
		"huge width":    {NetConfig{Inputs: 1, Hidden: []int{1 << 40}}, x, y, "layer 1"},
		"too large":     {NetConfig{Inputs: 1, Hidden: []int{4096, 4096, 4096}}, x, y, "parameters"},
		"no activation": {NetConfig{Inputs: 1, Hidden: []int{4}, Activation: 99}, x, y, "Activation(99)"},
	} {
		if _, err := NewTrainer(Config{Net: c.net}, c.x, c.y); err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestActivationNames(t *testing.T) {
	for _, a := range Activations() {
		if got, err := ParseActivation(a.String()); err != nil || got != a {
			t.Errorf("%v came back as %v (%v)", a, got, err)
		}
	}
	if _, err := ParseActivation("swish"); err == nil {
		t.Error(`"swish" was accepted`)
	}
}

// Odd data that can be trained on is, for as many steps as it takes to see it.
func TestOddDataIsTrainedOn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, c := range map[string]struct{ rows, inputs int }{
		"one row":                      {1, 1},
		"more features than rows":      {3, 40},
		"one feature more than a lane": {20, 17},
	} {
		for _, constant := range []bool{false, true} {
			x, y := make([]float64, c.rows*c.inputs), make([]float64, c.rows)
			for i := range x {
				x[i] = r.NormFloat64()
				if constant {
					x[i] = 5
				}
			}
			for i := range y {
				y[i] = r.NormFloat64()
			}
			trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: c.inputs, Hidden: []int{7}}, Seed: 1}, x, y)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			first := step(t, trainer, 1e-3, 1000)
			last := 0.0
			for range 200 {
				last = step(t, trainer, 1e-3, 1000)
			}
			if !(last < first) {
				t.Errorf("%s, constant %v: loss %v after 200 steps, %v before", name, constant, last, first)
			}
		}
	}
}

// What a configuration would take is known before it is made.
func TestParamsAreCountedBeforehand(t *testing.T) {
	for _, c := range []NetConfig{
		{Inputs: 1, Hidden: []int{4}},
		{Inputs: 3, Outputs: 2, Hidden: []int{5, 6}, Separate: true},
		{Inputs: 3, Outputs: 2, Hidden: []int{5, 6}, Head: Homoscedastic},
		{Inputs: 3, Outputs: 2, Hidden: []int{5, 6}, Head: Fixed},
	} {
		n, err := c.Params()
		if err != nil {
			t.Fatal(err)
		}
		net, err := NewNet(c, 1)
		if err != nil {
			t.Fatal(err)
		}
		if n != net.Params() {
			t.Errorf("%+v: %d parameters, and the network has %d", c, n, net.Params())
		}
	}
	for _, c := range []NetConfig{
		{Inputs: 1},
		{Inputs: 1, Hidden: []int{4096, 4096, 4096}},
		{Inputs: 1, Hidden: []int{4}, InitialVariance: 1e38},
	} {
		if _, err := c.Params(); err == nil {
			t.Errorf("%+v has a number of parameters", c)
		}
	}
}
