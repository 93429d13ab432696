//go:build !js

package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// weights are like those of a network, which begin at any place.
func weights(n, before int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	b := noise(2, before)
	for range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(0.1*random.NormFloat64())))
	}
	return b
}

// What is squeezed comes back, mostly in less room, and never in more
// than a byte beside it.
func TestSqueeze(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		most float64 // of its length
	}{
		"nothing":         {nil, 0},
		"a byte":          {[]byte{7}, 2},
		"a short text":    {[]byte(strings.Repeat("ab", 31)), 1.1},
		"a text":          {[]byte(strings.Repeat("gnllviz ", 1000)), 0.05},
		"noise":           {noise(1, 100_003), 1.0001},
		"zeros":           {make([]byte, 1<<20), 0.01},
		"weights":         {weights(13_000, 0), 0.87},
		"shifted weights": {weights(13_000, 3), 0.87},
		"few weights":     {weights(20, 1), 1.1},
	} {
		t.Run(name, func(t *testing.T) {
			z := squeeze(c.b)
			if most := c.most*float64(len(c.b)) + 1; float64(len(z)) > most {
				t.Errorf("%d bytes take %d, want %.0f", len(c.b), len(z), most)
			}
			back, err := loosen(z)
			if err != nil || !bytes.Equal(back, c.b) {
				t.Fatalf("%d bytes became %d, %v", len(c.b), len(back), err)
			}
			// What is damaged may be anything but a panic.
			for k := range min(len(z), 2000) {
				bad := bytes.Clone(z)
				bad[k] ^= 0x41
				_, _ = loosen(bad)
				_, _ = loosen(z[:k])
			}
		})
	}
}

// FuzzLoosen reads anything.
func FuzzLoosen(f *testing.F) {
	for _, b := range [][]byte{nil, noise(1, 100), weights(100, 0), bytes.Repeat([]byte("text "), 100)} {
		f.Add(squeeze(b))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		loose, err := loosen(b)
		if err == nil && len(b) > 0 && b[0] == asIs && !bytes.Equal(loose, b[1:]) {
			t.Error("other bytes")
		}
	})
}

// A run of which a newer program has written anything is refused, by name, and stays as it is.
func TestRunOfANewerProgram(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	filled(t, s, "a")
	create(t, s, "b").Close()
	b, err := s.reading()
	if err != nil {
		t.Fatal(err)
	}
	h := head{version: version + 1, kind: kindEntry, number: 13, parts: 1}
	if _, err := b.js.Publish(t.Context(), logOf("a"), append(h.append(nil), "something"...)); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"at once", "opened again"} {
		var newer *NewerError
		if _, _, err := s.Load(t.Context(), "a"); !errors.As(err, &newer) || newer.Have != version+1 || newer.ID != "a" {
			t.Fatalf("%s: %v", when, err)
		}
		if _, ok := s.Meta("a"); !ok {
			t.Fatalf("%s: it is not in the list", when)
		}
		info, err := s.bus.work.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n := info.State.Msgs; n < 5 {
			t.Errorf("%s: %d messages are left", when, n)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, Config{Dir: dir})
	}
}
