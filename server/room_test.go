package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A house is a server whose runs are made and looked at without a network, in time that
// a test has pass.
type house struct {
	t *testing.T
	s *Server
	n int
}

func newHouse(t *testing.T, l Limits) *house {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h := &house{t: t, s: New(ctx, Config{Limits: l, Log: slog.New(slog.DiscardHandler)})}
	t.Cleanup(func() {
		cancel()
		h.s.runs.work.Wait()
	})
	return h
}

// make makes a run, paused, into which so much work has gone, and returns its id.
func (h *house) make(by madeBy, peer string, work uint64) (string, error) {
	h.t.Helper()
	h.n++
	id := idOf(fmt.Sprint("run ", h.n))
	_, made, err := h.s.runs.open(id, maker{by, peer}, func(o run.Options) (*run.Run, error) {
		o.Paused = true
		return run.New(id, wire.Spec{}, o)
	})
	if err != nil {
		return "", err
	}
	if !made {
		h.t.Fatal("it was there")
	}
	h.entry(id).work.Store(work)
	return id, nil
}

func (h *house) must(by madeBy, peer string, work uint64) string {
	h.t.Helper()
	id, err := h.make(by, peer, work)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *house) entry(id string) *entry {
	h.t.Helper()
	h.s.runs.mu.Lock()
	defer h.s.runs.mu.Unlock()
	e := h.s.runs.find(id)
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
		if h.s.runs.get(id) == nil {
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
		h := newHouse(t, Limits{Runs: 6, Keep: 10 * time.Minute, Drop: 24 * time.Hour})
		var runs []string
		for i, work := range []uint64{9, 1, 2, 5, 3, 4} {
			runs = append(runs, h.must([]madeBy{byPage, byProgram, byPage, byPage, byPage, byPage}[i], "a", work))
		}
		h.s.runs.watch(h.entry(runs[2]))
		h.entry(runs[4]).changed.Store(true)
		// One that was just made waits for its page.
		if _, err := h.make(byPage, "a", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(settling)
		for _, want := range [][]int{{5}, {3, 5}, {0, 3, 5}} {
			h.must(byProgram, "a", 0)
			h.gone(runs, want...)
		}
		// Six are left, of which none may be ended: one that is watched, one that was
		// changed, and four that programs have made.
		if _, err := h.make(byPage, "a", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(10 * time.Minute)
		h.must(byPage, "a", 0)
		h.gone(runs[:1], 0)
		if n := h.s.runs.count(); n != 6 {
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
		h := newHouse(t, Limits{Runs: 6, FramedRuns: 2, Drop: 24 * time.Hour})
		mine := []string{h.must(byPage, "a", 0), h.must(byPage, "a", 0), h.must(byPage, "a", 0)}
		time.Sleep(settling)
		framed := []string{h.must(byFrame, "a", 7), h.must(byFrame, "a", 3)}
		if _, err := h.make(byFrame, "a", 0); !errors.Is(err, errFramesFull) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(settling)
		framed = append(framed, h.must(byFrame, "a", 9))
		h.gone(framed, 1)
		h.gone(mine)
		h.s.runs.watch(h.entry(framed[0]))
		h.s.runs.watch(h.entry(framed[2]))
		time.Sleep(settling)
		if _, err := h.make(byFrame, "a", 0); !errors.Is(err, errFramesFull) {
			t.Fatalf("got %v", err)
		}
		h.s.runs.leave(h.entry(framed[2]))
		mine = append(mine, h.must(byPage, "a", 100)) // the sixth
		time.Sleep(settling)
		// The server is full. A framed one still takes a framed one's place alone, and
		// is the first to go.
		framed = append(framed, h.must(byFrame, "a", 200))
		h.gone(framed, 1, 2)
		h.gone(mine)
		time.Sleep(settling)
		mine = append(mine, h.must(byPage, "a", 0))
		h.gone(framed, 1, 2, 3)
		h.gone(mine)
		if _, err := h.make(byFrame, "a", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		h.gone(mine)
	})
}

// Who has filled the server with runs that are left alone makes room for others, and for
// himself does not.
func TestWhoHoardsRunsMakesRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Limits{Runs: 5, Drop: 24 * time.Hour})
		owner := h.must(byProgram, "owner", 0)
		var runs []string
		for i := range 4 {
			runs = append(runs, h.must(byProgram, "hoarder", uint64(9-i)))
			h.entry(runs[i]).changed.Store(true)
		}
		if _, err := h.make(byProgram, "hoarder", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		h.must(byPage, "somebody", 0)
		h.gone(runs, 3)
		h.must(byPage, "somebody else", 0)
		h.gone(runs, 2, 3)
		// With two of five nobody hoards.
		if _, err := h.make(byPage, "a third", 0); !errors.Is(err, errFull) {
			t.Fatalf("got %v", err)
		}
		h.entry(owner)
	})
}

// By whichever door it comes, a command makes a run one that is not ended for others,
// and so does it to bring a model back; to look at it does not.
func TestRunsThatWereChangedAreKnown(t *testing.T) {
	s := New(t.Context(), Config{Log: slog.New(slog.DiscardHandler)})
	edge := httptest.NewServer(s.Handler())
	defer edge.Close()
	addr := strings.TrimPrefix(edge.URL, "http://")
	make := func() (m made) {
		call(t, "POST", edge.URL+"/api/runs", `{"paused":true,"hidden":[4]}`, http.StatusCreated, &m)
		return m
	}
	changed := func(id string) bool { return s.runs.entry(s.runs.get(id)).changed.Load() }
	posted, said, watched, refused := make(), make(), make(), make()
	steer(t, addr, posted, `{"type":"pause"}`, http.StatusOK, nil)
	p := dial(t, addr, said.ID)
	p.send(`{"type":"hello","key":"` + said.Key + `"}`)
	p.send(`{"type":"pause","id":7}`)
	p.await(&wire.Ack{}, "ack")
	p = dial(t, addr, watched.ID)
	p.hello()
	p.send(`{"type":"watch","id":7,"frames":false}`)
	p.await(&wire.Ack{}, "ack")
	steer(t, addr, refused, `{"type":"change","set":{"eps":-1}}`, http.StatusUnprocessableEntity, nil)
	_, model := ask(t, http.DefaultClient, "GET", edge.URL+"/api/runs/"+watched.ID+"/export?format=json", "", "")
	var brought made
	call(t, "POST", edge.URL+"/api/runs/import", model, http.StatusCreated, &brought)
	for id, want := range map[string]bool{posted.ID: true, said.ID: true, watched.ID: false, refused.ID: false, brought.ID: true} {
		if got := changed(id); got != want {
			t.Errorf("the run %s was changed: %t, want %t", id, got, want)
		}
	}
}

// The page says what makes a run, and whoever says nothing is a program. A refusal names
// its limit.
func TestRunsAreKnownByTheirMakers(t *testing.T) {
	addr, _ := serve(t, Config{Limits: Limits{Runs: 3, FramedRuns: 1}})
	order := func(from, method, path, key, body string, status int) (m struct {
		made
		refusal
	},
	) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if from != "" {
			req.Header.Set(fromHeader, from)
		}
		req.Header.Set(keyHeader, key)
		send(t, req, status, &m)
		return m
	}
	order("frame", "POST", "/api/runs", "", `{"paused":true}`, http.StatusCreated)
	if r := order("frame", "POST", "/api/runs", "", `{"paused":true}`, http.StatusServiceUnavailable); r.Limit != "max-framed-runs" || !strings.Contains(r.Detail, "--max-framed-runs") {
		t.Errorf("got %+v", r.refusal)
	}
	order("page", "POST", "/api/runs", "", `{"paused":true}`, http.StatusCreated)
	order("", "POST", "/api/runs", "", `{"paused":true}`, http.StatusCreated)
	if r := order("", "POST", "/api/runs", "", `{"paused":true}`, http.StatusServiceUnavailable); r.Limit != "max-runs" || !strings.Contains(r.Detail, "--max-runs") {
		t.Errorf("got %+v", r.refusal)
	}
}
