package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/loss"
)

// A network learns that noise grows from left to right.
func Example() {
	r := rand.New(rand.NewPCG(1, 2))
	var x, y []float64
	for range 500 {
		v := 10 * r.Float64()
		x, y = append(x, v), append(y, math.Sin(v)+(0.05+0.1*v)*r.NormFloat64())
	}
	trainer, err := engine.NewTrainer(engine.Config{
		Net:  engine.NetConfig{Inputs: 1, Hidden: []int{32, 32}, Activation: engine.SiLU},
		Seed: 1,
	}, x, y)
	if err != nil {
		panic(err)
	}
	h := engine.DefaultHyper()
	h.LR = 3e-3
	for range 2000 {
		if _, err := trainer.Step(loss.DefaultGaussianNLL(), h); err != nil {
			panic(err) // a *engine.Divergence says what went wrong and why
		}
	}
	mean, variance := make([]float32, len(x)), make([]float32, len(x))
	trainer.Predict(mean, variance, trainer.Inputs(x))
	scale := trainer.TargetScale()
	means, stds := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		means[i] = scale.Invert(mean[i])
		stds[i] = scale.Std * math.Sqrt(float64(variance[i]))
	}
	report, err := metrics.Evaluate(means, stds, y)
	if err != nil {
		panic(err)
	}
	verdict, err := metrics.Judge(means, stds, y)
	if err != nil {
		panic(err)
	}
	fmt.Printf("NLL below 1: %v; %s\n", report.NLL < 1, verdict)
	// Output: NLL below 1: true; well calibrated
}

// Weights come from PyTorch under its own names.
func ExampleNet_SetTensors() {
	trainer, err := engine.NewTrainer(engine.Config{
		Net:      engine.NetConfig{Inputs: 1, Hidden: []int{2}, Activation: engine.ReLU, Head: engine.SoftplusHead},
		Unscaled: true, // inputs and targets as they are
		Ordered:  true, // batches in the order of the rows
	}, []float64{1, 2, 3}, []float64{1, 4, 9})
	if err != nil {
		panic(err)
	}
	err = trainer.Net().SetTensors(map[string][]float32{
		"body.0.weight": {1, -1}, // (2, 1)
		"body.0.bias":   {0, 0.5},
		"mean.weight":   {2, 1}, // (1, 2)
		"mean.bias":     {0.25},
		"var.weight":    {0, 0},
		"var.bias":      {0},
	})
	if err != nil {
		panic(err)
	}
	mean, variance := make([]float32, 1), make([]float32, 1)
	trainer.Predict(mean, variance, []float32{3})
	fmt.Printf("mean %.2f, variance %.4f\n", mean[0], variance[0])
	// Output: mean 6.25, variance 0.6931
}

// Rows with noise, and the equation that made them, of which one number is not known.
func ExampleTrainer_SetPhysics() {
	r := rand.New(rand.NewPCG(1, 2))
	var x, y []float64
	for range 60 {
		at := 4 * r.Float64()
		x, y = append(x, at), append(y, math.Exp(-1.5*at)+0.03*r.NormFloat64())
	}
	trainer, err := engine.NewTrainer(engine.Config{
		Net:  engine.NetConfig{Inputs: 1, Hidden: []int{16, 16}, Head: engine.Homoscedastic},
		Seed: 1,
	}, x, y)
	if err != nil {
		panic(err)
	}
	decay, err := datasets.ParseResidual("du + rate*u", []string{"rate"})
	if err != nil {
		panic(err) // a *datasets.FormulaError says where the formula is wrong
	}
	if err := trainer.SetPhysics(&engine.Physics{
		Residual:   decay,
		Parameters: []engine.Parameter{{Name: "rate", Start: 1, Learned: true}},
		Points:     engine.Evenly(0, 4, 30),
		LearnNoise: true, // the weight finds itself
	}); err != nil {
		panic(err)
	}
	h := engine.DefaultHyper()
	h.LR = 3e-3
	for range 8000 {
		if _, err := trainer.Step(loss.DefaultGaussianNLL(), h); err != nil {
			panic(err)
		}
	}
	rate := trainer.PhysicsState().Parameters[0].Start
	fmt.Printf("the rate is within a tenth of 1.5: %v\n", math.Abs(rate-1.5) < 0.15)
	// Output: the rate is within a tenth of 1.5: true
}
