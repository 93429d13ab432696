//go:build !js

package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

// quantiles reports the times that something took.
func quantiles(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	for name, q := range map[string]float64{"p50": 0.5, "p99": 0.99} {
		at := times[int(q*float64(len(times)-1))]
		b.ReportMetric(float64(at.Microseconds())/1000, name+"-ms")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkAppend stores entries of 200 bytes, alone and beside as many busy loops as
// there are processors, which give way after every millisecond, or never.
func BenchmarkAppend(b *testing.B) {
	b.Run("a file alone", func(b *testing.B) { // the baseline: what the disk takes
		f, err := os.Create(filepath.Join(b.TempDir(), "file"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		var times []time.Duration
		data := noise(1, 500)
		for b.Loop() {
			begin := time.Now()
			if _, err := f.Write(data); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
			times = append(times, time.Since(begin))
		}
		quantiles(b, times)
	})
	for _, how := range []struct {
		name string
		busy int
		way  time.Duration
	}{
		{"alone", 0, 0},
		{"beside loops", runtime.NumCPU(), time.Hour},
		{"beside loops that give way", runtime.NumCPU(), time.Millisecond},
	} {
		b.Run(how.name, func(b *testing.B) {
			s := open(b, Config{Dir: b.TempDir()})
			l := create(b, s, "a")
			stop := make(chan struct{})
			for range how.busy {
				go func() {
					for begin := time.Now(); ; {
						select {
						case <-stop:
							return
						default:
						}
						if time.Since(begin) > how.way {
							runtime.Gosched()
							begin = time.Now()
						}
					}
				}()
			}
			var times []time.Duration
			data := noise(1, 200)
			for b.Loop() {
				begin := time.Now()
				if err := l.Append(b.Context(), Entry{l.Last() + 1, data}); err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(begin))
			}
			close(stop)
			quantiles(b, times)
		})
	}
}

// BenchmarkAppendBesideSaves stores entries of 200 bytes while checkpoints with 600 KB of new
// blobs are saved.
func BenchmarkAppendBesideSaves(b *testing.B) {
	s := open(b, Config{Dir: b.TempDir()})
	l := create(b, s, "a")
	other := create(b, s, "b")
	ctx, stop := context.WithCancel(b.Context())
	saving := make(chan int)
	go func() {
		saves := 0
		for ; ctx.Err() == nil; saves++ {
			bs, refs := blobs(noise(uint64(saves), 600_000))
			if err := other.Save(ctx, Checkpoint{0, nil, bs}, refs, meta("b")); err != nil && ctx.Err() == nil {
				b.Error(err)
			}
		}
		saving <- saves
	}()
	var times []time.Duration
	data := noise(1, 200)
	for b.Loop() {
		begin := time.Now()
		if err := l.Append(b.Context(), Entry{l.Last() + 1, data}); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(begin))
	}
	stop()
	b.ReportMetric(float64(<-saving), "saves")
	quantiles(b, times)
}

// BenchmarkSave stores checkpoints with 60 KB of new blobs and 20 KB of others, after ten
// entries each.
func BenchmarkSave(b *testing.B) {
	s := open(b, Config{Dir: b.TempDir()})
	l := create(b, s, "a")
	constant := noise(1, 20_000)
	var times []time.Duration
	for b.Loop() {
		appendN(b, l, 10)
		bs, refs := blobs(constant, noise(l.Last(), 50_000), noise(l.Last()+1, 10_000))
		begin := time.Now()
		if err := l.Save(b.Context(), Checkpoint{l.Last(), noise(2, 500), bs}, refs, meta("a")); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(begin))
	}
	quantiles(b, times)
}

// BenchmarkLoad loads a run of 60 KB at rest, and one with 50 entries, among 200.
func BenchmarkLoad(b *testing.B) {
	s := open(b, Config{Dir: b.TempDir()})
	for i := range 200 {
		l := create(b, s, fmt.Sprint("run", i))
		bs, refs := blobs(noise(uint64(i), 60_000))
		if err := l.Rest(b.Context(), Checkpoint{0, nil, bs}, refs, meta(l.id)); err != nil {
			b.Fatal(err)
		}
		if i == 50 {
			appendN(b, l, 50)
		}
		l.Close()
	}
	for _, id := range []string{"run40", "run50"} {
		b.Run(id, func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				begin := time.Now()
				load(b, s, id)
				times = append(times, time.Since(begin))
			}
			quantiles(b, times)
		})
	}
}

// BenchmarkOpen opens an empty store, and closes it.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	var times []time.Duration
	for b.Loop() {
		begin := time.Now()
		s := open(b, Config{Dir: dir})
		times = append(times, time.Since(begin))
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	quantiles(b, times)
}
