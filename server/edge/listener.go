package edge

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
)

const (
	// peerConnBuffer is what the kernel keeps of an answer that is not read. It may round
	// it up.
	peerConnBuffer = 64 << 10

	// SpareSockets are kept, besides the bounds, for whoever steers a run and for
	// programs on the server's own machine; spareTime is how long such a connection
	// may take to say so.
	SpareSockets = 8
	spareTime    = 5 * time.Second

	// ownDescriptors are left for what is no connection of a client: files, listeners
	// and Go's own.
	ownDescriptors = 16
)

// A boundedListener is one that bounds the connections, in all and for each peer. Where
// there is no room the connection makes some that has been without a request for
// longest, of the peer that has most; where there is none, some are kept for
// whoever steers and for the server's own machine.
type boundedListener struct {
	net.Listener
	all, each int
	trusted   access.Proxies // behind whom are many peers: their connections are bounded in all
	few       bool           // all is less than was asked for, as descriptors are few

	mu    sync.Mutex
	open  map[*peerConn]struct{} // those that are not spare
	spare map[*peerConn]struct{}
	peers map[string]int // of open
}

// Bound bounds the connections that l accepts.
func Bound(l net.Listener, log *slog.Logger, limits access.TrafficLimits, trusted access.Proxies) net.Listener {
	return newBoundedListener(l, log, limits, trusted, descriptors())
}

// newBoundedListener bounds what l accepts; descriptors is how many files the process may have
// open, 0 where that is not known.
func newBoundedListener(l net.Listener, log *slog.Logger, limits access.TrafficLimits, trusted access.Proxies, descriptors int) *boundedListener {
	s := &boundedListener{
		Listener: l, all: limits.Sockets, each: limits.PeerSockets, trusted: trusted,
		open: map[*peerConn]struct{}{}, spare: map[*peerConn]struct{}{}, peers: map[string]int{},
	}
	if most := descriptors - ownDescriptors - SpareSockets; descriptors > 0 && s.all > most {
		s.all, s.few = max(most, 1), true
		log.Warn("the process may have few files open, and so few connections", "descriptors", descriptors, "connections", s.all)
	}
	return s
}

// A peerConn is a connection of a client.
type peerConn struct {
	*net.TCPConn
	of   *boundedListener
	peer string
	full *problem.Problem // why it is a spare one; nil if it is not

	// ---- guarded by of.mu ----
	requests int       // that are being answered
	kept     bool      // a websocket continues with it
	since    time.Time // when it last had a request
	proven   bool      // of a spare one: it may stay
	gone     bool
	timer    *time.Timer
}

// Accept implements [net.Listener].
func (s *boundedListener) Accept() (net.Conn, error) {
	for {
		c, err := s.Listener.Accept()
		if err != nil {
			return nil, err
		}
		tcp, ok := c.(*net.TCPConn)
		if !ok {
			return c, nil // a listener of a program's own
		}
		if x := s.take(tcp); x != nil {
			return x, nil
		}
		_ = tcp.Close() // nobody is told, as there is nothing to tell it with
	}
}

// take finds room for a connection, or returns nil.
func (s *boundedListener) take(c *net.TCPConn) *peerConn {
	_ = c.SetWriteBuffer(peerConnBuffer) // else it is what the system has
	x := &peerConn{TCPConn: c, of: s, peer: c.RemoteAddr().String(), since: time.Now()}
	proxied := false
	if at, err := netip.ParseAddrPort(x.peer); err == nil {
		a := at.Addr().Unmap().WithZone("")
		x.peer, proxied = access.PeerName(a), s.trusted.Trusts(a)
	}
	s.mu.Lock()
	var idle *peerConn
	switch {
	case s.peers[x.peer] >= s.each && !proxied:
		idle = s.idlest(s.open, x.peer)
		x.full = problem.After(time.Second, http.StatusServiceUnavailable,
			fmt.Sprintf("your address has %d connections, its limit; close some, or raise --max-peer-sockets", s.each))
	case len(s.open) >= s.all:
		idle = s.idlest(s.open, "")
		x.full = problem.After(time.Second, http.StatusServiceUnavailable,
			fmt.Sprintf("the server has %d connections, its limit; try again in a moment, or raise --max-sockets", s.all))
		if s.few {
			x.full.Detail += " and the number of files that a process may open (ulimit -n)"
		}
	}
	switch {
	case idle != nil:
		x.full = nil
		s.remove(idle)
	case x.full != nil && len(s.spare) >= SpareSockets:
		if idle = s.idlest(s.spare, ""); idle == nil {
			s.mu.Unlock()
			return nil
		}
		s.remove(idle)
	}
	if x.full == nil {
		s.open[x] = struct{}{}
		s.peers[x.peer]++
	} else {
		s.spare[x] = struct{}{}
		x.timer = time.AfterFunc(spareTime, x.expire)
	}
	s.mu.Unlock()
	if idle != nil {
		_ = idle.TCPConn.Close()
	}
	return x
}

// idlest returns the connection that has been without a request for longest, of a
// peer, or where that is empty of the one that has most of those that have any.
func (s *boundedListener) idlest(among map[*peerConn]struct{}, peer string) *peerConn {
	var found *peerConn
	for x := range among {
		if x.requests > 0 || x.kept || x.proven || peer != "" && x.peer != peer {
			continue
		}
		switch {
		case found == nil,
			s.peers[x.peer] > s.peers[found.peer],
			s.peers[x.peer] == s.peers[found.peer] && x.since.Before(found.since):
			found = x
		}
	}
	return found
}

// remove takes a connection off the books; callers hold mu.
func (s *boundedListener) remove(x *peerConn) {
	if x.gone {
		return
	}
	x.gone = true
	if x.full != nil {
		x.timer.Stop()
		delete(s.spare, x)
		return
	}
	delete(s.open, x)
	if s.peers[x.peer]--; s.peers[x.peer] == 0 {
		delete(s.peers, x.peer)
	}
}

// Close implements [net.Conn].
func (x *peerConn) Close() error {
	x.of.mu.Lock()
	x.of.remove(x)
	x.of.mu.Unlock()
	return x.TCPConn.Close()
}

// expire ends a spare connection that has not said in time that it steers.
func (x *peerConn) expire() {
	x.of.mu.Lock()
	stays := x.proven || x.requests > 0 && !x.kept
	x.of.mu.Unlock()
	if !stays {
		_ = x.Close()
	}
}

// work notes that so many requests more are being answered.
func (x *peerConn) work(more int) {
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	x.requests += more
	x.since = time.Now()
}

// keep notes that a websocket continues with the connection.
func (x *peerConn) keep() {
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	x.kept = true
}

// prove notes that whoever has the connection steers a run.
func (x *peerConn) prove() {
	if x == nil {
		return
	}
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	x.proven = true
}

// admit says why a request, of somebody who steers or not, cannot be answered on a
// spare connection. A websocket can be, for a while: it brings its key later.
func (x *peerConn) admit(r *http.Request, steers bool) *problem.Problem {
	if x.full == nil {
		return nil
	}
	switch {
	case steers:
		x.prove()
	case isLoopback(x.peer), r.Header.Get("Upgrade") != "":
	default:
		return x.full
	}
	return nil
}

func isLoopback(peer string) bool {
	a, err := netip.ParseAddr(peer)
	return err == nil && a.IsLoopback() || peer == "::/64"
}

// peerConnKey is where the context of a request has its connection.
type peerConnKey struct{}

// ConnContext is an [http.Server]'s ConnContext.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if x, ok := c.(*peerConn); ok {
		return context.WithValue(ctx, peerConnKey{}, x)
	}
	return ctx
}

// peerConnOf returns the connection that a request came by, or nil.
func peerConnOf(r *http.Request) *peerConn {
	x, _ := r.Context().Value(peerConnKey{}).(*peerConn)
	return x
}
