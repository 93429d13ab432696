//go:build !js

package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

func TestARunWhoseMetaIsLostIsListedAgain(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	filled(t, s, "a", "b")
	keys, err := s.bus.js.Stream(t.Context(), "KV_"+bucket)
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Purge(t.Context(), jetstream.WithPurgeSubject("$KV."+bucket+".a")); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s)
	want := meta("a")
	m, ok := s.Meta("a")
	m.Bytes = 0
	if !ok || m != want {
		t.Errorf("meta %+v, want %+v", m, want)
	}
	r, _ := load(t, s, "a")
	holds(t, r, "4 3 2", 7, 12)
}

func TestADeletionThatWasInterruptedIsFinished(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	filled(t, s, "a", "b")
	if err := s.bus.runs.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s = reopen(t, s)
		if l := s.List(); len(l) != 1 || l[0].ID != "b" {
			t.Errorf("list %v", l)
		}
	}
	if !s.Deleted("a") || s.Deleted("b") || s.Deleted("c") {
		t.Errorf("marks of %v", s.deleted)
	}
	// The mark that it was deleted goes after a while.
	s.deleted["a"] = deletion{time.Now().Add(-DeletedTime - time.Second), true}
	if err := s.forgetMarks(t.Context(), s.bus, nil); err != nil {
		t.Fatal(err)
	}
	if s = reopen(t, s); s.Deleted("a") || len(s.deleted) != 0 {
		t.Errorf("marks of %v", s.deleted)
	}
	info, err := s.bus.work.Info(t.Context(), jetstream.WithSubjectFilter(allOf("a")))
	if err != nil || len(info.State.Subjects) != 0 {
		t.Errorf("%v is left: %v", info.State.Subjects, err)
	}
}

func TestARestorationThatWasInterruptedIsUndone(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l, err := s.create(t.Context(), meta("a"), Claim{}, true)
	if err != nil {
		t.Fatal(err)
	}
	appendN(t, l, 3)
	if len(s.List()) != 0 {
		t.Error("half a run is listed")
	}
	s = reopen(t, s)
	if _, _, err := s.Load(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("load: %v", err)
	}
	create(t, s, "a")
}

// What repair.go takes for the form of JetStream's files is what it writes.
func TestFilesOfJetStream(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	filled(t, s, "a", "b", "c")
	l := create(t, s, "d")
	save(t, l, "large", noise(1, 20<<20))
	if err := s.Delete(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{stream, "KV_" + bucket} {
		messages := filepath.Join(dir, "nats/jetstream/$G/streams", name, "msgs")
		blocks, err := blocksOf(messages, name)
		if err != nil || len(blocks) == 0 {
			t.Fatalf("%s has blocks %v, %v", name, blocks, err)
		}
		for _, b := range blocks {
			data, err := os.ReadFile(b.name)
			if err != nil {
				t.Fatal(err)
			}
			if whole, lost, torn := wholeRecords(b.digest(), data); lost != 0 || torn || len(whole) > 1 || len(data) > 0 && len(whole) == 0 {
				t.Errorf("%s: %d bytes are lost, %d pieces are whole", b.name, lost, len(whole))
			}
			f, err := os.Open(b.name)
			if err != nil {
				t.Fatal(err)
			}
			if ok, err := looksWhole(f); !ok || err != nil {
				t.Errorf("%s looks damaged: %v", b.name, err)
			}
			f.Close()
		}
		if ok, err := quick(filepath.Join(messages, "index.db"), name, blocks); !ok || err != nil {
			t.Errorf("%s is not trusted: %v", name, err)
		}
	}
}

// A run that was deleted is remembered, and one that went for other reasons is not; whoever
// restores one has it again.
func TestDeletedRunsAreRemembered(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	filled(t, s, "a", "b", "c")
	var backup bytes.Buffer
	if err := s.Backup(t.Context(), &backup, "a"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		if err := s.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Discard(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for id, want := range map[string]bool{"a": true, "b": true, "c": false, "d": false} {
			if got := s.Deleted(id); got != want {
				t.Errorf("%s was deleted: %t", id, got)
			}
		}
		s = reopen(t, s)
	}
	if _, err := s.Restore(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	l := create(t, s, "c")
	save(t, l, "one")
	l.Close()
	for range 2 {
		if s.Deleted("a") || !s.Deleted("b") || s.Deleted("c") || len(s.List()) != 2 {
			t.Errorf("marks of %v, %d runs", s.deleted, len(s.List()))
		}
		s = reopen(t, s)
	}
}
