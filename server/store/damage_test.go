//go:build !js

package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A damage is done to one file. It says how many runs it may hurt.
type damage struct {
	name string
	hurt func(r *rand.Rand, size int) int
	do   func(r *rand.Rand, data []byte) []byte
}

var damages = []damage{
	{"a bit", func(*rand.Rand, int) int { return 1 }, func(r *rand.Rand, data []byte) []byte {
		if len(data) > 0 {
			data[r.IntN(len(data))] ^= 1 << r.IntN(8)
		}
		return data
	}},
	{"a sector", func(*rand.Rand, int) int { return 3 }, func(r *rand.Rand, data []byte) []byte {
		at := r.IntN(len(data) + 1)
		clear(data[at:min(at+512, len(data))])
		return data
	}},
	{"the end", func(*rand.Rand, int) int { return 1000 }, func(r *rand.Rand, data []byte) []byte {
		return data[:r.IntN(len(data)+1)]
	}},
	{"the file", func(*rand.Rand, int) int { return 1000 }, func(*rand.Rand, []byte) []byte { return nil }},
}

func TestDamagedFiles(t *testing.T) { damaged(t, 40) }

func damaged(t *testing.T, times int) {
	// Runs at rest, runs with entries, runs of several messages, one that was deleted.
	whole := t.TempDir()
	s := open(t, Config{Dir: whole})
	var ids []string
	for i := range 12 {
		ids = append(ids, fmt.Sprintf("run%d", i))
	}
	filled(t, s, ids...)
	for i, id := range ids {
		_, l := load(t, s, id)
		switch {
		case i%3 == 0:
			b, refs := blobs(noise(uint64(i), 10_000), noise(uint64(50+i), 60_000))
			if err := l.Rest(t.Context(), Checkpoint{l.Last(), []byte("rest"), b}, refs, meta(id)); err != nil {
				t.Fatal(err)
			}
		case i%3 == 1:
			save(t, l, "large", noise(uint64(i), 1_500_000))
			appendN(t, l, 3)
		}
		l.Close()
	}
	filled(t, s, "gone")
	if err := s.Delete(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, id := range ids {
		r, _ := load(t, s, id)
		want[id] = summary(r)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var files []string
	err := filepath.WalkDir(whole, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, _ := filepath.Rel(whole, name)
			files = append(files, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	first := rand.Uint64()
	for i := range times {
		seed := first + uint64(i)
		r := rand.New(rand.NewPCG(seed, 0))
		file := files[r.IntN(len(files))]
		if r.IntN(3) > 0 { // mostly where the bytes are
			for !strings.HasSuffix(file, ".blk") {
				file = files[r.IntN(len(files))]
			}
		}
		d := damages[r.IntN(len(damages))]
		t.Run(fmt.Sprintf("%d %s of %s", seed, d.name, file), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, file), d.do(r, data), 0o600); err != nil {
				t.Fatal(err)
			}
			killed := r.IntN(2) == 0
			if killed {
				os.Remove(filepath.Join(dir, "closed"))
				if r.IntN(2) == 0 { // as when it was killed long before
					for _, name := range []string{"work", "KV_runs"} {
						os.Remove(filepath.Join(dir, "nats/jetstream/$G/streams", name, "msgs/index.db"))
					}
				}
			}
			hurt := d.hurt(r, len(data))
			if !strings.Contains(file, "/msgs/") || strings.HasSuffix(file, "index.db") {
				hurt = 0
			}
			served(t, dir, want, hurt, killed)
		})
	}
}

// The last entry is the one that the next must follow. In the newest block it is found
// when the store is opened, in an older one, of a store that was closed, when it is read.
func TestTheLastEntryIsDamaged(t *testing.T) {
	for _, c := range []struct{ closed, old bool }{{true, false}, {false, false}, {true, true}, {false, true}} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, Config{Dir: dir})
			filled(t, s, "a", "b", "c")
			if c.old {
				l := create(t, s, "large")
				save(t, l, "large", noise(1, 20<<20))
				l.Close()
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, "nats", "jetstream", "$G", "streams", "work", "msgs", "1.blk")
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			data[bytes.Index(data, entryData("b", 12))] ^= 1
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if !c.closed {
				os.Remove(filepath.Join(dir, "closed"))
			}
			s = open(t, Config{Dir: dir})
			r, l := load(t, s, "b")
			if l.Last() != 11 || len(s.Damaged())+len(r.Damaged) == 0 {
				t.Errorf("the last entry is %d; damaged: %q, %q", l.Last(), s.Damaged(), r.Damaged)
			}
			r.Damaged = nil
			holds(t, r, "4 3 2", 7, 11)
			appendN(t, l, 2)
			save(t, l, "5")
			s = reopen(t, s)
			r, _ = load(t, s, "b")
			holds(t, r, "5 4 3", 9, 13)
		})
	}
}

// served opens a damaged store twice and checks what it serves.
func served(t *testing.T, dir string, want map[string]string, hurt int, killed bool) {
	s, err := Open(t.Context(), Config{Dir: dir, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	seen := map[string]string{}
	var lost []string
	for id := range want {
		r, l, err := s.Load(t.Context(), id)
		var damage *DamageError
		switch {
		case err == nil:
			seen[id] = summary(r)
			if seen[id] == want[id] {
				break
			}
			lost = append(lost, id)
			if len(r.Damaged) == 0 && len(s.Damaged()) == 0 && !killed {
				t.Errorf("%s is %s, want %s, and nothing is named", id, seen[id], want[id])
			}
		case errors.As(err, &damage), errors.Is(err, ErrNotFound) && len(s.Damaged()) > 0, killed:
			lost = append(lost, id)
			if m, ok := s.Meta(id); ok && m.Trouble == "" {
				t.Errorf("%s cannot be loaded, and its meta says no trouble: %v", id, err)
			}
			continue
		default:
			t.Fatalf("%s: %v", id, err)
		}
		// It goes on.
		appendN(t, l, 2)
		save(t, l, "next", noise(1, 100))
		l.Close()
	}
	if len(lost) > hurt {
		t.Errorf("%d runs are hurt, and one or so should be: %v; damaged: %q", len(lost), lost, s.Damaged())
	}
	// Where the mark of its deletion is lost, its name may come back, but nothing else.
	if _, _, err := s.Load(t.Context(), "gone"); err == nil {
		t.Error("a deleted run is back")
	}
	s = reopen(t, s)
	if d := s.Damaged(); len(d) > 0 {
		t.Errorf("damage is found again: %q", d)
	}
	for id := range seen {
		r, _ := load(t, s, id)
		if string(r.Checkpoints[0].Manifest) != "next" || len(r.Damaged) > 0 {
			t.Errorf("%s goes on from %q; damaged: %q", id, r.Checkpoints[0].Manifest, r.Damaged)
		}
	}
}

// summary says what a record has, and "wrong" where that is not what was stored.
func summary(r *Record) string {
	var b strings.Builder
	for _, c := range r.Checkpoints {
		fmt.Fprintf(&b, "%s@%d", c.Manifest, c.Number)
		var sizes []int
		for h, blob := range c.Blobs {
			if sum(blob) != h {
				b.WriteString(" wrong")
			}
			sizes = append(sizes, len(blob))
		}
		slices.Sort(sizes)
		fmt.Fprintf(&b, "%d ", sizes)
	}
	for _, e := range r.Entries {
		fmt.Fprintf(&b, "%d ", e.Number)
		if string(e.Data) != string(entryData(r.Meta.ID, e.Number)) {
			b.WriteString("wrong")
		}
	}
	return b.String()
}
