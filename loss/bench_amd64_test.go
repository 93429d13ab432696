//go:build !purego

package loss

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/gnllviz/gnllviz/loss/internal/stream"
)

// BenchmarkStreamSum is the time of merely adding up the same three arrays: the
// least that a forward pass can take.
func BenchmarkStreamSum(b *testing.B) {
	if !hasAVX2() {
		b.Skip("this machine has no AVX2, and no baseline is written for it")
	}
	b.Run(fmt.Sprintf("float32/n=%d", inCache), func(b *testing.B) {
		x, t, v := benchmarkData[float32](inCache)
		b.SetBytes(3 * 4 * inCache)
		for b.Loop() {
			stream.Sum32(x, t, v)
		}
		perElement(b, inCache)
	})
	b.Run(fmt.Sprintf("float32/n=%d", fromMemory), func(b *testing.B) {
		x, t, v := benchmarkData[float32](fromMemory)
		b.SetBytes(3 * 4 * fromMemory)
		hands := runtime.GOMAXPROCS(0)
		part := fromMemory / hands / 32 * 32
		for b.Loop() {
			var all sync.WaitGroup
			for h := range hands {
				all.Go(func() {
					from, to := h*part, (h+1)*part
					stream.Sum32(x[from:to], t[from:to], v[from:to])
				})
			}
			all.Wait()
		}
		perElement(b, fromMemory)
	})
	b.Run(fmt.Sprintf("float64/n=%d", inCache), func(b *testing.B) {
		x, t, v := benchmarkData[float64](inCache)
		b.SetBytes(3 * 8 * inCache)
		for b.Loop() {
			stream.Sum64(x, t, v)
		}
		perElement(b, inCache)
	})
}

// BenchmarkStreamCopy is the time of merely reading the same three arrays and
// writing two: the least that a fused pass can take.
func BenchmarkStreamCopy(b *testing.B) {
	if !hasAVX2() {
		b.Skip("this machine has no AVX2, and no baseline is written for it")
	}
	b.Run(fmt.Sprintf("float32/n=%d", inCache), func(b *testing.B) {
		x, t, v := benchmarkData[float32](inCache)
		gi, gv := make([]float32, inCache), make([]float32, inCache)
		b.SetBytes(5 * 4 * inCache)
		for b.Loop() {
			stream.Copy32(gi, gv, x, t, v)
		}
		perElement(b, inCache)
	})
}
