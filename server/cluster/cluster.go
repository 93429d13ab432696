//go:build !js

// Package cluster says which nodes there are and which of them owns a run. A node is one
// process of this program that shares the runs of a NATS cluster with others.
//
// A node owns a run while it has the run's [Lease], which it renews. A lease that was not
// renewed for long enough counts no more, first for its holder and only later for others,
// so that no two nodes train one run.
//
// Everything here may be called from any goroutine. A [Node] owns its goroutines until
// Leave is called.
package cluster

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/gnllviz/gnllviz/server/bus"
)

// Config says what a node is.
type Config struct {
	Conn *nats.Conn // whoever opened it closes it, after Leave

	Web        bool // browsers reach it
	Trains     bool // it takes leases
	Processors int  // that train; at least 1

	Log *slog.Logger

	// TTL is how long a lease lasts that nobody renews; 0 means DefaultTTL. It must be the
	// same for all nodes.
	TTL time.Duration
}

// DefaultTTL is how long a lease lasts that nobody renews.
const DefaultTTL = 10 * time.Second

// leastTTL is the shortest life of a deletion's mark in a bucket.
const leastTTL = time.Second

// times are how long things last, made of the TTL.
type times struct {
	ttl   time.Duration // for the servers, after which they drop a key
	renew time.Duration // between two renewals
	valid time.Duration // after which the holder counts as without lease
	dead  time.Duration // after which others count it so
	tick  time.Duration // how often what is due is looked at
}

func timesOf(ttl time.Duration) times {
	ttl = max(cmp.Or(ttl, DefaultTTL), leastTTL)
	return times{ttl: ttl, renew: ttl / 4, valid: ttl * 3 / 4, dead: ttl * 41 / 40, tick: ttl / 40}
}

// A Peer is a node, as it said last.
type Peer struct {
	ID         string `json:"id"`
	Web        bool   `json:"web"`
	Trains     bool   `json:"trains"`     // and takes runs
	Training   int    `json:"training"`   // runs that it trains
	Processors int    `json:"processors"` // that train
	Leaving    bool   `json:"leaving"`    // it hands its runs over, and takes none
	Owns       int    `json:"-"`          // runs of which it has the lease
}

// load is how much each of a node's processors has to train, with so many runs more.
func (p *Peer) load(more int) float64 {
	return float64(p.Training+more) / float64(max(p.Processors, 1))
}

// A Node is this process among the others.
type Node struct {
	config Config
	times  times
	id     string
	js     jetstream.JetStream
	nodes  jetstream.KeyValue
	leases jetstream.KeyValue
	secret []byte

	work  sync.WaitGroup
	end   context.CancelFunc
	again chan struct{} // room for one: the watches are to begin again

	mu      sync.Mutex
	meter   Meter // or nil
	peers   map[string]*peer
	places  map[string]*place // leases, by run
	mine    map[string]*Lease
	back    time.Time // when the buckets were last read from the beginning
	known   uint64    // over which connection that was
	leaving bool
	load    func() int // runs that this node trains; may be nil
	heard   time.Time  // when the watch last brought our own entry
	said    time.Time  // when it was last written
}

// A peer is what this node knows of another, or of itself.
type peer struct {
	Peer
	seen   time.Time
	taken  int         // leases that it took since it said its load
	chosen []time.Time // when it was last chosen here, for runs whose leases are not seen yet
}

// Join makes this process a node. It returns once it knows all others and who owns what,
// and waits for that until the context ends.
func Join(ctx context.Context, c Config) (*Node, error) {
	n := &Node{
		config: c, times: timesOf(c.TTL), id: nuid.Next(),
		again: make(chan struct{}, 1),
		peers: map[string]*peer{}, places: map[string]*place{}, mine: map[string]*Lease{},
	}
	var err error
	if n.js, err = jetstream.New(c.Conn, jetstream.WithPublishAsyncTimeout(n.times.ttl)); err != nil {
		return nil, err
	}
	bucket := jetstream.KeyValueConfig{History: 1, TTL: n.times.ttl, LimitMarkerTTL: max(n.times.ttl, leastTTL), Storage: jetstream.FileStorage}
	bucket.Bucket = "nodes"
	if n.nodes, err = bus.Bucket(ctx, c.Conn, n.js, bucket); err != nil {
		return nil, err
	}
	bucket.Bucket = "leases"
	if n.leases, err = bus.Bucket(ctx, c.Conn, n.js, bucket); err != nil {
		return nil, err
	}
	if n.secret, err = readSecret(ctx, c.Conn, n.js); err != nil {
		return nil, fmt.Errorf("the secret that nodes share cannot be read: %w", err)
	}
	running, end := context.WithCancel(context.Background())
	n.end = end
	ready := make(chan struct{})
	n.work.Go(func() { n.follow(running, ready) })
	select {
	case <-ready:
	case <-ctx.Done():
		end()
		n.work.Wait()
		return nil, fmt.Errorf("the list of nodes cannot be read: %w", ctx.Err())
	}
	if err := n.say(ctx); err != nil {
		end()
		n.work.Wait()
		return nil, fmt.Errorf("cannot join the other nodes: %w", err)
	}
	n.work.Go(func() { n.live(running) })
	c.Log.Info("joined the cluster", "node", n.id, "nodes", len(n.Nodes()))
	return n, nil
}

// ID returns the node's id, which is another one after each start.
func (n *Node) ID() string { return n.id }

// Conn returns the connection to NATS.
func (n *Node) Conn() *nats.Conn { return n.config.Conn }

// Trains says whether this node takes leases.
func (n *Node) Trains() bool { return n.config.Trains }

// Counts has others told how many runs this node trains.
func (n *Node) Counts(count func() int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.load = count
}

// StepBack says that this node takes no more leases, so that nobody chooses it.
func (n *Node) StepBack(ctx context.Context) error {
	n.mu.Lock()
	n.leaving = true
	n.mu.Unlock()
	return n.say(ctx)
}

// Leave ends the node. Leases that were not released before end by themselves.
func (n *Node) Leave(ctx context.Context) error {
	n.end()
	n.work.Wait()
	return n.nodes.Delete(ctx, n.id)
}

// Nodes returns the nodes that are there, this one too, by their ids.
func (n *Node) Nodes() []Peer {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.present()
}

// present is Nodes. Callers hold mu.
func (n *Node) present() []Peer {
	owns := map[string]int{}
	for _, p := range n.places {
		owns[p.Node]++
	}
	now := time.Now()
	list := []Peer{}
	for id, p := range n.peers {
		if id == n.id || now.Sub(n.since(p.seen)) < n.times.dead {
			one := p.Peer
			one.Owns = owns[id]
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(a, b Peer) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Choose returns the id of the node that trains and has the least to train, this one if
// no other has less, or nothing where none trains.
func (n *Node) Choose() string { return n.choose("") }

// ChooseOther is Choose among the others.
func (n *Node) ChooseOther() string { return n.choose(n.id) }

func (n *Node) choose(but string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	best := n.least(n.loads(), but)
	if best != "" {
		n.peers[best].chosen = append(n.peers[best].chosen, time.Now())
	}
	return best
}

// loads returns how much each processor of the nodes that take runs has to train, with what
// is on its way. A node that has said nothing for a while may be gone: nobody waits for it.
// Callers hold mu.
func (n *Node) loads() map[string]float64 {
	loads := map[string]float64{}
	recent := time.Now().Add(-n.times.renew)
	for _, p := range n.present() {
		if !p.Trains || p.Leaving {
			continue
		}
		of := n.peers[p.ID]
		if p.ID != n.id && time.Since(n.since(of.seen)) > n.times.renew*3/2 {
			continue
		}
		of.chosen = slices.DeleteFunc(of.chosen, func(at time.Time) bool { return at.Before(recent) })
		loads[p.ID] = p.load(max(of.taken, len(of.chosen)))
	}
	return loads
}

// least returns who has the least, of equals this node, then the first by id.
func (n *Node) least(loads map[string]float64, but string) (best string) {
	for id, load := range loads {
		if id == but {
			continue
		}
		if best == "" || load < loads[best] || load == loads[best] && best != n.id && (id == n.id || id < best) {
			best = id
		}
	}
	return best
}

// Share divides runs that have no owner among the nodes, and returns those that are for
// this one. Nodes that know the same divide them alike.
func (n *Node) Share(runs []string) (ours []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	loads := n.loads()
	for _, id := range slices.Sorted(slices.Values(runs)) {
		best := ""
		for node, load := range loads {
			if best == "" || load < loads[best] || load == loads[best] && node < best {
				best = node
			}
		}
		if best == "" {
			return nil
		}
		loads[best] += 1 / float64(max(n.peers[best].Processors, 1))
		if best == n.id {
			ours = append(ours, id)
		}
	}
	return ours
}

// say writes what this node is.
func (n *Node) say(ctx context.Context) error {
	n.mu.Lock()
	count := n.load
	p := Peer{ID: n.id, Web: n.config.Web, Trains: n.config.Trains, Processors: n.config.Processors, Leaving: n.leaving}
	n.mu.Unlock()
	if count != nil {
		p.Training = count()
	}
	value, err := json.Marshal(p)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, n.times.renew)
	defer cancel()
	if _, err := n.nodes.Put(ctx, n.id, value); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = time.Now()
	n.know(p, n.said)
	return nil
}

// know takes what a node said of itself. Callers hold mu.
func (n *Node) know(p Peer, at time.Time) {
	of := n.peers[p.ID]
	if of == nil {
		of = &peer{}
		n.peers[p.ID] = of
	}
	of.Peer, of.seen, of.taken = p, at, 0
}

// live says again and again what this node is, and renews its leases.
func (n *Node) live(ctx context.Context) {
	tick := time.NewTicker(n.times.tick)
	defer tick.Stop()
	saying := make(chan struct{}, 1) // has room while nothing is being said
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		n.renewDue(ctx)
		n.mu.Lock()
		due := time.Since(n.said) >= n.times.renew/2
		deaf := time.Since(n.heard) > n.times.valid && n.said.After(n.heard)
		n.mu.Unlock()
		if due {
			select {
			case saying <- struct{}{}:
				n.work.Go(func() {
					defer func() { <-saying }()
					if err := n.say(ctx); err != nil && ctx.Err() == nil {
						n.config.Log.Debug("saying what this node is", "err", err)
					}
				})
			default:
			}
		}
		if deaf { // the watches have ended without saying so
			n.watchAgain()
		}
	}
}

func (n *Node) watchAgain() {
	select {
	case n.again <- struct{}{}:
	default:
	}
}

// ErrLeft is what is returned of a node that has left, or takes no more runs.
var ErrLeft = errors.New("this node takes no runs")
