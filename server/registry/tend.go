//go:build !js

package registry

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/cluster"
)

const (
	// tendEvery is how often a node looks for runs without an owner.
	tendEvery = 250 * time.Millisecond

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

// deleteSubject is where a node is asked to delete a run that it has.
func deleteSubject(node string) string { return "gnllviz.node." + node + ".delete" }

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
	defer g.answer(adoptSubject(g.Cluster.ID()), turns, func(id string) error {
		g.awaitGrant(id)
		_, err := g.Get(id)
		if err != nil { // whoever can have it may
			if release, ok := g.Cluster.Hold(g.ctx, id); ok {
				release()
			}
		}
		return err
	})()
	defer g.answer(deleteSubject(g.Cluster.ID()), turns, func(id string) error {
		ctx, cancel := context.WithTimeout(g.ctx, adoptTime)
		defer cancel()
		return g.Delete(ctx, id)
	})()
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
	for _, m := range g.Store.Training() {
		if m.Trouble != "" {
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
		_, err := g.Get(id)
		var elsewhere *cluster.ElsewhereError
		if err != nil && !errors.As(err, &elsewhere) && g.ctx.Err() == nil {
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

// A request is about a run, and a response says what came of it.
type request struct {
	Run string `json:"run"`
}

type response struct {
	Failed string `json:"failed,omitempty"`
}

// answer does what other nodes ask for on a subject, a few at a time, until stop is called.
func (g *Registry) answer(subject string, turns chan struct{}, do func(id string) error) (stop func()) {
	s, err := g.Cluster.Conn().Subscribe(subject, func(m *nats.Msg) {
		g.work.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			g.respond(m, do)
		})
	})
	if err != nil {
		g.Log.Error("other nodes cannot ask this one", "subject", subject, "err", err)
		return func() {}
	}
	return func() { _ = s.Unsubscribe() } // the connection may have ended
}

func (g *Registry) respond(m *nats.Msg, do func(id string) error) {
	var q request
	var a response
	err := json.Unmarshal(m.Data, &q)
	if err == nil {
		err = do(q.Run)
	}
	if err != nil {
		a.Failed = err.Error()
		g.Log.Warn("what another node asked for is not done", "subject", m.Subject, "run", q.Run, "err", err)
	}
	data, err := json.Marshal(a)
	if err == nil {
		err = m.Respond(data)
	}
	if err != nil {
		g.Log.Debug("answering another node", "run", q.Run, "err", err)
	}
}

// ask asks another node to do something with a run.
func (g *Registry) ask(ctx context.Context, subject, id string) error {
	ctx, cancel := context.WithTimeout(ctx, adoptTime)
	defer cancel()
	q, err := json.Marshal(request{id})
	if err != nil {
		return err
	}
	m, err := g.Cluster.Conn().RequestWithContext(ctx, subject, q)
	if err != nil {
		return err
	}
	var a response
	if err := json.Unmarshal(m.Data, &a); err != nil {
		return err
	}
	if a.Failed != "" {
		return errors.New(a.Failed)
	}
	return nil
}

// DeleteAnywhere is Delete of a run that another node may have.
func (g *Registry) DeleteAnywhere(ctx context.Context, id string) error {
	err := g.delete(ctx, id)
	var elsewhere *cluster.ElsewhereError
	if errors.As(err, &elsewhere) {
		return g.ask(ctx, deleteSubject(elsewhere.Node), id)
	}
	return err
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

// handTo saves a run, leaves its lease to a node, and returns when that has loaded it, or the
// context ends. To nobody in particular it goes where there is no heir.
func (g *Registry) handTo(ctx context.Context, k *Kept, heir string) {
	ended := func() bool {
		select {
		case <-k.ended:
			return true
		case <-ctx.Done():
			return false
		}
	}
	g.mu.Lock()
	if k.serving.Err() != nil { // it is ending anyway
		g.mu.Unlock()
		ended()
		return
	}
	k.parting.heir, k.parting.on = heir, true
	g.remove(k)
	g.mu.Unlock()
	if !ended() || heir == "" {
		return
	}
	begun := time.Now()
	if err := g.ask(ctx, adoptSubject(heir), k.ID()); err != nil {
		g.Log.Warn("a run was handed over, and not loaded yet", "run", k.ID(), "to", heir, "err", err)
		ctx, cancel := context.WithTimeout(context.Background(), takeTime)
		defer cancel()
		if err := g.Cluster.Revoke(ctx, k.ID(), heir); err != nil {
			g.Log.Debug("taking back what was left to a node", "run", k.ID(), "err", err)
		}
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
			g.handTo(g.ctx, k, heir)
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
	if !g.Cluster.Conn().IsConnected() {
		return nil // others find out by themselves
	}
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
			g.handTo(ctx, k, heir)
		}
	})
	return ctx.Err()
}
