package sweep

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// An Axis is a control and the values that a sweep gives it.
type Axis struct {
	Control string            `json:"control"` // of lanes or of the run, by its name
	Values  []json.RawMessage `json:"values"`  // at least one
}

// A Grid is what a sweep trains: a run of one lane for each pair of values, all
// from one seed unless an axis says otherwise.
type Grid struct {
	Spec  wire.Spec
	X, Y  Axis
	Steps int // of each, at least 1
}

// MaxCells is how many runs one sweep trains at most.
const MaxCells = 10_000

// A Cell is what became of one run of a sweep.
type Cell struct {
	X       int     `json:"x"` // which value of the axis, counted from 0
	Y       int     `json:"y"`
	Seconds float64 `json:"seconds"`
	Failed  string  `json:"failed,omitempty"` // why it has no scores

	// Train and Test are scores over all rows, by the names of Scores.Values; what
	// is not finite is left out.
	Train map[string]float64 `json:"train,omitempty"`
	Test  map[string]float64 `json:"test,omitempty"`
}

// Sweep trains all runs of a grid, so many at a time (0: as many as there are
// processors), and reports each as it ends, on the caller's goroutine. It ends with
// the context's error if that ends first, and with what is wrong with the grid before
// it trains anything. A run that diverges or is refused is a cell that failed.
func Sweep(ctx context.Context, g Grid, o run.Options, cores int, report func(Cell)) error {
	if err := g.Check(); err != nil {
		return err
	}
	own, err := rows.ReadOwn(g.Spec.Data, o.Table) // once for all
	if err != nil {
		return err
	}
	if cores <= 0 {
		cores = runtime.GOMAXPROCS(0)
	}
	o.Workers = 1
	ctx, stop := context.WithCancel(ctx)
	todo, done := make(chan Cell), make(chan Cell)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer stop()
	for range min(cores, len(g.X.Values)*len(g.Y.Values)) {
		workers.Go(func() {
			for c := range todo {
				g.train(ctx, &c, own, o)
				select {
				case done <- c:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	workers.Go(func() {
		defer close(todo)
		for y := range g.Y.Values {
			for x := range g.X.Values {
				select {
				case todo <- Cell{X: x, Y: y}:
				case <-ctx.Done():
					return
				}
			}
		}
	})
	for range len(g.X.Values) * len(g.Y.Values) {
		select {
		case c := <-done:
			report(c)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Check says what is wrong with the grid, trying each value for itself.
func (g *Grid) Check() error {
	switch cells := len(g.X.Values) * len(g.Y.Values); {
	case len(g.Spec.Lanes) > 1:
		return wire.Refuse(wire.BadValue, "", "a sweep needs one lane, not %d", len(g.Spec.Lanes))
	case cells < 1 || cells > MaxCells:
		return wire.Refuse(wire.OutOfRange, "", "a sweep of %d by %d runs; it must have from 1 to %d", len(g.X.Values), len(g.Y.Values), MaxCells)
	case g.X.Control == g.Y.Control:
		return wire.Refuse(wire.BadValue, g.X.Control, "a sweep over %s and %s; it must be over two different controls", wire.ControlName(g.X.Control), wire.ControlName(g.Y.Control))
	case g.Steps < 1 || g.Steps > MaxSweepSteps:
		return wire.Refuse(wire.OutOfRange, "", "a sweep of %d steps; it must be from 1 to %d", g.Steps, MaxSweepSteps)
	}
	table := lane.Table()
	for _, a := range []Axis{g.X, g.Y} {
		if a.Control == "speed" || a.Control == "slice" {
			return wire.Refuse(wire.BadValue, a.Control, "%s has no effect on training", wire.ControlName(a.Control))
		}
		for _, v := range a.Values {
			if _, _, refused := table.Apply(table.Defaults(), map[string]json.RawMessage{a.Control: v}); refused != nil {
				return refused
			}
			if c := table.Find(a.Control); c.IsAuto(v) {
				return wire.Refuse(wire.BadValue, a.Control, `%s is "auto", which cannot be a value of an axis: an axis of %s has numbers`, wire.ControlName(a.Control), wire.ControlName(a.Control))
			}
		}
	}
	return nil
}

// Work returns the multiplications of all runs of a grid that has been checked: steps
// times parameters, of all members, times the rows of a step. A run that will be refused
// has none.
func (g *Grid) Work(o run.Options) (float64, error) {
	own, err := rows.ReadOwn(g.Spec.Data, o.Table)
	if err != nil {
		return 0, err
	}
	e := o.Env()
	first, err := e.FromSpec(&g.Spec, own, 1)
	if err != nil {
		return 0, err
	}
	work := 0.0
	for y := range g.Y.Values {
		for x := range g.X.Values {
			spec := g.At(x, y)
			settings, starts, err := lane.Read(e.Table, &spec)
			if err != nil || e.Bounds.Check(first.Data, starts) != nil {
				continue
			}
			of, rs := first.Data.Shape(), first.Data.Set.Rows()
			if settings.Dataset != first.Settings.Dataset {
				of, rs = rows.Shape{Inputs: wire.MaxInputs, Targets: 1}, rows.MaxRows
			}
			for _, s := range starts {
				n, err := lane.ParamsOf(&s.Settings, of)
				if err != nil {
					continue
				}
				// A step of a small network takes time, too, of each member.
				each := float64(n*min(s.Settings.Batch, rs) + leastStepWork*s.Settings.Members + lane.EquationWork(&s.Settings, n, s.Settings.EquationPoints))
				work += each * float64(g.Steps)
			}
		}
	}
	return work, nil
}

// leastStepWork is what a step takes whatever the network, in multiplications.
const leastStepWork = 50_000

// MaxSweepSteps is the largest number of steps of each run.
const MaxSweepSteps = 10_000_000

// At returns what the run of a cell begins with: x and y count from 0.
func (g *Grid) At(x, y int) wire.Spec {
	s := g.Spec
	s.Controls = maps.Clone(s.Controls)
	if s.Controls == nil {
		s.Controls = map[string]json.RawMessage{}
	}
	s.Lanes = slices.Clone(s.Lanes)
	for i := range s.Lanes {
		s.Lanes[i].Controls = maps.Clone(s.Lanes[i].Controls)
	}
	for _, a := range []struct {
		control string
		value   json.RawMessage
	}{{g.X.Control, g.X.Values[x]}, {g.Y.Control, g.Y.Values[y]}} {
		s.Controls[a.control] = a.value
		for i := range s.Lanes {
			delete(s.Lanes[i].Controls, a.control) // which would have the last word
		}
	}
	return s
}

// train trains the run of a cell and scores it.
func (g *Grid) train(ctx context.Context, c *Cell, own *rows.Own, o run.Options) {
	now := o.Clock()
	begun := now()
	defer func() { c.Seconds = now().Sub(begun).Seconds() }()
	fail := func(err error) { c.Failed = err.Error() }
	e, spec := o.Env(), g.At(c.X, c.Y)
	l, err := e.FromSpec(&spec, own, 1)
	if err != nil {
		fail(err)
		return
	}
	for made := 0; made < g.Steps; {
		if ctx.Err() != nil {
			return
		}
		n, err := inTurn(ctx, &e, l, g.Steps-made, o)
		if err != nil {
			fail(err)
			return
		}
		made += n
	}
	t := capture.Take(l, l.Lanes[0], capture.About{Env: &e, Time: now()})
	if err := t.Rows(); err != nil {
		fail(err)
		return
	}
	c.Train, c.Test = capture.ScoresOf(&t.Record.Train), capture.ScoresOf(&t.Record.Test)
}

// inTurn makes steps, at most so many, for its share of time once it has its turn, and
// returns how many.
func inTurn(ctx context.Context, e *past.Env, l *past.Generation, most int, o run.Options) (made int, err error) {
	if o.Turns != nil {
		select {
		case o.Turns <- struct{}{}:
			defer func() { <-o.Turns }()
		case <-ctx.Done():
			return 0, nil
		}
	}
	defer past.Rest()
	now := o.Clock()
	for begun := now(); made < most && now().Sub(begun) < past.Share; made++ {
		a, err := l.Advance(e.Bounds, l.Data.Revision+1)
		if err != nil {
			return made, fmt.Errorf("run: %w", err)
		}
		if a.Diverged != nil {
			return made, a.Diverged.Diverged
		}
	}
	return made, nil
}
