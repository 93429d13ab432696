//go:build !js

package store

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// Blobs are read one by one out of records of many messages, wherever they have moved to, also
// of a run that was loaded; what is not there, or not any more, is said.
func TestFetch(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l := create(t, s, "a")
	var all [][]byte
	for i := range 20 {
		all = append(all, noise(uint64(i), 1+i*i*4000)) // from a byte to three messages
	}
	check := func(l *Log) {
		t.Helper()
		var sums []string
		for _, b := range all {
			sums = append(sums, sum(b))
		}
		got, err := l.Fetch(t.Context(), sums)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range all {
			if !bytes.Equal(got[sums[i]], b) {
				t.Errorf("blob %d of %d bytes came back as %d others", i, len(b), len(got[sums[i]]))
			}
			one, err := l.Fetch(t.Context(), sums[i:i+1])
			if err != nil || !bytes.Equal(one[sums[i]], b) {
				t.Errorf("blob %d alone: %v", i, err)
			}
		}
	}
	save(t, l, "one", all...)
	check(l)
	for i := range 10 { // what is used no more goes, and the rest moves
		gone := all[0]
		all = all[1:]
		save(t, l, fmt.Sprint(i), all...)
		check(l)
		if i > 3 {
			continue
		}
		if _, err := l.Fetch(t.Context(), []string{sum(gone)}); err != nil {
			t.Errorf("a blob of a checkpoint that is kept: %v", err)
		}
	}
	if _, err := l.Fetch(t.Context(), []string{sum(noise(99, 50))}); !errors.Is(err, ErrNotFound) {
		t.Errorf("of a blob that there never was: %v", err)
	}
	if _, err := l.Fetch(t.Context(), []string{"no hash"}); err == nil {
		t.Error("what is no hash was fetched")
	}
	s = reopen(t, s)
	_, l = load(t, s, "a")
	check(l)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Fetch(t.Context(), []string{sum(all[0])}); !errors.Is(err, ErrClosed) {
		t.Errorf("of a store that is closed: %v", err)
	}
}
