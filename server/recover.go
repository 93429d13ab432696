package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
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

// watched counts requests, and bounds the answers that are under way. It answers 500
// for a handler that panics, or cuts off an answer that had begun, so that nobody takes
// it for the whole.
func (s *Server) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := newAnswer(w)
		defer func() { s.metrics.requested(r, a.status) }()
		defer a.finish()
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
		steering := s.steering(r)
		if x := peerConnOf(r); x != nil {
			x.work(1)
			defer x.work(-1)
			if refused := x.admit(r, steering); refused != nil {
				a.Header().Set("Connection", "close")
				answerRefusal(a, refused)
				return
			}
		}
		if steering && (r.Method != http.MethodGet || isLive(r)) {
			next.ServeHTTP(a, r) // which is short, and waits for nobody
			return
		}
		peer := s.proxies.peerOf(r)
		if r.URL.Path == "/healthz" {
			ctx, cancel := context.WithTimeout(r.Context(), probeWait)
			defer cancel()
			_ = s.answering.await(ctx, peer) // it is answered in any case
			s.answering.chargePeer(peer, requestTime)
			next.ServeHTTP(a, r)
			return
		}
		if err := s.mayAsk(r); err != nil {
			answerRefusal(a, err)
			return
		}
		x, err := s.flights.enter(r.Context(), a, peer, runOf(r))
		reading := (r.Method == http.MethodGet || r.Method == http.MethodHead) && !isLive(r)
		if err == nil {
			defer s.flights.leave(x)
			if reading {
				err = s.answering.await(r.Context(), peer)
			}
		}
		if err != nil {
			var refused *refusal
			if errors.As(err, &refused) {
				answerRefusal(a, refused)
			}
			return
		}
		a.hijacked = func() { s.flights.leave(x) }
		r = r.WithContext(context.WithValue(r.Context(), flightKey{}, x))
		if reading {
			defer func() { s.answering.chargePeer(peer, requestTime+a.encoding()) }()
		}
		next.ServeHTTP(a, r)
	})
}

// steering says whether a request brings the key of a run that there is.
func (s *Server) steering(r *http.Request) bool {
	id, key := runOf(r), keyOf(r)
	return key != "" && steers(id, key) && s.runs.get(id) != nil
}

// isLive says whether a request is for a viewer's connection, which has a seat of its own.
func isLive(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/live") || strings.HasSuffix(r.URL.Path, "/events")
}

// mayAsk waits until a peer may make one more request, or refuses it, which takes a
// while, too.
func (s *Server) mayAsk(r *http.Request) *refusal {
	ctx, cancel := context.WithTimeout(r.Context(), flightWait)
	defer cancel()
	if s.asking.wait(ctx, s.proxies.peerOf(r)) == nil {
		return nil
	}
	select {
	case <-time.After(time.Second):
	case <-r.Context().Done():
	}
	return refuseFor(flightWait, http.StatusTooManyRequests,
		fmt.Sprintf("your address asks more than %d times a second, which is its limit; --request-rate raises it", s.limits.RequestRate))
}

// flightKey is where a request's context has its flight.
type flightKey struct{}

// flightOf returns the answer under way to a request.
func flightOf(ctx context.Context) *flight {
	x, _ := ctx.Value(flightKey{}).(*flight)
	return x
}

// runOf returns the id in a path about a run, or nothing.
func runOf(r *http.Request) string {
	rest, ok := strings.CutPrefix(r.URL.Path, "/api/runs/")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	if !runID.MatchString(id) {
		return ""
	}
	return id
}
