package registry

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/cluster"
)

const (
	// tendEvery is how often a node looks for runs without an owner.
	tendEvery = 500 * time.Millisecond

	// orphanTime is how long a run is left to the node that is to take it, before others
	// do.
	orphanTime = 2 * time.Second

	// balanceEvery is how often a node looks whether it has more than its share, and
	// tidyEvery how often the store is tidied.
	balanceEvery = 2 * time.Second
	tidyEvery    = time.Minute

	// atOnce is how many runs are loaded, or handed over, at the same time.
	atOnce = 4

	// stayTime is how long a run stays at least before it is handed over for balance, so
	// that none goes to and fro.
	stayTime = 15 * time.Second

	// much is how many times its share of runs in training a node may have, and one more,
	// before it hands some over.
	much = 1.15

	// adoptTime is how long a node may take to load a run that is handed to it.
	adoptTime = 5 * time.Second
)

// adoptSubject is where a node is asked to load a run that was left to it.
func adoptSubject(node string) string { return "gnllviz.node." + node + ".adopt" }

// training counts the runs that this node trains, with those that have just come.
func (g *Registry) training() (n int) {
	for _, k := range g.List() {
		if k.training() {
			n++
		}
	}
	return n
}

func (k *Kept) training() bool {
	state, told := k.state.Load().(string)
	return !told || state == Training
}

// tend takes runs that have no owner and those that are handed to this node, hands over what
// is too much for it, and tidies the store, until the context of the registry ends.
func (g *Registry) tend() {
	g.Cluster.Counts(g.training)
	if !g.Cluster.Trains() {
		return
	}
	turns := make(chan struct{}, atOnce)
	subscribed, err := g.Cluster.Conn().Subscribe(adoptSubject(g.Cluster.ID()), func(m *nats.Msg) {
		g.work.Go(func() { g.adopt(m, turns) })
	})
	if err != nil {
		g.Log.Error("this node cannot be handed runs", "err", err)
	} else {
		defer func() { _ = subscribed.Unsubscribe() }() // the connection may have ended
	}
	seen := map[string]time.Time{} // runs without an owner, and since when
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	balanced, tidied := time.Now(), time.Now()
	for {
		select {
		case <-g.ctx.Done():
			return
		case <-tick.C:
		}
		if !g.Cluster.Conn().IsConnected() || g.parting.Load() {
			continue
		}
		g.takeOrphans(seen)
		if now := time.Now(); now.Sub(balanced) >= balanceEvery {
			balanced = now
			g.balance()
		}
		if now := time.Now(); now.Sub(tidied) >= tidyEvery {
			tidied = now
			ctx, cancel := context.WithTimeout(g.ctx, tidyEvery)
			if err := g.Store.Tidy(ctx); err != nil && g.ctx.Err() == nil {
				g.Log.Warn("the store is not tidied", "err", err)
			}
			cancel()
		}
	}
}

// takeOrphans loads the runs that were training and that nobody has: those for which this
// node is chosen at once, others when nobody has come for them.
func (g *Registry) takeOrphans(seen map[string]time.Time) {
	now := time.Now()
	there := map[string]bool{}
	var orphans, ours []string
	for _, m := range g.Store.List() {
		if !m.Training || m.Trouble != "" {
			continue
		}
		if _, ok := g.Cluster.Owner(m.ID); ok {
			continue
		}
		orphans, there[m.ID] = append(orphans, m.ID), true
		if seen[m.ID].IsZero() {
			seen[m.ID] = now
		}
	}
	for id := range seen {
		if !there[id] {
			delete(seen, id)
		}
	}
	if len(orphans) == 0 {
		return
	}
	ours = g.Cluster.Share(orphans)
	for _, id := range orphans {
		if now.Sub(seen[id]) > orphanTime && !slices.Contains(ours, id) {
			ours = append(ours, id)
		}
	}
	several(ours, func(id string) {
		if g.ctx.Err() != nil || g.Count() >= g.Limits.Runs {
			return
		}
		if _, taken := g.Cluster.Owner(id); taken {
			return
		}
		if _, err := g.Get(id); err != nil && g.ctx.Err() == nil {
			g.Log.Warn("a run without an owner is not taken", "run", id, "err", err)
		}
	})
}

// several does something with each of a list, a few at a time.
func several[T any](list []T, f func(T)) {
	var work sync.WaitGroup
	turns := make(chan struct{}, atOnce)
	for _, x := range list {
		turns <- struct{}{}
		work.Go(func() {
			defer func() { <-turns }()
			f(x)
		})
	}
	work.Wait()
}

// An adoption asks a node to load a run, and an adopted says what came of it.
type adoption struct {
	Run string `json:"run"`
}

type adopted struct {
	Failed string `json:"failed,omitempty"`
}

// adopt loads a run that was left to this node.
func (g *Registry) adopt(m *nats.Msg, turns chan struct{}) {
	turns <- struct{}{}
	defer func() { <-turns }()
	var a adoption
	var done adopted
	err := json.Unmarshal(m.Data, &a)
	if err == nil {
		g.awaitGrant(a.Run)
		_, err = g.Get(a.Run)
	}
	if err != nil {
		done.Failed = err.Error()
		g.Log.Warn("a run that was handed over is not loaded", "run", a.Run, "err", err)
	}
	answer, err := json.Marshal(done)
	if err == nil {
		err = m.Respond(answer)
	}
	if err != nil {
		g.Log.Debug("answering who has handed a run over", "run", a.Run, "err", err)
	}
}

// awaitGrant waits until this node knows that a run was left to it.
func (g *Registry) awaitGrant(id string) {
	ctx, cancel := context.WithTimeout(g.ctx, adoptTime/2)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if at, ok := g.Cluster.Owner(id); ok && at.Node == g.Cluster.ID() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// handTo saves a run, leaves its lease to a node, and returns when that has loaded it. To
// nobody in particular it goes where there is no heir.
func (g *Registry) handTo(k *Kept, heir string) {
	g.mu.Lock()
	if k.serving.Err() != nil { // it is ending anyway
		g.mu.Unlock()
		<-k.ended
		return
	}
	k.parting.heir, k.parting.on = heir, true
	g.remove(k)
	g.mu.Unlock()
	<-k.ended
	if heir == "" {
		return
	}
	begun := time.Now()
	question, err := json.Marshal(adoption{k.ID()})
	if err != nil {
		return // it is a name
	}
	m, err := g.Cluster.Conn().Request(adoptSubject(heir), question, adoptTime)
	var done adopted
	if err == nil {
		err = json.Unmarshal(m.Data, &done)
	}
	if err != nil || done.Failed != "" {
		g.Log.Warn("a run was handed over, and not loaded yet", "run", k.ID(), "to", heir, "err", err, "why", done.Failed)
		return
	}
	g.Log.Info("run handed over", "run", k.ID(), "to", heir, "took", time.Since(begun).Round(time.Millisecond))
}

// balance hands a few runs over, if this node trains clearly more than its share.
func (g *Registry) balance() {
	nodes := g.Cluster.Nodes()
	all, processors, mine := 0, 0, 0
	for _, p := range nodes {
		if !p.Trains || p.Leaving {
			continue
		}
		all += p.Training
		processors += p.Processors
		if p.ID == g.Cluster.ID() {
			mine = p.Processors
		}
	}
	if processors <= mine {
		return // there is no other
	}
	have := g.training()
	share := float64(all) * float64(mine) / float64(processors)
	if float64(have) <= much*share+1 {
		return
	}
	spare := min(have-int(math.Ceil(share)), atOnce)
	var parting []*Kept
	g.mu.Lock()
	for _, k := range g.runs {
		if k.training() && k.watchers == 0 && time.Since(k.begun) >= g.stay {
			parting = append(parting, k)
		}
	}
	for _, k := range g.runs {
		if k.training() && k.watchers > 0 && time.Since(k.begun) >= g.stay {
			parting = append(parting, k)
		}
	}
	g.mu.Unlock()
	several(parting[:max(min(spare, len(parting)), 0)], func(k *Kept) {
		if heir := g.Cluster.ChooseOther(); heir != "" && g.lighter(nodes, heir) {
			g.handTo(k, heir)
		}
	})
}

// lighter says whether a node has less to train for each of its processors than this one.
func (g *Registry) lighter(nodes []cluster.Peer, id string) bool {
	load := map[string]float64{}
	for _, p := range nodes {
		load[p.ID] = float64(p.Training) / float64(max(p.Processors, 1))
	}
	return load[id] < load[g.Cluster.ID()]
}

// HandOver gives the runs that are here to other nodes, each to the one that has the least
// to train, which trains it on. Nothing is taken any more. It returns when all are there,
// or when the context ends. Without a cluster, or other nodes, it does nothing.
func (g *Registry) HandOver(ctx context.Context) error {
	if g.Cluster == nil {
		return nil
	}
	g.parting.Store(true)
	if err := g.Cluster.StepBack(ctx); err != nil {
		g.Log.Warn("other nodes do not know that this one leaves", "err", err)
	}
	list := g.List()
	// What somebody watches goes first.
	g.mu.Lock()
	slices.SortStableFunc(list, func(a, b *Kept) int { return b.watchers - a.watchers })
	g.mu.Unlock()
	several(list, func(k *Kept) {
		if ctx.Err() != nil {
			return
		}
		heir := ""
		if k.training() {
			heir = g.Cluster.ChooseOther()
		}
		if heir != "" || !k.training() {
			g.handTo(k, heir)
		}
	})
	return ctx.Err()
}
