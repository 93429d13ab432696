//go:build long

// Everything that viewers can do to runs, at random, under the race detector: make
// soak. Afterwards nothing must be missing and nothing left over.

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/server/wire"
)

var (
	soakTime = flag.Duration("soak.time", 5*time.Minute, "how long")
	soakSeed = flag.Uint64("soak.seed", 0, "where chance comes from; 0 takes the time")
)

// A ledger takes the server's log, of which it keeps what should not be there.
type ledger struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *ledger) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *ledger) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A soak is one server and everybody who is at it.
type soak struct {
	t    *testing.T
	addr string
	ctx  context.Context // whose end has everybody read on to the last point, and go
	work sync.WaitGroup

	commands, visits, gaps, points, attacks atomic.Int64

	mu       sync.Mutex
	refusals map[string]int // by code
}

// A subject is a run that everybody is at. Its final state is known when the soak's
// context has ended and last is positive.
type subject struct {
	made
	generation atomic.Uint32
	last       atomic.Int64
}

func TestSoak(t *testing.T) {
	seed := *soakSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-soak.seed %d", seed)
	var log ledger
	server, stop := context.WithCancel(context.Background())
	defer stop()
	folder := t.TempDir()
	keeps, err := store.Open(t.Context(), store.Config{Dir: folder, MaxRuns: 100})
	if err != nil {
		t.Fatal(err)
	}
	s := New(server, Config{
		Store: keeps,
		Log:   slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		// A run that was changed makes no room for another; it is dropped soon.
		Limits: access.Limits{RunLimits: access.RunLimits{Drop: 5 * time.Second, Idle: time.Second, Runs: 100, Keep: time.Nanosecond, RunRate: 1000}, ViewerLimits: access.ViewerLimits{HelloRate: 50}},
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()

	ctx, end := context.WithCancel(context.Background())
	defer end()
	k := &soak{t: t, addr: l.Addr().String(), ctx: ctx, refusals: map[string]int{}}
	k.visit(makeRun(t, k.addr, "")) // what is made once is made now
	k.settle(s, 0)
	goroutines, heap := fewest(0), heapInUse()

	var subjects []*subject
	for i := range uint64(3) {
		x := &subject{made: makeRun(t, k.addr, "")}
		subjects = append(subjects, x)
		chance := func(who uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, i<<8|who)) }
		k.work.Go(func() { k.watch(x, chance(0), 0, false) }) // so that it is never dropped
		for who := range uint64(8) {
			k.work.Go(func() { k.watch(x, chance(1+who), 0, true) })
		}
		for who := range uint64(4) {
			k.work.Go(func() { k.watch(x, chance(20+who), 2<<10<<who, true) })
		}
		for who := range uint64(2) {
			k.work.Go(func() { k.steer(x, chance(40+who)) })
		}
	}
	k.work.Go(func() { // runs come and go
		for k.ctx.Err() == nil {
			k.visit(makeRun(t, k.addr, ""))
		}
	})
	k.attack(subjects[0])
	time.Sleep(*soakTime)

	// The subjects still answer, and everybody hears the last of them.
	end()
	for _, x := range subjects {
		k.finish(x)
	}
	k.work.Wait()
	t.Logf("%d commands, refused: %v; %d visits, %d gaps, %d points, %d requests of attackers", k.commands.Load(), k.refusals, k.visits.Load(), k.gaps.Load(), k.points.Load(), k.attacks.Load())
	k.settle(s, 0)
	if now := fewest(goroutines); now > goroutines {
		b := make([]byte, 1<<20)
		t.Errorf("%d goroutines, and %d before\n%s", now, goroutines, b[:runtime.Stack(b, true)])
	}
	// The store lets go of what it has read and written some seconds later.
	most, now := heap+heap/5+4<<20, heapInUse()
	for range 60 {
		if now <= most {
			break
		}
		time.Sleep(time.Second)
		now = heapInUse()
	}
	t.Logf("%d KB of heap, then %d", heap>>10, now>>10)
	if now > most {
		t.Errorf("the heap grew from %d to %d KB", heap>>10, now>>10)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := keeps.Close(); err != nil {
		t.Error(err)
	}

	// What everybody did is there when the program begins again.
	if keeps, err = store.Open(t.Context(), store.Config{Dir: folder}); err != nil {
		t.Fatal(err)
	}
	server, stop = context.WithCancel(context.Background())
	again := New(server, Config{Store: keeps, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	for _, x := range subjects {
		m, err := kept(t, again, x.ID).State(t.Context())
		if err != nil || m.Generation != x.generation.Load() || m.Points < int(x.last.Load()) {
			t.Errorf("a run is at generation %d with %d points; it was at %d with %d: %v", m.Generation, m.Points, x.generation.Load(), x.last.Load(), err)
		}
	}
	stop()
	if err := again.runs.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if err := keeps.Close(); err != nil {
		t.Error(err)
	}
	if b := log.String(); b != "" {
		t.Errorf("the log: %s", b)
	}
}

// settle waits until the server keeps so many runs and its viewers have left.
func (k *soak) settle(s *Server, runs int) {
	k.t.Helper()
	http.DefaultClient.CloseIdleConnections()
	// Runs of half an hour are saved whole when they leave, under the race detector.
	for end := time.Now().Add(5 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		kept, leaving, seats := s.runs.Count(), s.runs.Leaving(), s.lobby.Seats.Count()
		if kept <= runs && leaving == 0 && seats == 0 {
			return
		}
		if time.Now().After(end) {
			k.t.Fatalf("%d runs are kept, %d are leaving, %d viewers are there", kept, leaving, seats)
		}
	}
}

// fewest waits until goroutines, which end after they are off the books, are no more
// than so many, or do not become fewer for a second, and returns how many there are.
func fewest(wanted int) int {
	least := runtime.NumGoroutine()
	for range 100 {
		if least <= wanted {
			break
		}
		time.Sleep(10 * time.Millisecond)
		least = min(least, runtime.NumGoroutine())
	}
	return least
}

// visit looks at an own run for a moment. On a busy machine the run may have been put aside
// before anybody came, and be leaving; then it is opened again, as a page does.
func (k *soak) visit(m made) {
	w := &watcher{addr: k.addr, id: m.ID, key: m.Key}
	for range 10 {
		err := k.look(w)
		if closed := (closedError{}); errors.As(err, &closed) && closed.code == websocket.CloseGoingAway {
			_ = w.conn.Close()
			continue
		}
		if err != nil {
			k.t.Error(err)
		}
		break
	}
	k.leave(w)
}

// look opens a run, has it train two lanes and waits for 20 frames.
func (k *soak) look(w *watcher) error {
	if err := w.open(); err != nil {
		return err
	}
	for _, c := range []string{maxSpeed, `{"type":"lane_add","id":2}`} {
		if err := w.send(c); err != nil {
			return err
		}
	}
	return w.follow(func() bool { return w.frames.Load() >= 20 })
}

// leave adds up what a viewer has seen.
func (k *soak) leave(w *watcher) {
	_ = w.conn.Close() // it may be closed already
	k.gaps.Add(int64(w.gaps))
	k.points.Add(w.next.Load())
	if w.lost > 0 || w.broken != "" {
		k.t.Errorf("a viewer lost %d points; %s", w.lost, w.broken)
	}
}

// watch comes and goes until the soak ends, and then reads on to the last point.
func (k *soak) watch(x *subject, chance *rand.Rand, perSecond int, restless bool) {
	w := &watcher{addr: k.addr, id: x.ID, perSecond: perSecond}
	defer k.leave(w)
	for {
		final := k.ctx.Err() != nil
		if final {
			w.perSecond = 0
		}
		if err := w.open(); err != nil {
			k.t.Errorf("a viewer is not let in: %v", err)
			return
		}
		k.visits.Add(1)
		conn := w.conn.(*net.TCPConn)
		stay := time.Hour
		if restless {
			stay = time.Duration(chance.ExpFloat64() * 4 * float64(time.Second))
			if perSecond > 0 {
				stay *= 10 // until it has fallen behind
			}
		}
		abruptly := chance.IntN(2) == 0
		until, cancel := context.WithTimeout(k.ctx, stay)
		if final {
			until, cancel = context.WithTimeout(context.Background(), time.Minute)
		}
		stop := context.AfterFunc(until, func() {
			if abruptly {
				_ = conn.SetLinger(0)
			}
			_ = conn.Close()
		})
		err := w.follow(func() bool {
			return final && x.last.Load() > 0 && w.known && w.generation == x.generation.Load() && w.next.Load() >= x.last.Load()
		})
		stop()
		_ = conn.Close() // it may be closed already
		left := until.Err() != nil
		cancel()
		switch {
		case err == nil:
			return
		case final:
			k.t.Errorf("a viewer has %d points of generation %d, not %d of %d: %v", w.next.Load(), w.generation, x.last.Load(), x.generation.Load(), err)
			return
		case !left && perSecond == 0:
			k.t.Errorf("a viewer was thrown out: %v", err)
			return
		}
	}
}

// steer gives commands of all kinds, each of which must be answered.
func (k *soak) steer(x *subject, chance *rand.Rand) {
	w := &watcher{addr: k.addr, id: x.ID, key: x.Key}
	answered := uint32(0)
	var known struct{ Lanes []struct{ Lane uint8 } }
	w.said = func(kind string, text []byte) {
		if kind == "run" || kind == "lanes" {
			if err := json.Unmarshal(text, &known); err != nil {
				k.t.Error(err)
			}
		}
		if kind != "ack" && kind != "error" {
			return
		}
		var m struct {
			ID           uint32
			Code, Reason string
		}
		if err := json.Unmarshal(text, &m); err != nil {
			k.t.Error(err)
		}
		if m.ID != answered+1 {
			k.t.Errorf("command %d was answered after %d: %s", m.ID, answered, text)
		}
		answered = m.ID
		if kind == "error" {
			k.mu.Lock()
			k.refusals[m.Code]++
			k.mu.Unlock()
			if m.Code == string(wire.BadMessage) || m.Code == string(wire.UnknownCommand) || m.Code == string(wire.MissingField) {
				k.t.Errorf("the soak's own mistake: %s", text)
			}
		}
	}
	if err := w.open(); err != nil {
		k.t.Error(err)
		return
	}
	defer k.leave(w)
	for id := uint32(1); k.ctx.Err() == nil; id++ {
		lane := chance.IntN(8) // of which there may be none
		if n := len(known.Lanes); n > 0 && chance.IntN(8) > 0 {
			lane = int(known.Lanes[chance.IntN(n)].Lane)
		}
		if err := w.send(fmt.Sprintf(anyCommand(chance, lane), id)); err != nil {
			k.t.Error(err)
			return
		}
		k.commands.Add(1)
		if err := w.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			k.t.Error(err)
		}
		if err := w.follow(func() bool { return answered == id }); err != nil {
			k.t.Errorf("command %d was not answered: %v", id, err)
			return
		}
		if chance.IntN(4) == 0 {
			time.Sleep(time.Duration(chance.ExpFloat64() * 50 * float64(time.Millisecond)))
		}
	}
}

// finish says how a subject ended.
func (k *soak) finish(x *subject) {
	w := &watcher{addr: k.addr, id: x.ID, key: x.Key}
	var m wire.RunMessage
	var state wire.StateMessage
	acked := false
	w.said = func(kind string, text []byte) {
		switch kind {
		case "state":
			if err := json.Unmarshal(text, &state); err != nil {
				k.t.Error(err)
			}
		case "run":
			if err := json.Unmarshal(text, &m); err != nil {
				k.t.Error(err)
			}
		case "ack":
			acked = true
		case "error":
			k.t.Errorf("at the end: %s", text)
		}
	}
	if err := w.open(); err != nil {
		k.t.Error(err)
		return
	}
	defer k.leave(w)
	if err := w.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		k.t.Error(err)
	}
	err := w.send(`{"type":"reset","id":1}`)
	if err == nil {
		err = w.follow(func() bool { return acked })
	}
	acked = false
	if err == nil {
		err = w.send(`{"type":"play","id":2}`)
	}
	frames := w.frames.Load()
	if err == nil {
		// What its settings have become may have it diverge at once, and then there
		// are no more frames.
		err = w.follow(func() bool {
			return acked && (w.frames.Load() > frames+2 || state.State == wire.Diverged)
		})
	}
	if err != nil {
		k.t.Errorf("a run does not answer: %v; it is %s at step %d of generation %d (%s), with %v and %+v", err, state.State, state.Step, state.Generation, state.Reason, m.Controls, m.Lanes)
	}
	// It may have diverged by now, and have no other points.
	x.generation.Store(w.generation)
	x.last.Store(max(1, w.next.Load()))
}
