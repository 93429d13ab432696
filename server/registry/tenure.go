package registry

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/store"
)

const (
	// takeTime is how long it may take to acquire or to release a lease.
	takeTime = 5 * time.Second

	// retakeEvery is the time between two attempts to acquire a lease again that was lost.
	retakeEvery = 250 * time.Millisecond
)

// A tenure is the right to train a run, of a node in a cluster: one lease, or several one
// after the other between which nobody else had the run. A nil tenure is that of the only
// process.
type tenure struct {
	run   string
	lease atomic.Pointer[cluster.Lease] // nil while it is lost
}

// take acquires the lease of a run, or returns nil without a cluster.
func (g *Registry) take(id string) (*tenure, error) {
	if g.Cluster == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(g.ctx, takeTime)
	defer cancel()
	l, err := g.Cluster.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	t := &tenure{run: id}
	t.lease.Store(l)
	return t, nil
}

// owned says whether the run may make steps and show frames.
func (t *tenure) owned() bool {
	l := t.lease.Load()
	return l != nil && l.Valid()
}

// claim is the right to write the run.
func (t *tenure) claim() store.Claim {
	if t == nil {
		return store.Claim{}
	}
	return claimOf(t.lease.Load())
}

func claimOf(l *cluster.Lease) store.Claim {
	return store.Claim{Epoch: l.Epoch(), Valid: l.Valid}
}

// release gives the run up, to the node with id to, or to anybody.
func (t *tenure) release(log *slog.Logger, to string) {
	if t == nil {
		return
	}
	l := t.lease.Swap(nil)
	if l == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), takeTime)
	defer cancel()
	if err := l.Release(ctx, to); err != nil {
		log.Warn("releasing a run", "run", t.run, "err", err)
	}
}

// borrow has a run to oneself for a moment, if it is not here anyway.
func (g *Registry) borrow(ctx context.Context, id string) (done func(), err error) {
	g.mu.Lock()
	k, leaving := g.find(id), g.leaving[id]
	g.mu.Unlock()
	if k != nil || g.Cluster == nil {
		return func() {}, nil
	}
	if leaving != nil {
		<-leaving.ended
	}
	done, ok := g.Cluster.Hold(ctx, id)
	if !ok {
		if at, ok := g.Cluster.Owner(id); ok {
			return nil, &cluster.ElsewhereError{Run: id, Place: at}
		}
		return nil, errors.New("the NATS servers do not answer; try again later")
	}
	if _, _, err := g.Store.Look(ctx, id); err != nil {
		done()
		return nil, err
	}
	return done, nil
}

// A parting is how a run leaves memory.
type parting struct {
	heir string // the node that is to have it, or nothing
	on   bool   // it trains on there
	lost bool   // another has it already: nothing of it is saved
}

// watchTenure acquires a run's lease again when it is lost, and ends the run where somebody
// else has had it.
func (g *Registry) watchTenure(k *Kept) {
	for {
		l := k.tenure.lease.Load()
		if l == nil {
			return // it was released
		}
		select {
		case <-k.ended:
			return
		case <-k.keeper.usurped:
			g.moved(k, "another process has written it")
			return
		case <-l.Lost():
		}
		if !k.tenure.lease.CompareAndSwap(l, nil) {
			return
		}
		g.Log.Warn("the lease of a run is lost; the run waits", "run", k.ID())
		if !g.retake(k) {
			return
		}
		g.Log.Info("nobody else had the run; it goes on", "run", k.ID())
	}
}

// retake acquires the lease again, or ends the run and returns false.
func (g *Registry) retake(k *Kept) bool {
	for {
		err := g.retakeOnce(k)
		var elsewhere *cluster.ElsewhereError
		switch {
		case err == nil:
			return true
		case errors.As(err, &elsewhere), errors.Is(err, cluster.ErrLeft), errors.Is(err, store.ErrTaken), errors.Is(err, store.ErrNotFound):
			g.moved(k, err.Error())
			return false
		}
		g.Log.Debug("acquiring a lease again", "run", k.ID(), "err", err)
		select {
		case <-k.ended:
			return false
		case <-time.After(retakeEvery):
		}
	}
}

func (g *Registry) retakeOnce(k *Kept) error {
	ctx, cancel := context.WithTimeout(context.Background(), takeTime)
	defer cancel()
	l, err := g.Cluster.Take(ctx, k.ID())
	if err != nil {
		return err
	}
	if err := k.keeper.of.Reclaim(ctx, claimOf(l)); err != nil {
		ctx, cancel := context.WithTimeout(context.Background(), takeTime)
		defer cancel()
		return errors.Join(err, l.Release(ctx, ""))
	}
	k.tenure.lease.Store(l)
	return nil
}

// moved ends a run that another process has, or that is to be loaded again, and saves
// nothing of it.
func (g *Registry) moved(k *Kept, why string) {
	g.Log.Warn("the run here has ended; it goes on elsewhere", "run", k.ID(), "why", why)
	g.mu.Lock()
	defer g.mu.Unlock()
	k.parting.lost = true
	g.remove(k)
}

// part saves a run whose goroutine ends, and gives its lease up.
func (g *Registry) part(k *Kept) {
	g.mu.Lock()
	p := k.parting
	g.mu.Unlock()
	if p.lost || p.on {
		k.err = errors.Join(k.err, session.ErrMoved)
	}
	switch {
	case k.keeper == nil:
	case p.lost:
		k.keeper.abandon()
	default:
		k.keeper.finish(k.err == nil && g.ctx.Err() == nil)
	}
	k.tenure.release(g.Log, p.heir)
}
