package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/run"
)

// A house is a server whose runs are made and looked at without a network, in time that
// a test has pass.
type house struct {
	t *testing.T
	g *Registry
	n int
}

func newHouse(t *testing.T, l access.Limits) *house {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h := &house{t: t, g: New(ctx, Config{Limits: l.OrDefaults(), Trainers: 1, Report: func(run.Stats) {}, Log: slog.New(slog.DiscardHandler)})}
	t.Cleanup(func() {
		cancel()
		h.g.work.Wait()
	})
	return h
}

// make makes a run, paused, into which so much work has gone, and returns its id.
func (h *house) make(by MadeBy, peer string, work uint64) (string, error) {
	h.t.Helper()
	h.n++
	id := access.IDOf(fmt.Sprint("run ", h.n))
	_, made, err := h.g.Open(id, Maker{by, peer}, Order{Paused: true})
	if err != nil {
		return "", err
	}
	if !made {
		h.t.Fatal("it was there")
	}
	h.entry(id).work.Store(work)
	return id, nil
}

func (h *house) must(by MadeBy, peer string, work uint64) string {
	h.t.Helper()
	id, err := h.make(by, peer, work)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *house) entry(id string) *Kept {
	h.t.Helper()
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	e := h.g.find(id)
	if e == nil {
		h.t.Fatalf("the run %s is not there", id)
	}
	return e
}

// gone fails unless of some runs, by the order in which they are given, those are gone
// that are named by their place.
func (h *house) gone(runs []string, want ...int) {
	h.t.Helper()
	var got []int
	for i, id := range runs {
		if !h.g.Known(id) {
			got = append(got, i)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.t.Errorf("of the runs are gone %v, want %v", got, want)
	}
}

// What makes room is the run with the least work in it, and never one that somebody
// watches or has changed, or that a program has made in the last hours.
func TestRunWithTheLeastWorkMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, access.Limits{RunLimits: access.RunLimits{Runs: 6, Keep: 10 * time.Minute, Drop: 24 * time.Hour}})
		var runs []string
		for i, work := range []uint64{9, 1, 2, 5, 3, 4} {
			runs = append(runs, h.must([]MadeBy{ByPage, ByProgram, ByPage, ByPage, ByPage, ByPage}[i], "a", work))
		}
		h.entry(runs[2]).Join()
		h.entry(runs[4]).changed.Store(true)
		// One that was just made waits for its page.
		if _, err := h.make(ByPage, "a", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(Settling)
		for _, want := range [][]int{{5}, {3, 5}, {0, 3, 5}} {
			h.must(ByProgram, "a", 0)
			h.gone(runs, want...)
		}
		// Six are left, of which none may be ended: one that is watched, one that was
		// changed, and four that programs have made.
		if _, err := h.make(ByPage, "a", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(10 * time.Minute)
		h.must(ByPage, "a", 0)
		h.gone(runs[:1], 0)
		if n := h.g.Count(); n != 6 {
			t.Errorf("there are %d runs, want 6", n)
		}
		h.entry(runs[2])
		h.entry(runs[4])
	})
}

// Runs that were begun in frames of other sites are few, and end no others: neither
// where they are as many as they may be, nor where the server has no room.
func TestFramedRunsMakeRoomForOneAnotherAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, access.Limits{RunLimits: access.RunLimits{Runs: 6, FramedRuns: 2, Drop: 24 * time.Hour}})
		mine := []string{h.must(ByPage, "a", 0), h.must(ByPage, "a", 0), h.must(ByPage, "a", 0)}
		time.Sleep(Settling)
		framed := []string{h.must(ByFrame, "a", 7), h.must(ByFrame, "a", 3)}
		if _, err := h.make(ByFrame, "a", 0); !errors.Is(err, errFramesFull) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(Settling)
		framed = append(framed, h.must(ByFrame, "a", 9))
		h.gone(framed, 1)
		h.gone(mine)
		h.entry(framed[0]).Join()
		h.entry(framed[2]).Join()
		time.Sleep(Settling)
		if _, err := h.make(ByFrame, "a", 0); !errors.Is(err, errFramesFull) {
			t.Fatalf("got %v", err)
		}
		h.entry(framed[2]).Leave()
		mine = append(mine, h.must(ByPage, "a", 100)) // the sixth
		time.Sleep(Settling)
		// The server is full. A framed one still takes a framed one's place alone, and
		// is the first to go.
		framed = append(framed, h.must(ByFrame, "a", 200))
		h.gone(framed, 1, 2)
		h.gone(mine)
		time.Sleep(Settling)
		mine = append(mine, h.must(ByPage, "a", 0))
		h.gone(framed, 1, 2, 3)
		h.gone(mine)
		if _, err := h.make(ByFrame, "a", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		h.gone(mine)
	})
}

// Who has filled the server with runs that are left alone makes room for others, and for
// himself does not.
func TestWhoHoardsRunsMakesRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, access.Limits{RunLimits: access.RunLimits{Runs: 5, Drop: 24 * time.Hour}})
		owner := h.must(ByProgram, "owner", 0)
		var runs []string
		for i := range 4 {
			runs = append(runs, h.must(ByProgram, "hoarder", uint64(9-i)))
			h.entry(runs[i]).changed.Store(true)
		}
		if _, err := h.make(ByProgram, "hoarder", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		h.must(ByPage, "somebody", 0)
		h.gone(runs, 3)
		h.must(ByPage, "somebody else", 0)
		h.gone(runs, 2, 3)
		// With two of five nobody hoards.
		if _, err := h.make(ByPage, "a third", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		h.entry(owner)
	})
}

// What a server says of its defaults is what runs have where nobody says anything.
func TestDefaultsAreTheRuns(t *testing.T) {
	if o := Options(access.DefaultLimits()); o.Idle != run.DefaultIdle || o.Replay != run.DefaultReplay {
		t.Errorf("idle %v and replay %v, want %v and %v", o.Idle, o.Replay, run.DefaultIdle, float64(run.DefaultReplay))
	}
}
