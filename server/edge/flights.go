package edge

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
)

// flights bounds the answers that are being made or sent, and what those of them hold
// that are made as a whole, in all, for each peer and for each run. Where there is no
// room, whoever has read nothing for a while makes some.
type flights struct {
	all, eachPeer, eachRun int
	bytes, eachPeerBytes   int64

	mu    sync.Mutex
	under map[*flight]struct{}
	peers map[string]tally
	runs  map[string]int
	held  int64
	ended chan struct{} // closed when there may be room; nil while nobody waits
}

// A tally is what one peer has under way.
type tally struct {
	answers int
	bytes   int64
}

// A flight is an answer under way.
type flight struct {
	*answer
	peer, run string // run is empty of an answer that is about none
	bytes     int64  // that it holds
}

// enter waits for room for an answer. It returns a *problem.Problem that says which limit
// keeps it out, or problem.ErrLeft.
func (f *flights) enter(ctx context.Context, a *answer, peer, run string) (*flight, error) {
	x := &flight{answer: a, peer: peer, run: run}
	err := f.wait(ctx, x, 0, func() error {
		switch {
		case len(f.under) >= f.all:
			return fmt.Errorf("the server is busy: it is answering %d requests, its limit; try again in a moment, or raise --max-answers", f.all)
		case f.peers[peer].answers >= f.eachPeer:
			return fmt.Errorf("your address has %d requests under way, its limit; wait for them, or raise --max-peer-answers", f.eachPeer)
		case run != "" && f.runs[run] >= f.eachRun:
			return fmt.Errorf("the run has %d requests under way, its limit; try again in a moment, or raise --max-run-answers", f.eachRun)
		}
		if f.under == nil {
			f.under, f.peers, f.runs = map[*flight]struct{}{}, map[string]tally{}, map[string]int{}
		}
		f.under[x] = struct{}{}
		f.add(x, 1, 0)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// hold waits until an answer may hold so many bytes, until it leaves. It returns a
// *problem.Problem that says which limit keeps it out, or problem.ErrLeft.
func (f *flights) hold(ctx context.Context, x *flight, bytes int64) error {
	return f.wait(ctx, x, bytes, func() error {
		// One that is alone may always go.
		switch own := f.peers[x.peer].bytes; {
		case f.held > 0 && f.held+bytes > f.bytes:
			return fmt.Errorf("files of %d MB are being sent, which is the limit; come again in a moment, or raise --max-memory", f.bytes>>20)
		case own > 0 && own+bytes > f.eachPeerBytes:
			return fmt.Errorf("files of %d MB are being sent to your address, its limit; wait for them, or raise --max-memory", f.eachPeerBytes>>20)
		}
		x.bytes += bytes
		f.add(x, 0, bytes)
		return nil
	})
}

// add counts; callers hold mu.
func (f *flights) add(x *flight, answers int, bytes int64) {
	f.held += bytes
	p := f.peers[x.peer]
	p.answers += answers
	p.bytes += bytes
	f.peers[x.peer] = p
	if p == (tally{}) {
		delete(f.peers, x.peer)
	}
	if x.run == "" {
		return
	}
	f.runs[x.run] += answers
	if f.runs[x.run] == 0 {
		delete(f.runs, x.run)
	}
}

// leave ends a flight; a second time nothing happens.
func (f *flights) leave(x *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.under[x]; !ok {
		return
	}
	delete(f.under, x)
	f.add(x, -1, -x.bytes)
	if f.ended != nil {
		close(f.ended)
		f.ended = nil
	}
}

// wait has take try, which callers of it may rely on mu for, until it returns nil or
// access.AnswerWait has passed.
func (f *flights) wait(ctx context.Context, x *flight, bytes int64, take func() error) error {
	late := time.NewTimer(access.AnswerWait)
	defer late.Stop()
	look := time.NewTicker(stallTime / 4)
	defer look.Stop()
	for {
		f.mu.Lock()
		err := take()
		if err == nil {
			f.mu.Unlock()
			return nil
		}
		f.makeRoom(x, bytes)
		if f.ended == nil {
			f.ended = make(chan struct{})
		}
		ended := f.ended
		f.mu.Unlock()
		select {
		case <-ended:
		case <-look.C:
		case <-late.C:
			return problem.After(time.Second, http.StatusServiceUnavailable, err.Error())
		case <-ctx.Done():
			return problem.ErrLeft
		}
	}
}

// makeRoom cuts off the answer that is in the way of x and has been stalled for
// longest, if any has for long. Callers hold mu.
func (f *flights) makeRoom(x *flight, bytes int64) {
	now := time.Now()
	var slowest *flight
	longest := stallTime
	peerIsFull := f.peers[x.peer].answers >= f.eachPeer || bytes > 0 && f.peers[x.peer].bytes+bytes > f.eachPeerBytes
	for y := range f.under {
		switch {
		case peerIsFull && y.peer != x.peer, bytes > 0 && y.bytes == 0, y.cut.Load():
			continue
		}
		if d := y.stalled(now); d >= longest {
			slowest, longest = y, d
		}
	}
	if slowest != nil {
		slowest.cutOff()
	}
}
