//go:build !js

package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/bus/bustest"
)

// shared opens a store that nats-servers have, over a connection of its own.
func shared(t testing.TB, on *bustest.Servers, c Config) *Store {
	t.Helper()
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := Join(ctx, on.Dial(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// holdings let stores of one process hold things as those of several do.
type holdings struct {
	mu   sync.Mutex
	held map[string]bool
}

func (h *holdings) hold(_ context.Context, what string) (func(), bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held[what] {
		return nil, false
	}
	if h.held == nil {
		h.held = map[string]bool{}
	}
	h.held[what] = true
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.held, what)
	}, true
}

// until waits until something is so.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); {
		if time.Now().After(end) {
			t.Fatalf("it never came true that %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func knows(s *Store, id string) func() bool {
	return func() bool { _, ok := s.Meta(id); return ok }
}

func createAs(t testing.TB, s *Store, id string, c Claim) *Log {
	t.Helper()
	l, err := s.CreateAs(t.Context(), meta(id), c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func entry(n int) Entry { return Entry{uint64(n), noise(uint64(n), 100*n)} }

func appendAll(t testing.TB, l *Log, from, to int) {
	t.Helper()
	for n := from; n <= to; n++ {
		if err := l.Append(t.Context(), entry(n)); err != nil {
			t.Fatal(err)
		}
	}
}

// hasEntries checks that a record has all entries from one on.
func hasEntries(t testing.TB, r *Record, from, to int) {
	t.Helper()
	var want []Entry
	for n := from; n <= to; n++ {
		want = append(want, entry(n))
	}
	if !slices.EqualFunc(r.Entries, want, func(a, b Entry) bool { return a.Number == b.Number && bytes.Equal(a.Data, b.Data) }) || len(r.Damaged) > 0 {
		t.Errorf("%d entries, damaged %v; want %d to %d", len(r.Entries), r.Damaged, from, to)
	}
}

// A run that another process takes over is there whole, and whoever wrote it before can
// write nothing more: no change, no checkpoint, no meta; nor does anything go that it wants
// to drop.
func TestWhoeverWroteBeforeCanWriteNothing(t *testing.T) {
	for _, servers := range []int{1, 3} {
		on := bustest.Start(t, servers)
		a, b := shared(t, on, Config{}), shared(t, on, Config{})
		old := createAs(t, a, "x", Claim{Epoch: 5})
		appendAll(t, old, 1, 6)
		first, refs := blobs(noise(1, 700_000), noise(2, 1000))
		if err := old.Save(t.Context(), Checkpoint{4, []byte("four"), first}, refs, meta("x")); err != nil {
			t.Fatal(err)
		}
		until(t, "b knows the run", knows(b, "x"))
		r, l, err := b.LoadAs(t.Context(), "x", Claim{Epoch: 9})
		if err != nil {
			t.Fatal(err)
		}
		hasEntries(t, r, 5, 6)
		if len(r.Checkpoints) != 1 || string(r.Checkpoints[0].Manifest) != "four" || len(r.Checkpoints[0].Blobs) != 2 {
			t.Errorf("checkpoints: %+v", r.Checkpoints)
		}
		appendAll(t, l, 7, 7)
		for _, late := range []error{
			old.Append(t.Context(), entry(7)),
			old.Append(t.Context(), entry(7)), // even after it has looked at what there is
			old.Save(t.Context(), Checkpoint{6, []byte("late"), nil}, refs, meta("x")),
			old.Reclaim(t.Context(), Claim{Epoch: 11}),
			a.SetMeta(t.Context(), Meta{ID: "x", Name: "late"}),
		} {
			if !errors.Is(late, ErrTaken) {
				t.Errorf("a late write: %v", late)
			}
		}
		if err := l.Save(t.Context(), Checkpoint{7, []byte("seven"), nil}, refs, meta("x")); err != nil {
			t.Fatal(err)
		}
		appendAll(t, l, 8, 9)
		c := shared(t, on, Config{})
		if r, _, err = c.LoadAs(t.Context(), "x", Claim{Epoch: 12}); err != nil {
			t.Fatal(err)
		}
		if len(r.Checkpoints) != 2 || string(r.Checkpoints[0].Manifest) != "seven" || len(r.Checkpoints[0].Blobs) != 2 || r.Meta.Name != "Run x" {
			t.Errorf("in the end: %+v of %q", r.Checkpoints, r.Meta.Name)
		}
		if after, ok := r.After(r.Checkpoints[0]); !ok || len(after) != 2 {
			t.Errorf("%d entries after it, %v", len(after), ok)
		}
		if err := l.Append(t.Context(), entry(10)); !errors.Is(err, ErrTaken) {
			t.Errorf("a late write: %v", err)
		}
		if err := c.Delete(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		until(t, "all know that it was deleted", func() bool { return !knows(a, "x")() && !knows(b, "x")() })
		again := createAs(t, a, "x", Claim{Epoch: 20})
		for _, gone := range []*Log{old, l} {
			if err := gone.Append(t.Context(), entry(int(gone.Last()+1))); !errors.Is(err, ErrTaken) {
				t.Errorf("a late write to a run of the same name: %v", err)
			}
		}
		appendAll(t, again, 1, 2)
	}
}

// Whoever takes a run over while another writes it has every change that was acknowledged,
// and no other.
func TestTakenOverUnderWrites(t *testing.T) {
	on := bustest.Start(t, 3)
	a, b := shared(t, on, Config{}), shared(t, on, Config{})
	for round := range 5 {
		id := fmt.Sprint("r", round)
		old := createAs(t, a, id, Claim{Epoch: 1})
		var acknowledged atomic.Int64
		ended := make(chan error, 1)
		go func() {
			for n := 1; ; n++ {
				if err := old.Append(t.Context(), entry(n)); err != nil {
					ended <- err
					return
				}
				acknowledged.Store(int64(n))
			}
		}()
		until(t, "some are there", func() bool { return acknowledged.Load() > int64(10+5*round) && knows(b, id)() })
		r, _, err := b.LoadAs(t.Context(), id, Claim{Epoch: 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, ErrTaken) {
			t.Errorf("it ended by %v", err)
		}
		// One may be there of which nobody was told.
		got := len(r.Entries)
		if n := int(acknowledged.Load()); got != n && got != n+1 {
			t.Errorf("%d of %d acknowledged changes", got, n)
		}
		hasEntries(t, r, 1, got)
	}
}

// A process that lost its claim and got another, while nobody else had the run, goes on
// where it was.
func TestReclaimed(t *testing.T) {
	on := bustest.Start(t, 3)
	s := shared(t, on, Config{})
	var valid atomic.Bool
	valid.Store(true)
	l := createAs(t, s, "x", Claim{Epoch: 1, Valid: valid.Load})
	appendAll(t, l, 1, 3)
	if err := l.Save(t.Context(), Checkpoint{3, []byte("three"), nil}, nil, meta("x")); err != nil {
		t.Fatal(err)
	}
	valid.Store(false)
	if err := l.Append(t.Context(), entry(4)); !errors.Is(err, ErrUnheld) {
		t.Errorf("a write under a claim that does not count: %v", err)
	}
	if err := l.Reclaim(t.Context(), Claim{Epoch: 2}); err != nil {
		t.Fatal(err)
	}
	appendAll(t, l, 4, 5)
	if err := l.Save(t.Context(), Checkpoint{5, []byte("five"), nil}, nil, meta("x")); err != nil {
		t.Fatal(err)
	}
	r, _, err := shared(t, on, Config{}).LoadAs(t.Context(), "x", Claim{Epoch: 3})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Checkpoints) != 2 || string(r.Checkpoints[0].Manifest) != "five" {
		t.Errorf("checkpoints: %+v", r.Checkpoints)
	}
	if after, ok := r.After(r.Checkpoints[0]); !ok || len(after) != 0 {
		t.Errorf("%d entries after it, %v", len(after), ok)
	}
}

// While the servers are away what is written waits, up to its context; what is refused then
// is nowhere, and what was acknowledged is there when they are back.
func TestServersAway(t *testing.T) {
	for _, servers := range []int{1, 3} {
		on := bustest.Start(t, servers)
		s := shared(t, on, Config{})
		l := createAs(t, s, "x", Claim{Epoch: 1})
		appendAll(t, l, 1, 5)
		for i := range servers {
			on.Stop(i)
		}
		short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := l.Append(short, Entry{6, []byte("refused")}); err == nil || errors.Is(err, ErrTaken) {
			t.Errorf("without servers: %v", err)
		}
		waited := make(chan error, 1)
		go func() { waited <- l.Append(t.Context(), entry(6)) }()
		for i := range servers {
			on.Run(i)
		}
		if err := <-waited; err != nil {
			t.Fatalf("with the servers back: %v", err)
		}
		appendAll(t, l, 7, 8)
		if err := l.Save(t.Context(), Checkpoint{8, []byte("eight"), nil}, nil, meta("x")); err != nil {
			t.Fatal(err)
		}
		other := shared(t, on, Config{})
		appendAll(t, l, 9, 9)
		r, _, err := other.LoadAs(t.Context(), "x", Claim{Epoch: 2})
		if err != nil {
			t.Fatal(err)
		}
		if after, ok := r.After(r.Checkpoints[0]); !ok || len(after) != 1 || string(r.Checkpoints[0].Manifest) != "eight" {
			t.Errorf("%d entries after the checkpoint, %v", len(after), ok)
		}
		// The list is current again, too.
		createAs(t, s, "y", Claim{Epoch: 3})
		until(t, "the other knows what was made after", knows(other, "y"))
	}
}

// One server of three after the other stops and starts again, under writes: all of them are
// acknowledged, and there.
func TestServersRestartInTurn(t *testing.T) {
	on := bustest.Start(t, 3)
	s := shared(t, on, Config{})
	l := createAs(t, s, "x", Claim{Epoch: 1})
	stop, ended := make(chan struct{}), make(chan int, 1)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				ended <- n
				return
			default:
			}
			if err := l.Append(t.Context(), entry(n%50+1+n-n%50)); err != nil {
				t.Error(err)
				ended <- n
				return
			}
			n++
		}
	}()
	for i := range 3 {
		before := l.Last()
		until(t, "writes go on", func() bool { return l.Last() > before+20 })
		on.Stop(i)
		before = l.Last()
		until(t, "writes go on without it", func() bool { return l.Last() > before+20 })
		on.Run(i)
	}
	close(stop)
	n := <-ended
	r, _, err := shared(t, on, Config{}).LoadAs(t.Context(), "x", Claim{Epoch: 2})
	if err != nil {
		t.Fatal(err)
	}
	hasEntries(t, r, 1, n)
}

// What several processes share is tidied by one of them: it drops what is left of runs that
// were deleted, and lists again what was lost from the list; it leaves a run alone that is
// being restored, and those that another process has.
func TestTidied(t *testing.T) {
	on := bustest.Start(t, 1)
	var h holdings
	c := Config{Hold: h.hold}
	a, b := shared(t, on, c), shared(t, on, c)
	l := createAs(t, a, "lost", Claim{Epoch: 1})
	appendAll(t, l, 1, 2)
	if err := l.Save(t.Context(), Checkpoint{2, []byte("two"), nil}, nil, meta("lost")); err != nil {
		t.Fatal(err)
	}
	l.Close()
	bucket, err := a.bus.js.Stream(t.Context(), "KV_runs")
	if err != nil {
		t.Fatal(err)
	}
	if err := bucket.Purge(t.Context()); err != nil { // the list is gone, marks and all
		t.Fatal(err)
	}
	d := shared(t, on, Config{Hold: h.hold, MaxRuns: 2}) // which has never known it
	half, err := d.create(t.Context(), meta("half"), Claim{}, true)
	if err != nil {
		t.Fatal(err)
	}
	half.Close()
	until(t, "b knows what is being restored", func() bool { _, ok := b.known("half"); return ok })
	for range 2 {
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if m, ok := d.Meta("lost"); !ok || m.Name != "Run lost" {
		t.Errorf("what was lost from the list: %+v, %v", m, ok)
	}
	if _, ok := d.known("half"); !ok {
		t.Error("what is being restored was dropped")
	}
	// More runs than there may be: those go that nobody has.
	createAs(t, a, "p", Claim{Epoch: 2}).Close()
	createAs(t, b, "q", Claim{Epoch: 3})
	busy, _ := h.hold(t.Context(), "lost")
	until(t, "d knows all", func() bool { return knows(d, "p")() && knows(d, "q")() })
	if err := d.Tidy(t.Context()); err != nil && !errors.As(err, new(*FullError)) {
		t.Fatal(err)
	}
	busy()
	if !knows(d, "lost")() || knows(d, "p")() && knows(d, "q")() {
		t.Errorf("lost %v, p %v, q %v", knows(d, "lost")(), knows(d, "p")(), knows(d, "q")())
	}
	before := len(d.List())
	d.config.MaxRuns = 1
	release, _ := h.hold(t.Context(), tidying) // another process tidies
	if err := d.Tidy(t.Context()); err != nil || len(d.List()) != before {
		t.Errorf("while another tidies: %v, %d runs of %d", err, len(d.List()), before)
	}
	release()
}

// A run may be claimed again while its checkpoints and changes are being written.
func TestReclaimedWhileItIsSaved(t *testing.T) {
	s := shared(t, bustest.Start(t, 1), Config{})
	l := createAs(t, s, "a", Claim{Epoch: 1})
	done := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		for n := uint64(0); ; n++ {
			select {
			case <-done:
				return
			default:
			}
			b, refs := blobs(noise(n, 100))
			if err := l.Save(t.Context(), Checkpoint{l.Last(), []byte("x"), b}, refs, meta("a")); err != nil {
				t.Error(err)
				return
			}
		}
	})
	work.Go(func() {
		defer close(done)
		for epoch := uint64(2); epoch < 60; epoch++ {
			if err := l.Append(t.Context(), entry(int(l.Last())+1)); err != nil {
				t.Error(err)
				return
			}
			if err := l.Reclaim(t.Context(), Claim{Epoch: epoch}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	work.Wait()
	r, _, err := s.LoadAs(t.Context(), "a", Claim{Epoch: 100})
	if err != nil || len(r.Checkpoints) == 0 || len(r.Damaged) > 0 {
		t.Errorf("afterwards it is %+v: %v", r, err)
	}
}
