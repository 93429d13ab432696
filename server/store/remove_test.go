package store

import (
	"path/filepath"
	"testing"
)

// A message that an attempt before has deleted, without anybody hearing of it, is deleted.
func TestRemoveTwice(t *testing.T) {
	s := open(t, Config{Dir: filepath.Join(t.TempDir(), "store")})
	l := create(t, s, "a")
	appendN(t, l, 3)
	b, err := s.reading()
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	seq := l.entries[1].seqs[0]
	l.mu.Unlock()
	for range 2 {
		if err := b.remove(t.Context(), seq); err != nil {
			t.Errorf("message %d: %v", seq, err)
		}
	}
}
