package server

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
)

// errPanic stands for a panic that was logged where it happened.
var errPanic = errors.New("server: a panic")

// guarded runs f. A panic in it is logged with its stack and is an error, so that
// it ends what f was about and nothing else.
func guarded(log *slog.Logger, what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			logPanic(log, what, p)
			err = errPanic
		}
	}()
	return f()
}

// logPanic is called while the stack is still that of the panic.
func logPanic(log *slog.Logger, what string, p any) {
	log.Error("a panic", "in", what, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}

// watched counts requests. It answers 500 for a handler that panics, or cuts off
// what it had begun to answer, lest that pass for the whole.
func (s *Server) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w}
		defer func() { s.metrics.requested(r, a.status) }()
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			log := s.log
			if id := r.PathValue("id"); runID.MatchString(id) {
				log = log.With("run", id)
			}
			logPanic(log, "a request", p)
			if a.status != 0 {
				panic(http.ErrAbortHandler)
			}
			problem(a, http.StatusInternalServerError, "the server made a mistake, which is in its log")
		}()
		next.ServeHTTP(a, r)
	})
}

// An answer remembers its status, which is 0 until there is one.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Hijack implements [http.Hijacker], for websockets.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.status = http.StatusSwitchingProtocols
	return http.NewResponseController(a.ResponseWriter).Hijack()
}

// Unwrap is for [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
