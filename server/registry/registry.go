// Package registry keeps the runs that a server has, each as a [session.Session]: it makes
// them as they are ordered, divides the memory among them, and ends those that nobody
// watches or that have to make room.
//
// What it exports may be called from any goroutine. A [Registry] owns the goroutine of
// each of its runs, until its context ends.
package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/panics"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/store"
)

// Config says how a [Registry] keeps its runs.
type Config struct {
	Limits access.Limits

	// Memory is what the server may use, in bytes, of which the runs have a part; 0 is
	// what [Memory] makes of it.
	Memory int

	// Trainers is how many runs train at a time, and goroutines at a step of one run. The
	// others wait for their turn, and are served meanwhile.
	Trainers int

	// Store, unless nil, keeps the runs beyond the end of the program, and those that
	// nobody watches out of memory. Whoever opened it closes it, after Wait.
	Store *store.Store

	// Cluster, unless nil, is this process among others that share the store. The registry
	// then has the runs alone of which it has the leases.
	Cluster *cluster.Node

	// Version and Commit are of the program, for the cards of models.
	Version, Commit string

	// Prepare is that of [run.Options], and may be nil.
	Prepare func(binary bool, data []byte) any

	// Report takes what runs have done.
	Report func(run.Stats)

	// Meter, unless nil, is told what the store is given.
	Meter Meter

	Log *slog.Logger
}

// A Registry keeps runs and owns their goroutines.
type Registry struct {
	Config
	ctx    context.Context // whose end ends every run
	memory *budget
	turns  chan struct{}  // that runs take to train
	work   sync.WaitGroup // runs, and viewers
	saving sync.WaitGroup // runs alone

	parting atomic.Bool   // runs are handed over, and none is taken
	stay    time.Duration // how long a run stays before it is handed over for balance

	mu      sync.Mutex
	runs    []*Kept                  // oldest first
	leaving map[string]*Kept         // that are off the list, and still being saved
	opening map[string]chan struct{} // runs that are being made or loaded; closed when they are
}

// New returns a registry without runs, whose runs end with ctx.
func New(ctx context.Context, c Config) *Registry {
	return &Registry{
		Config: c, ctx: ctx, memory: newBudget(c.Memory), turns: make(chan struct{}, c.Trainers),
		leaving: map[string]*Kept{}, opening: map[string]chan struct{}{}, stay: stayTime,
	}
}

// A Kept is a run and what the server keeps about it.
type Kept struct {
	session.Session
	of      *Registry
	serving context.Context // while it is on the list
	end     context.CancelFunc
	ended   chan struct{} // closed when the run's goroutine has ended
	err     error         // why it ended by itself; set before ended is closed
	keeper  *keeper       // writes it to the store; nil without one
	stored  *store.Log    // of a run that was loaded
	created bool          // the store has it since it was made
	hurt    bool          // not all of it could be loaded
	tenure  *tenure       // in a cluster
	begun   time.Time     // when it came into memory

	Maker
	made    time.Time
	work    *atomic.Uint64 // spent on it, in rows times parameters
	changed atomic.Bool    // somebody has given it a command
	state   atomic.Value   // string, what it does, as [Registry.Survey] tells; nothing until it says so

	// ---- guarded by the registry's mu ----
	name     string
	watchers int       // viewers who have said hello
	asked    time.Time // when somebody last came for it or left it
	drop     *time.Timer
	parting  parting
}

// Open returns the run with that id, or has it made and says so; ErrDeleted where somebody
// has deleted it, and a *problem.Problem where another node has it. To make one can take a
// while, in which the others are not to wait.
func (g *Registry) Open(id string, by Maker, order Order) (k *Kept, made bool, err error) {
	done := g.open(id)
	defer done()
	if g.Store != nil && g.Store.Deleted(id) {
		return nil, false, ErrDeleted
	}
	k, held, err := g.there(id)
	if k != nil || err != nil {
		return k, false, orElsewhere(err)
	}
	k = &Kept{Maker: by, made: time.Now(), tenure: held}
	err = g.begin(k, func(o run.Options) (*run.Run, error) { return order.make(id, o) })
	if err != nil {
		return nil, false, err
	}
	return k, true, nil
}

// open waits until nobody else makes or loads the run with that id. Nobody else does until
// done is called.
func (g *Registry) open(id string) (done func()) {
	for {
		g.mu.Lock()
		busy := g.opening[id]
		if busy == nil {
			mine := make(chan struct{})
			g.opening[id] = mine
			g.mu.Unlock()
			return func() {
				g.mu.Lock()
				delete(g.opening, id)
				g.mu.Unlock()
				close(mine)
			}
		}
		g.mu.Unlock()
		<-busy
	}
}

// begin has a run made, and trains and serves it. Callers have it open.
func (g *Registry) begin(k *Kept, order func(run.Options) (*run.Run, error)) (err error) {
	share := g.memory.open()
	work, o := new(atomic.Uint64), g.Options()
	o.Memory = share
	report := o.Report
	o.Report = func(s run.Stats) {
		work.Add(uint64(s.Work))
		k.state.Store(stateOf(s))
		report(s)
	}
	k.of, k.ended, k.work, k.asked, k.begun = g, make(chan struct{}), work, time.Now(), time.Now()
	if k.tenure != nil {
		o.Owned = k.tenure.owned
	}
	g.waitForLeaving()
	r, err := order(o)
	if err == nil {
		k.Session = session.Of(r)
		err = g.record(k, r)
	}
	if err == nil {
		err = g.admit(k)
	}
	if err != nil {
		share.close()
		g.unrecord(k)
		k.tenure.release(g.Log, "")
		return err
	}
	ctx := k.serving
	if k.tenure != nil {
		g.work.Go(func() { g.watchTenure(k) })
	}
	g.saving.Add(1)
	g.work.Go(func() {
		defer g.saving.Done()
		defer close(k.ended)
		defer share.close()
		defer g.forget(k)
		k.err = panics.Guard(g.Log.With("run", k.ID()), "a run", func() error {
			r.Serve(ctx)
			return nil
		})
		g.part(k)
	})
	return nil
}

// mostLeaving is how many runs may be on their way to the store, in memory still.
const mostLeaving = 8

// waitForLeaving waits while there are more.
func (g *Registry) waitForLeaving() {
	for {
		g.mu.Lock()
		var one *Kept
		if len(g.leaving) > mostLeaving {
			for _, one = range g.leaving {
				break
			}
		}
		g.mu.Unlock()
		if one == nil {
			return
		}
		<-one.ended
	}
}

// admit puts a run on the list, for which another may have to go.
func (g *Registry) admit(k *Kept) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.ctx.Err(); err != nil {
		return err
	}
	if err := g.makeRoom(k.Maker); err != nil {
		return err
	}
	k.serving, k.end = context.WithCancel(g.ctx)
	k.drop = time.AfterFunc(g.dropAfter(), func() { g.dropUnwatched(k) })
	g.runs = append(g.runs, k)
	return nil
}

// Options are those of every run that the server makes.
func (g *Registry) Options() run.Options {
	o := Options(g.Limits)
	o.Version, o.Commit = g.Version, g.Commit
	o.Turns, o.Workers, o.Prepare, o.Report = g.turns, cap(g.turns), g.Prepare, g.Report
	return o
}

// remove ends a run and takes it off the list. Callers hold mu.
func (g *Registry) remove(e *Kept) {
	e.end()
	e.drop.Stop()
	g.runs = slices.DeleteFunc(g.runs, func(x *Kept) bool { return x == e })
	if e.keeper != nil {
		g.leaving[e.ID()] = e // until forget
	}
}

// forget takes a run that has ended by itself off the list.
func (g *Registry) forget(e *Kept) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.remove(e)
	if g.leaving[e.ID()] == e {
		delete(g.leaving, e.ID())
	}
}

// dropUnwatched ends a run for which nobody has come for long, or looks again
// when that will be so.
func (g *Registry) dropUnwatched(e *Kept) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.watchers > 0 {
		return // the last of them starts the clock again
	}
	if left := g.dropAfter() - time.Since(e.asked); left > 0 {
		e.drop.Reset(left)
		return
	}
	g.remove(e)
	g.Log.Info("run dropped, as nobody watched it", "run", e.ID())
}

// find returns the run with that id, or nil. Callers hold mu.
func (g *Registry) find(id string) *Kept {
	for _, e := range g.runs {
		if e.ID() == id {
			e.asked = time.Now()
			return e
		}
	}
	return nil
}

// Context ends where all runs do.
func (g *Registry) Context() context.Context { return g.ctx }

// Get returns the run with that id, out of the store if it is not in memory, or nil. An
// error says why one that is stored cannot be had.
func (g *Registry) Get(id string) (*Kept, error) {
	g.mu.Lock()
	k := g.find(id)
	g.mu.Unlock()
	if k != nil || !g.Known(id) {
		return k, nil
	}
	defer g.open(id)()
	k, held, err := g.there(id)
	if k == nil {
		held.release(g.Log, "")
	}
	return k, err
}

// Ended is closed when the run has ended.
func (k *Kept) Ended() <-chan struct{} { return k.ended }

// Err returns why a run that has ended did so by itself, or nil.
func (k *Kept) Err() error { return k.err }

// Note notes that somebody has given the run a command.
func (k *Kept) Note() {
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	k.asked = time.Now()
	k.changed.Store(true)
}

// Changed says whether somebody has given the run a command.
func (k *Kept) Changed() bool { return k.changed.Load() }

// Join counts one more viewer of the run, until it leaves.
func (k *Kept) Join() {
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	k.watchers++
}

// Leave ends what Join has begun.
func (k *Kept) Leave() {
	g := k.of
	g.mu.Lock()
	defer g.mu.Unlock()
	k.watchers--
	k.asked = time.Now()
	if k.watchers == 0 && g.find(k.ID()) == k {
		k.drop.Reset(g.dropAfter())
	}
}

// End ends the run and takes it off the list.
func (k *Kept) End() {
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	k.of.remove(k)
}

// Enter counts somebody for whom the end of the server waits, until leave is called.
func (g *Registry) Enter() (leave func()) {
	g.work.Add(1)
	return g.work.Done
}

// Count returns how many runs there are.
func (g *Registry) Count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.runs)
}

// Leaving returns how many runs are not on the list any more, and still being saved.
func (g *Registry) Leaving() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.leaving)
}

// Held returns how many bytes the runs hold, about.
func (g *Registry) Held() int { return g.memory.count() }

// List returns the runs, newest first.
func (g *Registry) List() []*Kept {
	g.mu.Lock()
	defer g.mu.Unlock()
	var l []*Kept
	for _, e := range slices.Backward(g.runs) {
		l = append(l, e)
	}
	return l
}

// Wait returns when all runs and viewers have ended, or with the error of
// the context.
func (g *Registry) Wait(ctx context.Context) error { return wait(ctx, &g.work) }

// WaitSaved returns when all runs have ended and are saved, or with the error of the
// context.
func (g *Registry) WaitSaved(ctx context.Context) error { return wait(ctx, &g.saving) }

func wait(ctx context.Context, work *sync.WaitGroup) error {
	ended := make(chan struct{})
	go func() { work.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isElsewhere returns what is answered where this node may not have a run, or nil.
func isElsewhere(err error) *problem.Problem {
	var elsewhere *cluster.ElsewhereError
	switch {
	case errors.As(err, &elsewhere):
		return problem.Elsewhere(elsewhere.Node, elsewhere.Error())
	case errors.Is(err, cluster.ErrLeft):
		return problem.Elsewhere("", err.Error())
	}
	return nil
}

// orElsewhere returns an error as it is answered where this node may not have a run.
func orElsewhere(err error) error {
	if p := isElsewhere(err); p != nil {
		return p
	}
	return err
}

// Find is Get for a request, which is told where there is no such run.
func (g *Registry) Find(id string) (*Kept, *problem.Problem) {
	k, err := g.Get(id)
	var full *access.LimitError
	var away *store.AwayError
	elsewhere := isElsewhere(err)
	switch {
	case errors.As(err, &away):
		return nil, problem.After(2*time.Second, http.StatusServiceUnavailable, away.Error())
	case elsewhere != nil:
		return nil, elsewhere
	case errors.As(err, &full):
		return nil, full.Problem()
	case errors.Is(err, context.DeadlineExceeded):
		return nil, problem.After(2*time.Second, http.StatusServiceUnavailable, fmt.Sprintf("the run cannot be loaded now: %v; try again in a moment", err))
	case err != nil:
		g.Log.Error("loading a run", "run", id, "err", err)
		return nil, problem.New(http.StatusInternalServerError, fmt.Sprintf("the run is stored, but cannot be loaded: %v", err))
	case k == nil:
		return nil, problem.New(http.StatusNotFound, fmt.Sprintf("there is no run %.40q; GET /api/runs lists them", id))
	}
	return k, nil
}
