package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// wave is data of two outputs.
func wave(rows int) (x, y []float64) {
	r := rand.New(rand.NewPCG(7, 7))
	for range rows {
		v := 6*r.Float64() - 3
		x = append(x, v, r.NormFloat64())
		y = append(y, math.Sin(v)+0.1*r.NormFloat64(), v*v+r.NormFloat64())
	}
	return x, y
}

// train is learn with the default loss.
func train(t *testing.T, trainer *Trainer, steps int, h Hyper) {
	t.Helper()
	learn(t, trainer, loss.DefaultGaussianNLL(), h, steps)
}

// Same seed, same bits: on one core and on several, and again.
func TestBitsDoNotDependOnTheCores(t *testing.T) {
	x, y := wave(1500)
	for _, head := range Heads() {
		var want []float32
		for _, workers := range []int{1, 1, 2, 3, 8} {
			trainer, err := NewTrainer(Config{
				Net:  NetConfig{Inputs: 2, Outputs: 2, Hidden: []int{40, 30}, Activation: ReLU, Head: head},
				Seed: 5, Workers: workers,
			}, x, y)
			if err != nil {
				t.Fatal(err)
			}
			h := DefaultHyper()
			h.Batch, h.Dropout, h.Clip = 1000, 0.1, 1
			if blocks := trainer.split(h.Batch); blocks < 4 {
				t.Fatalf("a batch of %d is %d blocks: too few for this test", h.Batch, blocks)
			}
			train(t, trainer, 30, h)
			if want == nil {
				want = trainer.Weights()
			} else if !slices.Equal(trainer.Weights(), want) {
				t.Errorf("%v head, %d workers: other weights than with one", head, workers)
			}
		}
	}
}

func TestEnsembleBitsDoNotDependOnTheCores(t *testing.T) {
	x, y := wave(200)
	var want [][]float32
	for _, workers := range []int{1, 2, 5} {
		e, err := NewEnsemble(Config{Net: NetConfig{Inputs: 2, Outputs: 2, Hidden: []int{20}}, Workers: workers}, 5, x, y)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if _, err := e.Step(loss.DefaultGaussianNLL(), DefaultHyper()); err != nil {
				t.Fatal(err)
			}
		}
		var got [][]float32
		for _, m := range e.Members() {
			got = append(got, m.Weights())
		}
		if want == nil {
			want = got
		}
		for i := range got {
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("%d workers: member %d has other weights than with one", workers, i+1)
			}
			if i > 0 && slices.Equal(got[i], got[0]) {
				t.Errorf("members 1 and %d are the same", i+1)
			}
		}
	}
}

// A resumed training continues bit for bit, through the end of an epoch, the end of
// the warm-up, dropout, and a change of optimiser.
func TestResumeGoesOnBitForBit(t *testing.T) {
	x, y := wave(100)
	for _, optimizer := range Optimizers() {
		for _, ordered := range []bool{false, true} {
			c := Config{
				Net:  NetConfig{Inputs: 2, Outputs: 2, Hidden: []int{9, 8}, Activation: GELU, Head: SoftplusHead, MinVariance: 1e-4, Separate: true, Init: HeInit},
				Seed: 3, Ordered: ordered,
			}
			whole, err := NewTrainer(c, x, y)
			if err != nil {
				t.Fatal(err)
			}
			h := DefaultHyper()
			h.Optimizer, h.Momentum, h.Batch, h.Dropout, h.Warmup = optimizer, 0.9, 32, 0.2, 30
			later := h
			later.Optimizer, later.Warmup = Adam, 0
			train(t, whole, 25, h)
			var file bytes.Buffer
			if err := whole.Checkpoint(&file); err != nil {
				t.Fatal(err)
			}
			resumed, err := Resume(&file, x, y, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []*Trainer{whole, resumed} {
				train(t, part, 25, h)
				train(t, part, 25, later)
			}
			if !slices.Equal(whole.Weights(), resumed.Weights()) || whole.Steps() != resumed.Steps() {
				t.Errorf("%v, ordered %v: the resumed training went another way", optimizer, ordered)
			}
		}
	}
}

func TestEnsemblesResumeBitForBit(t *testing.T) {
	x, y := wave(100)
	whole, err := NewEnsemble(Config{Net: NetConfig{Inputs: 2, Outputs: 2, Hidden: []int{9}}, Seed: 3}, 3, x, y)
	if err != nil {
		t.Fatal(err)
	}
	h := DefaultHyper()
	h.Batch, h.Dropout = 32, 0.1
	steps := func(e *Ensemble) {
		for range 25 {
			if _, err := e.Step(loss.DefaultGaussianNLL(), h); err != nil {
				t.Fatal(err)
			}
		}
	}
	steps(whole)
	var file bytes.Buffer
	if err := whole.Checkpoint(&file); err != nil {
		t.Fatal(err)
	}
	if _, err := Resume(bytes.NewReader(file.Bytes()), x, y, 1); err == nil || !wording.Has(err.Error(), "ensemble of 3") {
		t.Errorf("as a trainer: %v", err)
	}
	resumed, err := ResumeEnsemble(&file, x, y, 2)
	if err != nil {
		t.Fatal(err)
	}
	steps(whole)
	steps(resumed)
	for i, m := range resumed.Members() {
		if !slices.Equal(m.Weights(), whole.Members()[i].Weights()) {
			t.Errorf("member %d went another way", i+1)
		}
	}
}

// Weights alone predict as they did, on rows that they were not trained on, and go
// on from the step that they are of.
func TestWeightsResume(t *testing.T) {
	x, y := wave(60)
	c := Config{Net: NetConfig{Inputs: 2, Outputs: 2, Hidden: []int{9}, Head: SoftplusHead, MinVariance: 1e-3}, Seed: 3}
	trained, err := NewEnsemble(c, 2, x, y)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trained.Step(loss.DefaultGaussianNLL(), DefaultHyper()); err != nil {
		t.Fatal(err)
	}
	first := trained.Members()[0]
	var members []map[string][]float32
	for _, m := range trained.Members() {
		tensors := map[string][]float32{}
		for _, tensor := range m.Net().Tensors() {
			tensors[tensor.Name] = tensor.Data
		}
		members = append(members, tensors)
	}
	var file bytes.Buffer
	if err := WriteWeights(&file, c, first.InputScales(), first.TargetScales(), members, 70); err != nil {
		t.Fatal(err)
	}
	resumed, err := ResumeEnsemble(&file, x[:20], y[:20], 0)
	if err != nil {
		t.Fatal(err)
	}
	if resumed.Steps() != 70 {
		t.Errorf("%d steps", resumed.Steps())
	}
	predict := func(e *Ensemble) []float32 {
		p := make([]float32, 3*len(y))
		e.Predict(p[:len(y)], p[len(y):2*len(y)], p[2*len(y):], e.Inputs(x))
		return p
	}
	if !slices.Equal(predict(resumed), predict(trained)) {
		t.Error("weights alone predict something else")
	}
	if _, err := resumed.Step(loss.DefaultGaussianNLL(), DefaultHyper()); err != nil {
		t.Error(err)
	}
	delete(members[1], "var.bias")
	if err := WriteWeights(&file, c, first.InputScales(), first.TargetScales(), members, 70); err == nil || !wording.Has(err.Error(), "member 2") {
		t.Errorf("a parameter is missing: %v", err)
	}
}

func checkpointOf(t *testing.T) (file []byte, x, y []float64) {
	t.Helper()
	x, y = wave(20)
	trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: 2, Outputs: 2, Hidden: []int{3}}}, x, y)
	if err != nil {
		t.Fatal(err)
	}
	train(t, trainer, 3, DefaultHyper())
	var b bytes.Buffer
	if err := trainer.Checkpoint(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), x, y
}

// reseal gives a changed checkpoint the checksum of what it now is.
func reseal(file []byte) []byte {
	body := file[:len(file)-sha256.Size]
	sum := sha256.Sum256(body)
	return append(slices.Clone(body), sum[:]...)
}

func TestDamagedCheckpointsAreRefused(t *testing.T) {
	file, x, y := checkpointOf(t)
	edit := func(old, now string) []byte {
		if !bytes.Contains(file, []byte(old)) {
			t.Fatalf("the checkpoint has no %s", old)
		}
		b := bytes.Replace(file, []byte(old), []byte(now), 1)
		length := binary.LittleEndian.Uint32(b[len(checkpointMagic)+4:])
		binary.LittleEndian.PutUint32(b[len(checkpointMagic)+4:], length+uint32(len(now)-len(old)))
		return reseal(b)
	}
	version := slices.Clone(file)
	version[len(checkpointMagic)] = 9
	bit := slices.Clone(file)
	bit[len(bit)/2] ^= 1
	other := slices.Clone(y)
	other[3]++
	twice := slices.Clone(file)
	order := twice[len(twice)-sha256.Size-4*20:]
	copy(order[4:8], order[:4])
	for name, c := range map[string]struct {
		file []byte
		y    []float64
		want string
	}{
		"empty":          {nil, y, "does not begin as one"},
		"something else": {[]byte("PK\x03\x04 some archive"), y, "does not begin as one"},
		"front only":     {file[:len(checkpointMagic)+2], y, "cut short"},
		"cut short":      {file[:len(file)-5], y, "damaged or cut short"},
		"one bit":        {bit, y, "damaged"},
		"newer version":  {reseal(version), y, "version 9"},
		"other rows":     {file, other, "other rows"},
		"fewer rows":     {file, y[:38], "not rows"},
		"activation":     {edit(`"tanh"`, `"none"`), y, "activation"},
		"size":           {edit(`"hidden":[3]`, `"hidden":[4]`), y, "parameters"},
		"huge":           {edit(`"hidden":[3]`, `"hidden":[999999999]`), y, "units"},
		"twice one row":  {reseal(twice), y, "order of the rows"},
		"far ahead":      {edit(`"next":20`, `"next":21`), y, "order of the rows"},
		"many rows":      {edit(`"rows":20`, `"rows":99999999999`), y, "cannot be"},
		"no members":     {edit(`"members":[{`, `"membres":[{`), y, "members: 0 is out of range"},
		"no JSON":        {edit(`{"config"`, `("config"`), y, "header"},
	} {
		_, err := Resume(bytes.NewReader(c.file), x, c.y, 1)
		if err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func FuzzResume(f *testing.F) {
	x, y := wave(20)
	c := Config{Net: NetConfig{Inputs: 2, Outputs: 2, Hidden: []int{3}}}
	e, err := NewEnsemble(c, 2, x, y)
	if err != nil {
		f.Fatal(err)
	}
	tensors := map[string][]float32{}
	for _, t := range e.Members()[0].Net().Tensors() {
		tensors[t.Name] = t.Data
	}
	for _, write := range []func(w io.Writer) error{
		e.Members()[0].Checkpoint, e.Checkpoint,
		func(w io.Writer) error {
			return WriteWeights(w, c, e.InputScales(), e.Members()[0].TargetScales(), []map[string][]float32{tensors}, 5)
		},
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes(), true)
		f.Add(b.Bytes()[:40], false)
	}
	f.Fuzz(func(t *testing.T, file []byte, sealed bool) {
		if sealed && len(file) > sha256.Size {
			file = reseal(file)
		}
		resumed, err := ResumeEnsemble(bytes.NewReader(file), x, y, 1)
		if err != nil {
			return
		}
		// What was let in can be trained, or says why not.
		_, _ = resumed.Step(loss.DefaultGaussianNLL(), DefaultHyper())
	})
}

// Whatever the settings, a step gives a number or an error, and never panics.
func FuzzStep(f *testing.F) {
	f.Add(uint8(1), uint8(1), uint8(5), uint8(0), uint8(0), uint8(0), uint8(3), 1e-3, 0.0, 0.0, uint8(20), int16(4))
	f.Add(uint8(3), uint8(2), uint8(1), uint8(5), uint8(2), uint8(2), uint8(1), 1e30, 0.5, 1e30, uint8(1), int16(-1))
	f.Add(uint8(9), uint8(1), uint8(0), uint8(9), uint8(4), uint8(3), uint8(0), math.NaN(), 0.99, math.Inf(1), uint8(2), int16(99))
	names := loss.Names()
	f.Fuzz(func(t *testing.T, inputs, outputs, width, activation, head, optimizer, lossIndex uint8, lr, dropout, scale float64, rows uint8, batch int16) {
		in, out := int(inputs%12), int(outputs%4)
		r := rand.New(rand.NewPCG(uint64(rows), uint64(width)))
		x, y := make([]float64, int(rows)*in), make([]float64, int(rows)*max(out, 1))
		for i := range x {
			x[i] = scale * r.NormFloat64()
		}
		for i := range y {
			y[i] = scale * r.NormFloat64()
		}
		trainer, err := NewTrainer(Config{Net: NetConfig{
			Inputs: in, Outputs: out, Hidden: []int{int(width), 1 + int(width)%7},
			Activation: Activation(activation % 12), Head: Head(head % 6), Separate: width%2 == 0,
			InitialVariance: math.Abs(lr),
		}}, x, y)
		if err != nil {
			return
		}
		l, err := loss.ByName(names[int(lossIndex)%len(names)], loss.Options{Eps: 0})
		if err != nil {
			t.Fatal(err)
		}
		h := DefaultHyper()
		h.Optimizer, h.LR, h.Dropout, h.Batch = Optimizer(optimizer%5), lr, dropout, int(batch)
		for range 5 {
			before := trainer.Weights()
			value, err := trainer.Step(l, h)
			if err != nil {
				if !slices.Equal(before, trainer.Weights()) && !slices.ContainsFunc(before, func(v float32) bool { return v != v }) {
					t.Fatalf("%v, and yet the weights have changed", err)
				}
				return
			}
			if value-value != 0 {
				t.Fatalf("a loss of %v without an error", value)
			}
		}
	})
}

func ExampleResume() {
	x, y := []float64{0, 1, 2, 3}, []float64{0, 1, 4, 9}
	trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: 1, Hidden: []int{8}}}, x, y)
	if err != nil {
		panic(err)
	}
	if _, err := trainer.Step(loss.DefaultGaussianNLL(), DefaultHyper()); err != nil {
		panic(err)
	}
	var file bytes.Buffer
	if err := trainer.Checkpoint(&file); err != nil {
		panic(err)
	}
	resumed, err := Resume(&file, x, y, 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(resumed.Steps())
	// Output: 1
}
