//go:build !js

package cluster

import (
	"sync"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/bus/bustest"
)

// A tally is a meter that counts.
type tally struct {
	mu      sync.Mutex
	leases  map[string]int
	renewed int
}

func (c *tally) Leased(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leases[what]++
}

func (c *tally) Renewed(time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.renewed++
}

func (c *tally) has(what string, n int) func() bool {
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.leases[what] == n
	}
}

// A meter is told what becomes of each lease, and of renewals.
func TestMeter(t *testing.T) {
	s := bustest.Start(t, 1)
	a, b := join(t, s, Config{Trains: true}), join(t, s, Config{Trains: true})
	of := map[*Node]*tally{}
	for _, n := range []*Node{a, b} {
		of[n] = &tally{leases: map[string]int{}}
		n.Measure(of[n])
	}
	x, y, z := take(t, a, "x"), take(t, a, "y"), take(t, a, "z")
	until(t, "three were taken", of[a].has(LeaseTaken, 3))
	until(t, "one was renewed", func() bool { of[a].mu.Lock(); defer of[a].mu.Unlock(); return of[a].renewed > 0 })
	if err := x.Release(t.Context(), b.ID()); err != nil {
		t.Fatal(err)
	}
	if err := y.Release(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	// Somebody else writes the key, as an owner would after this one had been cut off.
	if _, err := b.leases.Put(t.Context(), "z", []byte(`{"node":"another"}`)); err != nil {
		t.Fatal(err)
	}
	<-z.Lost()
	until(t, "one of each was counted", func() bool {
		return of[a].has(LeaseHandedOver, 1)() && of[a].has(LeaseReleased, 1)() && of[a].has(LeaseLost, 1)() && of[a].has(LeaseTaken, 3)()
	})
	if n := len(of[b].leases); n != 0 {
		t.Errorf("the other node counted %v", of[b].leases)
	}
}
