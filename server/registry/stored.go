package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/store"
)

// A StoreError says that a run could not be written to the store, and so was not made.
type StoreError struct{ Err error }

// Error says what to do.
func (e *StoreError) Error() string {
	return fmt.Sprintf("the run was not made, as it could not be saved: %v; make room, or see to the server's store, and try again", e.Err)
}

// Unwrap returns the reason alone.
func (e *StoreError) Unwrap() error { return e.Err }

// ErrDeleted is what Open fails with where somebody has deleted the run.
var ErrDeleted = errors.New("this run was deleted, and is not made again under its address; make another one, or restore it from a backup")

// loadTime is how long it may take to read a run out of the store, or to write one that
// begins.
const loadTime = time.Minute

// Known says whether there is a run with that id, in memory or in the store.
func (g *Registry) Known(id string) bool {
	g.mu.Lock()
	known := slices.ContainsFunc(g.runs, func(k *Kept) bool { return k.ID() == id }) || g.leaving[id] != nil
	g.mu.Unlock()
	if !known && g.Store != nil {
		_, known = g.Store.Meta(id)
	}
	if !known && g.Cluster != nil { // one that was made elsewhere a moment ago
		_, known = g.Cluster.Owner(id)
	}
	return known
}

// Resting returns what is known of the stored runs that are not in memory, those that were
// touched last first.
func (g *Registry) Resting() []store.Meta {
	if g.Store == nil {
		return nil
	}
	g.mu.Lock()
	here := map[string]bool{}
	for _, k := range g.runs {
		here[k.ID()] = true
	}
	g.mu.Unlock()
	return slices.DeleteFunc(g.Store.List(), func(m store.Meta) bool { return here[m.ID] })
}

// RestingOne returns what is known of a stored run that is not in memory, or nil.
func (g *Registry) RestingOne(id string) *store.Meta {
	if g.Store == nil {
		return nil
	}
	g.mu.Lock()
	here := slices.ContainsFunc(g.runs, func(k *Kept) bool { return k.ID() == id })
	g.mu.Unlock()
	m, ok := g.Store.Meta(id)
	if here || !ok {
		return nil
	}
	return &m
}

// Rename gives a run a name, which is on the disk when it returns.
func (g *Registry) Rename(ctx context.Context, id, name string) error {
	defer g.open(id)()
	done, err := g.borrow(ctx, id)
	if err != nil {
		return orElsewhere(err)
	}
	defer done()
	if g.Store != nil {
		m, ok := g.Store.Meta(id)
		if !ok {
			return store.ErrNotFound
		}
		m.Name = name
		if err := g.Store.SetMeta(ctx, m); err != nil {
			return err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if k := g.find(id); k != nil {
		k.name = name
	}
	return nil
}

// Name returns what the run's owner calls it, or nothing.
func (k *Kept) Name() string {
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	return k.name
}

// Wake loads the runs that were training when the program ended, those that were touched
// last first, as many as there may be in memory. Those that cannot be loaded are logged. In
// a cluster it takes those that have no owner, whenever there are some, until the context of
// the registry ends.
func (g *Registry) Wake() {
	if g.Store == nil {
		return
	}
	if g.Cluster != nil {
		g.tend()
		return
	}
	for _, m := range g.Store.List() {
		if !m.Training || g.ctx.Err() != nil {
			continue
		}
		if g.Count() >= g.Limits.Runs {
			return
		}
		if _, err := g.Get(m.ID); err != nil && g.ctx.Err() == nil {
			g.Log.Error("a run that was training cannot be loaded", "run", m.ID, "err", err)
		}
	}
}

// Delete ends a run, and takes it out of the store.
func (g *Registry) Delete(ctx context.Context, id string) error {
	return orElsewhere(g.delete(ctx, id))
}

func (g *Registry) delete(ctx context.Context, id string) error {
	defer g.open(id)()
	done, err := g.borrow(ctx, id)
	if err != nil {
		return err
	}
	defer done()
	if g.Store != nil {
		if err := g.Store.Delete(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	g.mu.Lock()
	k := g.find(id)
	if k != nil {
		g.remove(k)
	}
	g.mu.Unlock()
	if k != nil {
		select {
		case <-k.ended:
		case <-ctx.Done():
		}
	}
	return nil
}

// dropAfter is how long a run stays in memory that nobody watches or asks for.
func (g *Registry) dropAfter() time.Duration {
	if g.Store != nil {
		return g.Limits.Idle // it is only put aside
	}
	return g.Limits.Drop
}

// there returns the run with that id from memory or from the store, or nil. Callers have it
// open. In a cluster it acquires the run's lease, which is the caller's where there is no
// run.
func (g *Registry) there(id string) (*Kept, *tenure, error) {
	g.mu.Lock()
	k, leaving := g.find(id), g.leaving[id]
	g.mu.Unlock()
	if k != nil || g.Store == nil {
		return k, nil, nil
	}
	if leaving != nil {
		<-leaving.ended // until all of it is saved
	}
	held, err := g.take(id)
	if err != nil {
		return nil, nil, err
	}
	m, ok := g.Store.Meta(id)
	if held != nil {
		ctx, cancel := context.WithTimeout(g.ctx, loadTime)
		defer cancel()
		if m, ok, err = g.Store.Look(ctx, id); err != nil {
			held.release(g.Log, "")
			return nil, nil, err
		}
	}
	if !ok {
		return nil, held, nil
	}
	k, err = g.load(m, held)
	return k, nil, err
}

// load makes a run of what is stored of it. Callers have it open.
func (g *Registry) load(m store.Meta, held *tenure) (*Kept, error) {
	ctx, cancel := context.WithTimeout(g.ctx, loadTime)
	defer cancel()
	begun := time.Now()
	r, of, err := g.Store.LoadAs(ctx, m.ID, held.claim())
	if err != nil {
		held.release(g.Log, "")
		return nil, err
	}
	log := g.Log.With("run", m.ID)
	for _, d := range r.Damaged {
		log.Warn("a part of the stored run is damaged", "what", d)
	}
	k := &Kept{Maker: Maker{By: MadeBy(m.By), Peer: m.Peer}, made: m.Created, stored: of, name: m.Name, tenure: held}
	k.changed.Store(m.Changed)
	err = g.begin(k, func(o run.Options) (*run.Run, error) {
		x, err := resume(m.ID, r, o)
		if x != nil && err != nil {
			log.Warn("the run is loaded, but not all of it", "err", err)
			k.hurt = true
		}
		if x != nil {
			return x, nil
		}
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	log.Info("run loaded from the store", "took", time.Since(begun).Round(time.Millisecond))
	return k, nil
}

// record has the store keep a run from now on. A new one is on the disk when it returns.
func (g *Registry) record(k *Kept, r *run.Run) error {
	if g.Store == nil {
		return nil
	}
	of := k.stored
	if of == nil {
		ctx, cancel := context.WithTimeout(g.ctx, loadTime)
		defer cancel()
		var err error
		if of, err = g.Store.CreateAs(ctx, k.meta(), k.tenure.claim()); err != nil {
			return &StoreError{err}
		}
		k.created = true
	}
	k.keeper = newKeeper(of, g.Log.With("run", k.ID()), g.Meter, k.meta)
	k.keeper.shared = g.Cluster != nil
	still := r.Record(k.keeper)
	if !k.created && !k.hurt {
		k.keeper.Keep(still) // so that what was made again need not be once more
		return nil
	}
	if err := k.keeper.first(still); err != nil {
		return &StoreError{err}
	}
	return nil
}

// unrecord undoes record, for a run that could not begin.
func (g *Registry) unrecord(k *Kept) {
	switch {
	case k.keeper != nil:
		k.keeper.abandon()
	case k.stored != nil:
		k.stored.Close()
	}
	if !k.created {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), loadTime)
	defer cancel()
	if err := g.Store.Discard(ctx, k.ID()); err != nil {
		g.Log.Warn("a run that could not begin is still in the store", "run", k.ID(), "err", err)
	}
}

// meta is what the store's list says of a run, but for what the run itself knows.
func (k *Kept) meta() store.Meta {
	m, _ := k.of.Store.Meta(k.ID())
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	m.ID, m.Name, m.Created, m.Changed, m.By, m.Peer = k.ID(), k.name, k.made.UTC(), k.changed.Load(), int(k.By), k.Peer
	if m.Touched.IsZero() {
		m.Touched = m.Created
	}
	return m
}

// resume makes the run that a record is of, from its newest checkpoint that can be read. An
// error beside a run says what is lost.
func resume(id string, r *store.Record, o run.Options) (*run.Run, error) {
	var why []error
	for _, c := range r.Checkpoints {
		after, whole := r.After(c)
		if !whole && len(after) == 0 {
			why = append(why, fmt.Errorf("the changes after change %d are lost", c.Number))
		}
		var entries []run.Entry
		for _, e := range after {
			var x run.Entry
			if err := json.Unmarshal(e.Data, &x); err != nil || x.Number != e.Number {
				why = append(why, fmt.Errorf("change %d of its journal cannot be read", e.Number))
				break
			}
			entries = append(entries, x)
		}
		x, err := run.Resume(id, c.Manifest, c.Blobs, entries, o)
		if err != nil {
			why = append(why, err)
		}
		if x != nil {
			return x, errors.Join(why...)
		}
	}
	return nil, errors.Join(why...)
}
