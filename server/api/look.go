package api

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/wire"
)

// look describes what is asked of a run and changes nothing.
func look(path, id, summary, help, example string) operation {
	return operation{
		at: "GET /api/runs/{id}/" + path, id: id, tag: "looking", summary: summary, help: help, example: example, large: true,
		errors: map[int]string{
			http.StatusBadRequest:          "A value in the query cannot be read; the detail says which.",
			http.StatusUnprocessableEntity: "The run has no such thing; the detail says what it has.",
		},
	}
}

// lookRoutes are those about what a run is.
type lookRoutes struct {
	*core
}

func (a lookRoutes) register(to *API) {
	register(to, look("state", "getState", "The whole state of a run",
		"What a websocket is told first: state, controls, lanes, changes and rows (at most 4096 of them). For programs that poll.", ""), a.getState)
	register(to, look("history", "getHistory", "How good a run was",
		"The points of this generation. At first there is one for each step and lane, later one whenever the steps have grown by one part in 500.",
		`{"type":"history","generation":1207959552,"first":120,"points":[[0,140,0.61,0.66,4.7,4.9,26.1,27.4,14.2,15.3,0.94,0.93,-0.42,0.48,0,0]]}`), a.getHistory)
	register(to, look("predict", "predict", "Predict", "What a lane predicts now, at up to 1000 places.",
		`{"x":[5,25],"mean":[-1.9,-18.4],"std":[3.2,31.7]}`), a.getPredict)
	register(to, look("recipe", "getRecipe", "The recipe of a run",
		"The start of this generation, and every command with its step. Sent to POST /api/runs as \"recipe\" it is replayed, "+
			"and gives the same weights, bit for bit, on a machine of the same kind.",
		`{"spec":{"controls":{"dataset":"mcycle","seed":7}},"revision":0,"lane_ids":[0],"events":[{"at":20,"revision":0,"command":{"type":"change","id":1,"set":{"eps":0.001}}}],"steps":40,"weights":""}`), a.getRecipe)
}

// What follows looks at a run and changes nothing.

func (a lookRoutes) getState(ctx context.Context, q *request) (*body[wire.RunMessage], error) {
	x, done, err := a.lookAt(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	m, err := x.State(ctx)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	return &body[wire.RunMessage]{m}, nil
}

type historyRequest struct {
	request
	First whole `query:"first" doc:"Number of the first point that is wanted, counted from 0 within the generation; without it, or with 0, all of them." example:"120"`
}

func (a lookRoutes) getHistory(ctx context.Context, q *historyRequest) (*body[wire.HistoryMessage], error) {
	x, done, err := a.lookAt(ctx, &q.request)
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
		return nil, a.runFailed(x, err)
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
	Std  []wire.Number   `json:"std,omitempty" doc:"The predicted standard deviation at each, never below the minimum that eps sets, in the target's unit."`

	Targets []targetPrediction `json:"targets,omitempty" doc:"Each of several targets, in the order in which they are learned."`
}

// A targetPrediction is what a lane predicts of one of several targets.
type targetPrediction struct {
	Name string        `json:"name" doc:"The target."`
	Unit string        `json:"unit" doc:"Its unit; empty for a bare number."`
	Mean []wire.Number `json:"mean" doc:"The predicted mean at each place, in the target's unit."`
	Std  []wire.Number `json:"std" doc:"The predicted standard deviation at each place, never below the minimum that eps sets, in the target's unit."`
}

func (a lookRoutes) getPredict(ctx context.Context, q *predictRequest) (*body[prediction], error) {
	x, done, err := a.lookAt(ctx, &q.request)
	if err != nil {
		return nil, err
	}
	defer done()
	if len(q.X) == 0 || len(q.X) > maxPredictions {
		return nil, problem.New(http.StatusBadRequest, fmt.Sprintf("there are %d values of x; give 1 to %d, as in ?x=5&x=25, or ?x=5,1 with two inputs", len(q.X), maxPredictions))
	}
	at := make([][]float64, len(q.X))
	for i, v := range q.X {
		for part := range strings.SplitSeq(v, ",") {
			f, err := strconv.ParseFloat(part, 64)
			if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, problem.New(http.StatusBadRequest, fmt.Sprintf("x %.40q is not a finite number", part))
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
		return nil, a.runFailed(x, err)
	}
	var inputs any = at
	if len(at[0]) == 1 {
		inputs = slices.Concat(at...) // a number for each row, not a list of one
	}
	b, err := json.Marshal(inputs)
	if err != nil {
		panic("api: encoding places: " + err.Error()) // they are finite
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

func (a lookRoutes) getRecipe(ctx context.Context, q *request) (*body[wire.Recipe], error) {
	x, done, err := a.lookAt(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	recipe, err := x.Recipe(ctx)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	if recipe.Private && !access.RequestSteers(q.r) {
		return nil, problem.New(http.StatusForbidden, "the recipe holds the rows of the run's owner; send the run's key as the header "+access.KeyHeader)
	}
	return &body[wire.Recipe]{recipe}, nil
}
