package access

import (
	"cmp"
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Quota lets each peer do something so many times a minute.
type Quota struct {
	PerMinute int
	AtOnce    int // 0: as many as in a minute

	mu    sync.Mutex
	peers map[string]*rate.Limiter
}

// maxPeers bounds the peers that a quota remembers.
const maxPeers = 10_000

// Take uses one of the peer's times, which the reservation can give back. If
// none is left it returns nil and how long it takes until there is.
func (q *Quota) Take(peer string, now time.Time) (*rate.Reservation, time.Duration) {
	return reserve(q.of(peer, now), now)
}

// Wait waits until the peer may do it once more, in the order of coming, if that takes
// no longer than the context.
func (q *Quota) Wait(ctx context.Context, peer string) error {
	return q.of(peer, time.Now()).Wait(ctx)
}

// of returns the times of a peer.
func (q *Quota) of(peer string, now time.Time) *rate.Limiter {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.peers[peer]
	if l == nil {
		if len(q.peers) >= maxPeers {
			q.forget(now)
		}
		if q.peers == nil {
			q.peers = map[string]*rate.Limiter{}
		}
		l = rate.NewLimiter(rate.Limit(float64(q.PerMinute)/60), cmp.Or(q.AtOnce, q.PerMinute))
		q.peers[peer] = l
	}
	return l
}

// forget makes room: those who have all their times are as good as never seen,
// and if there are none, somebody is let off.
func (q *Quota) forget(now time.Time) {
	for peer, l := range q.peers {
		if l.TokensAt(now) >= float64(cmp.Or(q.AtOnce, q.PerMinute)) {
			delete(q.peers, peer)
		}
	}
	for peer := range q.peers {
		if len(q.peers) < maxPeers {
			return
		}
		delete(q.peers, peer)
	}
}

// reserve takes one time from l now, or none and says how long to wait.
func reserve(l *rate.Limiter, now time.Time) (*rate.Reservation, time.Duration) {
	r := l.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return nil, wait
	}
	return r, 0
}
