package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/gnllviz/gnllviz/server/problem"
)

// A Seat is the place of one viewer: at a run, at the server, and of what one address
// may have of both. Until its viewer has said hello it is lent: whoever comes when
// there is no other takes it.
type Seat struct {
	Peer   string
	of     *Seats
	run    any
	steers bool // the viewer showed the run's key before it came in

	// gone ends where the viewer has to leave; its cause says why.
	gone  context.Context
	leave context.CancelCauseFunc

	// ---- guarded by the seats' mu ----
	kept  bool // one beside all limits, which only the run's key opens
	lent  bool
	said  bool // its viewer has said hello
	empty bool
}

// errMadeRoom is the cause of a seat that somebody else was given.
var errMadeRoom = errors.New("others came, and no hello had")

// A LimitError says which limit keeps somebody out.
type LimitError struct {
	Flag   string // that raises it, without its dashes
	Detail string // for whoever is kept out: what is full, and what they can do
}

// Error says it in a sentence.
func (e *LimitError) Error() string { return e.Detail }

// Problem is what is answered to whoever is kept out.
func (e *LimitError) Problem() *problem.Problem {
	p := problem.New(http.StatusServiceUnavailable, e.Error())
	p.Limit = e.Flag
	return p
}

// Seats are the places that there are. A run is whatever stands for one and is
// comparable. A viewer's goroutines and those that come may
// call it at once.
type Seats struct {
	all, each       int // of the server: the most in all, and of one peer
	run, eachOfARun int // of one run
	keyed           int // of one run, beside those

	mu    sync.Mutex
	at    bench
	runs  map[any]*bench
	lents []*Seat // the longest first
}

// A bench counts seats, in all and by peer.
type bench struct {
	taken int
	peers map[string]int
	kept  int
}

// NewSeats returns as many seats as the limits have.
func NewSeats(l ViewerLimits) *Seats {
	return &Seats{
		all: l.Connections, each: l.PeerConnections, run: l.Viewers, eachOfARun: l.PeerViewers, keyed: l.KeySeats,
		at: bench{peers: map[string]int{}}, runs: map[any]*bench{},
	}
}

// Take gives a peer a seat at a run, or says which limit keeps it out. steers says that
// it has shown the run's key.
func (s *Seats) Take(e any, peer string, steers bool) (*Seat, *LimitError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &Seat{Peer: peer, of: s, run: e, steers: steers}
	x.gone, x.leave = context.WithCancelCause(context.Background())
	for full := s.full(e, peer); full != nil; full = s.full(e, peer) {
		if other := s.longestLent(full); other != nil {
			s.clear(other)
			other.leave(errMadeRoom)
			continue
		}
		if !steers || s.of(e).kept >= s.keyed {
			return nil, &full.LimitError
		}
		x.kept = true
		break
	}
	at := s.runs[e]
	if at == nil {
		at = &bench{peers: map[string]int{}}
		s.runs[e] = at
	}
	if x.kept {
		at.kept++
	} else {
		for _, t := range []*bench{at, &s.at} {
			t.taken++
			t.peers[peer]++
		}
	}
	if x.lent = !steers; x.lent {
		s.lents = append(s.lents, x)
	}
	return x, nil
}

// A fullness is a limit that has been reached, and whose seats would make room.
type fullness struct {
	LimitError
	of func(*Seat) bool
}

// full returns a limit that leaves no common seat, or nil. Callers hold mu.
func (s *Seats) full(e any, peer string) *fullness {
	at := s.of(e)
	reached := func(flag string, of func(*Seat) bool, format string, n int) *fullness {
		return &fullness{LimitError{flag, fmt.Sprintf(format, viewers(n))}, of}
	}
	switch {
	case at.peers[peer] >= s.eachOfARun:
		return reached("max-peer-viewers", func(x *Seat) bool { return x.run == e && x.Peer == peer },
			"this run is full: it has %s from your network. Wait until one leaves, ask the presenter, or make your own copy", at.peers[peer])
	case s.at.peers[peer] >= s.each:
		return reached("max-peer-connections", func(x *Seat) bool { return x.Peer == peer },
			"the server is full: it has %s from your network. Wait until one leaves", s.at.peers[peer])
	case at.taken >= s.run:
		return reached("max-viewers", func(x *Seat) bool { return x.run == e },
			"this run is full (%s). Wait until one leaves, ask the presenter, or make your own copy", at.taken)
	case s.at.taken >= s.all:
		return reached("max-connections", func(*Seat) bool { return true },
			"the server is full (%s). Wait until one leaves", s.at.taken)
	}
	return nil
}

func viewers(n int) string {
	if n == 1 {
		return "1 viewer"
	}
	return fmt.Sprintf("%d viewers", n)
}

// longestLent returns the seat that makes room: of the peers that have one to give,
// that of the one which has most, and of these the longest lent. Callers hold mu.
func (s *Seats) longestLent(full *fullness) (longest *Seat) {
	for _, x := range s.lents {
		if full.of(x) && (longest == nil || s.at.peers[x.Peer] > s.at.peers[longest.Peer]) {
			longest = x
		}
	}
	return longest
}

// Gone ends where the viewer has to leave; its cause says why.
func (x *Seat) Gone() context.Context { return x.gone }

// Settle makes a seat that was lent its viewer's own, who has said hello. It says
// whether the viewer still has it.
func (x *Seat) Settle() bool {
	s := x.of
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.empty {
		return false
	}
	x.said = true
	s.own(x)
	return true
}

// Expire has a viewer leave, for such a cause, who has not said hello.
func (x *Seat) Expire(cause error) {
	s := x.of
	s.mu.Lock()
	defer s.mu.Unlock()
	if !x.said && !x.empty {
		x.leave(cause)
	}
}

// own takes a seat off the list of those that are lent. Callers hold mu.
func (s *Seats) own(x *Seat) {
	if x.lent {
		x.lent = false
		s.lents = slices.DeleteFunc(s.lents, func(y *Seat) bool { return y == x })
	}
}

// Give gives a seat back.
func (x *Seat) Give() {
	s := x.of
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear(x)
	x.leave(nil)
}

// clear empties a seat. Callers hold mu.
func (s *Seats) clear(x *Seat) {
	if x.empty {
		return
	}
	x.empty = true
	s.own(x)
	at := s.runs[x.run]
	if x.kept {
		at.kept--
	} else {
		for _, t := range []*bench{at, &s.at} {
			t.taken--
			if t.peers[x.Peer]--; t.peers[x.Peer] == 0 {
				delete(t.peers, x.Peer)
			}
		}
	}
	if at.taken == 0 && at.kept == 0 {
		delete(s.runs, x.run)
	}
}

// of returns the bench of a run, to be read. Callers hold mu.
func (s *Seats) of(e any) bench {
	if at := s.runs[e]; at != nil {
		return *at
	}
	return bench{}
}

// Count returns how many seats are taken.
func (s *Seats) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.at.taken
	for _, at := range s.runs {
		n += at.kept
	}
	return n
}
