package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A stay is a registry on a store, from opening it to closing it.
type stay struct {
	t   *testing.T
	g   *Registry
	end func()
}

func stayAt(t *testing.T, dir string, l access.Limits) *stay {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &stay{t: t, g: New(ctx, Config{
		Limits: l.OrDefaults(), Trainers: 1, Report: func(run.Stats) {}, Log: slog.New(slog.DiscardHandler), Store: s,
	})}
	ended := false
	h.end = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		h.g.work.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(h.end)
	return h
}

func (h *stay) run(id string) *Kept {
	h.t.Helper()
	k, err := h.g.Get(id)
	if k == nil || err != nil {
		h.t.Fatalf("the run %s: %v", id, err)
	}
	return k
}

func (h *stay) do(id, command string) wire.Ack {
	h.t.Helper()
	c, _, refused := wire.ParseCommand([]byte(command))
	if refused != nil {
		h.t.Fatal(refused)
	}
	a, err := h.run(id).Do(h.t.Context(), c, true)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// seen is what a page sees of a run, but for who watches it.
func (h *stay) seen(id string) string {
	h.t.Helper()
	m, err := h.run(id).State(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	history, err := h.run(id).History(h.t.Context(), 0)
	if err != nil {
		h.t.Fatal(err)
	}
	b, err := json.Marshal([]any{m, history})
	if err != nil {
		h.t.Fatal(err)
	}
	return string(b)
}

func (h *stay) make(name string) string {
	h.t.Helper()
	id := access.IDOf(name)
	_, made, err := h.g.Open(id, Maker{ByPage, "a"}, Order{Spec: wire.Spec{Controls: map[string]json.RawMessage{"hidden": json.RawMessage("[8]")}}, Paused: true})
	if err != nil || !made {
		h.t.Fatalf("made %v, %v", made, err)
	}
	return id
}

// age has a run be as if nobody had asked for it since long ago.
func (h *stay) age(id string) {
	k := h.run(id)
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	k.asked = k.asked.Add(-2 * Settling)
}

// rested waits until a run has left memory.
func (h *stay) rested(k *Kept) {
	h.t.Helper()
	select {
	case <-k.Ended():
	case <-h.t.Context().Done():
		h.t.Fatal("the run did not leave memory")
	}
}

// A run that is put aside, or whose program ends, is what it was when somebody asks for it:
// state, history, changes, undo.
func TestRunRestsAndIsTakenUpAgain(t *testing.T) {
	dir := t.TempDir()
	h := stayAt(t, dir, access.Limits{})
	id := h.make("one")
	h.do(id, `{"type":"change","id":1,"set":{"lr":0.02}}`)
	h.do(id, `{"type":"step","id":1,"steps":300}`)
	k := h.run(id)
	if _, err := k.Session.(interface {
		Await(context.Context, func(run.Status) bool) (run.Status, error)
	}).Await(t.Context(), func(s run.Status) bool { return s.Step == 300 }); err != nil {
		t.Fatal(err)
	}
	h.do(id, `{"type":"change","id":1,"set":{"lr":0.01}}`)
	before := h.seen(id)
	for _, how := range []string{"memory is wanted", "the program ends"} {
		if how == "memory is wanted" {
			h.g.mu.Lock()
			h.g.evict(k)
			h.g.mu.Unlock()
			h.rested(k)
			if resting := h.g.Resting(); len(resting) != 1 || resting[0].ID != id || resting[0].Step != 300 {
				t.Errorf("of runs that rest there are %+v", resting)
			}
		} else {
			h.end()
			h = stayAt(t, dir, access.Limits{})
		}
		if after := h.seen(id); after != before {
			t.Fatalf("when %s the run was\n%.2000s\nand is\n%.2000s", how, before, after)
		}
	}
	if a := h.do(id, `{"type":"undo","id":1}`); a.Step != 300 {
		t.Errorf("undone at step %d", a.Step)
	}
}

// A run that was training when the program ended trains on by itself; others are loaded
// when somebody asks.
func TestRunsThatWereTrainingWake(t *testing.T) {
	dir := t.TempDir()
	h := stayAt(t, dir, access.Limits{})
	still, moving := h.make("still"), h.make("moving")
	h.do(moving, `{"type":"play","id":1}`)
	h.end()
	h = stayAt(t, dir, access.Limits{})
	if n := len(h.g.Resting()); n != 2 || h.g.Count() != 0 {
		t.Fatalf("%d runs rest, and %d are in memory", n, h.g.Count())
	}
	h.g.Wake()
	if list := h.g.List(); len(list) != 1 || list[0].ID() != moving {
		t.Fatalf("%d runs are awake", len(list))
	}
	if s, err := h.run(moving).Summary(t.Context()); err != nil || s.State != wire.Playing {
		t.Errorf("it is %s, %v", s.State, err)
	}
	h.run(still)
}

// Beyond the room in memory runs rest, and none is lost.
func TestMoreRunsThanMemoryHasRoomFor(t *testing.T) {
	h := stayAt(t, t.TempDir(), access.Limits{RunLimits: access.RunLimits{Runs: 3}})
	var ids []string
	for i := range 8 {
		ids = append(ids, h.make(fmt.Sprint(i)))
		h.do(ids[i], fmt.Sprintf(`{"type":"change","id":1,"set":{"lr":%g}}`, 0.001*float64(i+1)))
		h.age(ids[i]) // who comes next does not wait for it
	}
	if n := h.g.Count(); n > 3 {
		t.Errorf("%d runs are in memory", n)
	}
	for i, id := range ids {
		s, err := h.run(id).Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := s["lr"]; got != 0.001*float64(i+1) {
			t.Errorf("run %d has a rate of %v", i, got)
		}
		h.age(id)
	}
}

// With a store to make room is to put aside, so whoever is neither watched nor was asked for
// in the last seconds makes room, whatever was done to it and whoever made it: the one that
// was left alone longest.
func TestWhoWasLeftAloneLongestMakesRoom(t *testing.T) {
	h := stayAt(t, t.TempDir(), access.Limits{RunLimits: access.RunLimits{Runs: 3}})
	open := func(name string, by MadeBy) (string, error) {
		id := access.IDOf(name)
		_, _, err := h.g.Open(id, Maker{by, "a"}, Order{Paused: true})
		return id, err
	}
	var ids []string
	for i := range 3 {
		id, err := open(fmt.Sprint(i), ByProgram)
		if err != nil {
			t.Fatal(err)
		}
		h.do(id, `{"type":"change","id":1,"set":{"lr":0.02}}`)
		ids = append(ids, id)
	}
	h.run(ids[0]).Join()
	// All were asked for just now.
	if _, err := open("more", ByPage); !errors.Is(err, errBusy) {
		t.Fatalf("got %v", err)
	}
	h.age(ids[2])
	h.age(ids[0]) // which is watched
	gone := h.g.List()[0]
	if _, err := open("more", ByPage); err != nil {
		t.Fatal(err)
	}
	h.rested(gone)
	if resting := h.g.Resting(); len(resting) != 1 || resting[0].ID != ids[2] {
		t.Errorf("resting are %+v, want %s", resting, ids[2])
	}
	h.age(ids[1]) // before the other
	h.age(access.IDOf("more"))
	h.run(ids[2]) // it comes back, and takes a place
	if resting := h.g.Resting(); len(resting) != 1 || resting[0].ID != ids[1] {
		t.Errorf("resting are %+v, want %s", resting, ids[1])
	}
}

// What was deleted is nowhere, in memory and in the store, now and after a restart.
func TestDeletedRun(t *testing.T) {
	dir := t.TempDir()
	h := stayAt(t, dir, access.Limits{})
	here, resting := h.make("here"), h.make("resting")
	k := h.run(resting)
	h.g.mu.Lock()
	h.g.evict(k)
	h.g.mu.Unlock()
	h.rested(k)
	for _, id := range []string{here, resting} {
		if err := h.g.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if h.g.Known(id) {
			t.Errorf("%s is still known", id)
		}
	}
	h.end()
	h = stayAt(t, dir, access.Limits{})
	if list := h.g.Resting(); len(list) != 0 {
		t.Errorf("there are still %+v", list)
	}
	// Nor is it made again under its id, by a page that still has its key.
	for _, id := range []string{here, resting} {
		if _, _, err := h.g.Open(id, Maker{ByPage, "a"}, Order{Paused: true}); !errors.Is(err, ErrDeleted) {
			t.Errorf("made again: %v", err)
		}
	}
}

// Of a store with damaged files the runs that are whole are served, and of the others it
// is said why not; nothing panics.
func TestDamagedStore(t *testing.T) {
	dir := t.TempDir()
	h := stayAt(t, dir, access.Limits{})
	var ids []string
	for i := range 6 {
		ids = append(ids, h.make(fmt.Sprint(i)))
	}
	h.end()
	n := 0
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || filepath.Ext(path) != ".blk" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) < 10_000 {
			return err
		}
		for k := range 5 {
			b[len(b)*(k+1)/7] ^= 0x10
		}
		n++
		return os.WriteFile(path, b, 0o600)
	})
	if err != nil || n == 0 {
		t.Fatalf("%d files were damaged, %v", n, err)
	}
	h = stayAt(t, dir, access.Limits{})
	whole, named := 0, 0
	for _, id := range ids {
		k, err := h.g.Get(id)
		switch {
		case err != nil:
			named++
			t.Log(err)
		case k != nil:
			if _, err := k.Summary(t.Context()); err != nil {
				t.Error(err)
			}
			whole++
		}
	}
	t.Logf("%d runs are whole, %d are named, %d are gone", whole, named, len(ids)-whole-named)
	if whole == 0 || named == 0 {
		t.Errorf("of %d runs %d are whole and %d are named", len(ids), whole, named)
	}
}

// A name stays with the run, in memory, at rest and after a restart.
func TestRenamedRun(t *testing.T) {
	dir := t.TempDir()
	h := stayAt(t, dir, access.Limits{})
	id := h.make("one")
	if err := h.g.Rename(t.Context(), id, "Monday"); err != nil {
		t.Fatal(err)
	}
	h.do(id, `{"type":"change","id":1,"set":{"lr":0.02}}`)
	k := h.run(id)
	if k.Name() != "Monday" {
		t.Errorf("in memory it is called %q", k.Name())
	}
	h.g.mu.Lock()
	h.g.evict(k)
	h.g.mu.Unlock()
	h.rested(k)
	if m := h.g.RestingOne(id); m == nil || m.Name != "Monday" {
		t.Fatalf("at rest it is %+v", m)
	}
	if err := h.g.Rename(t.Context(), id, "Tuesday"); err != nil {
		t.Fatal(err)
	}
	h.end()
	h = stayAt(t, dir, access.Limits{})
	if name := h.run(id).Name(); name != "Tuesday" {
		t.Errorf("after a restart it is called %q", name)
	}
}
