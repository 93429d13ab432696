//go:build !js

package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// childEnv has this test binary be another process that uses the store it names.
const childEnv = "GNLLVIZ_STORE_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if err := child(dir, os.Stdout); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child writes two runs until it is killed, and says what it does: "append ID N" when
// entry N is stored, "save ID N" before a checkpoint and "saved ID N" after it.
func child(dir string, out io.Writer) error {
	ctx := context.Background()
	s, err := Open(ctx, Config{Dir: dir, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "open")
	failed := make(chan error)
	for _, id := range []string{"a", "b"} {
		var l *Log
		if _, ok := s.Meta(id); ok {
			_, l, err = s.Load(ctx, id)
		} else {
			l, err = s.Create(ctx, meta(id))
		}
		if err != nil {
			return err
		}
		go func() {
			for {
				n := l.Last() + 1
				if err := l.Append(ctx, Entry{n, entryData(id, n)}); err != nil {
					failed <- err
					return
				}
				fmt.Fprintln(out, "append", id, n)
			}
		}()
		go func() {
			for i := 0; ; i++ {
				n := l.Last()
				bs, refs := blobs(noise(n/50, 20_000), noise(1000+n, 40_000), noise(7, 700_000))
				m := meta(id)
				m.Step = n
				fmt.Fprintln(out, "save", id, n)
				store := l.Save
				if i%7 == 6 {
					store = l.Rest
				}
				if err := store(ctx, Checkpoint{n, fmt.Append(nil, n), bs}, refs, m); err != nil {
					failed <- err
					return
				}
				fmt.Fprintln(out, "saved", id, n)
			}
		}()
	}
	return <-failed
}

// spawn starts a child and gives its words.
func spawn(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childEnv+"="+dir)
	c.Stderr = t.Output()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	t.Cleanup(func() { once.Do(func() { c.Process.Kill(); c.Wait() }) })
	return c, bufio.NewScanner(out)
}

func TestKilledAtRandomInstants(t *testing.T) { killed(t, 20) }

func killed(t *testing.T, times int) {
	dir := t.TempDir()
	seed := rand.Uint64()
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	appended, saved := map[string]uint64{}, map[string]uint64{}
	for round := range times {
		c, words := spawn(t, dir)
		for after := random.IntN(150); words.Scan(); after-- {
			var what, id string
			var n uint64
			line := words.Text()
			if after == 0 {
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			if strings.HasPrefix(line, "error") {
				t.Fatalf("round %d: %s", round, line)
			}
			// What it said before it died counts, however late it is read.
			if k, _ := fmt.Sscan(line, &what, &id, &n); k < 3 {
				continue
			}
			switch what {
			case "append":
				appended[id] = max(appended[id], n)
			case "saved":
				saved[id] = max(saved[id], n)
			}
		}
		c.Wait()
		s, err := Open(t.Context(), Config{Dir: dir, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, id := range []string{"a", "b"} {
			if _, ok := s.Meta(id); !ok && appended[id] == 0 {
				continue
			}
			r, l, err := s.read(t.Context(), id)
			if err != nil {
				if appended[id] == 0 {
					continue // it died before anything was stored
				}
				t.Fatalf("round %d: %v", round, err)
			}
			if l.Last() < appended[id] {
				t.Errorf("round %d: entries of %s up to %d, and %d was acknowledged", round, id, l.Last(), appended[id])
			}
			at := uint64(0)
			if len(r.Checkpoints) > 0 {
				at = r.Checkpoints[len(r.Checkpoints)-1].Number
				if n := r.Checkpoints[0].Number; n < saved[id] {
					t.Errorf("round %d: the newest checkpoint of %s is of %d, and one of %d was acknowledged", round, id, n, saved[id])
				}
			} else if saved[id] > 0 {
				t.Errorf("round %d: no checkpoint of %s", round, id)
			}
			for _, c := range r.Checkpoints {
				_, refs := blobs(noise(c.Number/50, 20_000), noise(1000+c.Number, 40_000), noise(7, 700_000))
				if string(c.Manifest) != fmt.Sprint(c.Number) || len(c.Blobs) != len(refs) {
					t.Errorf("round %d: the checkpoint after %d of %s says %q", round, c.Number, id, c.Manifest)
				}
				for _, h := range refs {
					if sum(c.Blobs[h]) != h {
						t.Errorf("round %d: the checkpoint after %d of %s lacks a blob", round, c.Number, id)
					}
				}
			}
			for i, e := range r.Entries {
				if want := at + uint64(i) + 1; e.Number != want || string(e.Data) != string(entryData(id, want)) {
					t.Fatalf("round %d: entry %d of %s is %d, %q", round, want, id, e.Number, e.Data)
				}
			}
			if at+uint64(len(r.Entries)) != l.Last() {
				t.Errorf("round %d: %d entries after %d, and the last is %d", round, len(r.Entries), at, l.Last())
			}
			for _, d := range r.Damaged {
				if !wording.Has(d, "is not whole") { // that one was being written
					t.Errorf("round %d: %s", round, d)
				}
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(appended) < 2 || len(saved) < 2 {
		t.Errorf("nothing was stored: %v, %v", appended, saved)
	}
	t.Log("appended", appended, "saved", saved)
}
