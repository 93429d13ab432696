package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/sweep"
	"github.com/gnllviz/gnllviz/server/wire"
)

// sweepRoutes are those about grids of runs.
type sweepRoutes struct {
	*core
	turns *access.Turns
}

func (a sweepRoutes) register(to *API) {
	register(to, operation{
		at: "POST /api/sweeps", id: "sweep", tag: "taking away", summary: "Train a run for each pair of two controls' values", members: true, media: "application/x-ndjson",
		help: fmt.Sprintf("All runs have one lane, and begin from one seed unless an axis is the seed. The answer has a line of JSON for the sweep as it was understood, and one for each run as it ends: "+
			"x and y, which say by which values, counted from 0; seconds; and train and test, the scores over all rows by their names, or failed, which says why there are none. "+
			"What is not finite is left out. A sweep ends with its request. At most %d runs, and {max-sweep-steps} steps in all (--max-sweep-steps).", maxCells),
		body: jsonBody(sweepSchema, "The axes, and the order of a run of one lane beside them.", true, map[string]string{
			"weight decay of mean and variance": `{"dataset":"mcycle","seed":7,"x":{"control":"decay","values":[0,0.001,0.1]},"y":{"control":"variance_decay","values":[0,0.001,0.1]},"steps":500}`,
		}),
		errors: map[int]string{
			http.StatusBadRequest:           "The body cannot be read, or is too large; the detail says what is wrong.",
			http.StatusUnprocessableEntity:  "A control or an axis is invalid, or there are too many runs or steps; the detail says what is wrong.",
			http.StatusUnsupportedMediaType: "The body has a Content-Encoding.",
			http.StatusTooManyRequests:      "Your address has made too many runs within a minute (--run-rate), or sent too many wrong tokens; Retry-After says when to try again.",
			http.StatusServiceUnavailable:   "Other sweeps are under way; Retry-After says when to try again.",
		},
	}, a.postSweep)
}

const (
	// MaxSweeps bounds the sweeps at a time. They take turns with the runs, and so
	// each makes all of them slower.
	MaxSweeps = 2

	// maxCells bounds the runs of one sweep: more cannot be told apart on a map.
	maxCells = 400
)

// axes are what an order of a sweep has besides that of a run.
type axes struct {
	X     axis `json:"x" doc:"The control across, with its values from left to right."`
	Y     axis `json:"y" doc:"The control upward, with its values from below."`
	Steps int  `json:"steps" doc:"How many steps each run trains." minimum:"1"`
}

// An axis is a control and the values that it is given.
type axis struct {
	Control string            `json:"control" doc:"The control's name." example:"decay"`
	Values  []json.RawMessage `json:"values" doc:"The values that it is given, one after the other."`
}

// A grid is the first line of an answer: the sweep as it was understood.
type grid struct {
	Spec  wire.Spec  `json:"spec" doc:"What each run began with, without rows of your own."`
	X     sweep.Axis `json:"x"`
	Y     sweep.Axis `json:"y"`
	Steps int        `json:"steps"`
	Cells int        `json:"cells"`
}

// postSweep trains a grid of runs, and tells of each as it ends. It ends with the
// request.
func (a sweepRoutes) postSweep(ctx context.Context, q *request) (*stream, error) {
	b, done, err := a.readBody(q, true)
	if err != nil {
		return nil, err
	}
	defer done()
	g, err := a.parseSweep(b)
	if err != nil {
		return nil, err
	}
	if err := a.mayMake(q); err != nil {
		return nil, err
	}
	// Who asks waits for no other sweep: that may take minutes.
	finished, err := a.turns.Take(ctx, a.Proxies.PeerOf(q.r), time.Second)
	if err != nil {
		return nil, err
	}
	started := false
	defer func() {
		if !started {
			finished()
		}
	}()
	o := a.Runs.Options()
	if err := g.Check(); err != nil {
		return nil, problem.New(http.StatusUnprocessableEntity, err.Error())
	}
	switch work, err := g.Work(o); {
	case err != nil:
		return nil, problem.New(http.StatusUnprocessableEntity, err.Error())
	case work > 1e9*float64(a.Limits.SweepWork):
		return nil, problem.New(http.StatusUnprocessableEntity, fmt.Sprintf("the runs take %.0f billion multiplications together (steps times parameters, members and rows of a batch); a sweep may take %d billion, which --max-sweep-work raises", work/1e9, a.Limits.SweepWork))
	}
	started = true
	return &stream{Type: "application/x-ndjson", Body: func() {
		defer finished()
		a.sweep(q, g, o)
	}}, nil
}

// parseSweep reads the order of a sweep, which must be within the server's bounds.
func (a sweepRoutes) parseSweep(b []byte) (sweep.Grid, error) {
	var on axes
	order, err := parseOrder(b, &on)
	switch {
	case err != nil:
		return sweep.Grid{}, refuseBody(err)
	case order.Recipe != nil || order.Paused || order.From != "":
		return sweep.Grid{}, problem.New(http.StatusBadRequest, `a sweep has no "recipe" and no "from", and is not "paused"`)
	}
	g := sweep.Grid{Spec: order.spec(), X: sweep.Axis(on.X), Y: sweep.Axis(on.Y), Steps: on.Steps}
	// One by one, as their product may be more than a number holds.
	nx, ny := len(g.X.Values), len(g.Y.Values)
	switch {
	case nx < 1 || ny < 1 || nx > maxCells || ny > maxCells || nx*ny > maxCells:
		return g, problem.New(http.StatusUnprocessableEntity, fmt.Sprintf("a sweep of %d by %d runs; it must have from 1 to %d", nx, ny, maxCells))
	case g.Steps < 1 || g.Steps > a.Limits.SweepSteps/(nx*ny):
		return g, problem.New(http.StatusUnprocessableEntity, fmt.Sprintf("%d runs of %d steps each; together they may make %d steps, which --max-sweep-steps raises, and each at least 1", nx*ny, g.Steps, a.Limits.SweepSteps))
	}
	return g, nil
}

// sweep trains the grid and writes a line for each cell.
func (a sweepRoutes) sweep(q *request, g sweep.Grid, o run.Options) {
	control := http.NewResponseController(q.w)
	// A sweep takes longer than a request may take to be read; that the client is
	// still there is seen by its connection.
	if err := control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		a.Log.Warn("a sweep has no time of its own", "err", err)
	}
	ctx, cancel := context.WithCancel(q.r.Context())
	defer cancel()
	defer context.AfterFunc(a.Runs.Context(), cancel)()
	line := func(v any) {
		b, err := json.Marshal(v)
		if err != nil {
			panic("api: encoding a cell: " + err.Error()) // what is not finite was left out
		}
		err = errors.Join(
			func() error { _, err := q.w.Write(append(b, '\n')); return err }(),
			control.Flush(),
		)
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			cancel() // nobody reads on
		}
	}
	line(grid{Spec: g.Spec.WithoutRows(), X: g.X, Y: g.Y, Steps: g.Steps, Cells: len(g.X.Values) * len(g.Y.Values)})
	err := sweep.Sweep(ctx, g, o, cap(o.Turns), func(c sweep.Cell) { line(c) })
	if err != nil && ctx.Err() == nil {
		a.Log.Error("a sweep", "err", err)
		panic(http.ErrAbortHandler) // the answer is not whole
	}
}
