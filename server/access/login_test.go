package access

import (
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// Wrong tokens that somebody may have thought of are rationed, by peer and in all.
func TestWrongTokensAreRationed(t *testing.T) {
	const token = "correct horse battery"
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(token, false, nil, slog.New(slog.DiscardHandler))
		count := func(peers int) (looked int) {
			for i := range 2 * AllMistakes {
				ok, wait := g.check(fmt.Sprint("peer ", i%peers), "wrong")
				if ok {
					t.Fatal("a wrong token was taken")
				}
				if wait == 0 {
					looked++
				}
				if ok, wait := g.check(fmt.Sprint("peer ", i%peers), token); !ok || wait != 0 {
					t.Fatalf("the right token: %t, to wait %v", ok, wait)
				}
			}
			return looked
		}
		for peers, want := range map[int]int{1: PeerMistakes, 2: 2 * PeerMistakes, 2 * AllMistakes: AllMistakes} {
			time.Sleep(time.Hour) // of a clock that jumps: the ration is whole again
			if got := count(peers); got != want {
				t.Errorf("%d guesses of %d peers were looked at, want %d", got, peers, want)
			}
		}
	})
}
