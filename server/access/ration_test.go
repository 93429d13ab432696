package access

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/problem"
)

// Readers who ask without end have the share of time that they may have, whoever they
// are, and each of them comes to its turn.
func TestReadersHaveTheirShare(t *testing.T) {
	for _, c := range []struct {
		peers int
		busy  float64
		most  float64 // of the time
	}{{1, 1, 0.075}, {4, 1, 0.1}, {4, 0.5, 0.2}, {4, 0, 1}} {
		synctest.Test(t, func(t *testing.T) {
			r := newRation("reading", 0.1, 0, time.Minute, func() float64 { return c.busy }, oneProcessor)
			r.clock = sinceStart()
			const work, all = 10 * time.Millisecond, 20 * time.Second
			begun := time.Now()
			spent := make([]time.Duration, c.peers)
			var wait sync.WaitGroup
			for who := range 2 * c.peers {
				wait.Go(func() {
					for time.Since(begun) < all {
						done, err := r.Take(t.Context(), fmt.Sprint(who%c.peers), fmt.Sprint("run", who%2))
						if err != nil {
							t.Error(err)
							return
						}
						time.Sleep(work)
						done()
						r.mu.Lock()
						spent[who%c.peers] += work
						r.mu.Unlock()
					}
				})
			}
			wait.Wait()
			sum := time.Duration(0)
			for who, d := range spent {
				sum += d
				if d < time.Duration(float64(all)*c.most/float64(c.peers))*8/10 {
					t.Errorf("%d peers, busy %v: peer %d had %v", c.peers, c.busy, who, d)
				}
			}
			if part := sum.Seconds() / time.Since(begun).Seconds(); part > 1.05*c.most || part < 0.9*c.most {
				t.Errorf("%d peers, busy %v: readers had %.3f of the time, want %v", c.peers, c.busy, part, c.most)
			}
			if r.forget(); c.busy == 0 && len(r.accounts) > 0 {
				t.Errorf("%d accounts are left", len(r.accounts))
			}
		})
	}
}

// Whoever would wait for too long is told what for.
func TestReadersInDebtAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRation("reading", 0.1, time.Second, 10*time.Second, oneProcessor, oneProcessor)
		r.clock = sinceStart()
		for range 2 { // the first is within what may be spent at once
			done, err := r.Take(t.Context(), "a", "")
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(900 * time.Millisecond)
			done()
			done()
		}
		time.Sleep(time.Second)
		done, err := r.Take(t.Context(), "b", "")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		done()
		_, err = r.Take(t.Context(), "c", "")
		var refused *problem.Problem
		if !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests || !strings.Contains(refused.Detail, "--reading-share") {
			t.Errorf("got %v", err)
		}
	})
}

func TestLoadIsThatOfTheLastSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Load
		for _, share := range []float64{0, 0.1, 0.25, 1, 0} {
			for range 200 {
				time.Sleep(30 * time.Millisecond)
				l.Add(time.Duration(share * float64(30*time.Millisecond)))
			}
			if got, want := l.Busy(), min(1, 2*share); got < 0.9*want-0.01 || got > 1.1*want+0.01 {
				t.Errorf("with training %v of the time: %v", share, got)
			}
		}
	})
}

// sinceStart is a clock of a bubble of time.
func sinceStart() func() time.Duration {
	begun := time.Now()
	return func() time.Duration { return time.Since(begun) }
}

func oneProcessor() float64 { return 1 }

// What answers cost beside is a matter of each peer alone, by what the program has of the
// processors.
func TestAnswersWaitForTheirPeersDebts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRation("answering", 0.1/partOfOne, 0, 10*time.Second, oneProcessor, func() float64 { return 0.5 })
		for _, c := range []struct {
			work time.Duration
			peer string
			want time.Duration
		}{{150 * time.Millisecond, "b", 0}, {0, "a", 3 * time.Second}, {0, "a", 0}} {
			r.ChargePeer("a", c.work)
			begun := time.Now()
			if err := r.Await(t.Context(), c.peer); err != nil {
				t.Error(err)
			}
			if d := time.Since(begun); d < c.want-time.Millisecond || d > c.want+time.Millisecond {
				t.Errorf("an answer to %s waited %v, want %v", c.peer, d, c.want)
			}
		}
		r.ChargePeer("a", time.Second)
		var refused *problem.Problem
		if err := r.Await(t.Context(), "a"); !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests {
			t.Errorf("got %v", err)
		}
	})
}

// The share is of what the program has of the processors.
func TestWorkRateIsThatOfTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worked := time.Duration(0)
		r := newWorkRate(2, func() time.Duration { return worked })
		for _, c := range []struct{ works, want float64 }{{2, 2}, {0.5, 0.5}, {0, leastRate}, {3, 2}} {
			time.Sleep(rateTime)
			worked += time.Duration(c.works * float64(rateTime))
			if got := r.now(); got < 0.99*c.want || got > 1.01*c.want {
				t.Errorf("works %v of each second: %v, want %v", c.works, got, c.want)
			}
		}
	})
}
