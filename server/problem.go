package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A refusal is an error that is answered as it stands: a problem document
// (RFC 9457).
type refusal struct {
	Title  string `json:"title" doc:"The status in words." example:"Unprocessable Entity"`
	Status int    `json:"status" doc:"The HTTP status of this answer." example:"422"`
	Detail string `json:"detail" doc:"What is wrong and what to do about it, in a sentence for people." example:"eps -1 is below its least value 1e-12"`
	Field  string `json:"field,omitempty" doc:"The control, or the member of the body, that is to blame." example:"recipe.steps"`
	Limit  string `json:"limit,omitempty" doc:"The flag of the server that sets the limit which was reached." example:"max-viewers"`
	Row    int    `json:"row,omitempty" doc:"Of a table that is refused: the line of the file that is to blame, counted from 1."`
	Column string `json:"column,omitempty" doc:"Of a table that is refused: the column that is to blame."`

	header http.Header
}

func refuse(status int, detail string) *refusal {
	return &refusal{Title: http.StatusText(status), Status: status, Detail: detail}
}

// refuseCommand says what of a run or of a command is not right.
func refuseCommand(e *wire.ErrorMessage) *refusal {
	r := refuse(http.StatusUnprocessableEntity, e.Reason)
	r.Field = cmp.Or(e.Control, e.Field)
	return r
}

// refuseLimit says which limit keeps somebody out.
func refuseLimit(err error) *refusal {
	r := refuse(http.StatusServiceUnavailable, err.Error())
	var limit *limitError
	if errors.As(err, &limit) {
		r.Limit = limit.flag
	}
	return r
}

// refuseBody says what of a body cannot be read.
func refuseBody(err error) *refusal {
	r := refuse(http.StatusBadRequest, err.Error())
	var member *memberError
	if errors.As(err, &member) {
		r.Field = member.member
	}
	return r
}

// refuseFor is refuse with the time after which to come again.
func refuseFor(wait time.Duration, status int, detail string) *refusal {
	e := refuse(status, detail)
	e.header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(wait.Seconds())))}}
	return e
}

// refuseTable says what is wrong with a table.
func refuseTable(err *table.Error) *refusal {
	detail := err.Error()
	if flag, ok := map[string]string{"rows": "--max-rows", "columns": "--max-columns", "field": "--max-field-bytes"}[err.Limit]; ok {
		detail += "; " + flag + " of the server raises the limit"
	}
	e := refuse(http.StatusUnprocessableEntity, detail)
	e.Row, e.Column = err.Row, err.Column
	return e
}

// Error returns the detail.
func (e *refusal) Error() string { return e.Detail }

// GetStatus implements [huma.StatusError].
func (e *refusal) GetStatus() int { return e.Status }

// GetHeaders implements [huma.HeadersError].
func (e *refusal) GetHeaders() http.Header { return e.header }

// ContentType implements [huma.ContentTypeFilter].
func (e *refusal) ContentType(string) string { return "application/problem+json" }

// errLeft is for a client that has left, or whose request breaks off.
var errLeft = refuse(http.StatusBadRequest, "the request was broken off")

// runFailed says why a run could not do what it was asked.
func (s *Server) runFailed(x *run.Run, err error) error {
	var refused *wire.ErrorMessage
	switch {
	case errors.Is(err, context.Canceled):
		return errLeft
	case errors.Is(err, run.ErrEnded):
		return refuse(http.StatusNotFound, "the run has ended")
	case errors.As(err, &refused) && refused.Code == wire.ReadOnly:
		return refuse(http.StatusForbidden, refused.Reason)
	case errors.As(err, &refused):
		return refuseCommand(refused)
	}
	s.log.Error("asking a run", "run", x.ID(), "err", err)
	return refuse(http.StatusInternalServerError, "the run could not answer")
}

// problem answers with a problem document where huma is not asked.
func problem(w http.ResponseWriter, status int, detail string) {
	answerRefusal(w, refuse(status, detail))
}

// tooMany answers 429, and when to come again.
func tooMany(w http.ResponseWriter, wait time.Duration, detail string) {
	answerRefusal(w, refuseFor(wait, http.StatusTooManyRequests, detail))
}

func answerRefusal(w http.ResponseWriter, e *refusal) {
	b, err := json.Marshal(e)
	if err != nil {
		panic("server: encoding a refusal: " + err.Error())
	}
	for k, v := range e.header {
		w.Header()[k] = v
	}
	answerProblem(w, e.Status, b)
}

// answerProblem writes an encoded problem document.
func answerProblem(w http.ResponseWriter, status int, b []byte) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// An error here is the client's leaving.
	_, _ = w.Write(append(b, '\n'))
}
