//go:build !js

package cluster

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/bus/bustest"
)

// ttl is that of leases in tests.
const ttl = 2 * time.Second

func join(t *testing.T, s *bustest.Servers, c Config) *Node {
	t.Helper()
	c.Conn, c.TTL, c.Log = s.Dial(), ttl, slog.New(slog.NewTextHandler(t.Output(), nil))
	c.Processors = max(c.Processors, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	n, err := Join(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.end(); n.work.Wait() })
	return n
}

// until waits until something is so.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); {
		if time.Now().After(end) {
			t.Fatalf("it never came true that %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func take(t *testing.T, n *Node, run string) *Lease {
	t.Helper()
	l, err := n.Take(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func owned(n, by *Node, run string) func() bool {
	return func() bool {
		p, ok := n.Owner(run)
		return ok && p.Node == by.ID()
	}
}

// One node has a run at a time; it keeps it while it renews the lease, gives it to whom it
// names, and each epoch is later than the one before.
func TestLease(t *testing.T) {
	for _, servers := range []int{1, 3} {
		s := bustest.Start(t, servers)
		a, b := join(t, s, Config{Trains: true}), join(t, s, Config{Trains: true})
		one := take(t, a, "x")
		until(t, "b knows of it", owned(b, a, "x"))
		elsewhere := (*ElsewhereError)(nil)
		if _, err := b.Take(t.Context(), "x"); !errors.As(err, &elsewhere) || elsewhere.Node != a.ID() || elsewhere.Epoch != one.Epoch() {
			t.Errorf("another node's run: %v", err)
		}
		begun := time.Now()
		until(t, "it was kept for twice its life", func() bool { return time.Since(begun) > 2*ttl })
		if p, _ := b.Owner("x"); !one.Valid() || p != (Place{a.ID(), one.Epoch()}) {
			t.Errorf("after renewals: valid %v, at %v", one.Valid(), p)
		}
		if err := one.Release(t.Context(), b.ID()); err != nil || one.Valid() {
			t.Errorf("released: %v, valid %v", err, one.Valid())
		}
		until(t, "both know of the grant", func() bool { return owned(a, b, "x")() && owned(b, b, "x")() })
		if _, err := a.Take(t.Context(), "x"); !errors.As(err, &elsewhere) {
			t.Errorf("a run that was granted to another: %v", err)
		}
		if err := a.Revoke(t.Context(), "x", a.ID()); err != nil { // it is not a's
			t.Error(err)
		}
		two := take(t, b, "x")
		if two.Epoch() <= one.Epoch() {
			t.Errorf("epochs %d, then %d", one.Epoch(), two.Epoch())
		}
		if err := two.Release(t.Context(), ""); err != nil {
			t.Error(err)
		}
		until(t, "a knows that nobody has it", func() bool { _, ok := a.Owner("x"); return !ok })
		three := take(t, a, "x")
		if three.Epoch() <= two.Epoch() {
			t.Errorf("epochs %d, then %d", two.Epoch(), three.Epoch())
		}
		if err := three.Release(t.Context(), "nobody"); err != nil {
			t.Error(err)
		}
		if err := a.Revoke(t.Context(), "x", "nobody"); err != nil {
			t.Error(err)
		}
		until(t, "b knows that nobody has it", func() bool { _, ok := b.Owner("x"); return !ok })
		take(t, b, "x")
	}
}

// Of many who want a run one gets it.
func TestOneOfMany(t *testing.T) {
	s := bustest.Start(t, 3)
	var nodes []*Node
	for range 4 {
		nodes = append(nodes, join(t, s, Config{Trains: true}))
	}
	for _, run := range []string{"a", "b", "c", "d", "e"} {
		got := make(chan error, len(nodes))
		for _, n := range nodes {
			go func() {
				_, err := n.Take(t.Context(), run)
				got <- err
			}()
		}
		won := 0
		for range nodes {
			var elsewhere *ElsewhereError
			switch err := <-got; {
			case err == nil:
				won++
			case !errors.As(err, &elsewhere):
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d nodes have the run %s", won, run)
		}
	}
}

// A node that stops without a word loses its runs, after its leases count no more.
func TestGone(t *testing.T) {
	s := bustest.Start(t, 3)
	a, b := join(t, s, Config{Trains: true}), join(t, s, Config{Trains: true})
	l := take(t, a, "x")
	until(t, "b knows of it", owned(b, a, "x"))
	a.config.Conn.Close()
	until(t, "b knows that nobody has it", func() bool {
		_, ok := b.Owner("x")
		if !ok && l.Valid() {
			t.Error("the lease counts for its holder while it ends for others")
		}
		return !ok
	})
	if got := take(t, b, "x"); got.Epoch() <= l.Epoch() {
		t.Errorf("epochs %d, then %d", l.Epoch(), got.Epoch())
	}
	until(t, "b knows that a is gone", func() bool { return len(b.Nodes()) == 1 })
}

// While NATS is away leases end for their holders. When it is back each gets its own again,
// as the others wait.
func TestAway(t *testing.T) {
	for _, servers := range []int{1, 3} {
		s := bustest.Start(t, servers)
		a, b := join(t, s, Config{Trains: true}), join(t, s, Config{Trains: true})
		l := take(t, a, "x")
		until(t, "b knows of it", owned(b, a, "x"))
		for i := range servers {
			s.Stop(i)
		}
		until(t, "the lease counts no more", func() bool { return !l.Valid() })
		begun := time.Now()
		until(t, "it would be over for others", func() bool { return time.Since(begun) > 2*ttl })
		for i := range servers {
			s.Run(i)
		}
		tries := make(chan error, 1)
		go func() {
			_, err := b.Take(t.Context(), "x")
			tries <- err
		}()
		select {
		case <-l.Lost():
			again := take(t, a, "x")
			if again.Epoch() <= l.Epoch() {
				t.Errorf("epochs %d, then %d", l.Epoch(), again.Epoch())
			}
		case <-time.After(20 * time.Second):
			if !l.Valid() {
				t.Error("the lease is neither lost nor valid")
			}
		}
		var elsewhere *ElsewhereError
		if err := <-tries; !errors.As(err, &elsewhere) {
			t.Errorf("the other node's attempt: %v", err)
		}
		until(t, "b knows the owner", owned(b, a, "x"))
		until(t, "both know both", func() bool { return len(a.Nodes()) == 2 && len(b.Nodes()) == 2 })
	}
}

// Nodes are chosen by what each of their processors has to train, and what has no owner is
// divided alike by all.
func TestChoose(t *testing.T) {
	s := bustest.Start(t, 1)
	a, b := join(t, s, Config{Trains: true}), join(t, s, Config{Trains: true, Processors: 2})
	a.Counts(func() int { return 4 })
	b.Counts(func() int { return 6 })
	c := join(t, s, Config{Web: true})
	all := []*Node{a, b, c}
	for _, n := range all {
		until(t, "all know all", func() bool {
			load := 0
			for _, p := range n.Nodes() {
				load += p.Training
			}
			return len(n.Nodes()) == 3 && load == 10
		})
	}
	count := map[string]int{}
	for range 5 {
		count[c.Choose()]++
	}
	// 4, 5 and 6 of a, 3 to 4.5 of b: b, b, then either.
	if count[c.ID()] != 0 || count[b.ID()] < 3 {
		t.Errorf("chosen: a %d, b %d, c %d", count[a.ID()], count[b.ID()], count[c.ID()])
	}
	if _, err := c.Take(t.Context(), "x"); !errors.Is(err, ErrLeft) {
		t.Errorf("a node that does not train takes a run: %v", err)
	}
	runs := []string{"k", "l", "m", "n", "o", "p", "q", "r"}
	var shared []string
	until(t, "what c chose is forgotten", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.loads()[b.ID()] == 3
	})
	for _, n := range all {
		shared = append(shared, n.Share(runs)...)
	}
	if slices.Sort(shared); !slices.Equal(shared, runs) {
		t.Errorf("divided: %v", shared)
	}
	if err := b.StepBack(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "b is chosen no more", func() bool { return a.Choose() == a.ID() && a.ChooseOther() == "" })
}

// A lease counts by two clocks: one stands still while a machine sleeps.
func TestClocks(t *testing.T) {
	l := &Lease{of: &Node{times: timesOf(0)}}
	l.renewed(time.Now())
	if !l.Valid() {
		t.Error("a lease that was just renewed does not count")
	}
	m := l.until.Load()
	l.until.Store(&moment{m.mono, m.wall.Add(-time.Hour)}) // as after an hour of sleep
	if l.Valid() {
		t.Error("after an hour of sleep the lease counts")
	}
	l.until.Store(&moment{m.mono.Add(-time.Hour), m.wall}) // as after the clock was set back
	if l.Valid() {
		t.Error("after the clock was set back by an hour the lease counts an hour more")
	}
}
