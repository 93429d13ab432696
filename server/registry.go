package server

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
)

// registry keeps the runs and owns their goroutines.
type registry struct {
	ctx    context.Context // whose end ends every run
	limits Limits

	version, commit string // of the program
	log             *slog.Logger
	memory          *budget
	turns           chan struct{}   // that runs take to train
	report          func(run.Stats) // takes what runs have done; set before there is one
	work            sync.WaitGroup  // runs and websockets

	mu   sync.Mutex
	runs []*entry // oldest first
}

// An entry is a run and what the server keeps about it.
type entry struct {
	*run.Run
	end   context.CancelFunc
	ended chan struct{} // closed when the run's goroutine has ended
	err   error         // why it ended by itself; set before ended is closed

	maker
	made    time.Time
	work    *atomic.Uint64 // spent on it, in rows times parameters
	changed atomic.Bool    // somebody has given it a command

	// ---- guarded by the registry's mu ----
	watchers int       // viewers who have said hello
	asked    time.Time // when somebody last came for it or left it
	drop     *time.Timer
}

func newRegistry(ctx context.Context, c Config) *registry {
	return &registry{ctx: ctx, limits: c.Limits, version: c.Version, commit: c.Commit, log: c.Log, memory: newBudget(c.Memory), turns: make(chan struct{}, c.Trainers)}
}

// open returns the run with that id, or has it made and says so. To make one can
// take a while, in which the others are not to wait.
func (g *registry) open(id string, by maker, begin func(run.Options) (*run.Run, error)) (r *run.Run, made bool, err error) {
	if r := g.get(id); r != nil {
		return r, false, nil
	}
	share := g.memory.open()
	work, o := new(atomic.Uint64), g.options()
	o.Memory = share
	defer func() {
		if !made {
			share.close()
		}
	}()
	report := o.Report
	o.Report = func(s run.Stats) {
		work.Add(uint64(s.Work))
		report(s)
	}
	r, err = begin(o)
	if err != nil {
		return nil, false, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if e := g.find(id); e != nil { // another page was faster
		return e.Run, false, nil
	}
	if err := g.ctx.Err(); err != nil {
		return nil, false, err
	}
	if err := g.makeRoom(by); err != nil {
		return nil, false, err
	}
	ctx, end := context.WithCancel(g.ctx)
	now := time.Now()
	e := &entry{Run: r, end: end, ended: make(chan struct{}), maker: by, made: now, work: work, asked: now}
	e.drop = time.AfterFunc(g.limits.Drop, func() { g.dropUnwatched(e) })
	g.runs = append(g.runs, e)
	g.work.Go(func() {
		defer close(e.ended)
		defer share.close()
		defer g.forget(e)
		e.err = guarded(g.log.With("run", id), "a run", func() error {
			r.Serve(ctx)
			return nil
		})
	})
	return r, true, nil
}

// options are those of every run that the server makes.
func (g *registry) options() run.Options {
	o := g.limits.options()
	o.Version, o.Commit = g.version, g.commit
	o.Turns, o.Workers, o.Prepare, o.Report = g.turns, cap(g.turns), prepare, g.report
	return o
}

// remove ends a run and takes it off the list. Callers hold mu.
func (g *registry) remove(e *entry) {
	e.end()
	e.drop.Stop()
	g.runs = slices.DeleteFunc(g.runs, func(x *entry) bool { return x == e })
}

// forget takes a run that has ended by itself off the list.
func (g *registry) forget(e *entry) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.remove(e)
}

// dropUnwatched ends a run for which nobody has come for long, or looks again
// when that will be so.
func (g *registry) dropUnwatched(e *entry) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.watchers > 0 {
		return // the last of them starts the clock anew
	}
	if left := g.limits.Drop - time.Since(e.asked); left > 0 {
		e.drop.Reset(left)
		return
	}
	g.remove(e)
	g.log.Info("run dropped, as nobody watched it", "run", e.ID())
}

// find returns the run with that id, or nil. Callers hold mu.
func (g *registry) find(id string) *entry {
	for _, e := range g.runs {
		if e.ID() == id {
			e.asked = time.Now()
			return e
		}
	}
	return nil
}

func (g *registry) get(id string) *run.Run {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e := g.find(id); e != nil {
		return e.Run
	}
	return nil
}

// entry returns what is kept about a run, or nil if it has ended.
func (g *registry) entry(r *run.Run) *entry {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e := g.find(r.ID()); e != nil && e.Run == r {
		return e
	}
	return nil
}

// watch counts one more viewer of a run, until leave.
func (g *registry) watch(e *entry) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e.watchers++
}

// note notes that somebody has given a run a command.
func (g *registry) note(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e := g.find(id); e != nil {
		e.changed.Store(true)
	}
}

func (g *registry) leave(e *entry) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e.watchers--
	e.asked = time.Now()
	if e.watchers == 0 && g.find(e.ID()) == e {
		e.drop.Reset(g.limits.Drop)
	}
}

// count returns how many runs there are.
func (g *registry) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.runs)
}

// list returns the runs, newest first.
func (g *registry) list() []*run.Run {
	g.mu.Lock()
	defer g.mu.Unlock()
	var l []*run.Run
	for _, e := range slices.Backward(g.runs) {
		l = append(l, e.Run)
	}
	return l
}

// wait returns when all runs and websockets have ended, or with the error of
// the context.
func (g *registry) wait(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { g.work.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
