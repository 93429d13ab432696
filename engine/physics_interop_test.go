//go:build interop

package engine

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/loss"
)

// go test -tags interop -run Live ./engine -args -live.equations 300
var liveEquations = flag.Int("live.equations", 20, "how many random equations are trained in PyTorch, too")

// A liveCase is a case as testdata/physics.py takes it.
type liveCase struct {
	Residual     string                   `json:"residual"`
	Parameters   map[string]liveParameter `json:"parameters"`
	Noise        string                   `json:"noise"`
	Weight       float64                  `json:"weight"`
	Collocation  liveTensor               `json:"collocation"`
	Hidden       []int                    `json:"hidden"`
	Activation   string                   `json:"activation"`
	VarianceHead string                   `json:"variance_head"`
	LR           float64                  `json:"lr"`
	Full         bool                     `json:"full"`
	Eps          float64                  `json:"eps"`
	Batch        int                      `json:"batch"`
	Steps        int                      `json:"steps"`
	X            liveTensor               `json:"x"`
	Y            liveTensor               `json:"y"`
	Init         map[string]liveTensor    `json:"init"`

	trainer *Trainer
	loss    Loss
	hyper   Hyper
}

type liveParameter struct {
	Start   float64 `json:"start"`
	Learned bool    `json:"learned"`
}

type liveTensor struct {
	Shape []int     `json:"shape"`
	Hex   []float64 `json:"hex"`
}

// randomEquation returns a residual whose parameters are a, b and c, each in it.
func randomEquation(chance *rand.Rand) string {
	pick := func(of ...string) string { return of[chance.IntN(len(of))] }
	quantity := func() string {
		return pick("u", "du", "d2u", "x*u", "u^2", "u*du", "sin(u)", "tanh(du)", "exp(-u^2)", "du/(1 + u^2)", "abs(u)", "sqrt(1 + u^2)", "max(u, 0.3)", "0.1*d2u*u", "cos(x + u)", "atan(d2u/10)")
	}
	return fmt.Sprintf("%s %s a*%s %s b*%s + %s*sin(c*x) + du*0", quantity(), pick("+", "-"), quantity(), pick("+", "-"), quantity(), pick("1", "u", "0.5"))
}

func randomLive(t *testing.T, chance *rand.Rand) *liveCase {
	t.Helper()
	activation := everyWay[chance.IntN(len(everyWay))]
	head := []Head{Exp, SoftplusHead}[chance.IntN(2)]
	c := &liveCase{
		Residual: randomEquation(chance), Noise: []string{"fixed", "learned"}[chance.IntN(2)], Weight: math.Pow(10, -3+3*chance.Float64()),
		Parameters: map[string]liveParameter{}, Hidden: [][]int{{12}, {10, 8}, {6, 7, 5}}[chance.IntN(3)], Activation: activation.String(), VarianceHead: head.String(),
		LR: 0.003, Full: chance.IntN(2) == 0, Eps: 1e-6, Batch: 8, Steps: 20, Init: map[string]liveTensor{},
	}
	p := &Physics{LearnNoise: c.Noise == "learned", Weight: c.Weight, Residual: residual(t, c.Residual, "a", "b", "c")}
	for _, name := range []string{"a", "b", "c"} {
		q := Parameter{Name: name, Start: float64(float32(0.5 + chance.Float64())), Learned: chance.IntN(2) == 0}
		p.Parameters = append(p.Parameters, q)
		c.Parameters[name] = liveParameter{q.Start, q.Learned}
	}
	column := func(n int, draw func(i int) float64) liveTensor {
		v := liveTensor{Shape: []int{n, 1}}
		for i := range n {
			v.Hex = append(v.Hex, float64(float32(draw(i))))
		}
		return v
	}
	c.X = column(24, func(int) float64 { return -1 + 2*chance.Float64() })
	c.Y = column(24, func(i int) float64 { return math.Sin(3*c.X.Hex[i]) + 0.1*chance.NormFloat64() })
	c.Collocation = column(15, func(i int) float64 { return -1 + float64(i)/7 })
	p.Points = c.Collocation.Hex
	trainer, err := NewTrainer(Config{
		Net:  NetConfig{Inputs: 1, Hidden: c.Hidden, Activation: activation, Head: head},
		Seed: chance.Uint64(), Unscaled: true, Ordered: true,
	}, c.X.Hex, c.Y.Hex)
	if err != nil {
		t.Fatal(err)
	}
	if err := trainer.SetPhysics(p); err != nil {
		t.Fatal(err)
	}
	for _, tensor := range trainer.Net().Tensors() {
		v := liveTensor{Shape: tensor.Shape}
		for _, f := range tensor.Data {
			v.Hex = append(v.Hex, float64(f))
		}
		c.Init[tensor.Name] = v
	}
	c.trainer, c.hyper = trainer, DefaultHyper()
	c.hyper.LR, c.hyper.Batch = c.LR, c.Batch
	if c.loss, err = loss.ByName("gaussian_nll", loss.Options{Full: c.Full, Eps: c.Eps, Reduction: loss.Mean}); err != nil {
		t.Fatal(err)
	}
	return c
}

// Random equations train here as they do in PyTorch in float64, to which float32 is as
// near as its digits allow.
func TestRandomEquationsTrainAsLivePyTorchDoes(t *testing.T) {
	chance := rand.New(rand.NewPCG(17, 0))
	var cases []*liveCase
	for range *liveEquations {
		cases = append(cases, randomLive(t, chance))
	}
	order, err := json.Marshal(map[string]any{"dtype": "float64", "cases": cases})
	if err != nil {
		t.Fatal(err)
	}
	python := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/physics.py")
	var complaint strings.Builder
	python.Stdin, python.Stderr = bytes.NewReader(order), &complaint
	answer, err := python.Output()
	if err != nil {
		t.Fatalf("PyTorch, which engine/export/testdata/interop/install.sh installs: %v\n%s", err, complaint.String())
	}
	var theirs []struct {
		Loss, Data, Physics []float64
		Final               map[string][]float64
		Parameters          map[string]float64
		LogVariance         float64 `json:"log_variance"`
	}
	if err := json.Unmarshal(answer, &theirs); err != nil {
		t.Fatal(err)
	}
	worst := map[string]float64{}
	for i, c := range cases {
		far := 0.0
		compare := func(what string, got, want, size float64) {
			e := math.Abs(got-want) / max(1e-1, math.Abs(size))
			far, worst[what] = max(far, e), max(worst[what], e)
		}
		for s := range c.Steps {
			got, err := c.trainer.Step(c.loss, c.hyper)
			if err != nil {
				t.Fatalf("%s: %v", c.Residual, err)
			}
			compare("loss", got, theirs[i].Loss[s], max(math.Abs(theirs[i].Loss[s]), math.Abs(theirs[i].Physics[s])))
			compare("physics", c.trainer.Last().Physics, theirs[i].Physics[s], theirs[i].Physics[s])
		}
		for _, tensor := range c.trainer.Net().Tensors() {
			for k, want := range theirs[i].Final[tensor.Name] {
				compare("weight", float64(tensor.Data[k]), want, want)
			}
		}
		p := c.trainer.PhysicsState()
		for _, q := range p.Parameters {
			compare("parameter", q.Start, theirs[i].Parameters[q.Name], theirs[i].Parameters[q.Name])
		}
		compare("log-variance", p.LogVariance, theirs[i].LogVariance, theirs[i].LogVariance)
		if !(far <= 2e-4) {
			t.Errorf("%s, %s, %s head, noise %s: an error of %.1e", c.Residual, c.Activation, c.VarianceHead, c.Noise, far)
		}
	}
	t.Logf("%d random equations, largest errors relative to the value or to 0.1: %v", len(cases), worst)
}
