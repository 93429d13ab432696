//go:build !js

package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/gnllviz/gnllviz/server/bus"
)

// A Place is where a run is: the node that has its lease, and the lease's epoch.
type Place struct {
	Node  string
	Epoch uint64
}

// ElsewhereError says that another node has a run.
type ElsewhereError struct {
	Run string
	Place
}

func (e *ElsewhereError) Error() string {
	return fmt.Sprintf("the run %s is on another node (%s)", e.Run, e.Node)
}

// Owner returns the node that has a run, as far as this node knows: for as long as a lease
// may be in use. ok is false where nobody has it.
func (n *Node) Owner(run string) (p Place, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.mine[run]; l != nil {
		return Place{n.id, l.epoch}, true
	}
	return n.owner(run)
}

// owner is Owner by what others say. Callers hold mu.
func (n *Node) owner(run string) (Place, bool) {
	p := n.places[run]
	if p == nil || time.Since(n.since(p.seen)) >= n.times.dead {
		return Place{}, false
	}
	return p.Place, true
}

// A Lease is the right to train a run. It is renewed until Release is called or it is lost.
type Lease struct {
	of    *Node
	run   string
	take  string
	epoch uint64
	lost  chan struct{}
	once  sync.Once
	until atomic.Pointer[moment]

	// ---- guarded by the node's mu ----
	revision uint64
	asked    time.Time // when it was last to be renewed
	asking   bool      // the answer is not there yet
}

// A moment is a time by two clocks: one stands still while the machine sleeps, and the
// other can be set.
type moment struct{ mono, wall time.Time }

func momentOf(t time.Time) *moment { return &moment{t, t.Round(0)} }

// Epoch tells the lease from those of the run before: no two have the same.
func (l *Lease) Epoch() uint64 { return l.epoch }

// Valid says whether the lease counts now: it was renewed not long ago by both clocks, and
// is neither lost nor released. It is quick.
func (l *Lease) Valid() bool {
	m := l.until.Load()
	if m == nil {
		return false
	}
	now := time.Now()
	return now.Before(m.mono) && now.Round(0).Before(m.wall)
}

// Lost is closed once the lease is known to have ended without Release: nobody renewed it
// in time, or somebody else has it. [Node.Take] says which.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// renewed notes that a renewal was sent at a time and acknowledged.
func (l *Lease) renewed(sent time.Time) { l.until.Store(momentOf(sent.Add(l.of.times.valid))) }

// lose ends the lease. Callers hold the node's mu.
func (l *Lease) lose() {
	l.until.Store(nil)
	if l.of.mine[l.run] == l {
		delete(l.of.mine, l.run)
	}
	l.once.Do(func() {
		close(l.lost)
		l.of.count(LeaseLost)
	})
}

// Take acquires the lease of a run. It fails with *ElsewhereError while another node has
// it, or may have it, and with ErrLeft where this node takes no runs.
func (n *Node) Take(ctx context.Context, run string) (*Lease, error) {
	if !n.config.Trains {
		return nil, ErrLeft
	}
	return n.acquire(ctx, run, false)
}

// Hold acquires the lease of a run, or of anything else with a name, for a moment, whatever
// the role of this node. ok is false where another node has it, or NATS does not answer.
func (n *Node) Hold(ctx context.Context, what string) (release func(), ok bool) {
	trying, cancel := context.WithTimeout(ctx, n.times.renew)
	defer cancel()
	l, err := n.acquire(trying, what, true)
	if err != nil {
		return nil, false
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), n.times.renew)
		defer cancel()
		if err := l.Release(ctx, ""); err != nil {
			n.config.Log.Debug("releasing a lease", "of", what, "err", err)
		}
	}, true
}

func (n *Node) acquire(ctx context.Context, run string, anyway bool) (*Lease, error) {
	mine := held{Node: n.id, Take: nuid.Next()}
	value, err := json.Marshal(mine)
	if err != nil {
		return nil, err
	}
	sent := time.Now()
	for first := true; ; first = false {
		n.mu.Lock()
		if l := n.mine[run]; l != nil {
			n.mu.Unlock()
			return nil, &ElsewhereError{run, Place{n.id, l.epoch}}
		}
		if n.leaving && !anyway {
			n.mu.Unlock()
			return nil, ErrLeft
		}
		if p, ok := n.owner(run); ok && p.Node != n.id {
			n.mu.Unlock()
			if first { // it may have been left to this node a moment ago
				if _, _, err := n.look(ctx, run); err == nil {
					continue
				}
			}
			return nil, &ElsewhereError{run, p}
		}
		after := uint64(0)
		if p := n.places[run]; p != nil {
			after = p.revision
		}
		n.mu.Unlock()
		var revision uint64
		if after > 0 {
			revision, err = n.leases.Update(ctx, run, value, after)
		} else {
			revision, err = n.leases.Create(ctx, run, value)
		}
		if err == nil {
			return n.take(run, mine, revision, sent), nil
		}
		// Somebody else was first, or what is known is old, or nobody answered: look.
		e, now, failed := n.look(ctx, run)
		switch {
		case failed == nil && now != nil && now.Take == mine.Take:
			return n.take(run, mine, e.Revision(), sent), nil
		case failed == nil && now == nil && bus.Conflict(err): // its key has gone meanwhile
			n.mu.Lock()
			delete(n.places, run)
			n.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the lease of the run %s cannot be acquired: %w", run, err)
		case <-time.After(n.times.tick):
		}
	}
}

func (n *Node) take(run string, h held, revision uint64, sent time.Time) *Lease {
	l := &Lease{of: n, run: run, take: h.Take, epoch: revision, revision: revision, asked: sent, lost: make(chan struct{})}
	l.renewed(sent)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.settle(run, h, revision, time.Now())
	n.mine[run] = l
	n.count(LeaseTaken)
	return l
}

// look reads a lease as it is now, which is nil where there is none.
func (n *Node) look(ctx context.Context, run string) (jetstream.KeyValueEntry, *held, error) {
	ctx, cancel := context.WithTimeout(ctx, n.times.renew)
	defer cancel()
	e, err := n.leases.Get(ctx, run)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	n.learnLease(e)
	h := new(held)
	if err := json.Unmarshal(e.Value(), h); err != nil {
		return nil, nil, err
	}
	return e, h, nil
}

// Release gives the lease up, to the node with id to, which alone may take it for a while,
// or to anybody where to is empty. It counts no more from the moment Release is called.
func (l *Lease) Release(ctx context.Context, to string) error {
	n := l.of
	n.mu.Lock()
	l.until.Store(nil)
	if n.mine[l.run] != l {
		n.mu.Unlock()
		return nil // it was lost
	}
	delete(n.mine, l.run)
	if to == "" {
		n.count(LeaseReleased)
	} else {
		n.count(LeaseHandedOver)
	}
	n.mu.Unlock()
	for {
		n.mu.Lock()
		revision := l.revision
		n.mu.Unlock()
		h := held{Node: to, Granted: true, Take: l.take}
		var err error
		if to == "" {
			err = n.leases.Delete(ctx, l.run, jetstream.LastRevision(revision))
		} else {
			var value []byte
			if value, err = json.Marshal(h); err != nil {
				return err
			}
			revision, err = n.leases.Update(ctx, l.run, value, revision)
		}
		if err == nil {
			n.mu.Lock()
			defer n.mu.Unlock()
			if p := n.places[l.run]; to != "" {
				n.settle(l.run, h, revision, time.Now())
			} else if p != nil && p.revision <= revision {
				delete(n.places, l.run)
			}
			return nil
		}
		// A renewal may have come in between, or this very release.
		if e, now, failed := n.look(ctx, l.run); failed == nil {
			if now == nil || now.Take != l.take || now.Granted {
				return nil
			}
			n.mu.Lock()
			l.revision = e.Revision()
			n.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the lease of the run %s ends by itself: %w", l.run, err)
		case <-time.After(n.times.tick):
		}
	}
}

// Revoke has anybody take a run that was left to a node which has not taken it.
func (n *Node) Revoke(ctx context.Context, run, from string) error {
	n.mu.Lock()
	p := n.places[run]
	if p == nil || p.Node != from || !p.granted {
		n.mu.Unlock()
		return nil
	}
	revision := p.revision
	n.mu.Unlock()
	err := n.leases.Delete(ctx, run, jetstream.LastRevision(revision))
	if bus.Conflict(err) {
		return nil // it has it after all
	}
	return err
}

// renewDue sends a renewal of every lease that is due.
func (n *Node) renewDue(ctx context.Context) {
	if !n.config.Conn.IsConnected() {
		return
	}
	type renewal struct {
		lease *Lease
		ack   jetstream.PubAckFuture
		sent  time.Time
	}
	var sent []renewal
	now := time.Now()
	n.mu.Lock()
	for _, l := range n.mine {
		if l.asking || now.Sub(l.asked) < n.times.renew {
			continue
		}
		value, err := json.Marshal(held{Node: n.id, Epoch: l.epoch, Take: l.take})
		if err != nil {
			continue // it is of strings and numbers
		}
		m := &nats.Msg{Subject: "$KV.leases." + l.run, Data: value}
		ack, err := n.js.PublishMsgAsync(m, jetstream.WithExpectLastSequencePerSubject(l.revision), jetstream.WithRetryAttempts(0))
		if err != nil {
			continue // at the next tick
		}
		l.asking, l.asked = true, now
		sent = append(sent, renewal{l, ack, now})
	}
	n.mu.Unlock()
	if len(sent) == 0 {
		return
	}
	n.work.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, n.times.renew)
		defer cancel()
		for _, r := range sent {
			var err error
			var ack *jetstream.PubAck
			select {
			case ack = <-r.ack.Ok():
			case err = <-r.ack.Err():
			case <-ctx.Done():
				err = ctx.Err()
			}
			n.answered(ctx, r.lease, r.sent, ack, err)
		}
	})
}

// answered notes what became of a renewal.
func (n *Node) answered(ctx context.Context, l *Lease, sent time.Time, ack *jetstream.PubAck, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l.asking = false
	if n.mine[l.run] != l { // released meanwhile
		if err == nil {
			l.revision = max(l.revision, ack.Sequence)
		}
		return
	}
	switch {
	case err == nil:
		l.revision = ack.Sequence
		l.renewed(sent)
		if n.meter != nil {
			n.meter.Renewed(time.Since(sent))
		}
		n.settle(l.run, held{Node: n.id, Epoch: l.epoch, Take: l.take}, ack.Sequence, sent)
		return
	case !bus.Conflict(err):
		l.asked = time.Time{} // at the next tick again
		return
	}
	// Something else is the last: an earlier renewal whose answer was lost, or somebody
	// else's lease, or nothing any more.
	n.mu.Unlock()
	e, now, failed := n.look(ctx, l.run)
	n.mu.Lock()
	switch {
	case failed != nil || n.mine[l.run] != l:
	case now != nil && now.Take == l.take && e.Revision() >= l.revision:
		l.revision = e.Revision()
	case now != nil && e.Revision() < l.revision: // what was read is old
	default:
		l.lose()
		return
	}
	l.asked = time.Time{}
}
