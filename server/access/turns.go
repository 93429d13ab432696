package access

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/problem"
)

// Turns lets so many things of a kind be made at a time, and of each peer fewer, so
// that nobody alone keeps all others waiting. Whoever waits is served in the order of
// coming, and of one peer no more wait for the others' turns than it may have.
type Turns struct {
	what string // in words: "files are being made"
	each int    // of one peer
	all  chan struct{}

	mu    sync.Mutex
	peers map[string]*queue
}

// A queue is those of one peer who have a turn or wait for one.
type queue struct {
	room   chan struct{}
	people int
}

// NewTurns returns turns of which there are so many in all and for each peer. what says in
// words what they are of.
func NewTurns(what string, all, each int) *Turns {
	return &Turns{what: what, each: min(each, all), all: make(chan struct{}, all), peers: map[string]*queue{}}
}

// Take waits at most so long for a turn of a peer, and returns what ends it, or a
// *problem.Problem that says what there is too much of. What ends it may be called twice.
func (t *Turns) Take(ctx context.Context, peer string, wait time.Duration) (done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	l := t.stand(peer)
	select {
	case l.room <- struct{}{}:
	case <-ctx.Done():
		t.leave(peer, l)
		return nil, t.refused(ctx, fmt.Sprintf("too many requests at once from your address: %d %s already; try again in a moment, or raise --peer-turns", t.each, t.what))
	}
	select {
	case t.all <- struct{}{}:
	case <-ctx.Done():
		<-l.room
		t.leave(peer, l)
		return nil, t.refused(ctx, fmt.Sprintf("the server is busy: %d %s already; try again in a moment", cap(t.all), t.what))
	}
	return sync.OnceFunc(func() {
		<-t.all
		<-l.room
		t.leave(peer, l)
	}), nil
}

// refused is why nothing came of waiting.
func (t *Turns) refused(ctx context.Context, why string) error {
	if ctx.Err() == context.DeadlineExceeded {
		return problem.After(time.Second, http.StatusServiceUnavailable, why)
	}
	return problem.ErrLeft
}

// stand joins the queue of a peer.
func (t *Turns) stand(peer string) *queue {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.peers[peer]
	if l == nil {
		l = &queue{room: make(chan struct{}, t.each)}
		t.peers[peer] = l
	}
	l.people++
	return l
}

// leave leaves it.
func (t *Turns) leave(peer string, l *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.people--; l.people == 0 {
		delete(t.peers, peer)
	}
}
