package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A made run is its summary, and for who made it the key.
type made struct {
	wire.Summary
	Key string `json:"key,omitempty" doc:"Whoever has it steers the run. It is told once: in the answer to POST."`
	wire.DataNotes
}

// A known run is its summary and its settings.
type known struct {
	wire.Summary
	Controls map[string]any     `json:"controls" doc:"The value of every control: the run's and those of its first lane."`
	Auto     map[string]float64 `json:"auto" doc:"What the controls that may be \"auto\" come to on the training rows of this moment, by name, whatever they are set to."`
}

// An opened run is the answer to an order.
type opened struct {
	Status   int
	Location string `header:"Location" doc:"The address of a run that was made."`
	Body     made
}

func (s *Server) getRuns(ctx context.Context, q *request) (*body[[]wire.Summary], error) {
	done, err := s.reads(ctx, q, "")
	if err != nil {
		return nil, err
	}
	defer done()
	all := []wire.Summary{} // a list in JSON, not null
	for _, x := range s.runs.list() {
		summary, err := x.Summary(ctx)
		if err != nil {
			// One run that cannot answer does not hide the others.
			if !errors.Is(err, run.ErrEnded) {
				s.log.Warn("listing runs", "run", x.ID(), "err", err)
			}
			continue
		}
		all = append(all, summary)
	}
	return &body[[]wire.Summary]{all}, nil
}

func (s *Server) postRun(ctx context.Context, q *request) (*opened, error) {
	key := newKey()
	return s.openRun(ctx, q, idOf(key), key)
}

// putRun lets the pages of a run that the server has forgotten meet again.
func (s *Server) putRun(ctx context.Context, q *request) (*opened, error) {
	if err := onlySteersmen(q, "make it anew"); err != nil {
		return nil, err
	}
	return s.openRun(ctx, q, q.r.PathValue("id"), "")
}

// onlySteersmen refuses who does not have the run's key.
func onlySteersmen(q *request, what string) error {
	if requestSteers(q.r) {
		return nil
	}
	return refuse(http.StatusForbidden, fmt.Sprintf("only who has the run's key can %s; send it as the header %s", what, keyHeader))
}

func (s *Server) openRun(ctx context.Context, q *request, id, key string) (*opened, error) {
	b, done, err := s.readBody(q, true)
	if err != nil {
		return nil, err
	}
	defer done()
	order, err := parseOrder(b)
	if err != nil {
		return nil, refuseBody(err)
	}
	if s.runs.get(id) == nil {
		if err := s.mayMake(q); err != nil {
			return nil, err
		}
	}
	return s.openBy(ctx, q, id, key, func(o run.Options) (*run.Run, error) { return order.make(id, o) })
}

// mayMake counts one more run of the peer, or refuses it.
func (s *Server) mayMake(q *request) error {
	if _, wait := s.making.take(s.proxies.peerOf(q.r), time.Now()); wait > 0 {
		return refuseFor(wait, http.StatusTooManyRequests,
			fmt.Sprintf("your address has made %d runs within a minute, which is its limit; --run-rate raises it", s.limits.RunRate))
	}
	return nil
}

// openBy answers the run with that id, which begin makes if it is not there.
func (s *Server) openBy(ctx context.Context, q *request, id, key string, begin func(run.Options) (*run.Run, error)) (*opened, error) {
	x, isNew, err := s.runs.open(id, s.makerOf(q.r), begin)
	var refused *wire.ErrorMessage
	var full *limitError
	switch {
	case errors.As(err, &full):
		return nil, refuseLimit(err)
	case errors.As(err, &refused):
		return nil, refuseCommand(refused)
	case err != nil:
		return nil, refuse(http.StatusUnprocessableEntity, err.Error())
	}
	summary, err := x.Summary(ctx)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	answer := &opened{Status: http.StatusOK, Body: made{Summary: summary, Key: key}}
	if isNew {
		if answer.Body.DataNotes, err = x.Notes(ctx); err != nil {
			return nil, s.runFailed(x, err)
		}
		answer.Status, answer.Location = http.StatusCreated, "/api/runs/"+id
		s.log.Info("run made", "run", id, "dataset", summary.Dataset)
	}
	return answer, nil
}

// deleteRun ends a run, which the writers of its websockets tell their viewers.
func (s *Server) deleteRun(ctx context.Context, q *request) (*struct{}, error) {
	if err := onlySteersmen(q, "end it"); err != nil {
		return nil, err
	}
	x, err := s.theRun(q)
	if err != nil {
		return nil, err
	}
	s.runs.end(x)
	select {
	case <-x.Done():
	case <-ctx.Done():
	}
	s.log.Info("run ended, as was asked", "run", x.ID())
	return nil, nil
}

// end ends a run and takes it off the list.
func (g *registry) end(r *run.Run) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range g.runs {
		if e.Run == r {
			g.remove(e)
			return
		}
	}
}

func (s *Server) getRun(ctx context.Context, q *request) (*body[known], error) {
	x, done, err := s.lookAt(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	summary, err := x.Summary(ctx)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	controls, err := x.Settings(ctx)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	data, err := x.Data(ctx)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	return &body[known]{known{summary, controls, data.Auto}}, nil
}

// theRun returns the run that a request names.
func (s *Server) theRun(q *request) (*run.Run, error) {
	id := q.r.PathValue("id")
	if x := s.runs.get(id); x != nil {
		return x, nil
	}
	return nil, refuse(http.StatusNotFound, fmt.Sprintf("there is no run %.40q; GET /api/runs lists them", id))
}

// find is theRun for a route that huma does not serve; where there is none it
// has answered so.
func (s *Server) find(w http.ResponseWriter, r *http.Request) *run.Run {
	x, err := s.theRun(&request{r: r})
	if err != nil {
		problem(w, http.StatusNotFound, err.Error())
	}
	return x
}
