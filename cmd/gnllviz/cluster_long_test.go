//go:build long

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Three hundred runs are shared by three nodes, each of which serves all. How long
// acknowledgements and frames take is told: it is the machine's affair, too.
func TestLongClusterManyRuns(t *testing.T) {
	const runs, least, most = 300, 80, 120
	f := startField(t, 3, "--max-runs", "400", "--idle", "1h", "--max-peer-sockets", "10000", "--max-sockets", "10000")
	var all []*stranger
	for i := range runs {
		all = append(all, f.makeRun(f.nodes[i%3], `{"dataset":"mcycle","speed":"1"}`))
	}
	shares := func() (list []int, sum int) {
		for _, n := range f.nodes {
			list = append(list, n.training())
			sum += list[len(list)-1]
		}
		return list, sum
	}
	eventually(t, "all runs train", func() bool { _, sum := shares(); return sum == runs })
	list, _ := shares()
	t.Logf("of %d runs the nodes train %v", runs, list)
	eventually(t, fmt.Sprintf("each node trains %d to %d runs", least, most), func() bool {
		list, sum := shares()
		return sum == runs && slices.Min(list) >= least && slices.Max(list) <= most
	})
	list, _ = shares()
	t.Logf("then %v", list)

	// Changes, one after the other, each to some run by some node.
	var acks []time.Duration
	refused := 0
	for range 500 {
		s, n := all[rand.N(len(all))], f.nodes[rand.N(3)]
		begun := time.Now()
		switch status := s.change(patient(), n, s.fixed()); status {
		case http.StatusOK:
		case http.StatusServiceUnavailable: // NATS did not answer in time
			refused++
			continue
		default:
			t.Errorf("a change was answered with status %d: %v", status, s.refused)
			continue
		}
		acks = append(acks, time.Since(begun))
	}
	t.Logf("%d changes acknowledged: p50 %v, p99 %v, slowest %v; %d refused, as NATS did not answer in time", len(acks), quantile(acks, 0.5), quantile(acks, 0.99), quantile(acks, 1), refused)
	if len(acks) == 0 {
		t.Error("no change was acknowledged")
	}

	// The same frames by each node: the owner's are those that come first.
	var mu sync.Mutex
	var later []time.Duration
	for _, s := range all[:20] {
		came := make([]map[seenAt]time.Time, 3)
		ctx, cancel := context.WithCancel(t.Context())
		var ended sync.WaitGroup
		for i, n := range f.nodes {
			came[i] = map[seenAt]time.Time{}
			w := &watching{stranger: s, prefers: n, arrived: func(at seenAt, when time.Time) {
				mu.Lock()
				defer mu.Unlock()
				if _, ok := came[i][at]; !ok {
					came[i][at] = when
				}
			}}
			ended.Go(func() { w.stay(ctx) })
		}
		eventually(t, "each node has shown ten frames", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return !slices.ContainsFunc(came, func(m map[seenAt]time.Time) bool { return len(m) < 8 })
		})
		cancel()
		ended.Wait()
		behind := make([][]time.Duration, 3)
		for at, first := range came[0] {
			b, okB := came[1][at]
			c, okC := came[2][at]
			if !okB || !okC {
				continue
			}
			soonest := slices.MinFunc([]time.Time{first, b, c}, time.Time.Compare)
			for i, when := range []time.Time{first, b, c} {
				behind[i] = append(behind[i], when.Sub(soonest))
			}
		}
		slices.SortFunc(behind, func(a, b []time.Duration) int { return int(quantile(a, 0.5) - quantile(b, 0.5)) })
		later = append(append(later, behind[1]...), behind[2]...)
	}
	t.Logf("%d frames by another node are later than the owner's by: half %v, 90 %% %v, 99 %% %v", len(later), quantile(later, 0.5), quantile(later, 0.9), quantile(later, 0.99))
	if len(later) == 0 {
		t.Error("no frame came by all nodes")
	}
	for _, s := range all {
		if len(s.wrong) > 0 {
			t.Errorf("the run %s: %s", s.id, strings.Join(s.wrong, "; "))
		}
	}
	// A sample; all would be trained again for minutes.
	for _, s := range all[:10] {
		s.check()
	}
}
