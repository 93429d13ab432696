package engine

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/gnllviz/gnllviz/loss"
)

// testdata/training_torch.json.gz holds training runs by PyTorch 1.13: data,
// first weights, the loss before every step, last weights. Numbers are C
// hexadecimal literals.
type torchRun struct {
	Name          string
	Inputs        int
	Outputs       int
	Hidden        []int
	Activation    string
	VarianceHead  string `json:"variance_head"`
	Optimizer     string
	OptimizerArgs struct {
		LR          float64
		WeightDecay *float64 `json:"weight_decay"`
		Betas       []float64
		Eps         *float64
		Momentum    float64
		Nesterov    bool
		Alpha       *float64
	} `json:"optimizer_args"`
	Loss      string
	Beta      float64
	Full      bool
	Eps       float64
	Reduction loss.Reduction
	ClipNorm  *float64 `json:"clip_norm"`
	Batch     int
	X, Y      hexTensor
	Init      map[string]hexTensor
	LossTrace []string `json:"loss_trace"`
	Final     map[string]hexTensor
}

type hexTensor struct{ Hex []string }

func (h hexTensor) floats(t *testing.T) []float32 {
	t.Helper()
	v := make([]float32, len(h.Hex))
	for i, s := range h.Hex {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		v[i] = float32(f)
	}
	return v
}

func readTorchRuns(t *testing.T) []torchRun {
	t.Helper()
	f, err := os.Open("testdata/training_torch.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []torchRun }
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// trainer builds what a run describes.
func (c *torchRun) trainer(t *testing.T) (*Trainer, Loss, Hyper) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	activation, err := ParseActivation(c.Activation)
	must(err)
	head, err := ParseHead(c.VarianceHead)
	must(err)
	wide := func(v []float32) []float64 {
		w := make([]float64, len(v))
		for i := range v {
			w[i] = float64(v[i])
		}
		return w
	}
	trainer, err := NewTrainer(Config{
		Net:      NetConfig{Inputs: c.Inputs, Outputs: c.Outputs, Hidden: c.Hidden, Activation: activation, Head: head},
		Unscaled: true, Ordered: true,
	}, wide(c.X.floats(t)), wide(c.Y.floats(t)))
	must(err)
	weights := map[string][]float32{}
	for name, w := range c.Init {
		weights[name] = w.floats(t)
	}
	must(trainer.Net().SetTensors(weights))

	name := c.Loss
	if c.Beta != 0 {
		name = "beta_nll"
	}
	l, err := loss.ByName(name, loss.Options{Full: c.Full, Eps: c.Eps, Reduction: c.Reduction, Parameters: map[string]float64{"beta": c.Beta}})
	must(err)

	h, args := DefaultHyper(), c.OptimizerArgs
	h.Optimizer, err = ParseOptimizer(c.Optimizer)
	must(err)
	h.Batch, h.LR = c.Batch, args.LR
	switch {
	case args.WeightDecay != nil:
		h.Decay, h.VarianceDecay = *args.WeightDecay, *args.WeightDecay
	case h.Optimizer == AdamW:
		h.Decay, h.VarianceDecay = 0.01, 0.01 // PyTorch's default
	}
	h.Momentum, h.Nesterov = args.Momentum, args.Nesterov
	if args.Betas != nil {
		h.Beta1, h.Beta2 = args.Betas[0], args.Betas[1]
	}
	if args.Eps != nil {
		h.Eps = *args.Eps
	}
	if args.Alpha != nil {
		h.Alpha = *args.Alpha
	}
	if c.ClipNorm != nil {
		h.Clip = *c.ClipNorm
	}
	return trainer, l, h
}

// Each step's loss and each last weight must be PyTorch's, but for the order of
// float32 sums.
func TestTrainsAsPyTorchDoes(t *testing.T) {
	const tolerance = 2e-4
	runs := readTorchRuns(t)
	if len(runs) != 11 {
		t.Errorf("%d recorded runs, want 11", len(runs))
	}
	for _, c := range runs {
		t.Run(c.Name, func(t *testing.T) {
			trainer, l, h := c.trainer(t)
			for step, want := range (hexTensor{c.LossTrace}).floats(t) {
				got, err := trainer.Step(l, h)
				if err != nil {
					t.Fatal(err)
				}
				if !near(got, float64(want), tolerance) {
					t.Fatalf("loss before step %d is %v, PyTorch's %v", step+1, got, want)
				}
			}
			tensors := trainer.Net().Tensors()
			if len(tensors) != len(c.Final) {
				t.Errorf("%d parameters, PyTorch has %d", len(tensors), len(c.Final))
			}
			worst := 0.0
			for _, tensor := range tensors {
				for i, want := range c.Final[tensor.Name].floats(t) {
					got, want := float64(tensor.Data[i]), float64(want)
					worst = max(worst, math.Abs(got-want)/max(1e-2, math.Abs(want)))
					if !near(got, want, tolerance) {
						t.Errorf("%s[%d] is %v in the end, PyTorch's %v", tensor.Name, i, got, want)
					}
				}
			}
			t.Logf("largest error of a weight, relative to it or to 0.01: %.1e", worst)
		})
	}
}

func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*max(1e-2, math.Abs(want))
}
