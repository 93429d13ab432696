package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/engine/kernel"
	"github.com/gnllviz/gnllviz/loss"
)

// BenchmarkStep is one training step: relu, exp head, Adam. Unless its name says
// otherwise it has one input and runs on one core. "%peak" is its share of what
// that many cores could multiply and add, measured just before and after;
// "x/core" is how many times as fast it is as on one core, turn by turn.
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
		name := fmt.Sprintf("hidden=%s/batch=%d", dims(c.hidden), c.batch)
		if c.inputs > 1 {
			name += fmt.Sprintf("/inputs=%d", c.inputs)
		}
		if c.cores > 1 {
			name += fmt.Sprintf("/cores=%d", c.cores)
		}
		b.Run(name, func(b *testing.B) {
			step := stepper(b, c.inputs, c.hidden, c.batch, c.cores)
			peak := peakFMA()
			b.ReportAllocs()
			for b.Loop() {
				step()
			}
			seconds := b.Elapsed().Seconds() / float64(b.N)
			peak = max(peak, peakFMA())
			rate := flop(c.inputs, c.hidden, c.batch) / seconds
			b.ReportMetric(1/seconds, "steps/s")
			b.ReportMetric(rate/1e9, "GFLOP/s")
			b.ReportMetric(100*rate/(peak*float64(c.cores)), "%peak")
			if c.cores > 1 {
				b.ReportMetric(speedup(stepper(b, c.inputs, c.hidden, c.batch, 1), step, seconds), "x/core")
			}
		})
	}
}

// BenchmarkEnsembleStep is one step of every member of an ensemble.
func BenchmarkEnsembleStep(b *testing.B) {
	for _, c := range []struct {
		hidden         []int
		batch, members int
		cores          int
	}{
		{[]int{64, 64}, 32, 5, 1},
		{[]int{64, 64}, 32, 5, 2},
		{[]int{128, 128, 128, 128}, 106, 10, 1},
		{[]int{128, 128, 128, 128}, 106, 10, 2},
	} {
		b.Run(fmt.Sprintf("hidden=%s/batch=%d/members=%d/cores=%d", dims(c.hidden), c.batch, c.members, c.cores), func(b *testing.B) {
			x, y := make([]float64, c.batch), make([]float64, c.batch)
			for i := range x {
				x[i], y[i] = float64(i*i%101)-50, float64(i%7)
			}
			e, err := NewEnsemble(Config{
				Net:     NetConfig{Inputs: 1, Hidden: c.hidden, Activation: ReLU},
				Workers: c.cores,
			}, c.members, x, y)
			if err != nil {
				b.Fatal(err)
			}
			var l Loss = loss.DefaultGaussianNLL()
			h := DefaultHyper()
			h.Batch = c.batch
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Step(l, h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// dims writes a network's widths as 64x64.
func dims(hidden []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(hidden), " ", "x"), "[]")
}

// stepper returns a step of a trainer that has made one already.
func stepper(b *testing.B, inputs int, hidden []int, batch, cores int) func() {
	b.Helper()
	x, y := make([]float64, batch*inputs), make([]float64, batch)
	for i := range x {
		x[i] = float64(i*i%101) - 50
	}
	for i := range y {
		y[i] = float64(i % 7)
	}
	t, err := NewTrainer(Config{
		Net:     NetConfig{Inputs: inputs, Hidden: hidden, Activation: ReLU},
		Workers: cores,
	}, x, y)
	if err != nil {
		b.Fatal(err)
	}
	var l Loss = loss.DefaultGaussianNLL()
	h := DefaultHyper()
	h.Batch = batch
	step := func() {
		if _, err := t.Step(l, h); err != nil {
			b.Fatal(err)
		}
	}
	for range 2 * goodEvery { // the guard's states are then in place
		step()
	}
	return step
}

// speedup times two kinds of step in short turns and returns the median of how
// many times as fast the second is.
func speedup(one, other func(), seconds float64) float64 {
	steps := max(1, int(0.01/seconds))
	turn := func(step func()) float64 {
		start := time.Now()
		for range steps {
			step()
		}
		return time.Since(start).Seconds()
	}
	var ratios []float64
	for range 15 {
		a, b := turn(one), turn(other)
		ratios = append(ratios, a/b)
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// peakFMA is what one core does in a second, by the best of some turns.
func peakFMA() float64 {
	best := 0.0
	for range 10 {
		start := time.Now()
		flop := kernel.PeakFMA(10_000)
		best = max(best, flop/time.Since(start).Seconds())
	}
	return best
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

// A step on 40 rows with an equation that is looked at in 30 points, and without.
func BenchmarkEquation(b *testing.B) {
	for _, with := range []bool{false, true} {
		b.Run(map[bool]string{false: "without", true: "with"}[with], func(b *testing.B) {
			x, y, _ := oscillator(40, 1, 1)
			trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: 1, Hidden: []int{32, 32, 32}}}, x, y)
			if err != nil {
				b.Fatal(err)
			}
			if with {
				if err := trainer.SetPhysics(&Physics{
					Residual: residual(b, "(d2u + mu*du)/400 + u", "mu"), LearnNoise: true,
					Parameters: []Parameter{{"mu", 1, true}}, Points: Evenly(0, 1, 30),
				}); err != nil {
					b.Fatal(err)
				}
			}
			l, err := loss.ByName("gaussian_nll", loss.Options{Eps: 1e-6, Reduction: loss.Mean})
			if err != nil {
				b.Fatal(err)
			}
			h := DefaultHyper()
			h.Batch = 40
			b.ReportAllocs()
			for b.Loop() {
				if _, err := trainer.Step(l, h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
