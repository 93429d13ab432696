package engine

import (
	"fmt"
	"testing"

	"github.com/gnllviz/gnllviz/loss"
)

// BenchmarkStep is one training step, Adam on a tanh network, one input.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		hidden []int
		batch  int
	}{{[]int{64, 64}, 32}, {[]int{64, 64}, 256}, {[]int{128, 128}, 1024}, {[]int{128, 128, 128, 128}, 380}} {
		b.Run(fmt.Sprintf("hidden=%v/batch=%d", c.hidden, c.batch), func(b *testing.B) {
			x, y := make([]float64, c.batch), make([]float64, c.batch)
			for i := range x {
				x[i], y[i] = float64(i), float64(i%7)
			}
			t, err := NewTrainer(Config{Net: NetConfig{Inputs: 1, Hidden: c.hidden}}, x, y)
			if err != nil {
				b.Fatal(err)
			}
			var l Loss = loss.DefaultGaussianNLL()
			h := Hyper{LR: 1e-3, Batch: c.batch}
			b.ReportAllocs()
			for b.Loop() {
				t.Step(l, h)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
