//go:build !js

package cluster

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// follow keeps what is known of nodes and leases current; it closes ready once all that
// there was is known. Whenever the connection was broken it reads all again.
func (n *Node) follow(ctx context.Context, ready chan<- struct{}) {
	state := n.config.Conn.StatusChanged(nats.CONNECTED)
	defer n.config.Conn.RemoveStatusListener(state)
	for first := true; ctx.Err() == nil; {
		if !n.watchBoth(ctx, state, func() {
			if first {
				first = false
				close(ready)
			}
		}) {
			select { // it could not begin
			case <-ctx.Done():
			case <-time.After(n.times.tick):
			}
		}
	}
}

// watchBoth follows both buckets until they have to be read again. known is called when
// what there was is known. It returns false where it could not begin.
func (n *Node) watchBoth(ctx context.Context, state <-chan nats.Status, known func()) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	connections := n.connections()
	begin := func(bucket jetstream.KeyValue) (jetstream.KeyWatcher, error) {
		begun := time.AfterFunc(n.times.valid, cancel)
		defer begun.Stop()
		return bucket.WatchAll(ctx) // until ctx ends, even after it has returned
	}
	nodes, err := begin(n.nodes)
	if err != nil {
		return false
	}
	defer nodes.Stop()
	leases, err := begin(n.leases)
	if err != nil {
		return false
	}
	defer leases.Stop()
	all := 0
	snapshot := func() {
		if all++; all == 2 {
			n.readAll(connections)
			known()
		}
	}
	for {
		select {
		case <-ctx.Done():
			return true
		case <-state:
			return true
		case <-n.again:
			return true
		case e, ok := <-nodes.Updates():
			switch {
			case !ok:
				return false
			case e == nil:
				snapshot()
			default:
				n.learnNode(e)
			}
		case e, ok := <-leases.Updates():
			switch {
			case !ok:
				return false
			case e == nil:
				snapshot()
			default:
				n.learnLease(e)
			}
		}
	}
}

// readAll notes that everything was read. What others have is theirs for as long as if they
// had just renewed it: they may have been cut off, too.
func (n *Node) readAll(connections uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.back, n.heard, n.known = time.Now(), time.Now(), connections
}

// since returns when something was last known to be so that was seen at a time: now, while
// this node cannot see more. Callers hold mu.
func (n *Node) since(seen time.Time) time.Time {
	if !n.config.Conn.IsConnected() || n.known != n.connections() {
		return time.Now()
	}
	if seen.Before(n.back) {
		return n.back
	}
	return seen
}

// connections counts how often this node was connected again.
func (n *Node) connections() uint64 { return n.config.Conn.Stats().Reconnects }

func (n *Node) learnNode(e jetstream.KeyValueEntry) {
	now := time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if e.Key() == n.id {
		n.heard = now
		return // known better
	}
	if e.Operation() != jetstream.KeyValuePut {
		delete(n.peers, e.Key())
		return
	}
	var p Peer
	if err := json.Unmarshal(e.Value(), &p); err != nil || p.ID != e.Key() {
		n.config.Log.Warn("what a node says of itself cannot be read", "node", e.Key(), "err", err)
		return
	}
	n.know(p, now)
}

// A place is what this node knows of a run's lease.
type place struct {
	Place
	revision uint64    // of the key
	seen     time.Time // when it was last renewed, as far as this node saw
	granted  bool      // it was left to Node, which has not taken it yet
}

// held is a lease as the bucket has it.
type held struct {
	Node    string `json:"node"`
	Epoch   uint64 `json:"epoch,omitempty"` // 0 in what acquires it: then it is the revision
	Take    string `json:"take,omitempty"`  // by which whoever took it knows its own
	Granted bool   `json:"granted,omitempty"`
}

func (n *Node) learnLease(e jetstream.KeyValueEntry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.learn(e)
}

// learn takes an entry of the bucket, unless a later one is known. Callers hold mu.
func (n *Node) learn(e jetstream.KeyValueEntry) {
	now := time.Now()
	old := n.places[e.Key()]
	if old != nil && old.revision > e.Revision() {
		return
	}
	switch e.Operation() {
	case jetstream.KeyValueDelete: // by its holder
		delete(n.places, e.Key())
	case jetstream.KeyValuePurge: // by the servers, as nobody renewed it
		if old != nil {
			old.revision = e.Revision()
		}
	default:
		var h held
		if err := json.Unmarshal(e.Value(), &h); err != nil {
			n.config.Log.Warn("a lease cannot be read", "run", e.Key(), "err", err)
			return
		}
		n.settle(e.Key(), h, e.Revision(), now)
	}
}

// settle notes who has a lease. Callers hold mu.
func (n *Node) settle(run string, h held, revision uint64, now time.Time) {
	p := &place{Place: Place{h.Node, h.Epoch}, revision: revision, seen: now, granted: h.Granted}
	if p.Epoch == 0 {
		p.Epoch = revision
	}
	old := n.places[run]
	if old != nil && old.revision == revision {
		p.seen = old.seen // it is the same, seen again
	}
	if old == nil || old.Node != p.Node {
		if of := n.peers[p.Node]; of != nil {
			of.taken++
		}
	}
	n.places[run] = p
}
