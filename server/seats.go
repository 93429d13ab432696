package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// A seat is the place of one viewer: at a run, at the server, and of what one address
// may have of both. Until its viewer has said hello it is lent: whoever comes when
// there is no other takes it.
type seat struct {
	*entry
	peer   string
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

var (
	errNoHello  = errors.New("no hello came in time")
	errMadeRoom = errors.New("others came, and no hello had")
)

// A limitError says which limit keeps somebody out.
type limitError struct {
	flag   string // that raises it, without its dashes
	detail string
}

func (e *limitError) Error() string { return fmt.Sprintf("%s; --%s raises it", e.detail, e.flag) }

// seats are the places that there are. A viewer's goroutines and those that come may
// call it at once.
type seats struct {
	all, each       int // of the server: the most in all, and of one peer
	run, eachOfARun int // of one run
	keyed           int // of one run, beside those

	mu    sync.Mutex
	at    bench
	runs  map[*entry]*bench
	lents []*seat // the longest first
}

// A bench counts seats, in all and by peer.
type bench struct {
	taken int
	peers map[string]int
	kept  int
}

func newSeats(l Limits) *seats {
	return &seats{
		all: l.Connections, each: l.PeerConnections, run: l.Viewers, eachOfARun: l.PeerViewers, keyed: l.KeySeats,
		at: bench{peers: map[string]int{}}, runs: map[*entry]*bench{},
	}
}

// take gives a peer a seat at a run, or says which limit keeps it out. steers says that
// it has shown the run's key.
func (s *seats) take(e *entry, peer string, steers bool) (*seat, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &seat{entry: e, peer: peer, steers: steers}
	x.gone, x.leave = context.WithCancelCause(context.Background())
	for full := s.full(e, peer); full != nil; full = s.full(e, peer) {
		if other := s.longestLent(full); other != nil {
			s.clear(other)
			other.leave(errMadeRoom)
			continue
		}
		if !steers || s.of(e).kept >= s.keyed {
			return nil, &full.limitError
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
	limitError
	of func(*seat) bool
}

// full returns a limit that leaves no common seat, or nil. Callers hold mu.
func (s *seats) full(e *entry, peer string) *fullness {
	at := s.of(e)
	reached := func(flag string, of func(*seat) bool, format string, n int) *fullness {
		return &fullness{limitError{flag, fmt.Sprintf(format, n)}, of}
	}
	switch {
	case at.peers[peer] >= s.eachOfARun:
		return reached("max-peer-viewers", func(x *seat) bool { return x.entry == e && x.peer == peer },
			"your address has %d viewers of this run, which is its limit", at.peers[peer])
	case s.at.peers[peer] >= s.each:
		return reached("max-peer-connections", func(x *seat) bool { return x.peer == peer },
			"your address has %d connections, which is its limit", s.at.peers[peer])
	case at.taken >= s.run:
		return reached("max-viewers", func(x *seat) bool { return x.entry == e },
			"the run has %d viewers, which is its limit", at.taken)
	case s.at.taken >= s.all:
		return reached("max-connections", func(*seat) bool { return true },
			"the server has %d connections, which is its limit", s.at.taken)
	}
	return nil
}

// longestLent returns the seat that makes room: of the peers that have one to give,
// that of the one which has most, and of these the longest lent. Callers hold mu.
func (s *seats) longestLent(full *fullness) (longest *seat) {
	for _, x := range s.lents {
		if full.of(x) && (longest == nil || s.at.peers[x.peer] > s.at.peers[longest.peer]) {
			longest = x
		}
	}
	return longest
}

// settle makes a seat that was lent its viewer's own, who has said hello. It says
// whether the viewer still has it.
func (s *seats) settle(x *seat) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.empty {
		return false
	}
	x.said = true
	s.own(x)
	return true
}

// expire has a viewer leave who has not said hello.
func (s *seats) expire(x *seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !x.said && !x.empty {
		x.leave(errNoHello)
	}
}

// own takes a seat off the list of those that are lent. Callers hold mu.
func (s *seats) own(x *seat) {
	if x.lent {
		x.lent = false
		s.lents = slices.DeleteFunc(s.lents, func(y *seat) bool { return y == x })
	}
}

// give gives a seat back.
func (s *seats) give(x *seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear(x)
	x.leave(nil)
}

// clear empties a seat. Callers hold mu.
func (s *seats) clear(x *seat) {
	if x.empty {
		return
	}
	x.empty = true
	s.own(x)
	at := s.runs[x.entry]
	if x.kept {
		at.kept--
	} else {
		for _, t := range []*bench{at, &s.at} {
			t.taken--
			if t.peers[x.peer]--; t.peers[x.peer] == 0 {
				delete(t.peers, x.peer)
			}
		}
	}
	if at.taken == 0 && at.kept == 0 {
		delete(s.runs, x.entry)
	}
}

// of returns the bench of a run, to be read. Callers hold mu.
func (s *seats) of(e *entry) bench {
	if at := s.runs[e]; at != nil {
		return *at
	}
	return bench{}
}

// count returns how many seats are taken.
func (s *seats) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.at.taken
	for _, at := range s.runs {
		n += at.kept
	}
	return n
}
