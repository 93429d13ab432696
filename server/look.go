package server

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/server/artifact/chart"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What follows looks at a run and changes nothing.

func (s *Server) getControls(context.Context, *request) (*body[wire.Table], error) {
	return &body[wire.Table]{s.table}, nil
}

func (s *Server) getCharts(ctx context.Context, q *request) (*body[map[string]map[string]any], error) {
	x, done, err := s.lookAt(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := x.Data(ctx)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	charts, err := chart.Skeletons(d)
	if err != nil {
		s.log.Error("making charts", "dataset", d.Name, "err", err)
		return nil, refuse(http.StatusInternalServerError, "the charts cannot be made")
	}
	return &body[map[string]map[string]any]{charts}, nil
}

func (s *Server) getState(ctx context.Context, q *request) (*body[wire.RunMessage], error) {
	x, done, err := s.lookAt(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	m, err := x.State(ctx)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	return &body[wire.RunMessage]{m}, nil
}

type historyRequest struct {
	request
	First whole `query:"first" doc:"Number of the first point that is wanted, counted from 0 within the generation; without it, or with 0, all of them." example:"120"`
}

func (s *Server) getHistory(ctx context.Context, q *historyRequest) (*body[wire.HistoryMessage], error) {
	x, done, err := s.lookAt(ctx, &q.request)
	if err != nil {
		return nil, err
	}
	defer done()
	first, err := q.First.read("first", 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	history, err := x.History(ctx, int(first))
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	return &body[wire.HistoryMessage]{history}, nil
}

// maxPredictions bounds the inputs of one request to predict.
const maxPredictions = 1000

type predictRequest struct {
	request
	X    []string `query:"x,explode" doc:"Where to predict, 1 to 1000 times: ?x=5&x=25. With several inputs their values stand between commas, in the order of the data set's inputs: ?x=5,1."`
	Lane whole    `query:"lane" doc:"Which lane predicts; without it the first." example:"0"`
}

// A prediction is what a lane predicts at some places.
type prediction struct {
	X    json.RawMessage `json:"x" doc:"The places, as asked: a number for each, or with several inputs a list for each."`
	Mean []wire.Number   `json:"mean,omitempty" doc:"The predicted mean at each, in the target's unit. With several targets these stand in targets."`
	Std  []wire.Number   `json:"std,omitempty" doc:"The predicted standard deviation at each, not below the floor that eps puts under it, in the target's unit."`

	Targets []targetPrediction `json:"targets,omitempty" doc:"Each of several targets, in the order in which they are learned."`
}

// A targetPrediction is what a lane predicts of one of several targets.
type targetPrediction struct {
	Name string        `json:"name" doc:"The target."`
	Unit string        `json:"unit" doc:"Its unit; empty for a bare number."`
	Mean []wire.Number `json:"mean" doc:"The predicted mean at each place, in the target's unit."`
	Std  []wire.Number `json:"std" doc:"The predicted standard deviation at each place, not below the floor that eps puts under it, in the target's unit."`
}

func (s *Server) getPredict(ctx context.Context, q *predictRequest) (*body[prediction], error) {
	x, done, err := s.lookAt(ctx, &q.request)
	if err != nil {
		return nil, err
	}
	defer done()
	if len(q.X) == 0 || len(q.X) > maxPredictions {
		return nil, refuse(http.StatusBadRequest, fmt.Sprintf("there are %d values of x; give 1 to %d, as in ?x=5&x=25, or ?x=5,1 with two inputs", len(q.X), maxPredictions))
	}
	at := make([][]float64, len(q.X))
	for i, v := range q.X {
		for part := range strings.SplitSeq(v, ",") {
			f, err := strconv.ParseFloat(part, 64)
			if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, refuse(http.StatusBadRequest, fmt.Sprintf("x %.40q is not a finite number", part))
			}
			at[i] = append(at[i], f)
		}
	}
	lane, err := q.Lane.lane()
	if err != nil {
		return nil, err
	}
	of, err := x.Predict(ctx, lane, at)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	var inputs any = at
	if len(at[0]) == 1 {
		inputs = slices.Concat(at...) // a number for each row, not a list of one
	}
	b, err := json.Marshal(inputs)
	if err != nil {
		panic("server: encoding places: " + err.Error()) // they are finite
	}
	p := prediction{X: b}
	if len(of) == 1 {
		p.Mean, p.Std = numbers(of[0].Mean), numbers(of[0].Std)
		return &body[prediction]{p}, nil
	}
	for _, t := range of {
		p.Targets = append(p.Targets, targetPrediction{t.Target.Name, t.Target.Unit, numbers(t.Mean), numbers(t.Std)})
	}
	return &body[prediction]{p}, nil
}

func numbers[F float32 | float64](v []F) []wire.Number {
	n := make([]wire.Number, len(v))
	for i, f := range v {
		n[i] = wire.Number(f)
	}
	return n
}

func (s *Server) getRecipe(ctx context.Context, q *request) (*body[wire.Recipe], error) {
	x, done, err := s.lookAt(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	recipe, err := x.Recipe(ctx)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	if recipe.Private && !requestSteers(q.r) {
		return nil, refuse(http.StatusForbidden, "the recipe holds the rows of the run's owner; send the run's key as the header "+keyHeader)
	}
	return &body[wire.Recipe]{recipe}, nil
}
