//go:build !js

package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func filled(t testing.TB, s *Store, ids ...string) {
	t.Helper()
	for i, id := range ids {
		l := create(t, s, id)
		for j := range uint64(5) {
			appendN(t, l, 2)
			save(t, l, fmt.Sprint(j), noise(uint64(i), 10_000), noise(100*uint64(i)+j, 3_000))
		}
		appendN(t, l, 2)
		l.Close()
	}
}

func TestABackupIsRestored(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	filled(t, s, "a", "b", "c")
	var all, one bytes.Buffer
	if err := s.Backup(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), &one, "b"); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), &one, "d"); !errors.Is(err, ErrNotFound) {
		t.Errorf("backup of what is not there: %v", err)
	}
	if all.Len() > 3*(10_000+5*3_000+30_000) || one.Len() > all.Len()/2 {
		t.Errorf("backups of %d and %d bytes", all.Len(), one.Len())
	}

	begun := time.Now()
	other := open(t, Config{Dir: t.TempDir()})
	if n, err := other.Restore(t.Context(), bytes.NewReader(one.Bytes())); n != 1 || err != nil {
		t.Fatalf("restored %d: %v", n, err)
	}
	var skipped *SkippedError
	n, err := other.Restore(t.Context(), bytes.NewReader(all.Bytes()))
	if n != 2 || !errors.As(err, &skipped) || len(skipped.IDs) != 1 || skipped.IDs[0] != "b" {
		t.Fatalf("restored %d: %v", n, err)
	}
	other = reopen(t, other)
	for _, id := range []string{"a", "b", "c"} {
		r, l := load(t, other, id)
		holds(t, r, "4 3 2", 7, 12)
		was, _ := s.Meta(id)
		is := r.Meta
		if is.Touched.Before(begun) {
			t.Errorf("%s was touched at %v, before it was restored", id, is.Touched)
		}
		is.Bytes, is.Touched = was.Bytes, was.Touched
		if is != was {
			t.Errorf("meta %+v, want %+v", is, was)
		}
		appendN(t, l, 1)
		save(t, l, "5", noise(1, 10))
	}
}

func TestADamagedBackupIsNamed(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	filled(t, s, "a", "b")
	var b bytes.Buffer
	if err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	var file *FileError
	restore := func(data []byte) (int, error) {
		other := open(t, Config{Dir: t.TempDir()})
		n, err := other.Restore(t.Context(), bytes.NewReader(data))
		if got := len(other.List()); got != n {
			t.Errorf("%d runs are listed after %d were restored", got, n)
		}
		for _, m := range other.List() {
			r, _ := load(t, other, m.ID)
			holds(t, r, "4 3 2", 7, 12)
		}
		return n, err
	}
	for i := range 10 {
		cut := len(whole) * i / 10
		if n, err := restore(whole[:cut]); !errors.As(err, &file) || n > 1 {
			t.Errorf("%d of %d bytes: %d restored, %v", cut, len(whole), n, err)
		}
		flipped := bytes.Clone(whole)
		flipped[len(whole)*i/10+37] ^= 4
		if n, err := restore(flipped); err == nil && n != 2 {
			t.Errorf("a bit at %d: %d restored", len(whole)*i/10+37, n)
		}
	}
	newer := bytes.Replace(whole, []byte(`{"version":1}`), []byte(`{"version":2}`), 1)
	if _, err := restore(newer); !errors.As(err, &file) || !wording.Has(err.Error(), "use a newer gnllviz") {
		t.Errorf("a newer version: %v", err)
	}
}

// A run can be backed up while large checkpoints of it are saved one after the other.
func TestABackupOfARunThatIsSaved(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l := create(t, s, "a")
	body := func(i int) []byte { return noise(uint64(i), 2<<20) }
	save(t, l, "0", body(0))
	stop, saved := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { saved <- n }()
		for {
			select {
			case <-stop:
				return
			default:
				n++
				save(t, l, fmt.Sprint(n), body(n))
			}
		}
	}()
	for range 40 {
		if err := s.Backup(t.Context(), io.Discard, "a"); err != nil {
			t.Error(err)
		}
		if r, err := s.Read(t.Context(), "a"); err != nil || len(r.Checkpoints) == 0 || len(r.Damaged) > 0 {
			t.Errorf("read: %v, %v", r, err)
		}
	}
	close(stop)
	if n := <-saved; n < 5 {
		t.Errorf("only %d checkpoints were saved meanwhile", n)
	}
}
