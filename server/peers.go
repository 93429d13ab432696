package server

import (
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// peerOf returns whom a request is counted for: an IPv4 address, or an IPv6
// network of 64 bits, of which one machine has all addresses.
func peerOf(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	a := at.Addr().Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	network, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return network.String()
}

// A turnstile counts what is open at a time, in all and for each peer.
type turnstile struct {
	all, each int // the most

	mu    sync.Mutex
	open  int
	peers map[string]int
}

// enter counts one more, or says which limit keeps it out.
func (t *turnstile) enter(peer string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open >= t.all {
		return fmt.Errorf("the server has %d connections, which is its limit; --max-connections raises it", t.open)
	}
	if t.peers[peer] >= t.each {
		return fmt.Errorf("your address has %d connections, which is its limit; --max-peer-connections raises it", t.peers[peer])
	}
	if t.peers == nil {
		t.peers = map[string]int{}
	}
	t.open++
	t.peers[peer]++
	return nil
}

func (t *turnstile) leave(peer string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open--
	if t.peers[peer]--; t.peers[peer] == 0 {
		delete(t.peers, peer)
	}
}

// count returns how many are open.
func (t *turnstile) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open
}

// A quota lets each peer do something so many times a minute.
type quota struct {
	perMinute int // also at once

	mu    sync.Mutex
	peers map[string]*rate.Limiter
}

// maxPeers bounds the peers that a quota remembers.
const maxPeers = 10_000

// take uses one of the peer's times, which the reservation can give back. If
// none is left it returns nil and how long it takes until there is.
func (q *quota) take(peer string, now time.Time) (*rate.Reservation, time.Duration) {
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
		l = rate.NewLimiter(rate.Limit(float64(q.perMinute)/60), q.perMinute)
		q.peers[peer] = l
	}
	return reserve(l, now)
}

// forget makes room: those who have all their times are as good as never seen,
// and if there are none, somebody is let off.
func (q *quota) forget(now time.Time) {
	for peer, l := range q.peers {
		if l.TokensAt(now) >= float64(q.perMinute) {
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
