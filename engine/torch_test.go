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
		WeightDecay float64 `json:"weight_decay"`
		Betas       []float64
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

// Of the recorded runs, those whose parts the engine has: each step's loss and
// each last weight must be PyTorch's, but for the order of float32 sums.
func TestTrainsAsPyTorchDoes(t *testing.T) {
	const tolerance = 2e-4
	ran := 0
	for _, c := range readTorchRuns(t) {
		activation, err := ParseActivation(c.Activation)
		if err != nil || c.Outputs != 1 || c.VarianceHead != "exp" || c.Optimizer != "adam" ||
			c.Loss != "gaussian_nll" || c.Beta != 0 || c.ClipNorm != nil || c.OptimizerArgs.Betas != nil {
			continue
		}
		ran++
		t.Run(c.Name, func(t *testing.T) {
			x, y := c.X.floats(t), c.Y.floats(t)
			trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: c.Inputs, Hidden: c.Hidden, Activation: activation}},
				make([]float64, len(x)), make([]float64, len(y)))
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range trainer.net.layers() {
				copy(l.weights(trainer.net.params), c.Init[l.name+".weight"].floats(t))
				copy(l.biases(trainer.net.params), c.Init[l.name+".bias"].floats(t))
			}
			nll := loss.GaussianNLL{Full: c.Full, Eps: c.Eps, Reduction: c.Reduction}
			h := Hyper{LR: c.OptimizerArgs.LR, Decay: c.OptimizerArgs.WeightDecay}
			for step, want := range (hexTensor{c.LossTrace}).floats(t) {
				var bx, by []float32
				for k := range c.Batch {
					i := (step*c.Batch + k) % len(y)
					bx, by = append(bx, x[i*c.Inputs:(i+1)*c.Inputs]...), append(by, y[i])
				}
				if got := trainer.stepOn(bx, by, nll, h); !near(got, float64(want), tolerance) {
					t.Fatalf("loss before step %d is %v, PyTorch's %v", step+1, got, want)
				}
			}
			for _, l := range trainer.net.layers() {
				for part, got := range map[string][]float32{"weight": l.weights(trainer.net.params), "bias": l.biases(trainer.net.params)} {
					for i, want := range c.Final[l.name+"."+part].floats(t) {
						if !near(float64(got[i]), float64(want), tolerance) {
							t.Errorf("%s.%s[%d] is %v in the end, PyTorch's %v", l.name, part, i, got[i], want)
						}
					}
				}
			}
		})
	}
	if ran < 2 {
		t.Errorf("%d recorded runs were within the engine's means, want at least 2", ran)
	}
}

func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*max(1e-2, math.Abs(want))
}
