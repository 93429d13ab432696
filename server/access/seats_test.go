package access

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Whatever comes and goes in whatever order: the counts are those of who is there, no
// limit is exceeded, and in the end nothing is left.
func TestSeatsAreCountedRight(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := NewSeats(ViewerLimits{Viewers: 6, PeerViewers: 3, Connections: 10, PeerConnections: 5, KeySeats: 2})
	type run struct{ _ int } // of some size, so that no two are the same
	runs := []*run{new(run), new(run), new(run)}
	var in []*Seat
	for range 20_000 {
		switch r.IntN(4) {
		case 0, 1:
			if x, full := s.Take(runs[r.IntN(len(runs))], string(rune('a'+r.IntN(4))), r.IntN(5) == 0); full == nil {
				in = append(in, x)
			}
		case 2:
			if len(in) > 0 {
				x := in[r.IntN(len(in))]
				if own := x.Settle(); own == x.empty {
					t.Fatalf("a seat that is empty: %t is the viewer's own: %t", x.empty, own)
				}
			}
		case 3:
			if len(in) > 0 {
				i := r.IntN(len(in))
				in[i].Give()
				in[i].Give()
				in = append(in[:i], in[i+1:]...)
			}
		}
		common, kept, lent := map[any]int{}, map[*run]int{}, 0
		for _, x := range in {
			switch {
			case x.empty:
				if x.gone.Err() == nil {
					t.Fatal("somebody who lost the seat was not told")
				}
			case x.kept:
				kept[x.run.(*run)]++
			default:
				common[0]++
				common[x.Peer]++
				common[x.run]++
				common[fmt.Sprintf("%p %s", x.run, x.Peer)]++
			}
			if x.lent {
				lent++
			}
		}
		total := common[0]
		for k, n := range common {
			most := 3 // of a run and a peer
			switch k := k.(type) {
			case int:
				most = 10
			case *run:
				most = 6
			case string:
				if len(k) == 1 {
					most = 5
				}
			}
			if n > most {
				t.Fatalf("%v has %d seats of at most %d", k, n, most)
			}
		}
		for _, n := range kept {
			if total += n; n > 2 {
				t.Fatalf("a run has given %d kept seats", n)
			}
		}
		if got := s.Count(); got != total || len(s.lents) != lent {
			t.Fatalf("%d seats and %d lent are counted of %d and %d", got, len(s.lents), total, lent)
		}
	}
	for _, x := range in {
		x.Give()
	}
	if s.Count() != 0 || len(s.runs) != 0 || len(s.at.peers) != 0 || len(s.lents) != 0 {
		t.Errorf("%d seats of %d runs, %v and %d lent are left", s.Count(), len(s.runs), s.at.peers, len(s.lents))
	}
}
