package engine

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// testdata/physics_torch.json.gz holds training runs by PyTorch 2.15 with an equation:
// the loss of every step in its two shares, and the last weights and parameters.
type physicsRun struct {
	torchRun
	Residual   string
	Parameters map[string]struct {
		Start   float64
		Learned bool
	}
	Noise            string
	Weight           *hexFloat
	Collocation      hexTensor
	LR               hexFloat
	DataTrace        []string            `json:"data_trace"`
	PhysicsTrace     []string            `json:"physics_trace"`
	FinalParameters  map[string]hexFloat `json:"final_parameters"`
	FinalLogVariance *hexFloat           `json:"final_log_variance"`
}

// A hexFloat is a number, or a C hexadecimal literal.
type hexFloat float64

func (h *hexFloat) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	*h = hexFloat(f)
	return err
}

// physics reads the equation of a run.
func (c *physicsRun) physics(t *testing.T) *Physics {
	t.Helper()
	p := &Physics{LearnNoise: c.Noise == "learned"}
	var names []string
	for name := range c.Parameters {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		p.Parameters = append(p.Parameters, Parameter{Name: name, Start: c.Parameters[name].Start, Learned: c.Parameters[name].Learned})
	}
	p.Residual = residual(t, c.Residual, names...)
	for _, x := range c.Collocation.floats(t) {
		p.Points = append(p.Points, float64(x))
	}
	if c.Weight != nil {
		p.Weight = float64(*c.Weight)
	}
	return p
}

func residual(t testing.TB, text string, parameters ...string) *datasets.Residual {
	t.Helper()
	r, err := datasets.ParseResidual(text, parameters)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEquationsTrainAsPyTorchDoes(t *testing.T) {
	const tolerance = 2e-4
	f, err := os.Open("testdata/physics_torch.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []physicsRun }
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 5 {
		t.Errorf("%d recorded runs, want 5", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			c.Inputs, c.Outputs, c.Loss, c.Reduction = 1, 1, "gaussian_nll", loss.Mean
			trainer, l, h := c.trainer(t)
			h.LR = float64(c.LR)
			if err := trainer.SetPhysics(c.physics(t)); err != nil {
				t.Fatal(err)
			}
			worst := map[string]float64{}
			compare := func(what string, got, want, size float64) {
				t.Helper()
				err, kind := math.Abs(got-want)/max(1e-2, math.Abs(size)), strings.Fields(what)[0]
				worst[kind] = max(worst[kind], err)
				if !(err <= tolerance) {
					t.Errorf("%s is %v, PyTorch's %v", what, got, want)
				}
			}
			same := func(what string, got, want float64) {
				t.Helper()
				compare(what, got, want, want)
			}
			data, physics := (hexTensor{c.DataTrace}).floats(t), (hexTensor{c.PhysicsTrace}).floats(t)
			for step, want := range (hexTensor{c.LossTrace}).floats(t) {
				got, err := trainer.Step(l, h)
				if err != nil {
					t.Fatal(err)
				}
				at := " before step " + strconv.Itoa(step+1)
				// Of two shares that all but cancel the sum has no more digits than they have.
				compare("loss"+at, got, float64(want), max(math.Abs(float64(want)), math.Abs(float64(physics[step]))))
				same("physics"+at, trainer.Last().Physics, float64(physics[step]))
				same("data"+at, got-trainer.Last().Physics, float64(data[step]))
			}
			for _, tensor := range trainer.Net().Tensors() {
				for i, want := range c.Final[tensor.Name].floats(t) {
					same("weight "+tensor.Name, float64(tensor.Data[i]), float64(want))
				}
			}
			s := trainer.PhysicsState()
			for _, p := range s.Parameters {
				same("parameter "+p.Name, p.Start, float64(c.FinalParameters[p.Name]))
			}
			if c.FinalLogVariance != nil {
				same("log-variance", s.LogVariance, float64(*c.FinalLogVariance))
			}
			t.Logf("%d steps, largest errors, relative to the value or to 0.01: %v", len(c.LossTrace), worst)
		})
	}
}

// oscillator returns rows of d2u + 4 du + 400 u = 0 with noise, and the truth.
func oscillator(rows int, to float64, seed uint64) (x, y []float64, truth func(float64) float64) {
	w := math.Sqrt(396)
	truth = func(t float64) float64 { return math.Exp(-2*t) * (math.Cos(w*t) + 2/w*math.Sin(w*t)) }
	chance := rand.New(rand.NewPCG(seed, 0))
	for range rows {
		at := to * chance.Float64()
		x, y = append(x, at), append(y, truth(at)+0.04*chance.NormFloat64())
	}
	return x, y, truth
}

var everyWay = slices.DeleteFunc(Activations(), func(a Activation) bool { return !a.Smooth() })

// The gradient of the term is what differences of it say, with scales, in separate
// networks, in every smooth activation.
func TestEquationGradients(t *testing.T) {
	x, y, _ := oscillator(30, 3, 1)
	for i := range x {
		x[i] = 5 + 7*x[i]
		y[i] = 20 + 30*y[i]
	}
	for _, a := range everyWay {
		for _, separate := range []bool{false, true} {
			for _, learn := range []bool{false, true} {
				trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: 1, Hidden: []int{6, 5}, Activation: a, Separate: separate}, Seed: 3}, x, y)
				if err != nil {
					t.Fatal(err)
				}
				formula := "d2u + mu*du + k*u*tanh(u/20) + sin(x)"
				if a == ELU { // whose second derivative jumps, so that differences across that are none
					formula = "mu*du + k*u*tanh(u/20) + sin(x)"
				}
				if err := trainer.SetPhysics(&Physics{
					Residual: residual(t, formula, "mu", "k"), Weight: 0.7, LearnNoise: learn,
					Parameters: []Parameter{{"mu", 1.3, true}, {"k", 0.4, true}}, Points: Evenly(4, 28, 9),
				}); err != nil {
					t.Fatal(err)
				}
				trainer.fitLaw()
				trainer.law.values[2] = 0.3
				at := func() float64 {
					trainer.net.pack()
					return trainer.tryPhysics()
				}
				at()
				q := trainer.physics
				grads, sum := slices.Clone(q.pass.grads), slices.Clone(q.sum)
				check := func(what string, p []float32, i int, got float64) {
					t.Helper()
					old := p[i]
					h := float32(1e-2)
					p[i] = old + h
					up, upAt := at(), p[i]
					p[i] = old - h
					down, downAt := at(), p[i]
					p[i] = old
					want := (up - down) / float64(upAt-downAt)
					scale := 0.0
					for _, g := range grads {
						scale = max(scale, math.Abs(float64(g)))
					}
					if what == "parameter" {
						scale = math.Abs(want)
					}
					if math.Abs(got-want) > 2e-2*max(math.Abs(want), 0.1*scale) {
						t.Errorf("%v, separate %v, learned %v: gradient of %s %d is %g, by differences %g", a, separate, learn, what, i, got, want)
					}
				}
				for i := range grads {
					check("weight", trainer.net.params, i, float64(grads[i]))
				}
				for i := range 2 {
					check("parameter", trainer.law.values, i, sum[i])
				}
				if learn {
					check("parameter", trainer.law.values, 2, sum[2])
				}
			}
		}
	}
}

// What is learned of an equation goes with states, restores, clones, checkpoints and
// ensembles, with the same bits; a frozen mean does not move it.
func TestEquationsAreOfTheState(t *testing.T) {
	x, y, _ := oscillator(40, 1, 2)
	p := &Physics{
		Residual: residual(t, "d2u + mu*du + k*u", "mu", "k"), LearnNoise: true, Drawn: true,
		Parameters: []Parameter{{"mu", 1, true}, {"k", 400, false}}, Points: Evenly(0, 1, 30),
	}
	make := func() *Ensemble {
		e, err := NewEnsemble(Config{Net: NetConfig{Inputs: 1, Hidden: []int{8, 8}}, Seed: 5}, 2, x, y)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.SetPhysics(p); err != nil {
			t.Fatal(err)
		}
		return e
	}
	h := DefaultHyper()
	h.LR, h.Clip, h.Decay = 0.01, 5, 0.01
	l, err := loss.ByName("gaussian_nll", loss.Options{Eps: 1e-6, Reduction: loss.Mean})
	if err != nil {
		t.Fatal(err)
	}
	train := func(e *Ensemble, steps int) {
		t.Helper()
		for range steps {
			if _, err := e.Step(l, h); err != nil {
				t.Fatal(err)
			}
		}
	}
	same := func(what string, a, b *Ensemble) {
		t.Helper()
		for i := range a.Members() {
			p, q := a.Members()[i], b.Members()[i]
			if !slices.Equal(p.Weights(), q.Weights()) || !slices.Equal(p.law.values, q.law.values) || !slices.Equal(p.law.opt.m, q.law.opt.m) {
				t.Errorf("%s: member %d went another way: %v, %v", what, i+1, p.law.values, q.law.values)
			}
		}
	}
	e := make()
	train(e, 70)
	s := e.State()
	clone := e.Clone()
	var file bytes.Buffer
	if err := e.Checkpoint(&file); err != nil {
		t.Fatal(err)
	}
	train(e, 50)
	if a, b := e.Members()[0].PhysicsState(), e.Members()[1].PhysicsState(); a.Parameters[0].Start == 1 || a.Parameters[0].Start == b.Parameters[0].Start || a.Parameters[1].Start != 400 || a.LogVariance == 0 {
		t.Errorf("the members learned %+v and %+v", a, b)
	}
	train(clone, 50)
	same("a clone", clone, e)
	again := make()
	if err := again.SetState(s); err != nil {
		t.Fatal(err)
	}
	train(again, 50)
	same("a state", again, e)
	resumed, err := ResumeEnsemble(&file, x, y, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := resumed.SetPhysics(p); err != nil {
		t.Fatal(err)
	}
	train(resumed, 50)
	same("a checkpoint", resumed, e)

	// Another equation keeps what has the same name, and a state brings back the rest.
	before := e.Members()[0].PhysicsState()
	other := *p
	other.Residual, other.Parameters = residual(t, "du + c*u + mu*u", "c", "mu"), []Parameter{{"c", 7, true}, {"mu", 1, true}}
	if err := e.SetPhysics(&other); err != nil {
		t.Fatal(err)
	}
	after := e.Members()[0].PhysicsState()
	if after.Parameters[0].Start != 7 || after.Parameters[1].Start != before.Parameters[0].Start || after.LogVariance != before.LogVariance {
		t.Errorf("%+v became %+v", before, after)
	}
	train(e, 3)
	if err := e.SetState(s); err != nil {
		t.Fatal(err)
	}
	if err := e.SetPhysics(p); err != nil {
		t.Fatal(err)
	}
	train(e, 50)
	same("a state after another equation", e, again)

	one := e.Members()[0]
	if err := one.SetParameter("mu", 2.5); err != nil || one.PhysicsState().Parameters[0].Start != 2.5 {
		t.Errorf("a parameter that was set is %v (%v)", one.PhysicsState(), err)
	}
	frozen := h
	frozen.Part = VariancePart
	if _, err := one.Step(l, frozen); err != nil || one.PhysicsState().Parameters[0].Start != 2.5 || one.Last().Physics != 0 {
		t.Errorf("a step of the variance alone moved %v (%v)", one.PhysicsState(), err)
	}
	one.Restore()
	if err := one.SetParameter("k", 3); err == nil {
		t.Error("a parameter that is not learned was set")
	}
	r, at := []float64{0, 0}, []float64{0.25, 0.75}
	one.Residuals(r, at)
	if r[0] == r[1] || r[0]-r[0] != 0 {
		t.Errorf("residuals of %v", r)
	}
	if n := testing.AllocsPerRun(50, func() {
		if _, err := one.Step(l, h); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations in a step with an equation", n)
	}
}

func TestEquationsThatCannotBeHad(t *testing.T) {
	good := Physics{Residual: residual(t, "du + k*u", "k"), Parameters: []Parameter{{"k", 1, false}}, Points: []float64{0, 1}, Weight: 1}
	for _, c := range []struct {
		net    NetConfig
		change func(*Physics)
		words  string
	}{
		{NetConfig{Activation: ReLU}, nil, "second derivative is 0"},
		{NetConfig{Activation: LeakyReLU}, nil, "second derivative is 0"},
		{NetConfig{Activation: Identity}, nil, "second derivative is 0"},
		{NetConfig{Inputs: 2}, nil, "2 inputs"},
		{NetConfig{Outputs: 2}, nil, "2 outputs"},
		{NetConfig{Head: Natural}, nil, "natural head"},
		{NetConfig{}, func(p *Physics) { p.Residual = nil }, "without a residual"},
		{NetConfig{}, func(p *Physics) { p.Points = nil }, "equation points: 0 is out of range"},
		{NetConfig{}, func(p *Physics) { p.Points = []float64{math.NaN()} }, "point 1"},
		{NetConfig{}, func(p *Physics) { p.Weight = -1 }, "weight of -1"},
		{NetConfig{}, func(p *Physics) { p.Parameters = nil }, "1 parameters, and 0"},
		{NetConfig{}, func(p *Physics) { p.Parameters = []Parameter{{"c", 1, false}} }, "is k, not c"},
		{NetConfig{}, func(p *Physics) { p.Parameters = []Parameter{{"k", math.Inf(1), false}} }, "begins with"},
	} {
		c.net.Inputs, c.net.Hidden = max(c.net.Inputs, 1), []int{4}
		n, m := c.net.Inputs, max(c.net.Outputs, 1)
		trainer, err := NewTrainer(Config{Net: c.net}, []float64{1, 2, 4, 7, 3, 5}[:3*n], []float64{1, 2, 4, 7, 3, 5}[:3*m])
		if err != nil {
			t.Fatal(err)
		}
		p := good
		if c.change != nil {
			c.change(&p)
		}
		if err := trainer.SetPhysics(&p); err == nil || !wording.Has(err.Error(), c.words) || trainer.physics != nil {
			t.Errorf("got %v, want %q", err, c.words)
		}
	}
}

// An equation that is learned from: what training has made of an oscillator's rows.
type oscillation struct {
	mu, noise float64 // of the equation, and the standard deviation of the rows
	rms       float64 // error of the mean against the truth over 0 to 1
}

// trainOscillator trains on 40 rows from 0 to an end, with the equation or without.
// The equation is divided by k, so that its residual is of the size of u.
func trainOscillator(t testing.TB, seed uint64, to float64, steps int, equation bool) oscillation {
	t.Helper()
	x, y, truth := oscillator(40, to, seed)
	trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: 1, Hidden: []int{32, 32, 32}, Activation: Sin, Head: Homoscedastic}, Seed: seed}, x, y)
	if err != nil {
		t.Fatal(err)
	}
	if equation {
		if err := trainer.SetPhysics(&Physics{
			Residual: residual(t, "(d2u + mu*du)/400 + u", "mu"), LearnNoise: true,
			Parameters: []Parameter{{"mu", 1, true}}, Points: Evenly(0, 1, 30),
		}); err != nil {
			t.Fatal(err)
		}
	}
	l, err := loss.ByName("gaussian_nll", loss.Options{Eps: 1e-6, Reduction: loss.Mean})
	if err != nil {
		t.Fatal(err)
	}
	h := DefaultHyper()
	h.LR, h.Batch = 3e-3, 40
	for range steps {
		if _, err := trainer.Step(l, h); err != nil {
			t.Fatal(err)
		}
	}
	grid := Evenly(0, 1, 200)
	mean, variance := make([]float32, len(grid)), make([]float32, len(grid))
	trainer.Predict(mean, variance, trainer.Inputs(grid))
	o := oscillation{noise: math.Sqrt(float64(variance[0])) * trainer.TargetScale().Std}
	for i, at := range grid {
		d := trainer.TargetScale().Invert(mean[i]) - truth(at)
		o.rms += d * d / float64(len(grid))
	}
	o.rms = math.Sqrt(o.rms)
	if equation {
		o.mu = trainer.PhysicsState().Parameters[0].Start
	}
	return o
}

// From rows of an oscillator whose friction and noise are not known, training finds
// both; from rows of its first third alone, the equation carries the mean over the rest.
func TestEquationsFindWhatIsNotKnown(t *testing.T) {
	with, without := trainOscillator(t, 0, 1, 4000, true), trainOscillator(t, 0, 1, 4000, false)
	if math.Abs(with.mu-4) > 0.4 || with.noise < 0.031 || with.noise > 0.049 || with.rms > without.rms {
		t.Errorf("with the equation %+v, without %+v", with, without)
	}
	with, without = trainOscillator(t, 0, 1./3, 4000, true), trainOscillator(t, 0, 1./3, 4000, false)
	if with.rms > 0.05 || without.rms < 5*with.rms {
		t.Errorf("from a third of the rows, with the equation %+v, without %+v", with, without)
	}
}
