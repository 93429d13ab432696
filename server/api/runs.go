package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/server/wire"
)

// orderExamples are those of an order, by what they do.
func orderExamples() map[string]string {
	return map[string]string{
		"the motorcycle data with seed 7": `{"dataset":"mcycle","seed":7}`,
		"two lanes, paused":               `{"dataset":"sine","paused":true,"lanes":[{"name":"NLL"},{"name":"beta","controls":{"loss":"beta_nll"}}]}`,
		"rows of a formula":               `{"data":{"formula":{"mean":"sin(x)","std":"0.1+0.05*abs(x)","from":-3,"to":3,"rows":200}},"hidden":[16]}`,
	}
}

// exampleSummary is a run's summary but for its last brace.
const exampleSummary = `{"id":"k3v9x2mq7ab4cd5e","dataset":"mcycle","created":"2026-03-01T09:00:00Z","generation":1207959552,"revision":0,"step":0,"state":"playing","reason":"","trouble":[],"viewers":0,` +
	`"metrics":{"train":{"nll":5.35,"rmse":48.1,"mae":39.7,"crps":27.9,"coverage":0.96},"test":{"nll":5.31,"rmse":46.9,"mae":38.2,"crps":27.1,"coverage":1}},` +
	`"lanes":[{"lane":0,"name":"A","metrics":{"train":{"nll":5.35,"rmse":48.1,"mae":39.7,"crps":27.9,"coverage":0.96},"test":{"nll":5.31,"rmse":46.9,"mae":38.2,"crps":27.1,"coverage":1}}}]`

// runRoutes are those about runs.
type runRoutes struct {
	*core
}

func (a runRoutes) register(to *API) {
	bodyErrors := map[int]string{
		http.StatusBadRequest:           "The body cannot be read, or is too large; the detail says what is wrong.",
		http.StatusUnprocessableEntity:  "A control, a lane or the rows are invalid; the detail says what is wrong.",
		http.StatusUnsupportedMediaType: "The body has a Content-Encoding.",
		http.StatusTooManyRequests:      "Your address has made too many runs within a minute (--run-rate), or sent too many wrong tokens; Retry-After says when to try again.",
		http.StatusServiceUnavailable:   "All runs that the server keeps are being watched (--max-runs), or too many large bodies are being read.",
	}
	order := jsonBody(orderSchema, "Controls by name, all of which have defaults, and lanes, data, edits, paused and recipe beside them. It is read as JSON whatever its Content-Type. At most {max-upload-bytes} bytes (--max-upload-bytes).", false, orderExamples())
	register(to, operation{
		at: "GET /api/runs", id: "listRuns", tag: "runs", summary: "List the runs", members: true,
		help:    "Every run that the server keeps: those in memory, the newest first, and then those that are stored alone (resting), the one touched last first.",
		example: "[" + exampleSummary + "}]",
	}, a.getRuns)
	register(to, operation{
		at: "POST /api/runs", id: "makeRun", tag: "runs", summary: "Make a run", members: true, body: order,
		errors: with(with(bodyErrors, http.StatusNotFound, "There is no run of which a copy was asked for."), http.StatusForbidden, "The run of which a copy was asked for has data that only its owner may have, and the header Run-Key does not have its key."),
		help: "The run starts training at once, unless paused is true. The response has its id, with which anyone can watch it, " +
			"and its key, with which it is controlled; the key is returned only here. If there are too many runs, the oldest that nobody watches is ended.",
		answers: map[int]string{http.StatusCreated: "The run was made."},
		example: exampleSummary + `,"key":"5kq2vwz7mbtx3hd4anp6c7rj2e"}`,
	}, a.postRun)
	register(to, operation{
		at: "PUT /api/runs/{id}", id: "remakeRun", tag: "runs", summary: "Make a run again under its old id", members: true,
		security: []string{keyScheme}, body: order,
		help: "For after a restart of the server, or if it has dropped the run: anyone with its key can make it again, from step 0, so that everyone with its address meets again. " +
			"If the run exists, the body is only checked for mistakes.",
		errors: with(with(bodyErrors, http.StatusForbidden, "The header Run-Key does not have the key of this id."), http.StatusGone, "The run was deleted within the last seven days."),
		answers: map[int]string{
			http.StatusOK:      "The run is there.",
			http.StatusCreated: "The run was made.",
		},
		example: exampleSummary + "}",
	}, a.putRun)
	register(to, operation{
		at: "GET /api/runs/{id}", id: "getRun", tag: "runs", summary: "Summarise a run",
		help:    "The state of the run, the current scores of its lanes, and the value of every control.",
		example: exampleSummary + `,"controls":{"dataset":"mcycle","seed":7,"eps":0.001,"decay":"auto"},"can_make":true,"auto":{"decay":0.0094,"variance_decay":0.0094}}`,
	}, a.getRun)
	register(to, operation{
		at: "GET /api/runs/{id}/summary", id: "summariseRun", tag: "runs", summary: "Say what a run is without waking it",
		help:    "The run's summary. One that is resting stays so: it has neither lanes nor metrics then.",
		example: exampleSummary + "}",
	}, a.getSummary)
	register(to, operation{
		at: "PATCH /api/runs/{id}", id: "renameRun", tag: "runs", summary: "Name a run", security: []string{keyScheme},
		body:    jsonBody(nameSchema, "The name.", true, map[string]string{"a name": `{"name":"For the lecture of Monday"}`}),
		help:    "The name is for whoever has the run's key to find it again. It changes nothing else, and does not wake a run that is resting.",
		errors:  with(bodyErrors, http.StatusForbidden, "The header Run-Key does not have the key of this run."),
		answers: map[int]string{http.StatusNoContent: "The run has the name."},
	}, a.patchRun)
	register(to, operation{
		at: "DELETE /api/runs/{id}", id: "deleteRun", tag: "runs", summary: "End a run", security: []string{keyScheme},
		help:    "The run and all it has learned are deleted. The websockets of its viewers are closed with code 1001.",
		errors:  map[int]string{http.StatusForbidden: "The header Run-Key does not have the key of this run."},
		answers: map[int]string{http.StatusNoContent: "The run has ended."},
	}, a.deleteRun)
}

// with returns a map with one entry more.
func with(m map[int]string, status int, text string) map[int]string {
	n := map[int]string{status: text}
	for k, v := range m {
		n[k] = v
	}
	return n
}

// A made run is its summary, and for who made it the key.
type made struct {
	wire.Summary
	Key string `json:"key,omitempty" doc:"Anyone with it can control the run. It is returned once, in the response to POST."`
	wire.DataNotes
}

// A known run is its summary and its settings.
type known struct {
	wire.Summary
	Controls map[string]any     `json:"controls" doc:"The value of every control: the run's and those of its first lane."`
	CanMake  bool               `json:"can_make" doc:"Whether whoever asks may make runs on this server, and so a copy of this one, without showing its token: it has none, or they have logged in."`
	Auto     map[string]float64 `json:"auto" doc:"The values that controls have when they are \"auto\", for the current training rows, by name, whatever they are set to."`
}

// An opened run is the answer to an order.
type opened struct {
	Status   int
	Location string `header:"Location" doc:"The address of a run that was made."`
	Body     made
}

func (o *opened) send(w http.ResponseWriter, _ int) {
	if o.Location != "" {
		w.Header().Set("Location", o.Location)
	}
	sendJSON(w, o.Status, o.Body)
}

func (a runRoutes) getRuns(ctx context.Context, q *request) (*body[[]wire.Summary], error) {
	done, err := a.reads(ctx, q, "")
	if err != nil {
		return nil, err
	}
	defer done()
	all := []wire.Summary{} // a list in JSON, not null
	for _, x := range a.Runs.List() {
		summary, err := a.summary(ctx, x)
		if err != nil {
			// One run that cannot answer does not hide the others.
			if !errors.Is(err, run.ErrEnded) {
				a.Log.Warn("listing runs", "run", x.ID(), "err", err)
			}
			continue
		}
		all = append(all, summary)
	}
	for _, m := range a.Runs.Resting() {
		all = append(all, resting(&m))
	}
	return &body[[]wire.Summary]{all}, nil
}

// resting is the summary of a stored run that is not in memory.
func resting(m *store.Meta) wire.Summary {
	s := wire.Summary{
		ID: m.ID, Name: m.Name, Resting: true, Dataset: m.Dataset, Created: m.Created.UTC().Format(time.RFC3339Nano),
		Step: m.Step, State: wire.State(m.State), Reason: m.Trouble, Trouble: []wire.Trouble{}, Lanes: []wire.LaneSummary{},
	}
	for _, p := range []*wire.SplitMetrics{&s.Metrics.Train, &s.Metrics.Test} {
		nan := wire.Number(math.NaN())
		*p = wire.SplitMetrics{NLL: nan, RMSE: nan, MAE: nan, CRPS: nan, Coverage: nan}
	}
	return s
}

func (a runRoutes) postRun(ctx context.Context, q *request) (*opened, error) {
	key := access.NewKey()
	return a.openRun(ctx, q, access.IDOf(key), key)
}

// putRun lets the pages of a run that the server has forgotten meet again.
func (a runRoutes) putRun(ctx context.Context, q *request) (*opened, error) {
	if err := onlySteersmen(q, "make it again"); err != nil {
		return nil, err
	}
	return a.openRun(ctx, q, q.r.PathValue("id"), "")
}

// onlySteersmen refuses who does not have the run's key.
func onlySteersmen(q *request, what string) error {
	if access.RequestSteers(q.r) {
		return nil
	}
	return problem.New(http.StatusForbidden, fmt.Sprintf("only someone with the run's key can %s; send it in the header %s", what, access.KeyHeader))
}

func (a runRoutes) openRun(ctx context.Context, q *request, id, key string) (*opened, error) {
	b, done, err := a.readBody(q, true)
	if err != nil {
		return nil, err
	}
	defer done()
	order, err := parseOrder(b)
	if err != nil {
		return nil, refuseBody(err)
	}
	if !a.Runs.Known(id) {
		if err := a.mayMake(q); err != nil {
			return nil, err
		}
	}
	of := order.run()
	if order.From != "" {
		if of.Copy, err = a.copyOf(ctx, q, order.From, key != ""); err != nil {
			return nil, err
		}
	}
	return a.openBy(ctx, q, id, key, of)
}

// copyOf returns the copy of a run that whoever asks may have, who has been let make a new
// one.
func (a *core) copyOf(ctx context.Context, q *request, of string, isNew bool) (*run.Copy, error) {
	if !isNew {
		return nil, problem.New(http.StatusUnprocessableEntity, `"from" makes another run; send it to POST /api/runs`)
	}
	x, missing := a.Runs.Find(of)
	if missing != nil {
		return nil, missing
	}
	c, err := x.Copy(ctx)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	if c.Private && !access.Steers(of, q.r.Header.Get(access.KeyHeader)) {
		return nil, problem.New(http.StatusForbidden, "this run has data that only its owner may have, so it cannot be copied without the run's key; send it in the header "+access.KeyHeader)
	}
	return c, nil
}

// mayMake counts one more run of the peer, or refuses it.
func (a *core) mayMake(q *request) error {
	if _, wait := a.making.Take(a.Proxies.PeerOf(q.r), time.Now()); wait > 0 {
		return problem.After(wait, http.StatusTooManyRequests,
			fmt.Sprintf("your address has made %d runs within a minute, its limit; wait, or raise --run-rate", a.Limits.RunRate))
	}
	return nil
}

// openBy answers the run with that id, which is made as ordered if it is not there.
func (a *core) openBy(ctx context.Context, q *request, id, key string, order registry.Order) (*opened, error) {
	x, isNew, err := a.Runs.Open(id, a.makerOf(q.r), order)
	var refused *wire.ErrorMessage
	var full *access.LimitError
	var unsaved *registry.StoreError
	var elsewhere *problem.Problem
	switch {
	case errors.Is(err, registry.ErrDeleted):
		return nil, problem.New(http.StatusGone, err.Error())
	case errors.As(err, &elsewhere):
		return nil, elsewhere
	case errors.As(err, &unsaved):
		return nil, problem.After(storeRetry, http.StatusServiceUnavailable, unsaved.Error())
	case errors.As(err, &full):
		return nil, full.Problem()
	case errors.As(err, &refused):
		return nil, refuseCommand(refused)
	case err != nil:
		if order.Model != nil {
			a.Log.Warn("bringing back a model", "err", err)
		}
		return nil, problem.New(http.StatusUnprocessableEntity, err.Error())
	}
	summary, err := a.summary(ctx, x)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	answer := &opened{Status: http.StatusOK, Body: made{Summary: summary, Key: key}}
	if isNew {
		if answer.Body.DataNotes, err = x.Notes(ctx); err != nil {
			return nil, a.runFailed(x, err)
		}
		answer.Status, answer.Location = http.StatusCreated, "/api/runs/"+id
		a.Log.Info("run made", "run", id, "dataset", summary.Dataset)
	}
	return answer, nil
}

// getSummary says what a run is, without having it loaded.
func (a runRoutes) getSummary(ctx context.Context, q *request) (*body[wire.Summary], error) {
	if m := a.Runs.RestingOne(q.r.PathValue("id")); m != nil {
		return &body[wire.Summary]{resting(m)}, nil
	}
	x, done, err := a.lookAt(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	s, err := a.summary(ctx, x)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	return &body[wire.Summary]{s}, nil
}

// summary is a run's, with its name.
func (a *core) summary(ctx context.Context, x *registry.Kept) (wire.Summary, error) {
	s, err := x.Summary(ctx)
	s.Name = x.Name()
	return s, err
}

// A runName is the body of a request that names a run.
type runName struct {
	Name string `json:"name" maxLength:"80" doc:"What its owner calls the run; empty for no name."`
}

// maxRunName is the largest number of characters of a run's name.
const maxRunName = 80

func (a runRoutes) patchRun(ctx context.Context, q *request) (*none, error) {
	if err := onlySteersmen(q, "name it"); err != nil {
		return nil, err
	}
	b, done, err := a.readBody(q, false)
	if err != nil {
		return nil, err
	}
	defer done()
	var n runName
	if err := strictly(b, &n); err != nil {
		return nil, refuseBody(err)
	}
	n.Name = strings.TrimSpace(n.Name)
	if utf8.RuneCountInString(n.Name) > maxRunName || strings.ContainsFunc(n.Name, unicode.IsControl) {
		p := problem.New(http.StatusUnprocessableEntity, fmt.Sprintf("a name has at most %d characters, in one line", maxRunName))
		p.Field = "name"
		return nil, p
	}
	id := q.r.PathValue("id")
	if !a.Runs.Known(id) {
		_, err := a.theRun(q)
		return nil, err
	}
	if err := a.Runs.Rename(ctx, id, n.Name); err != nil {
		if elsewhere := (*problem.Problem)(nil); errors.As(err, &elsewhere) {
			return nil, elsewhere
		}
		return nil, problem.After(storeRetry, http.StatusServiceUnavailable, fmt.Sprintf("the name could not be saved: %v; try again", err))
	}
	return new(none), nil
}

// deleteRun ends a run, which the writers of its websockets tell their viewers.
func (a runRoutes) deleteRun(ctx context.Context, q *request) (*none, error) {
	if err := onlySteersmen(q, "end it"); err != nil {
		return nil, err
	}
	id := q.r.PathValue("id")
	if !a.Runs.Known(id) {
		_, err := a.theRun(q)
		return nil, err
	}
	if err := a.Runs.Delete(ctx, id); err != nil {
		if elsewhere := (*problem.Problem)(nil); errors.As(err, &elsewhere) {
			return nil, elsewhere
		}
		return nil, problem.New(http.StatusServiceUnavailable, fmt.Sprintf("the run could not be deleted from the store: %v; try again", err))
	}
	a.Log.Info("run ended, as was asked", "run", id)
	return new(none), nil
}

func (a runRoutes) getRun(ctx context.Context, q *request) (*body[known], error) {
	x, done, err := a.lookAt(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	summary, err := a.summary(ctx, x)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	controls, err := x.Settings(ctx)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	data, err := x.Data(ctx)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	return &body[known]{known{summary, controls, a.Gate.Knows(q.r), data.Auto}}, nil
}

// theRun returns the run that a request names.
func (a *core) theRun(q *request) (*registry.Kept, error) {
	x, missing := a.Runs.Find(q.r.PathValue("id"))
	if missing != nil {
		return nil, missing
	}
	return x, nil
}

// fromHeader is where the page says that it makes a run, and whether another site
// shows it in a frame. Programs say nothing. A page of others cannot have the page say
// what is not so, which is all that the word is good for.
const fromHeader = "Run-From"

func (a *core) makerOf(r *http.Request) registry.Maker {
	m := registry.Maker{Peer: a.Proxies.PeerOf(r)}
	switch r.Header.Get(fromHeader) {
	case "page":
		m.By = registry.ByPage
	case "frame":
		m.By = registry.ByFrame
	}
	return m
}
