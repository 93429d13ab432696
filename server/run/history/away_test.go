package history

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/image"
)

// A series whose chunks are in a store answers as its twin that has them in memory, folds as
// that one, and is written and read as that one.
func TestShelvedSeries(t *testing.T) {
	for seed := range uint64(2) {
		chance := rand.New(rand.NewPCG(seed, 1))
		s, twin := NewSeries(2, 8*chunkRows), NewSeries(2, 8*chunkRows)
		var w image.Writer
		blobs := map[image.Hash][]byte{}
		save := func() SeriesImage {
			w.Begin()
			still := s.Clone()
			i := still.Image(&w)
			fresh, refs, err := w.End()
			if err != nil {
				t.Fatal(err)
			}
			for h, b := range fresh {
				blobs[h] = b
			}
			for _, h := range refs {
				if blobs[h] == nil {
					t.Fatalf("the image names a blob that was never written")
				}
			}
			still.Written(&w)
			w.Sweep()
			return i
		}
		query := func(s *Series, of *Series) {
			t.Helper()
			a := chance.Uint64N(twin.last)
			z := a + chance.Uint64N(twin.last-a+1)
			if chance.IntN(4) == 0 {
				a, z = 0, math.MaxUint64
			}
			pixels := []int{10, 500, math.MaxInt}[chance.IntN(3)]
			look := s.Clone()
			has := map[image.Hash][]byte{}
			for _, h := range look.Away(a, z) {
				has[h] = blobs[h]
			}
			if err := look.Load(has); err != nil {
				t.Fatal(err)
			}
			for k := range 2 {
				got, want := look.Query(k, a, z, pixels), of.Query(k, a, z, pixels)
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("column %d from %d to %d in %d pixels differs", k, a, z, pixels)
				}
			}
		}
		step, shelved := uint64(0), 0
		for range 25 {
			for range chance.IntN(3 * chunkRows) {
				step += 1 + uint64(chance.IntN(50)/49)
				v := float32(chance.NormFloat64())
				if chance.IntN(20_000) == 0 {
					v = float32(math.NaN())
				}
				for _, x := range []*Series{s, twin} {
					if err := x.Append(step, v, float32(step)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if step == 0 {
				continue
			}
			if chance.IntN(2) == 0 {
				save()
				s.Shelve(chance.IntN(s.Bytes() + 1))
				shelved += len(s.Away(0, math.MaxUint64))
			}
			query(s, twin)
		}
		if shelved == 0 {
			t.Error("nothing left memory")
		}
		i := save()
		back, err := i.Series(&image.Reader{Blobs: blobs})
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			query(back, twin)
		}
		// What the store loses is folded, and nothing else is lost.
		s.Shelve(0)
		if names := s.Away(0, math.MaxUint64); len(names) > 0 {
			s.Lose(map[image.Hash]bool{names[0]: true})
			save()
			s.FoldLost()
			left := s.Away(0, math.MaxUint64)
			if !reflect.DeepEqual(left, names[1:]) {
				t.Errorf("of %d chunks %d are left", len(names), len(left))
			}
			if s.Len() != twin.Len() {
				t.Errorf("%d rows, not %d", s.Len(), twin.Len())
			}
		}
	}
}
