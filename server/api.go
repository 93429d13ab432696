package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/server/chart"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

func (s *Server) getControls(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, s.table)
}

func (s *Server) getCharts(w http.ResponseWriter, r *http.Request) {
	x := s.find(w, r)
	if x == nil {
		return
	}
	d, err := x.Data(r.Context())
	if err != nil {
		s.runFailed(w, x, err)
		return
	}
	charts, err := chart.Skeletons(d)
	if err != nil {
		problem(w, http.StatusInternalServerError, "the charts cannot be made")
		s.log.Error("making charts", "dataset", d.Name, "err", err)
		return
	}
	reply(w, http.StatusOK, charts)
}

func (s *Server) getRuns(w http.ResponseWriter, r *http.Request) {
	all := []wire.Summary{} // a list in JSON, not null
	for _, x := range s.runs.list() {
		summary, err := x.Summary(r.Context())
		if err != nil {
			// One run that cannot answer does not hide the others.
			if !errors.Is(err, run.ErrEnded) {
				s.log.Warn("listing runs", "run", x.ID(), "err", err)
			}
			continue
		}
		all = append(all, summary)
	}
	reply(w, http.StatusOK, all)
}

func (s *Server) postRun(w http.ResponseWriter, r *http.Request) {
	key := newKey()
	s.openRun(w, r, idOf(key), key)
}

// putRun lets the pages of a run that the server has forgotten meet again.
func (s *Server) putRun(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if !requestSteers(r) {
		problem(w, http.StatusForbidden, "only who has the run's key can make it anew; send it as the header "+keyHeader)
		return
	}
	s.openRun(w, r, id, "")
}

// A made run is its summary, and for who made it the key.
type made struct {
	wire.Summary
	Key string `json:"key,omitempty"`
}

func (s *Server) openRun(w http.ResponseWriter, r *http.Request, id, key string) {
	body, ok := s.readBody(w, r)
	if !ok {
		return
	}
	order, err := parseOrder(body)
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	if s.runs.get(id) == nil {
		if _, wait := s.making.take(peerOf(r), time.Now()); wait > 0 {
			tooMany(w, wait, fmt.Sprintf("your address has made %d runs within a minute, which is its limit; --run-rate raises it", s.limits.RunRate))
			return
		}
	}
	x, isNew, err := s.runs.open(id, func(o run.Options) (*run.Run, error) { return order.make(id, o) })
	var refused *wire.ErrorMessage
	switch {
	case errors.Is(err, errFull):
		problem(w, http.StatusServiceUnavailable, err.Error())
		return
	case errors.As(err, &refused):
		problem(w, http.StatusUnprocessableEntity, refused.Reason)
		return
	case err != nil:
		problem(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	summary, err := x.Summary(r.Context())
	if err != nil {
		s.runFailed(w, x, err)
		return
	}
	status := http.StatusOK
	if isNew {
		status = http.StatusCreated
		w.Header().Set("Location", "/api/runs/"+id)
		s.log.Info("run made", "run", id, "dataset", summary.Dataset)
	}
	reply(w, status, made{summary, key})
}

// postCommand does one command, as the websocket does; its id may be left out.
func (s *Server) postCommand(w http.ResponseWriter, r *http.Request) {
	x := s.find(w, r)
	if x == nil {
		return
	}
	body, ok := s.readBody(w, r)
	if !ok {
		return
	}
	command, id, refused := wire.ParseCommand(withID(body))
	switch command.(type) {
	case *wire.Hello, *wire.WatchCommand:
		refused = wire.Refuse(wire.BadState, "", "hello and watch are a websocket's")
	}
	if refused != nil {
		s.metrics.commanded(command, string(refused.Code))
		problem(w, http.StatusUnprocessableEntity, refused.Reason)
		return
	}
	ack, err := x.Do(r.Context(), command, requestSteers(r))
	if errors.As(err, &refused) {
		s.metrics.commanded(command, string(refused.Code))
		status := http.StatusUnprocessableEntity
		if refused.Code == wire.ReadOnly {
			status = http.StatusForbidden
		}
		problem(w, status, refused.Reason)
		return
	}
	if err != nil {
		s.runFailed(w, x, err)
		return
	}
	s.metrics.commanded(command, "done")
	ack.ID = id
	reply(w, http.StatusOK, ack)
}

// withID returns a command with an id, which only a websocket needs.
func withID(body []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil || fields["id"] != nil {
		return body // whatever is wrong with it is said later
	}
	fields["id"] = json.RawMessage("1")
	b, err := json.Marshal(fields)
	if err != nil {
		return body
	}
	return b
}

// readBody returns the body of a request, or answers that it is too long.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(s.limits.UploadBytes)))
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		problem(w, http.StatusBadRequest, fmt.Sprintf("the body is too large: more than %d bytes, which --max-upload-bytes raises", long.Limit))
		return nil, false
	}
	if err != nil {
		return nil, false // the client has left
	}
	return b, true
}

// find returns the run that the request names, or answers that there is none.
func (s *Server) find(w http.ResponseWriter, r *http.Request) *run.Run {
	id := r.PathValue("id")
	x := s.runs.get(id)
	if x == nil {
		problem(w, http.StatusNotFound, fmt.Sprintf("there is no run %.40q; GET /api/runs lists them", id))
	}
	return x
}

func (s *Server) getRun(w http.ResponseWriter, r *http.Request) {
	x := s.find(w, r)
	if x == nil {
		return
	}
	summary, err := x.Summary(r.Context())
	if err != nil {
		s.runFailed(w, x, err)
		return
	}
	controls, err := x.Settings(r.Context())
	if err != nil {
		s.runFailed(w, x, err)
		return
	}
	reply(w, http.StatusOK, struct {
		wire.Summary
		Controls map[string]any `json:"controls"`
	}{summary, controls})
}

func (s *Server) getHistory(w http.ResponseWriter, r *http.Request) {
	x := s.find(w, r)
	if x == nil {
		return
	}
	first := 0
	if q := r.URL.Query().Get("first"); q != "" {
		var err error
		if first, err = strconv.Atoi(q); err != nil || first < 0 {
			problem(w, http.StatusBadRequest, fmt.Sprintf("first %.40q is not the number of a point", q))
			return
		}
	}
	history, err := x.History(r.Context(), first)
	if err != nil {
		s.runFailed(w, x, err)
		return
	}
	reply(w, http.StatusOK, history)
}

// maxPredictions bounds the inputs of one request to predict.
const maxPredictions = 1000

// getPredict answers ?x=5&x=25 with the mean and the standard deviation there.
func (s *Server) getPredict(w http.ResponseWriter, r *http.Request) {
	x := s.find(w, r)
	if x == nil {
		return
	}
	values := r.URL.Query()["x"]
	if len(values) == 0 || len(values) > maxPredictions {
		problem(w, http.StatusBadRequest, fmt.Sprintf("there are %d values of x; give 1 to %d, as in ?x=5&x=25, or ?x=5,1 with two inputs", len(values), maxPredictions))
		return
	}
	at := make([][]float64, len(values))
	for i, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			f, err := strconv.ParseFloat(part, 64)
			if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
				problem(w, http.StatusBadRequest, fmt.Sprintf("x %.40q is not a finite number", part))
				return
			}
			at[i] = append(at[i], f)
		}
	}
	mean, std, err := x.Predict(r.Context(), nil, at)
	if err != nil {
		s.runFailed(w, x, err)
		return
	}
	var inputs any = at
	if len(at[0]) == 1 {
		inputs = slices.Concat(at...) // a number for each row, not a list of one
	}
	reply(w, http.StatusOK, map[string]any{"x": inputs, "mean": numbers(mean), "std": numbers(std)})
}

func numbers(v []float64) []wire.Number {
	n := make([]wire.Number, len(v))
	for i, f := range v {
		n[i] = wire.Number(f)
	}
	return n
}

// runFailed answers for a run that could not.
func (s *Server) runFailed(w http.ResponseWriter, x *run.Run, err error) {
	if errors.Is(err, context.Canceled) {
		return // the client has left
	}
	if errors.Is(err, run.ErrEnded) {
		problem(w, http.StatusNotFound, "the run has ended")
		return
	}
	var refused *wire.ErrorMessage
	if errors.As(err, &refused) {
		problem(w, http.StatusUnprocessableEntity, refused.Reason)
		return
	}
	s.log.Error("asking a run", "run", x.ID(), "err", err)
	problem(w, http.StatusInternalServerError, "the run could not answer")
}

func reply(w http.ResponseWriter, status int, v any) { replyAs(w, "application/json", status, v) }

// problem answers with a problem document (RFC 9457).
func problem(w http.ResponseWriter, status int, detail string) {
	replyAs(w, "application/problem+json", status, map[string]any{
		"title": http.StatusText(status), "status": status, "detail": detail,
	})
}

// tooMany answers 429, and when to come again.
func tooMany(w http.ResponseWriter, wait time.Duration, detail string) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	problem(w, http.StatusTooManyRequests, detail)
}

func replyAs(w http.ResponseWriter, contentType string, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("server: encoding an answer: " + err.Error())
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// An error here is the client's leaving.
	_, _ = w.Write(append(b, '\n'))
}
