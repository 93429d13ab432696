package server

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// BenchmarkThroughAnotherNode measures how long a change takes to be acknowledged at a run's
// own node and through another, and how much later the same frames arrive there.
func BenchmarkThroughAnotherNode(b *testing.B) {
	nodes := serveNodes(b, Config{}, 2)
	x := ownedBy(b, nodes[1], `{"dataset":"sine"}`)
	near, far := dial(b, nodes[1].addr, x.ID), dial(b, nodes[0].addr, x.ID)
	quantiles := func(name string, of []time.Duration) {
		slices.Sort(of)
		for _, q := range []int{50, 99} {
			b.ReportMetric(float64(of[len(of)*q/100].Microseconds())/1000, fmt.Sprintf("%s-p%d-ms", name, q))
		}
	}
	var mu sync.Mutex
	arrived := map[string]map[uint64]time.Time{"near": {}, "far": {}} // of frames, by their steps
	acks := map[string][]time.Duration{}
	follow := func(name string, p *peer) {
		p.send(`{"type":"hello","key":"` + x.Key + `"}`)
		var sent time.Time
		next := time.Now()
		for id := 1; id <= b.N; {
			if sent.IsZero() && time.Now().After(next) {
				sent = time.Now()
				p.send(fmt.Sprintf(`{"type":"change","id":%d,"set":{"eps":%g}}`, id, 0.001+1e-6*float64(id)))
			}
			f, kind, _ := p.read()
			now := time.Now()
			mu.Lock()
			if f != nil && f.Kind == wire.FrameFit {
				arrived[name][f.Step] = now
			} else if kind == "ack" {
				acks[name] = append(acks[name], now.Sub(sent))
				sent, next = time.Time{}, now.Add(20*time.Millisecond)
				id++
			}
			mu.Unlock()
		}
	}
	b.ResetTimer()
	var both sync.WaitGroup
	both.Go(func() { follow("near", near) })
	both.Go(func() { follow("far", far) })
	both.Wait()
	var later []time.Duration
	for step, at := range arrived["far"] {
		if first, ok := arrived["near"][step]; ok {
			later = append(later, at.Sub(first))
		}
	}
	if len(later) == 0 {
		return // too short
	}
	quantiles("ack-near", acks["near"])
	quantiles("ack-far", acks["far"])
	quantiles("frame-later", later)
	b.ReportMetric(float64(len(later)), "frames")
}
