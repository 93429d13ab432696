package run

import (
	"fmt"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// BenchmarkStill takes and writes stills of a run with 200 changes to undo and 100,000 steps,
// one after every 1,000 steps. It tells what each costs the run, and what its writer.
func BenchmarkStill(b *testing.B) {
	r, err := New("x", wire.Spec{}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	steps := func(n int) {
		for range n {
			r.loop.step()
		}
	}
	for k := range 200 {
		steps(500)
		c, _, refused := wire.ParseCommand(fmt.Appendf(nil, `{"type":"change","id":1,"set":{"lr":%g}}`, 0.001+0.00001*float64(k)))
		if refused == nil {
			_, refused = r.loop.apply(c, nil)
		}
		if refused != nil {
			b.Fatal(refused)
		}
	}
	var w StillWriter
	var taking, writing time.Duration
	size := 0
	for b.Loop() {
		b.StopTimer()
		steps(1000)
		b.StartTimer()
		begun := time.Now()
		s := r.loop.still()
		taking += time.Since(begun)
		begun = time.Now()
		manifest, fresh, _, err := w.Write(s)
		writing += time.Since(begun)
		if err != nil {
			b.Fatal(err)
		}
		w.Stored(s)
		size += len(manifest)
		for _, x := range fresh {
			size += len(x)
		}
	}
	b.ReportMetric(float64(taking.Microseconds())/float64(b.N), "µs/take")
	b.ReportMetric(float64(writing.Microseconds())/float64(b.N), "µs/write")
	b.ReportMetric(float64(size)/float64(b.N), "bytes/still")
}
