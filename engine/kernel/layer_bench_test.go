package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkProducts reports each product's speed and, as "of-peak", its share of
// what PeakFMA does. Short rounds of the two take turns, so that both see the same
// machine; the fastest round of each counts, since what else the machine does can
// only slow a round down.
func BenchmarkProducts(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, s := range [][3]int{
		{128, 64, 64},
		{256, 64, 64},
		{128, 128, 128},
		{1024, 128, 128},
		{100, 8, 50},
		{256, 1, 64},
		{256, 5, 64},
		{256, 64, 2},
		{32, 64, 64},
	} {
		rows, in, out := s[0], s[1], s[2]
		x, y, dx, dy := NewMatrix(rows, in), NewMatrix(rows, out), NewMatrix(rows, in), NewMatrix(rows, out)
		for i := range rows {
			copy(x.Row(i), random(r, in))
			copy(dy.Row(i), random(r, out))
		}
		dw, db := make([]float32, in*out), make([]float32, out)
		var layer Layer
		var scratch Matrix
		w, bias := random(r, in*out), random(r, out)
		layer.Pack(w, bias, in, out)
		noFloor := float32(math.Inf(-1))
		for _, p := range []struct {
			name string
			do   func()
		}{
			{"Forward", func() { layer.Forward(y, x, noFloor) }},
			{"InputGradient", func() { layer.InputGradient(dx, dy) }},
			{"WeightGradient", func() { WeightGradient(dw, db, dy, x, &scratch) }},
		} {
			b.Run(fmt.Sprintf("%s/%dx%dx%d", p.name, rows, in, out), func(b *testing.B) {
				flop := 2 * float64(rows*in*out)
				turns := max(1, int(2e6/flop))
				best, peak := 0.0, 0.0
				p.do() // what it keeps is allocated, and in the cache
				b.ReportAllocs()
				for b.Loop() {
					peak = max(peak, rate(func() float64 { return PeakFMA(10_000) }))
					best = max(best, rate(func() float64 {
						for range turns {
							p.do()
						}
						return flop * float64(turns)
					}))
				}
				b.ReportMetric(0, "ns/op") // of a round, which is of no interest
				b.ReportMetric(best/1e9, "GFLOP/s")
				b.ReportMetric(100*best/peak, "%of-peak")
			})
		}
	}
}

func BenchmarkPack(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, s := range [][2]int{{1, 64}, {64, 64}, {128, 128}, {8, 50}, {64, 2}} {
		in, out := s[0], s[1]
		w, bias := random(r, in*out), random(r, out)
		var layer Layer
		layer.Pack(w, bias, in, out)
		b.Run(fmt.Sprintf("%dx%d", in, out), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				layer.Pack(w, bias, in, out)
			}
		})
	}
}

// rate returns what do does in a second.
func rate(do func() float64) float64 {
	start := time.Now()
	n := do()
	return n / time.Since(start).Seconds()
}
