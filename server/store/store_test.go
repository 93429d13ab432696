//go:build !js

package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
)

// open opens a store that is closed when the test ends.
func open(t testing.TB, c Config) *Store {
	t.Helper()
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	s, err := Open(context.Background(), c)
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

// reopen closes a store and opens it again.
func reopen(t testing.TB, s *Store) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, s.config)
}

func noise(seed uint64, size int) []byte {
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)})
	r.Read(b)
	return b
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// blobs gives blobs by their hashes, and these in their order.
func blobs(bs ...[]byte) (byHash map[string][]byte, refs []string) {
	byHash = map[string][]byte{}
	for _, b := range bs {
		byHash[sum(b)] = b
		refs = append(refs, sum(b))
	}
	return byHash, refs
}

func meta(id string) Meta {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return Meta{ID: id, Name: "Run " + id, Dataset: "wind", State: "paused", Created: at, Touched: at, Step: 12, By: 2, Peer: "p"}
}

func create(t testing.TB, s *Store, id string) *Log {
	t.Helper()
	l, err := s.Create(t.Context(), meta(id))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func appendN(t testing.TB, l *Log, n int) {
	t.Helper()
	for range n {
		number := l.Last() + 1
		if err := l.Append(t.Context(), Entry{number, entryData(l.id, number)}); err != nil {
			t.Fatal(err)
		}
	}
}

func entryData(id string, number uint64) []byte {
	return fmt.Appendf(nil, "entry %d of %s", number, id)
}

func save(t testing.TB, l *Log, manifest string, bs ...[]byte) {
	t.Helper()
	b, refs := blobs(bs...)
	if err := l.Save(t.Context(), Checkpoint{l.Last(), []byte(manifest), b}, refs, meta(l.id)); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, s *Store, id string) (*Record, *Log) {
	t.Helper()
	r, l, err := s.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r, l
}

// holds checks a record: its checkpoints' manifests, newest first, and the numbers of its
// entries.
func holds(t testing.TB, r *Record, manifests string, first, last uint64) {
	t.Helper()
	var got []string
	for _, c := range r.Checkpoints {
		got = append(got, string(c.Manifest))
		for h, b := range c.Blobs {
			if sum(b) != h {
				t.Errorf("blob %s is something else", h)
			}
		}
	}
	if g := strings.Join(got, " "); g != manifests {
		t.Errorf("checkpoints %q, want %q", g, manifests)
	}
	want := first
	for _, e := range r.Entries {
		if e.Number != want || !bytes.Equal(e.Data, entryData(r.Meta.ID, want)) {
			t.Fatalf("entry %d is %q, want entry %d", e.Number, e.Data, want)
		}
		want++
	}
	if want != last+1 {
		t.Errorf("entries up to %d, want up to %d", want-1, last)
	}
	if len(r.Damaged) > 0 {
		t.Errorf("damaged: %q", r.Damaged)
	}
}

func TestARunIsThereAgain(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l := create(t, s, "a")
	appendN(t, l, 2)
	save(t, l, "one", noise(1, 3000), noise(2, 100))
	appendN(t, l, 3)
	if err := l.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	check := func(s *Store) {
		t.Helper()
		r, l := load(t, s, "a")
		holds(t, r, "one", 3, 5)
		if got := r.Checkpoints[0]; len(got.Blobs) != 2 || got.Number != 2 {
			t.Errorf("the checkpoint has number %d and %d blobs", got.Number, len(got.Blobs))
		}
		if l.Last() != 5 || !l.Has(sum(noise(1, 3000))) || l.Has(sum(noise(3, 5))) {
			t.Error("the log does not know what is stored")
		}
		want := meta("a")
		want.Bytes = r.Meta.Bytes
		if r.Meta != want || r.Meta.Bytes < 3100 {
			t.Errorf("meta %+v, want %+v", r.Meta, want)
		}
	}
	check(s)
	s = reopen(t, s)
	if got := s.List(); len(got) != 1 || got[0].ID != "a" {
		t.Fatalf("list %v", got)
	}
	check(s)
	_, l = load(t, s, "a")
	appendN(t, l, 1)
	save(t, l, "two", noise(1, 3000))
	r, _ := load(t, reopen(t, s), "a")
	holds(t, r, "two one", 3, 6)
}

func TestThreeCheckpointsAndWhatTheyNeedAreKept(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l := create(t, s, "a")
	constant := noise(1000, 20_000)
	var want []string
	for i := range uint64(40) {
		appendN(t, l, 3)
		save(t, l, fmt.Sprint(i), constant, noise(i/10, 5_000), noise(2000+i, 30_000))
		want = append([]string{fmt.Sprint(i)}, want...)
		want = want[:min(3, len(want))]
		r, again, err := s.read(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		holds(t, r, strings.Join(want, " "), 3*max(2, i)-2, 3*(i+1))
		if again.Last() != l.Last() || len(again.entries) != len(l.entries) || len(again.packs) != len(l.packs)+len(l.old) {
			t.Fatalf("after save %d: %d entries and %d records are on the disk, and the log thinks %d and %d", i, len(again.entries), len(again.packs), len(l.entries), len(l.packs)+len(l.old))
		}
	}
	if m, _ := s.Meta("a"); m.Bytes > 3*60_000+2*60_000+oldBytes {
		t.Errorf("three checkpoints of 55 KB, which share most, and what is to go have %d bytes", m.Bytes)
	}
	s = reopen(t, s)
	r, _ := load(t, s, "a")
	holds(t, r, "39 38 37", 115, 120)
}

func TestARunAtRestIsOneMessage(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l := create(t, s, "a")
	for i := range uint64(5) {
		appendN(t, l, 2)
		save(t, l, fmt.Sprint(i), noise(1, 20_000), noise(10+i, 30_000))
	}
	b, refs := blobs(noise(1, 20_000), noise(14, 30_000))
	clear(b) // all are stored
	if err := l.Rest(t.Context(), Checkpoint{Number: 10, Manifest: []byte("rest"), Blobs: b}, refs, meta("a")); err != nil {
		t.Fatal(err)
	}
	l.Close()
	info, err := s.bus.work.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.State.Msgs != 1 {
		t.Errorf("%d messages, want 1", info.State.Msgs)
	}
	r, l := load(t, reopen(t, s), "a")
	holds(t, r, "rest", 11, 10)
	if len(r.Checkpoints[0].Blobs) != 2 || l.Last() != 10 {
		t.Errorf("%d blobs, last %d", len(r.Checkpoints[0].Blobs), l.Last())
	}
	appendN(t, l, 1)
}

func TestLargeBlobsAndEntries(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l := create(t, s, "a")
	large := noise(1, 20<<20)
	if err := l.Append(t.Context(), Entry{1, large}); err != nil {
		t.Fatal(err)
	}
	save(t, l, "one", large)
	if err := l.Append(t.Context(), Entry{2, large}); err != nil {
		t.Fatal(err)
	}
	r, l := load(t, reopen(t, s), "a")
	if len(r.Checkpoints) != 1 || !bytes.Equal(r.Checkpoints[0].Blobs[sum(large)], large) {
		t.Error("the blob is another")
	}
	if len(r.Entries) != 1 || !bytes.Equal(r.Entries[0].Data, large) {
		t.Error("the entry is another")
	}
	if l.Last() != 2 {
		t.Errorf("last %d", l.Last())
	}
}

func TestListMetaAndDelete(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	for i, id := range []string{"a", "b", "c"} {
		l := create(t, s, id)
		appendN(t, l, 1)
		save(t, l, id, noise(uint64(i), 100))
		m := meta(id)
		m.Touched = m.Touched.Add(time.Duration(i) * time.Hour)
		if err := s.SetMeta(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	ids := func() (s2 string) {
		for _, m := range s.List() {
			s2 += m.ID
		}
		return s2
	}
	if got := ids(); got != "cba" {
		t.Errorf("list %s", got)
	}
	if _, err := s.Create(t.Context(), meta("a")); !errors.Is(err, ErrExists) {
		t.Errorf("create again: %v", err)
	}
	m, _ := s.Meta("b")
	m.Name = "renamed"
	if err := s.SetMeta(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	_, log := load(t, s, "a")
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := log.Append(t.Context(), Entry{2, nil}); !errors.Is(err, ErrTaken) {
		t.Errorf("append to a deleted run: %v", err)
	}
	if err := s.Delete(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("delete again: %v", err)
	}
	if _, _, err := s.Load(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("load what was deleted: %v", err)
	}
	if err := s.SetMeta(t.Context(), meta("a")); !errors.Is(err, ErrNotFound) {
		t.Errorf("meta of what was deleted: %v", err)
	}
	if got := ids(); got != "cb" {
		t.Errorf("list %s", got)
	}
	s = reopen(t, s)
	if got := ids(); got != "cb" {
		t.Errorf("list %s after reopening", got)
	}
	if m, _ := s.Meta("b"); m.Name != "renamed" || m.Bytes == 0 {
		t.Errorf("b is %+v", m)
	}
	l := create(t, s, "a")
	appendN(t, l, 1)
	r, _ := load(t, s, "a")
	holds(t, r, "", 1, 1)
}

func TestALogThatWasTakenWritesNoMore(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	old := create(t, s, "a")
	appendN(t, old, 1)
	_, l := load(t, s, "a")
	if err := old.Append(t.Context(), Entry{2, nil}); !errors.Is(err, ErrTaken) {
		t.Errorf("append: %v", err)
	}
	if err := old.Save(t.Context(), Checkpoint{Number: 1}, nil, meta("a")); !errors.Is(err, ErrTaken) {
		t.Errorf("save: %v", err)
	}
	appendN(t, l, 1)
	// As from another process, which does not know of the other Log.
	s.open(old)
	if err := old.Append(t.Context(), Entry{2, nil}); !errors.Is(err, ErrTaken) {
		t.Errorf("append behind its back: %v", err)
	}
}

func TestWrongUseIsRefused(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	if _, err := s.Create(t.Context(), Meta{ID: "a.b"}); err == nil {
		t.Error("an id with a dot")
	}
	l := create(t, s, "a")
	appendN(t, l, 1)
	if err := l.Append(t.Context(), Entry{3, nil}); err == nil {
		t.Error("entry 3 after entry 1")
	}
	var missing *MissingError
	if err := l.Save(t.Context(), Checkpoint{Number: 1}, []string{sum(nil)}, meta("a")); !errors.As(err, &missing) || len(missing.Hashes) != 1 {
		t.Errorf("a blob that is nowhere: %v", err)
	}
	if err := l.Save(t.Context(), Checkpoint{1, nil, map[string][]byte{sum(nil): {1}}}, []string{sum(nil)}, meta("a")); err == nil {
		t.Error("a blob with a wrong hash")
	}
	if err := l.Save(t.Context(), Checkpoint{Number: 2}, nil, meta("a")); err == nil {
		t.Error("a checkpoint of what is to come")
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	round := func() {
		s, err := Open(t.Context(), Config{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		l := create(t, s, "a")
		appendN(t, l, 1)
		save(t, l, "one", noise(1, 10))
		load(t, s, "a")
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, err := s.Create(t.Context(), meta("b")); !errors.Is(err, ErrClosed) {
			t.Errorf("create: %v", err)
		}
		if err := l.Append(t.Context(), Entry{2, nil}); !errors.Is(err, ErrClosed) {
			t.Errorf("append: %v", err)
		}
	}
	round() // what libraries start once
	before := runtime.NumGoroutine()
	round()
	for runtime.NumGoroutine() > before { // those that have been told to end
		runtime.Gosched()
		if t.Context().Err() != nil {
			t.Fatal("still running")
		}
	}
}
