//go:build !js

package store

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/gnllviz/gnllviz/server/bus/bustest"
)

// Where several processes share the store that is found out at once, too.
func TestRemoveTwiceShared(t *testing.T) {
	for _, servers := range []int{1, 3} {
		s := shared(t, bustest.Start(t, servers), Config{})
		l := createAs(t, s, "a", Claim{Epoch: 1})
		appendAll(t, l, 1, 3)
		ctx, cancel := context.WithTimeout(t.Context(), attemptTime)
		defer cancel()
		for range 2 {
			if err := l.remove(ctx, s.bus, l.entries[1].seqs[0]); err != nil {
				t.Error(err)
			}
		}
	}
}

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
