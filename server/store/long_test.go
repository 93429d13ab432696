//go:build !js && long

package store

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestLongKilledAtRandomInstants(t *testing.T) { killed(t, 200) }

func TestLongDamagedFiles(t *testing.T) { damaged(t, 400) }

// size counts the bytes of a folder's files, and the files.
func size(t testing.TB, dir string) (bytes int64, files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return nil // it is gone meanwhile
		}
		bytes += info.Size()
		files++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return bytes, files
}

// An hour of two runs, as fast as the disk takes it: the disk has what three checkpoints
// need, and of what is needed no longer a bounded amount, however fast it is written.
func TestLongAnHourOfCheckpoints(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	logs := []*Log{create(t, s, "a"), create(t, s, "b")}
	constant := noise(1, 300_000)
	// What both have stored at a time: the constant, three checkpoints and the next.
	const live = 2 * (300_000 + 4*(60_000+20_000+10_000))
	const bound = 2*live + slack + 4<<20 // the last is for the list of runs and for marks
	var most int64
	begin := time.Now()
	for i := range uint64(3600) {
		for j, l := range logs {
			appendN(t, l, 1)
			save(t, l, "x", constant, noise(10*i+uint64(j)+2, 60_000), noise(i/100, 20_000))
		}
		if i%20 == 19 {
			bytes, _ := size(t, filepath.Join(dir, "nats"))
			most = max(most, bytes)
		}
	}
	took := time.Since(begin)
	if most > bound {
		t.Errorf("at most %d bytes on the disk, want %d", most, bound)
	}
	// What is left then goes, too, but for two blocks.
	const rest = 24 << 20
	bytes, files := size(t, filepath.Join(dir, "nats"))
	for begin := time.Now(); bytes > rest && time.Since(begin) < time.Minute; bytes, files = size(t, filepath.Join(dir, "nats")) {
		time.Sleep(tidyEvery / 10)
	}
	t.Logf("7200 saves in %v; at most %d bytes of %d; %d files with %d bytes then", took, most, int64(bound), files, bytes)
	if bytes > rest {
		t.Errorf("%d bytes stay on the disk, want %d", bytes, rest)
	}
	for _, l := range logs {
		r, _ := load(t, s, l.id)
		if n := len(r.Entries); n > 2 || l.Last() != 3600 || len(r.Checkpoints) != 3 {
			t.Errorf("%d entries up to %d, %d checkpoints", n, l.Last(), len(r.Checkpoints))
		}
	}
}

// heap gives the bytes of memory that are in use.
func heap() int64 {
	var m runtime.MemStats
	for range 3 { // what finalizers and pools let go
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestLongTenThousandRuns(t *testing.T) {
	const runs = 10_000
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	begin := time.Now()
	for i := range runs {
		l := create(t, s, fmt.Sprintf("0123456789abcdef%05d", i))
		appendN(t, l, 1)
		bs, refs := blobs(noise(uint64(i), 60_000))
		if err := l.Rest(t.Context(), Checkpoint{1, noise(3, 1000), bs}, refs, meta(l.id)); err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
	bytes, files := size(t, dir)
	t.Logf("stored in %v, %d files with %d bytes", time.Since(begin), files, bytes)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, how := range []string{"closed", "killed"} {
		if how == "killed" {
			if err := os.Remove(filepath.Join(dir, "closed")); err != nil {
				t.Fatal(err)
			}
		}
		before := heap()
		begin := time.Now()
		s := open(t, Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
		took := time.Since(begin)
		if n := len(s.List()); n != runs {
			t.Errorf("%d runs", n)
		}
		cost := heap() - before
		begin = time.Now()
		load(t, s, "0123456789abcdef05000")
		t.Logf("%s: opened in %v, %d bytes of memory; one loaded in %v", how, took, cost, time.Since(begin))
		if cost > 50<<20 {
			t.Errorf("%s: %d runs cost %d bytes of memory", how, runs, cost)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
