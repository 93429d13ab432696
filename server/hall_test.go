//go:build long

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A clock tells when a step was made. Frames carry no time, and the server's clock
// is not the generator's, so a probe asks for an ack fifty times a second: a step
// beyond the one in the ack was made after the probe was sent. Ages by this clock
// are bounds from above, too large by up to some 20 ms.
type clock struct {
	mu     sync.RWMutex
	probes []probed // of the last seconds, the newest last
}

type probed struct {
	sent time.Time
	step uint64 // of the ack
}

func (c *clock) add(p probed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.probes = append(c.probes, p); len(c.probes) > 1000 {
		c.probes = slices.Delete(c.probes, 0, 500)
	}
}

// after returns a time that the step was made after, or 0.
func (c *clock) after(step uint64) time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, p := range slices.Backward(c.probes) {
		if p.step < step {
			return p.sent
		}
	}
	return time.Time{}
}

// probe asks until the context ends.
func (c *clock) probe(ctx context.Context, w *watcher) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		sent := time.Now()
		acked := false
		w.said = func(kind string, text []byte) {
			var ack wire.Ack
			if kind == "ack" && json.Unmarshal(text, &ack) == nil {
				acked = true
				c.add(probed{sent, ack.Step})
			}
		}
		if err := w.send(`{"type":"watch","id":1,"frames":false}`); err != nil {
			return err
		}
		if err := w.follow(func() bool { return acked }); err != nil {
			return err
		}
	}
}

// A spectator is a watcher in the hall, and what it sees from there.
type spectator struct {
	watcher
	deaf   bool         // it reads nothing, and reconnects twice a minute
	made   atomic.Int64 // its newest frame was made after this, in ns since 1970
	visits int
	heard  int // points that it had while it was slow
	failed error

	mu   sync.Mutex
	ages []time.Duration // of frames as they came
}

// take returns the ages of the frames that came since it was last asked.
func (s *spectator) takeAges() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	ages := s.ages
	s.ages = nil
	return ages
}

// A hall is everybody who watches one run.
type hall struct {
	addr      string
	run       made
	clock     clock
	addresses int // from which people come, one after the other; 0 means the system's choice
	came      int

	ctx  context.Context // whose end has everybody read on to the last point, and go
	end  context.CancelFunc
	last atomic.Int64 // how many points there were by then
	work sync.WaitGroup

	quick, slow []*spectator
	clockFailed error
}

func newHall(addr string, run made) (*hall, error) {
	h := &hall{addr: addr, run: run}
	h.ctx, h.end = context.WithCancel(context.Background())
	w := &watcher{addr: addr, id: run.ID}
	if err := w.open(); err != nil {
		return nil, err
	}
	h.work.Go(func() {
		h.clockFailed = h.clock.probe(h.ctx, w)
		_ = w.conn.Close() // it has said all that it had to
	})
	return h, nil
}

// sit brings in so many who read as fast as they can, all at once, and returns how
// long it took until each of them had the whole history.
func (h *hall) sit(n int) time.Duration {
	begun := time.Now()
	for range n {
		h.quick = append(h.quick, h.enter(&spectator{}))
	}
	for _, s := range h.quick {
		for s.made.Load() == 0 && time.Since(begun) < time.Minute { // frames come after it
			time.Sleep(time.Millisecond)
		}
	}
	return time.Since(begun)
}

// sitSlow brings in so many who read 2 KB a second, or every other one nothing.
func (h *hall) sitSlow(n int) {
	for i := range n {
		s := &spectator{deaf: i%2 == 1}
		s.perSecond = 2 << 10
		h.slow = append(h.slow, h.enter(s))
	}
}

func (h *hall) enter(s *spectator) *spectator {
	s.addr, s.id = h.addr, h.run.ID
	if h.addresses > 0 {
		s.from = fmt.Sprintf("127.0.%d.%d", 80+h.came%h.addresses/200, 1+h.came%h.addresses%200)
		h.came++
	}
	s.arrived = func(f fit) {
		made := h.clock.after(f.step)
		if made.IsZero() {
			return
		}
		s.made.Store(made.UnixNano())
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ages = append(s.ages, time.Since(made))
	}
	h.work.Go(func() { s.failed = h.watch(s) })
	return s
}

// watch stays in the hall until its end. Who is slow comes back whenever the
// server has given it up, and is quick at the end, to read what it lacks.
func (h *hall) watch(s *spectator) error {
	for {
		s.visits++
		if err := s.open(); err != nil {
			return err
		}
		conn, slow := s.conn, s.perSecond > 0
		stop := context.AfterFunc(h.ctx, func() {
			if slow {
				_ = conn.Close()
			} else {
				_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
			}
		})
		var err error
		if s.deaf {
			select {
			case <-h.ctx.Done():
			case <-time.After(30 * time.Second):
			}
		} else {
			err = s.follow(func() bool { return h.ctx.Err() != nil && s.next.Load() >= h.last.Load() })
		}
		stop()
		_ = conn.Close() // it may be closed already
		if !slow {
			return err
		}
		if h.ctx.Err() != nil {
			s.heard = int(s.next.Load())
			s.perSecond, s.deaf = 0, false
		}
	}
}

// close has everybody read on to the last point that there is now, and returns
// what they lost.
func (h *hall) close() (reckoning, error) {
	w := &watcher{addr: h.addr, id: h.run.ID}
	points := 0
	w.said = func(kind string, text []byte) {
		if kind == "run" {
			var m wire.RunMessage
			if json.NewDecoder(bytes.NewReader(text)).Decode(&m) == nil {
				points = m.Points
			}
		}
	}
	var a reckoning
	if err := w.open(); err != nil {
		return a, err
	}
	if err := w.follow(func() bool { return points > 0 }); err != nil {
		return a, err
	}
	if err := w.conn.Close(); err != nil {
		return a, err
	}
	h.last.Store(int64(points))
	h.end()
	h.work.Wait()
	a.points = points
	for i, s := range slices.Concat(h.quick, h.slow) {
		a.lost += s.lost
		if s.broken != "" {
			a.wrong = append(a.wrong, s.broken)
		}
		if s.failed != nil {
			a.wrong = append(a.wrong, s.failed.Error())
		}
		if i < len(h.quick) {
			a.quickGaps += s.gaps
		} else {
			a.slowGaps += s.gaps
			a.slowHeard = max(a.slowHeard, s.heard)
			a.slowVisits += s.visits
		}
	}
	return a, h.clockFailed
}

// A reckoning is what became of the history.
type reckoning struct {
	points, lost                    int
	quickGaps, slowGaps, slowVisits int
	slowHeard                       int // of the one who had most
	wrong                           []string
}

func (a reckoning) String() string {
	return fmt.Sprintf("history: %d points, lost %d; gaps refilled: quick viewers %d, slow ones %d, who connected %d times and had up to %d points until they were let read",
		a.points, a.lost, a.quickGaps, a.slowGaps, a.slowVisits, a.slowHeard)
}

// A view is what the quick viewers of a hall saw over a while.
type view struct {
	arrival []time.Duration // ages of frames as they came
	shown   []time.Duration // ages of what each had on its screen, every 37 ms: no multiple of a frame's time
	fewest  float64         // frames a second of who got fewest
}

// look watches the quick viewers for a while.
func (h *hall) look(d time.Duration) view {
	var v view
	before := make([]int64, len(h.quick))
	for i, s := range h.quick {
		before[i] = s.frames.Load()
		s.takeAges()
	}
	begun := time.Now()
	tick := time.NewTicker(37 * time.Millisecond)
	defer tick.Stop()
	for time.Since(begun) < d {
		<-tick.C
		now := time.Now().UnixNano()
		for _, s := range h.quick {
			if made := s.made.Load(); made != 0 {
				v.shown = append(v.shown, time.Duration(now-made))
			}
		}
	}
	for i, s := range h.quick {
		v.arrival = append(v.arrival, s.takeAges()...)
		perSecond := float64(s.frames.Load()-before[i]) / time.Since(begun).Seconds()
		if i == 0 || perSecond < v.fewest {
			v.fewest = perSecond
		}
	}
	return v
}

func (v view) String() string {
	return fmt.Sprintf("age of a frame as it comes:  %s\n    age of what is on screens:   %s\n    fewest frames a second at a viewer: %.1f", spread(v.arrival), spread(v.shown), v.fewest)
}
