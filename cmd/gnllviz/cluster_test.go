package main

import (
	"context"
	"flag"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var ownerKills = flag.Int("owner.kills", 2, "how often the node that trains the run is killed")

// order is a run of two networks at a speed that one core has for many.
const order = `{"dataset":"mcycle","speed":"300","lanes":[{},{"controls":{"loss":"beta_nll"}}]}`

// bounds of issue and example: how long a run may stand still.
const (
	mostAfterKill    = 15 * time.Second
	mostWhileRolling = 5 * time.Second
)

// tend has a run watched by each node and changed by all of them. end stops that, checks
// all that was seen and acknowledged, and logs it.
func (f *field) tend(perSecond int) (s *stranger, viewers []*watching, end func()) {
	f.t.Helper()
	s = f.makeRun(f.nodes[0], order)
	ctx, cancel := context.WithCancel(f.t.Context())
	var all sync.WaitGroup
	for _, n := range f.nodes {
		w, done := s.watch(ctx, n)
		viewers = append(viewers, w)
		all.Go(func() { <-done })
	}
	all.Go(func() { s.steer(ctx, perSecond) })
	eventually(f.t, "every viewer sees the run train", func() bool {
		return !slices.ContainsFunc(viewers, func(w *watching) bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return w.step == 0
		})
	})
	return s, viewers, func() {
		f.t.Helper()
		cancel()
		all.Wait()
		s.tell()
		n := s.check()
		for _, w := range viewers {
			w.compare(n)
		}
	}
}

// Whoever has the run is killed: another node goes on with it, and all viewers see that.
func TestClusterOwnerKilled(t *testing.T) {
	f := startField(t, 3)
	s, viewers, end := f.tend(20)
	for i := range *ownerKills {
		owner := f.owner(f.live()...)
		s.changes(20)
		beyond := s.seen()
		begun := time.Now()
		_ = owner.end(syscall.SIGKILL)
		next := f.owner(f.live()...)
		taken := time.Now()
		t.Logf("kill %d: %s had the run, and %s has it after %v", i+1, owner.name, next.name, taken.Sub(begun).Round(time.Millisecond))
		goOn(t, viewers, begun, taken, beyond, func(w *watching, first, further time.Duration) {
			t.Logf("kill %d: a viewer by %s saw a frame after %v and new steps after %v", i+1, w.prefers.name, first, further)
			if first > mostAfterKill {
				t.Errorf("kill %d: a viewer by %s had no frame for %v; at most %v are allowed", i+1, w.prefers.name, first, mostAfterKill)
			}
		})
		owner.start()
		owner.await()
	}
	end()
}

// A node that stood still, and does not know it, comes back to a run that another has: it
// changes nothing, and shows nothing.
func TestClusterOwnerStopped(t *testing.T) {
	f := startField(t, 3)
	s, viewers, end := f.tend(10)
	owner := f.owner(f.live()...)
	// Somebody who stays with that node whatever happens.
	stubborn, cancel := context.WithCancel(t.Context())
	defer cancel()
	type sight struct {
		at   seenAt
		when time.Time
	}
	var mu sync.Mutex
	var sights []sight
	w := &watching{stranger: s, prefers: owner, arrived: func(at seenAt, when time.Time) {
		mu.Lock()
		defer mu.Unlock()
		sights = append(sights, sight{at, when})
	}}
	c := w.dial(stubborn, 0)
	if c == nil {
		t.Fatal("no connection to the owner")
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer c.Close()
		w.readFor(stubborn, c, 10*time.Minute)
	}()
	eventually(t, "it sees the run", func() bool { mu.Lock(); defer mu.Unlock(); return len(sights) > 0 })

	owner.signal(syscall.SIGSTOP)
	stopped := time.Now()
	time.Sleep(100 * time.Millisecond) // what it had sent has arrived
	beyond := s.seen()
	// Changes that reach it while it stands still, and are read when it no longer does.
	var asked sync.WaitGroup
	var late sync.Map
	for _, eps := range []string{"0.0001", "0.0002", "0.0003"} {
		asked.Go(func() {
			late.Store(eps, s.change(&http.Client{Timeout: 3 * time.Minute}, owner, `{"type":"change","lane":0,"set":{"eps":`+eps+`}}`))
		})
	}
	next := f.owner(without(f.live(), owner)...)
	taken := time.Now()
	t.Logf("%s was stopped, and %s had the run after %v", owner.name, next.name, taken.Sub(stopped).Round(time.Millisecond))
	if d := taken.Sub(stopped); d > mostAfterKill {
		t.Errorf("it took %v until another node had the run; at most %v are allowed", d, mostAfterKill)
	}
	goOn(t, viewers, stopped, taken, beyond, func(w *watching, first, further time.Duration) {
		t.Logf("a viewer by %s saw a frame after %v and new steps after %v", w.prefers.name, first, further)
	})
	// A change that the other has, so that what the first would train on is something else.
	before := 0
	eventually(t, "a change is acknowledged by the new owner", func() bool {
		if s.change(quick(), next, s.fixed()) == http.StatusOK {
			before++
		}
		return before == 3
	})
	s.mu.Lock()
	revision := s.acked[len(s.acked)-1].Revision
	s.mu.Unlock()
	time.Sleep(max(0, 30*time.Second-time.Since(stopped)))
	mu.Lock()
	sights = nil
	mu.Unlock()
	owner.signal(syscall.SIGCONT)
	owner.await()
	asked.Wait()
	// Let it say whatever it would say.
	there := s.seen()
	goOn(t, viewers, stopped, time.Now(), there, nil)
	cancel()
	<-ended
	mu.Lock()
	for _, x := range sights {
		if x.at.revision < revision-2 && x.at.step > beyond {
			t.Errorf("after SIGCONT a viewer of the old owner saw %+v, which only the old owner made: the run was at revision %d long before", x.at, revision)
			break
		}
	}
	t.Logf("a viewer who stayed with the old owner saw %d frames after SIGCONT", len(sights))
	mu.Unlock()
	late.Range(func(eps, status any) bool {
		t.Logf("a change (eps %v) that was sent to the old owner while it was stopped: status %v", eps, status)
		return true
	})
	end()
}

// All nodes are restarted one after the other, and then all nats-servers, while the run is
// watched and changed.
func TestClusterRolls(t *testing.T) {
	f := startField(t, 3)
	s, viewers, end := f.tend(20)
	paused := func(what string) {
		t.Helper()
		for _, w := range viewers {
			longest, at := w.pause()
			t.Logf("%s: a viewer by %s saw no new step for at most %v (after step %d)", what, w.prefers.name, longest.Round(time.Millisecond), at)
			if longest > mostWhileRolling {
				t.Errorf("%s: a viewer by %s saw no new step for %v (after step %d); at most %v are allowed", what, w.prefers.name, longest, at, mostWhileRolling)
			}
			w.mu.Lock()
			w.longest = 0
			w.mu.Unlock()
		}
	}
	paused("before")
	for _, n := range slices.Clone(f.nodes) {
		begun := time.Now()
		if err := n.end(syscall.SIGTERM); err != nil {
			t.Errorf("%s ended with %v after SIGTERM", n.name, err)
		}
		t.Logf("%s had ended %v after SIGTERM", n.name, time.Since(begun).Round(time.Millisecond))
		n.start()
		n.await()
		f.settle(viewers)
		s.changes(10)
	}
	paused("nodes restarted")
	for _, n := range f.nats {
		_ = n.end(syscall.SIGTERM)
		n.start()
		n.await()
		f.settle(viewers)
		s.changes(10)
	}
	paused("nats-servers restarted")
	end()
}

// settle waits until all viewers see new steps, so that one thing happens at a time.
func (f *field) settle(viewers []*watching) {
	f.t.Helper()
	now := time.Now()
	goOn(f.t, viewers, now, now, viewers[0].seen(), nil)
}

// All nats-servers are away for a while: changes are refused with the reason, and when they
// are back everything goes on.
func TestClusterWithoutNATS(t *testing.T) {
	f := startField(t, 3)
	s, viewers, end := f.tend(10)
	for _, n := range f.nats {
		_ = n.end(syscall.SIGTERM)
	}
	away := time.Now()
	eventually(t, "every node says that it is not ready, and why", func() bool {
		return !slices.ContainsFunc(f.nodes, func(n *node) bool {
			status, b, err := s.ask(quick(), n, "GET", "readyz", "")
			return err != nil || status != http.StatusServiceUnavailable || !strings.Contains(string(b), `"check":"bus","ok":false`)
		})
	})
	for _, n := range f.nodes {
		if status, err := n.status("healthz"); err != nil || status != http.StatusOK {
			t.Errorf("%s lives, and /healthz says %d, %v", n.name, status, err)
		}
		status := 0
		eventually(t, n.name+" refuses a change", func() bool {
			status = s.change(&http.Client{Timeout: 15 * time.Second}, n, s.fixed())
			return status >= 400
		})
		t.Logf("%s refuses changes with %d", n.name, status)
	}
	time.Sleep(max(0, 20*time.Second-time.Since(away)))
	beyond := s.seen()
	for _, n := range f.nats {
		n.start()
	}
	back := time.Now()
	for _, n := range f.nodes {
		n.await()
		eventually(t, n.name+" takes a change again", func() bool { return s.change(quick(), n, s.fixed()) == http.StatusOK })
	}
	goOn(t, viewers, back, back, beyond, func(w *watching, first, further time.Duration) {
		t.Logf("nats-servers were back: a viewer by %s saw a frame after %v and new steps after %v", w.prefers.name, first, further)
	})
	end()
}

// A node that joins takes its share of the runs, and one that does not train takes none
// and serves all.
func TestClusterShares(t *testing.T) {
	f := startField(t, 2)
	var runs []*stranger
	for i := range 12 {
		runs = append(runs, f.makeRun(f.nodes[i%2], `{"dataset":"mcycle","speed":"1"}`))
	}
	shares := func(least int, nodes ...*node) func() bool {
		return func() bool {
			sum := 0
			for _, n := range nodes {
				v := n.training()
				sum += v
				if v < least {
					return false
				}
			}
			return sum == len(runs)
		}
	}
	eventually(t, "two nodes share the runs", shares(4, f.nodes...))
	f.add()
	eventually(t, "the third node takes a share", shares(3, f.nodes...))
	web := f.add("--role", "web")
	for _, s := range runs {
		status := s.change(quick(), web, `{"type":"change","lane":0,"set":{"lr":0.002}}`)
		if status != http.StatusOK {
			t.Errorf("a change by the node without training: status %d", status)
		}
		ctx, cancel := context.WithCancel(t.Context())
		w, done := s.watch(ctx, web)
		now := time.Now()
		goOn(t, []*watching{w}, now, now, 0, nil)
		cancel()
		<-done
		for _, path := range []string{"/state", "/history", "/curve?curve=batch_loss&pixels=100", "/recipe", "/predict?x=20", "/export?format=json", "/export?format=onnx", "/snapshots", ""} {
			if status, b, err := s.ask(quick(), web, "GET", "api/runs/"+s.id+path, ""); err != nil || status != http.StatusOK {
				t.Errorf("GET %s by the node without training: %d, %v, %.300s", path, status, err, b)
			}
		}
	}
	made := f.makeRun(web, `{"dataset":"mcycle","speed":"1"}`)
	if status, b, err := made.ask(quick(), f.nodes[0], "GET", "api/runs/"+made.id, ""); err != nil || status != http.StatusOK {
		t.Errorf("a run that was made by the node without training: %d, %v, %s", status, err, b)
	}
	if n := web.training(); n != 0 {
		t.Errorf("the node without training trains %d runs", n)
	}
	for _, s := range runs {
		s.check()
	}
}
