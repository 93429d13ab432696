package server

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// proxies are the networks of those proxies whose word is taken for whom they speak.
// The zero value trusts nobody.
type proxies []netip.Prefix

// ParseProxy reads an address or a network, such as 10.0.0.0/8, of proxies.
func ParseProxy(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, fmt.Errorf("%.100q is neither an address nor a network such as 10.0.0.0/8", text)
	}
	if a := p.Addr(); a.Is4In6() {
		if p.Bits() < 96 {
			return p, fmt.Errorf("the network %s reaches beyond the IPv4 addresses; write it as IPv4", p)
		}
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

// trusts says whether an address is that of a proxy that was declared.
func (t proxies) trusts(a netip.Addr) bool {
	for _, p := range t {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// addressOf returns the address that a request is from: that of the connection, or
// where a declared proxy has passed it on, the last in X-Forwarded-For that is no such
// proxy. What stands before that one anybody may have written. It is not valid where
// the connection has no address, as that of a unix socket.
func (t proxies) addressOf(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a := at.Addr().Unmap().WithZone("")
	if !t.trusts(a) {
		return a
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		before, ok := parseHop(hop)
		if !ok {
			return a // the proxy that passed on such a thing answers for it
		}
		if a = before; !t.trusts(a) {
			return a
		}
	}
	return a
}

// parseHop reads an address in X-Forwarded-For, to which some proxies add a port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		at, err := netip.ParseAddrPort(text)
		if err != nil {
			return a, false
		}
		a = at.Addr()
	}
	return a.Unmap().WithZone(""), true
}

// peerOf returns whom a request is counted for: an IPv4 address, or an IPv6
// network of 64 bits, of which one machine has all addresses.
func (t proxies) peerOf(r *http.Request) string {
	a := t.addressOf(r)
	if !a.IsValid() {
		return r.RemoteAddr
	}
	return peerName(a)
}

// peerName returns under what name an address is counted.
func peerName(a netip.Addr) string {
	if a.Is4() {
		return a.String()
	}
	network, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return network.String()
}

// A quota lets each peer do something so many times a minute.
type quota struct {
	perMinute int
	atOnce    int // 0: as many as in a minute

	mu    sync.Mutex
	peers map[string]*rate.Limiter
}

// maxPeers bounds the peers that a quota remembers.
const maxPeers = 10_000

// take uses one of the peer's times, which the reservation can give back. If
// none is left it returns nil and how long it takes until there is.
func (q *quota) take(peer string, now time.Time) (*rate.Reservation, time.Duration) {
	return reserve(q.of(peer, now), now)
}

// wait waits until the peer may do it once more, in the order of coming, if that takes
// no longer than the context.
func (q *quota) wait(ctx context.Context, peer string) error {
	return q.of(peer, time.Now()).Wait(ctx)
}

// of returns the times of a peer.
func (q *quota) of(peer string, now time.Time) *rate.Limiter {
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
		l = rate.NewLimiter(rate.Limit(float64(q.perMinute)/60), cmp.Or(q.atOnce, q.perMinute))
		q.peers[peer] = l
	}
	return l
}

// forget makes room: those who have all their times are as good as never seen,
// and if there are none, somebody is let off.
func (q *quota) forget(now time.Time) {
	for peer, l := range q.peers {
		if l.TokensAt(now) >= float64(cmp.Or(q.atOnce, q.perMinute)) {
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
