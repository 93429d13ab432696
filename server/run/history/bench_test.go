package history

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// BenchmarkAppend is one row, in the state in which rows are folded, beside a
// plain append to as many slices that need not grow, and that forget.
func BenchmarkAppend(b *testing.B) {
	for _, columns := range []int{1, 8, 32} {
		values := make([]float32, columns)
		for k := range values {
			values[k] = float32(k)
		}
		perValue := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*columns), "ns/value")
		}
		b.Run(fmt.Sprintf("series/columns=%d", columns), func(b *testing.B) {
			s := NewSeries(columns, 1<<16)
			step := uint64(0)
			for ; step < 1<<19; step++ {
				s.Append(step, values...)
			}
			b.ReportAllocs()
			for b.Loop() {
				values[0] = float32(step & 1023)
				s.Append(step, values...)
				step++
			}
			perValue(b)
		})
		b.Run(fmt.Sprintf("plain/columns=%d", columns), func(b *testing.B) {
			plain := make([][]float32, columns)
			for k := range plain {
				plain[k] = make([]float32, 0, 1<<16)
			}
			step := 0
			b.ReportAllocs()
			for b.Loop() {
				values[0] = float32(step & 1023)
				for k, v := range values {
					if len(plain[k]) == 1<<16 {
						plain[k] = plain[k][:0]
					}
					plain[k] = append(plain[k], v)
				}
				step++
			}
			perValue(b)
		})
	}
}

// BenchmarkAppendPause times every single row of 3 million with 8 columns: the
// slowest, which the machine's other work is part of, and the median and slowest
// of those that begin a new chunk.
func BenchmarkAppendPause(b *testing.B) {
	values := make([]float32, 8)
	for b.Loop() {
		s := NewSeries(len(values), 0)
		var worst time.Duration
		var rolls []time.Duration
		for step := range uint64(3_000_000) {
			rolling := s.open != nil && s.open.rows == chunkRows
			start := time.Now()
			s.Append(step, values...)
			took := time.Since(start)
			worst = max(worst, took)
			if rolling {
				rolls = append(rolls, took)
			}
		}
		slices.Sort(rolls)
		b.ReportMetric(float64(worst.Nanoseconds()), "worst-ns")
		b.ReportMetric(float64(rolls[len(rolls)/2].Nanoseconds()), "chunk-median-ns")
		b.ReportMetric(float64(rolls[len(rolls)-1].Nanoseconds()), "chunk-worst-ns")
	}
}

// filled returns a series of one column of noise, a row in gap missing.
func filled(rows int, gap uint64) *Series {
	random := rand.New(rand.NewPCG(1, 1))
	s := NewSeries(1, 0)
	for i := range uint64(rows) {
		step := i
		if gap > 0 {
			step += i / gap
		}
		s.Append(step, random.Float32())
	}
	return s
}

// BenchmarkQuery is a whole series at 1,000 pixels, beside one look at each of a
// million values.
func BenchmarkQuery(b *testing.B) {
	for _, c := range []struct {
		name   string
		series *Series
	}{
		{"1M rows", filled(1_000_000, 0)},
		{"1M rows with gaps", filled(1_000_000, 1000)},
		{"10M rows", filled(10_000_000, 0)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.series.Query(0, 0, math.MaxUint64, 1000)
			}
		})
	}
	b.Run("scan of 1M", func(b *testing.B) {
		values := make([]float32, 1_000_000)
		for i := range values {
			values[i] = rand.Float32()
		}
		sum := float32(0)
		for b.Loop() {
			for pixel := range 1000 {
				part := values[pixel*1000:][:1000]
				sum += slices.Min(part) + slices.Max(part)
			}
		}
		b.ReportMetric(float64(sum), "sum")
	})
}

// BenchmarkClone is what it costs the training to hand a history of 10 million
// rows to somebody else.
func BenchmarkClone(b *testing.B) {
	s := filled(10_000_000, 0)
	b.ReportAllocs()
	for b.Loop() {
		s.Clone()
	}
}
