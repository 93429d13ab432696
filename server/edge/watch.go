// Package edge is where a server meets a network: it bounds connections, requests and
// answers, each peer's for itself, so that nobody alone keeps all others waiting, and
// gives every piece of an answer a deadline. What is behind it needs no network and knows
// of none.
//
// What it exports may be called from any goroutine; it owns none but the timers of
// connections.
package edge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/panics"
	"github.com/gnllviz/gnllviz/server/problem"
)

// Config says how an [Edge] behaves.
type Config struct {
	Limits    access.TrafficLimits
	Proxies   access.Proxies
	Answering *access.Ration // of encoding and sending answers

	// FileBytes is what one file may have that is made as a whole before it is sent.
	FileBytes int64

	// Steered says whether there is a run of an id, whose key was brought.
	Steered func(id string) bool

	// Count counts a request that was answered.
	Count func(r *http.Request, status int)

	Log *slog.Logger
}

// An Edge bounds the requests and the answers that are under way.
type Edge struct {
	Config
	flights flights
	asking  access.Quota // of requests
}

// New returns an edge where nothing is under way.
func New(c Config) *Edge {
	l := c.Limits
	return &Edge{
		Config: c,
		flights: flights{
			all: l.Answers, eachPeer: l.PeerAnswers, eachRun: l.RunAnswers,
			bytes: c.FileBytes * 2, eachPeerBytes: c.FileBytes,
		},
		asking: access.Quota{PerMinute: 60 * l.RequestRate, AtOnce: 10 * l.RequestRate},
	}
}

// probeWait is the longest that a probe waits.
const probeWait = time.Second / 2

// Watch counts requests, and bounds the answers that are under way. It answers 500
// for a handler that panics, or cuts off an answer that had begun, so that nobody takes
// it for the whole.
func (e *Edge) Watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := newAnswer(w)
		defer func() { e.Count(r, a.status) }()
		defer a.finish()
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			log := e.Log
			if id := r.PathValue("id"); access.IsRunID(id) {
				log = log.With("run", id)
			}
			panics.Log(log, "a request", p)
			if a.status != 0 {
				panic(http.ErrAbortHandler)
			}
			problem.Answer(a, http.StatusInternalServerError, "the server made a mistake, which is in its log")
		}()
		steering := e.steering(r)
		if x := peerConnOf(r); x != nil {
			x.work(1)
			defer x.work(-1)
			if refused := x.admit(r, steering); refused != nil {
				a.Header().Set("Connection", "close")
				refused.Answer(a)
				return
			}
		}
		if steering && (r.Method != http.MethodGet || isLive(r)) {
			next.ServeHTTP(a, r) // which is short, and waits for nobody
			return
		}
		peer := e.Proxies.PeerOf(r)
		if r.URL.Path == "/healthz" {
			ctx, cancel := context.WithTimeout(r.Context(), probeWait)
			defer cancel()
			_ = e.Answering.Await(ctx, peer) // it is answered in any case
			e.Answering.ChargePeer(peer, requestTime)
			next.ServeHTTP(a, r)
			return
		}
		if refused := e.mayAsk(r); refused != nil {
			refused.Answer(a)
			return
		}
		x, err := e.flights.enter(r.Context(), a, peer, runOf(r))
		reading := (r.Method == http.MethodGet || r.Method == http.MethodHead) && !isLive(r)
		if err == nil {
			defer e.flights.leave(x)
			if reading {
				err = e.Answering.Await(r.Context(), peer)
			}
		}
		if err != nil {
			var refused *problem.Problem
			if errors.As(err, &refused) {
				refused.Answer(a)
			}
			return
		}
		a.hijacked = func() { e.flights.leave(x) }
		r = r.WithContext(context.WithValue(r.Context(), flightKey{}, x))
		if reading {
			defer func() { e.Answering.ChargePeer(peer, requestTime+a.encoding()) }()
		}
		next.ServeHTTP(a, r)
	})
}

// steering says whether a request brings the key of a run that there is.
func (e *Edge) steering(r *http.Request) bool {
	id, key := runOf(r), access.KeyOf(r)
	return key != "" && access.Steers(id, key) && e.Steered(id)
}

// isLive says whether a request is for a viewer's connection, which has a seat of its own.
func isLive(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/live") || strings.HasSuffix(r.URL.Path, "/events")
}

// mayAsk waits until a peer may make one more request, or refuses it, which takes a
// while, too.
func (e *Edge) mayAsk(r *http.Request) *problem.Problem {
	ctx, cancel := context.WithTimeout(r.Context(), access.AnswerWait)
	defer cancel()
	if e.asking.Wait(ctx, e.Proxies.PeerOf(r)) == nil {
		return nil
	}
	select {
	case <-time.After(time.Second):
	case <-r.Context().Done():
	}
	return problem.After(access.AnswerWait, http.StatusTooManyRequests,
		fmt.Sprintf("your address sends more than %d requests per second, its limit; slow down, or raise --request-rate", e.Limits.RequestRate))
}

// flightKey is where a request's context has its flight.
type flightKey struct{}

// Hold waits until the answer to a request of that context may hold so many bytes, until
// it is sent. It returns a [problem.Problem] that says which limit keeps it out.
func (e *Edge) Hold(ctx context.Context, bytes int64) error {
	x, ok := ctx.Value(flightKey{}).(*flight)
	if !ok {
		return nil
	}
	return e.flights.hold(ctx, x, bytes)
}

// A Way is the connection by which a viewer has come.
type Way struct {
	edge   *Edge
	flight *flight   // or nil
	conn   *peerConn // or nil
}

// Way returns the way by which a request has come.
func (e *Edge) Way(r *http.Request) Way {
	x, _ := r.Context().Value(flightKey{}).(*flight)
	return Way{e, x, peerConnOf(r)}
}

// Keep notes that a viewer continues with the connection: that is no answer which is to be
// sent soon, and has a bound of its own.
func (w Way) Keep() {
	if w.flight != nil {
		w.edge.flights.leave(w.flight)
	}
	if w.conn != nil {
		w.conn.keep()
	}
}

// Prove notes that whoever has the connection steers a run.
func (w Way) Prove() { w.conn.prove() }

// runOf returns the id in a path about a run, or nothing.
func runOf(r *http.Request) string {
	rest, ok := strings.CutPrefix(r.URL.Path, "/api/runs/")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	if !access.IsRunID(id) {
		return ""
	}
	return id
}
