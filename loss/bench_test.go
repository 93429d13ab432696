package loss

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// benchmarkData are inputs, targets around them, and variances from .1 to 9.
func benchmarkData[T Float](n int) (input, target, variance []T) {
	r := rand.New(rand.NewPCG(1, 2))
	input, target, variance = make([]T, n), make([]T, n), make([]T, n)
	for i := range input {
		input[i] = T(r.NormFloat64())
		target[i] = input[i] + T(r.NormFloat64())
		variance[i] = T(0.1 + 8.9*r.Float64())
	}
	return input, target, variance
}

const (
	inCache    = 1 << 16
	fromMemory = 1 << 24
)

// perElement reports the time of an element, which is what is compared.
func perElement(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
}

func BenchmarkForwardMean(b *testing.B) {
	for _, n := range []int{inCache, fromMemory} {
		b.Run(fmt.Sprintf("float32/n=%d", n), func(b *testing.B) { benchmarkForward[float32](b, n, Mean) })
	}
	b.Run(fmt.Sprintf("float64/n=%d", inCache), func(b *testing.B) { benchmarkForward[float64](b, inCache, Mean) })
}

func BenchmarkForwardNone(b *testing.B) {
	b.Run(fmt.Sprintf("float32/n=%d", inCache), func(b *testing.B) { benchmarkForward[float32](b, inCache, None) })
}

func benchmarkForward[T Float](b *testing.B, n int, r Reduction) {
	input, target, variance := benchmarkData[T](n)
	l := GaussianNLL{Eps: 1e-6, Reduction: r}
	shape := []int{n}
	b.SetBytes(3 * int64(n) * sizeOf[T]())
	for b.Loop() {
		if _, err := Forward(l, Tensor[T]{input, shape}, Tensor[T]{target, shape}, Tensor[T]{variance, shape}); err != nil {
			b.Fatal(err)
		}
	}
	perElement(b, n)
}

func BenchmarkFused(b *testing.B) {
	b.Run(fmt.Sprintf("float32/n=%d", inCache), func(b *testing.B) {
		input, target, variance := benchmarkData[float32](inCache)
		gradInput, gradVariance := make([]float32, inCache), make([]float32, inCache)
		l := DefaultGaussianNLL()
		b.SetBytes(5 * 4 * inCache)
		b.ReportAllocs()
		for b.Loop() {
			Fused(l, gradInput, gradVariance, input, target, variance)
		}
		perElement(b, inCache)
	})
}

// BenchmarkEveryLoss is a step's share of a loss: its value and gradients.
func BenchmarkEveryLoss(b *testing.B) {
	const n = 4096
	input, target, variance := benchmarkData[float32](n)
	gradInput, gradVariance := make([]float32, n), make([]float32, n)
	for _, name := range Names() {
		b.Run(name, func(b *testing.B) {
			l, err := ByName(name, Options{Eps: 1e-6})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				l.Gradients(gradInput, gradVariance, input, target, variance)
			}
			perElement(b, n)
		})
	}
}

// BenchmarkPlainLoop is what one would write without this package.
func BenchmarkPlainLoop(b *testing.B) {
	b.Run(fmt.Sprintf("float32/n=%d", inCache), func(b *testing.B) {
		input, target, variance := benchmarkData[float32](inCache)
		b.SetBytes(3 * 4 * inCache)
		for b.Loop() {
			sum := 0.0
			for i, x := range input {
				v := max(float64(variance[i]), 1e-6)
				d := float64(x - target[i])
				sum += 0.5 * (math.Log(v) + d*d/v)
			}
			plainSum = sum / inCache
		}
		perElement(b, inCache)
	})
}

// BenchmarkPortable is Forward's mean as other machines compute it.
func BenchmarkPortable(b *testing.B) {
	input, target, variance := benchmarkData[float32](inCache)
	out := make([]float32, inCache)
	b.Run(fmt.Sprintf("mean/float32/n=%d", inCache), func(b *testing.B) {
		for b.Loop() {
			sum := 0.0
			for i := 0; i < inCache; i += blockSize {
				s, _ := blockSumGeneric(input[i:i+blockSize], target[i:i+blockSize], variance[i:i+blockSize], 1e-6)
				sum += s
			}
			plainSum = sum
		}
		perElement(b, inCache)
	})
	b.Run(fmt.Sprintf("none/float32/n=%d", inCache), func(b *testing.B) {
		for b.Loop() {
			elementsGeneric(out, input, target, variance, 1e-6, false)
		}
		perElement(b, inCache)
	})
}

// plainSum keeps results alive.
var plainSum float64

func sizeOf[T Float]() int64 {
	if _, ok := any(T(0)).(float32); ok {
		return 4
	}
	return 8
}
