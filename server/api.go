package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gnllviz/gnllviz/server/chart"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

func (s *Server) getControls(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, s.table)
}

func (s *Server) getCharts(w http.ResponseWriter, r *http.Request) {
	d, err := run.Describe(r.PathValue("dataset"))
	if err != nil {
		problem(w, http.StatusNotFound, err.Error())
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

func (s *Server) postRun(w http.ResponseWriter, r *http.Request) { s.openRun(w, r, newID()) }

// putRun lets the pages of a run that the server has forgotten meet again.
func (s *Server) putRun(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if !runID.MatchString(id) {
		problem(w, http.StatusBadRequest, "a run's id has 8 to 32 lower case letters and digits")
		return
	}
	s.openRun(w, r, id)
}

func (s *Server) openRun(w http.ResponseWriter, r *http.Request, id string) {
	set := map[string]json.RawMessage{}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, int64(s.limits.BodyBytes)))
	err := d.Decode(&set)
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		problem(w, http.StatusBadRequest, fmt.Sprintf("the body is too large: more than %d bytes, which --max-body-bytes raises", long.Limit))
		return
	}
	if err != nil && !errors.Is(err, io.EOF) {
		problem(w, http.StatusBadRequest, "the body is not a JSON object of controls: "+err.Error())
		return
	}
	if set == nil {
		problem(w, http.StatusBadRequest, "the body is not a JSON object of controls: it is null")
		return
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		problem(w, http.StatusBadRequest, "more follows after the JSON object of controls")
		return
	}
	settings, _, refused := s.table.Apply(s.table.Defaults(), set)
	if refused != nil {
		problem(w, http.StatusUnprocessableEntity, refused.Reason)
		return
	}
	if s.runs.get(id) == nil {
		if _, wait := s.making.take(peerOf(r), time.Now()); wait > 0 {
			tooMany(w, wait, fmt.Sprintf("your address has made %d runs within a minute, which is its limit; --run-rate raises it", s.limits.RunRate))
			return
		}
	}
	x, made, err := s.runs.open(id, settings)
	switch {
	case errors.Is(err, errFull):
		problem(w, http.StatusServiceUnavailable, err.Error())
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
	if made {
		status = http.StatusCreated
		w.Header().Set("Location", "/api/runs/"+id)
		s.log.Info("run made", "run", id, "dataset", settings.Dataset)
	}
	reply(w, status, summary)
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
		problem(w, http.StatusBadRequest, fmt.Sprintf("there are %d values of x; give 1 to %d, as in ?x=5&x=25", len(values), maxPredictions))
		return
	}
	at := make([]float64, len(values))
	for i, v := range values {
		var err error
		if at[i], err = strconv.ParseFloat(v, 64); err != nil || math.IsNaN(at[i]) || math.IsInf(at[i], 0) {
			problem(w, http.StatusBadRequest, fmt.Sprintf("x %.40q is not a finite number", v))
			return
		}
	}
	mean, std, err := x.Predict(r.Context(), at)
	if err != nil {
		s.runFailed(w, x, err)
		return
	}
	reply(w, http.StatusOK, map[string][]wire.Number{"x": numbers(at), "mean": numbers(mean), "std": numbers(std)})
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
