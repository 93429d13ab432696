package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/sweep"
	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	// maxSweeps bounds the sweeps at a time. They take turns with the runs, and so
	// each makes all of them slower.
	maxSweeps = 2

	// maxCells bounds the runs of one sweep: more cannot be told apart on a map.
	maxCells = 400
)

// axes are what an order of a sweep has besides that of a run.
type axes struct {
	X     axis `json:"x" doc:"The control across, with its values from left to right."`
	Y     axis `json:"y" doc:"The control upward, with its values from below."`
	Steps int  `json:"steps" doc:"How many steps each run trains." minimum:"1"`
}

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

// A stream is an answer that is written as it comes to be.
type stream struct {
	Type string `header:"Content-Type" hidden:"true"`
	Body func(huma.Context)
}

// postSweep trains a grid of runs, and tells of each as it ends. It ends with the
// request.
func (s *Server) postSweep(ctx context.Context, q *request) (*stream, error) {
	b, done, err := s.readBody(q, true)
	if err != nil {
		return nil, err
	}
	defer done()
	g, err := s.parseSweep(b)
	if err != nil {
		return nil, err
	}
	if err := s.mayMake(q); err != nil {
		return nil, err
	}
	// Who asks waits for no other sweep: that may take minutes.
	finished, err := s.sweeps.take(ctx, s.proxies.peerOf(q.r), time.Second)
	if err != nil {
		return nil, err
	}
	started := false
	defer func() {
		if !started {
			finished()
		}
	}()
	o := s.runs.options()
	if err := g.Check(); err != nil {
		return nil, refuse(http.StatusUnprocessableEntity, err.Error())
	}
	switch work, err := g.Work(o); {
	case err != nil:
		return nil, refuse(http.StatusUnprocessableEntity, err.Error())
	case work > 1e9*float64(s.limits.SweepWork):
		return nil, refuse(http.StatusUnprocessableEntity, fmt.Sprintf("the runs take %.0f billion multiplications together (steps times parameters, members and rows of a batch); a sweep may take %d billion, which --max-sweep-work raises", work/1e9, s.limits.SweepWork))
	}
	started = true
	return &stream{Type: "application/x-ndjson", Body: func(huma.Context) {
		defer finished()
		s.sweep(q, g, o)
	}}, nil
}

// parseSweep reads the order of a sweep, which must be within the server's bounds.
func (s *Server) parseSweep(b []byte) (sweep.Grid, error) {
	var a axes
	order, err := parseOrder(b, &a)
	switch {
	case err != nil:
		return sweep.Grid{}, refuseBody(err)
	case order.Recipe != nil || order.Paused:
		return sweep.Grid{}, refuse(http.StatusBadRequest, `a sweep has no "recipe" and is not "paused"`)
	}
	g := sweep.Grid{Spec: order.spec(), X: sweep.Axis(a.X), Y: sweep.Axis(a.Y), Steps: a.Steps}
	// One by one, lest their product be more than a number holds.
	nx, ny := len(g.X.Values), len(g.Y.Values)
	switch {
	case nx < 1 || ny < 1 || nx > maxCells || ny > maxCells || nx*ny > maxCells:
		return g, refuse(http.StatusUnprocessableEntity, fmt.Sprintf("a sweep of %d by %d runs; it must have from 1 to %d", nx, ny, maxCells))
	case g.Steps < 1 || g.Steps > s.limits.SweepSteps/(nx*ny):
		return g, refuse(http.StatusUnprocessableEntity, fmt.Sprintf("%d runs of %d steps each; together they may make %d steps, which --max-sweep-steps raises, and each at least 1", nx*ny, g.Steps, s.limits.SweepSteps))
	}
	return g, nil
}

// sweep trains the grid and writes a line for each cell.
func (s *Server) sweep(q *request, g sweep.Grid, o run.Options) {
	control := http.NewResponseController(q.w)
	// A sweep takes longer than a request may take to be read; that the client is
	// still there is seen by its connection.
	if err := control.SetReadDeadline(time.Time{}); err != nil {
		s.log.Warn("a sweep has no time of its own", "err", err)
	}
	ctx, cancel := context.WithCancel(q.r.Context())
	defer cancel()
	defer context.AfterFunc(s.runs.ctx, cancel)()
	line := func(v any) {
		b, err := json.Marshal(v)
		if err != nil {
			panic("server: encoding a cell: " + err.Error()) // what is not finite was left out
		}
		err = errors.Join(
			func() error { _, err := q.w.Write(append(b, '\n')); return err }(),
			control.Flush(),
		)
		if err != nil {
			cancel() // nobody reads on
		}
	}
	line(grid{Spec: g.Spec.WithoutRows(), X: g.X, Y: g.Y, Steps: g.Steps, Cells: len(g.X.Values) * len(g.Y.Values)})
	err := sweep.Sweep(ctx, g, o, cap(o.Turns), func(c sweep.Cell) { line(c) })
	if err != nil && ctx.Err() == nil {
		s.log.Error("a sweep", "err", err)
		panic(http.ErrAbortHandler) // the answer is not whole
	}
}
