//go:build js

// Command step makes training steps for speed.mjs: 1-64-64-2, ReLU, Gaussian NLL, Adam.
package main

import (
	"syscall/js"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/loss"
)

const batch = 256

func main() {
	x, y := make([]float64, batch), make([]float64, batch)
	for i := range x {
		x[i], y[i] = float64(i)/batch*4-2, float64(i%7)/7
	}
	trainer, err := engine.NewTrainer(engine.Config{
		Net:     engine.NetConfig{Inputs: 1, Hidden: []int{64, 64}, Activation: engine.ReLU},
		Workers: 1,
	}, x, y)
	if err != nil {
		panic(err)
	}
	l, h := loss.DefaultGaussianNLL(), engine.DefaultHyper()
	h.Batch = batch
	js.Global().Set("gnllvizSteps", js.FuncOf(func(_ js.Value, args []js.Value) any {
		var last float64
		for range args[0].Int() {
			at, err := trainer.Step(l, h)
			if err != nil {
				panic(err)
			}
			last = at
		}
		return last
	}))
	select {}
}
