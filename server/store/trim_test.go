//go:build !js

package store

import (
	"errors"
	"testing"
	"time"
)

func TestBoundsOfTheStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	for i, id := range []string{"a", "b", "c", "d"} {
		filled(t, s, id)
		m, _ := s.Meta(id)
		m.Touched = time.Now().Add(time.Duration(i-10) * time.Hour)
		m.Training = id == "a"
		if err := s.SetMeta(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	trimmed := func(s *Store, want string, full bool) {
		t.Helper()
		_, err := s.Trim(t.Context())
		var e *FullError
		if errors.As(err, &e) != full || err != nil && !full {
			t.Errorf("trim: %v", err)
		}
		got := ""
		for _, m := range s.List() {
			got += m.ID
		}
		if got != want {
			t.Errorf("stored are %s, want %s", got, want)
		}
	}
	trimmed(s, "dcba", false)
	s.config = Config{MaxRuns: 3, Dir: dir}
	trimmed(s, "dca", false) // a was training
	m, _ := s.Meta("a")
	s.config = Config{MaxBytes: 2 * m.Bytes, Dir: dir}
	trimmed(s, "da", false)
	_, l := load(t, s, "a")
	s.config = Config{Keep: 8*time.Hour - time.Minute, Dir: dir}
	trimmed(s, "da", false) // a is open
	s.config.MaxRuns = 1
	trimmed(s, "a", false)
	if _, err := s.Create(t.Context(), meta("e")); err == nil {
		t.Error("a second run beside one that is open")
	}
	l.Close()
	create(t, s, "e").Close()
	trimmed(s, "", false) // its time is long ago
}
