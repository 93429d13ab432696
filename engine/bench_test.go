package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/engine/kernel"
	"github.com/gnllviz/gnllviz/loss"
)

// BenchmarkStep is one training step: relu, exp head, Adam. Unless its name says
// otherwise it has one input and runs on one core.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		hidden        []int
		batch, inputs int
		cores         int
	}{
		{[]int{64, 64}, 32, 1, 1},
		{[]int{64, 64}, 256, 1, 1},
		{[]int{64, 64}, 256, 1, 2},
		{[]int{128, 128}, 1024, 1, 1},
		{[]int{128, 128}, 1024, 1, 2},
		{[]int{50}, 100, 8, 1},
		{[]int{128, 128, 128, 128}, 380, 1, 1},
	} {
		name := fmt.Sprintf("hidden=%s/batch=%d", strings.Trim(strings.ReplaceAll(fmt.Sprint(c.hidden), " ", "x"), "[]"), c.batch)
		if c.inputs > 1 {
			name += fmt.Sprintf("/inputs=%d", c.inputs)
		}
		if c.cores > 1 {
			name += fmt.Sprintf("/cores=%d", c.cores)
		}
		b.Run(name, func(b *testing.B) {
			x, y := make([]float64, c.batch*c.inputs), make([]float64, c.batch)
			for i := range x {
				x[i] = float64(i*i%101) - 50
			}
			for i := range y {
				y[i] = float64(i % 7)
			}
			t, err := NewTrainer(Config{
				Net:     NetConfig{Inputs: c.inputs, Hidden: c.hidden, Activation: ReLU},
				Workers: c.cores,
			}, x, y)
			if err != nil {
				b.Fatal(err)
			}
			var l Loss = loss.DefaultGaussianNLL()
			h := DefaultHyper()
			h.Batch = c.batch
			b.ReportAllocs()
			for b.Loop() {
				if _, err := t.Step(l, h); err != nil {
					b.Fatal(err)
				}
			}
			seconds := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(1/seconds, "steps/s")
			b.ReportMetric(flop(c.inputs, c.hidden, c.batch)/seconds/1e9, "GFLOP/s")
		})
	}
}

// BenchmarkPeakFMA is the baseline of BenchmarkStep: what one core multiplies and
// adds when it has nothing else to do.
func BenchmarkPeakFMA(b *testing.B) {
	flop := 0.0
	for b.Loop() {
		flop += kernel.PeakFMA(100_000)
	}
	b.ReportMetric(flop/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// flop counts the multiplications and additions of a step's matrix products:
// for every layer one product forward and two backward, without the gradient of
// the inputs themselves.
func flop(inputs int, hidden []int, batch int) float64 {
	sum, in := 0, inputs
	for i, out := range append(append([]int{}, hidden...), 2) {
		products := 3
		if i == 0 {
			products = 2
		}
		sum += 2 * products * in * out
		in = out
	}
	return float64(sum * batch)
}
