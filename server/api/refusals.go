package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/wire"
)

// storeRetry is when to try again what could not be saved.
const storeRetry = 5 * time.Second

// refuseCommand says what of a run or of a command is not right.
func refuseCommand(e *wire.ErrorMessage) *problem.Problem {
	p := problem.New(http.StatusUnprocessableEntity, e.Reason)
	if e.Code == wire.NotStored {
		p = problem.After(storeRetry, http.StatusServiceUnavailable, e.Reason)
	}
	p.Field = cmp.Or(e.Control, e.Field)
	return p
}

// refuseBody says what of a body cannot be read.
func refuseBody(err error) *problem.Problem {
	p := problem.New(http.StatusBadRequest, err.Error())
	var member *memberError
	if errors.As(err, &member) {
		p.Field = member.member
	}
	return p
}

// refuseTable says what is wrong with a table.
func refuseTable(err *table.Error) *problem.Problem {
	detail := err.Error()
	if flag, ok := map[string]string{"rows": "--max-rows", "columns": "--max-columns", "field": "--max-field-bytes"}[err.Limit]; ok {
		detail += "; " + flag + " of the server raises the limit"
	}
	p := problem.New(http.StatusUnprocessableEntity, detail)
	p.Row, p.Column = err.Row, err.Column
	return p
}

// runFailed says why a run could not do what it was asked.
func (a *core) runFailed(x session.Session, err error) error {
	var refused *wire.ErrorMessage
	switch {
	case errors.Is(err, context.Canceled):
		return problem.ErrLeft
	case errors.Is(err, run.ErrEnded):
		return problem.New(http.StatusNotFound, "the run has ended")
	case errors.As(err, &refused) && refused.Code == wire.ReadOnly:
		return problem.New(http.StatusForbidden, refused.Reason)
	case errors.As(err, &refused):
		return refuseCommand(refused)
	}
	a.Log.Error("asking a run", "run", x.ID(), "err", err)
	return problem.New(http.StatusInternalServerError, "the run could not answer")
}
