package server

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/gnllviz/gnllviz/server/run"
)

// registry keeps the runs and owns their goroutines.
type registry struct {
	ctx    context.Context // whose end ends every run
	config Config
	work   sync.WaitGroup // runs and websockets

	mu   sync.Mutex
	runs []entry // oldest first
}

type entry struct {
	*run.Run
	end context.CancelFunc
}

func newRegistry(ctx context.Context, c Config) *registry {
	return &registry{ctx: ctx, config: c}
}

var errFull = errors.New("all runs that the server keeps are being watched; close one, or raise --max-runs")

// open returns the run with that id, or has it made and says so.
func (g *registry) open(id string, make func(run.Options) (*run.Run, error)) (r *run.Run, made bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.find(id); r != nil {
		return r, false, nil
	}
	if err := g.ctx.Err(); err != nil {
		return nil, false, err
	}
	if len(g.runs) >= g.config.MaxRuns && !g.evict() {
		return nil, false, errFull
	}
	r, err = make(run.Options{Idle: g.config.Idle, Prepare: prepare})
	if err != nil {
		return nil, false, err
	}
	ctx, end := context.WithCancel(g.ctx)
	g.runs = append(g.runs, entry{r, end})
	g.work.Go(func() { r.Serve(ctx) })
	return r, true, nil
}

// evict ends the oldest run that nobody watches. Callers hold mu.
func (g *registry) evict() bool {
	for i, e := range g.runs {
		if s, err := e.Summary(g.ctx); errors.Is(err, run.ErrEnded) || err == nil && s.Viewers == 0 {
			e.end()
			g.runs = slices.Delete(g.runs, i, i+1)
			return true
		}
	}
	return false
}

// find returns the run with that id, or nil. Callers hold mu.
func (g *registry) find(id string) *run.Run {
	for _, e := range g.runs {
		if e.ID() == id {
			return e.Run
		}
	}
	return nil
}

func (g *registry) get(id string) *run.Run {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.find(id)
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
