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
	fmt.Printf("NLL below 1: %v; well calibrated: %v\n", report.NLL < 1, verdict == metrics.WellCalibrated)
	// Output: NLL below 1: true; well calibrated: true
}

// Ten inputs, a trunk of 64 units, and two heads on it, one for the mean and one for the
// variance; then the training loop.
func Example_twoHeads() {
	const rows, inputs, batch = 1024, 10, 32
	r := rand.New(rand.NewPCG(1, 2))
	var x, y []float64 // (rows, inputs) and (rows, 1)
	for range rows {
		row := make([]float64, inputs)
		for j := range row {
			row[j] = r.NormFloat64()
		}
		noise := 0.1 + 0.4*math.Abs(row[1]) // its standard deviation
		x, y = append(x, row...), append(y, row[0]+noise*r.NormFloat64())
	}
	trainer, err := engine.NewTrainer(engine.Config{
		Net:  engine.NetConfig{Inputs: inputs, Hidden: []int{64}, Activation: engine.ReLU, Head: engine.SoftplusHead, MinVariance: 1e-6},
		Seed: 1,
	}, x, y)
	if err != nil {
		panic(err)
	}
	for _, t := range trainer.Net().Tensors() {
		fmt.Println(t.Name, t.Shape)
	}
	criterion, optimizer := loss.DefaultGaussianNLL(), engine.DefaultHyper() // Adam
	optimizer.LR, optimizer.Batch = 3e-3, batch
	var first, last float64 // mean loss of an epoch
	for epoch := range 20 {
		sum := 0.0
		for range rows / batch {
			value, err := trainer.Step(criterion, optimizer) // forward, backward, step
			if err != nil {
				panic(err)
			}
			sum += value
		}
		last = sum / (rows / batch)
		if epoch == 0 {
			first = last
		}
	}
	fmt.Printf("the loss falls by more than 0.5: %v\n", first-last > 0.5)
	// At the origin and at 2 along the second input, along which the noise grows.
	at := make([]float64, 2*inputs)
	at[inputs+1] = 2
	mean, variance := make([]float32, 2), make([]float32, 2)
	trainer.Predict(mean, variance, trainer.Inputs(at))
	fmt.Printf("it is surer where there is less noise: %v\n", variance[0] < variance[1]/4)
	// Output:
	// body.0.weight [64 10]
	// body.0.bias [64]
	// mean.weight [1 64]
	// var.weight [1 64]
	// mean.bias [1]
	// var.bias [1]
	// the loss falls by more than 0.5: true
	// it is surer where there is less noise: true
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
