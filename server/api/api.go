// Package api is gnllviz's HTTP API, one file a noun. It needs no network: an [API] is a
// handler that may as well be called with requests that came another way.
//
// An API's methods may be called from any goroutine. It owns none.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/lesson"
	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Config says what an [API] works with. All but Hold is needed.
type Config struct {
	Runs    *registry.Registry
	Lessons []lesson.Lesson

	Limits  access.Limits
	Gate    *access.Gate
	Proxies access.Proxies
	Rations access.Rations

	// FileBytes bounds a file that is made as a whole. Hold waits until the answer to a
	// request of that context may hold so many bytes; nil means that it may.
	FileBytes int
	Hold      func(ctx context.Context, bytes int64) error

	Meter live.Meter
	Log   *slog.Logger
}

// An API serves the routes under /api/.
type API struct {
	*core
	mux        *http.ServeMux
	operations []operation
	members    map[string]bool // patterns of routes that need the server's token
	datasets   func() ([]Dataset, error)
}

// core is what the routes of all nouns share.
type core struct {
	Config
	table   wire.Table
	making  access.Quota // of runs
	uploads *access.Turns
}

// New returns an API.
func New(c Config) *API {
	if c.Hold == nil {
		c.Hold = func(context.Context, int64) error { return nil }
	}
	turns := func(what string, all int) *access.Turns { return access.NewTurns(what, all, c.Limits.PeerTurns) }
	shared := &core{
		Config:  c,
		table:   lane.Table(),
		making:  access.Quota{PerMinute: c.Limits.RunRate},
		uploads: turns("large bodies are being read", MaxUploads),
	}
	a := &API{core: shared, mux: http.NewServeMux(), members: map[string]bool{}, datasets: sync.OnceValues(catalogue)}
	for _, routes := range []interface{ register(to *API) }{
		runRoutes{shared},
		commandRoutes{shared},
		lookRoutes{shared},
		curveRoutes{shared},
		datasetRoutes{shared, a.datasets},
		tableRoutes{shared},
		controlRoutes{shared},
		lessonRoutes{shared},
		exportRoutes{shared, turns("files are being made", MaxExports)},
		importRoutes{shared},
		sweepRoutes{shared, turns("sweeps are under way", MaxSweeps)},
	} {
		routes.register(a)
	}
	a.describeOthers()
	a.routeDescription()
	a.mux.HandleFunc("/api/", a.nothingThere)
	return a
}

// Datasets describes every set of the catalogue. It makes them once.
func (a *API) Datasets() ([]Dataset, error) { return a.datasets() }

// Members says whether a request is for a route that needs the server's token, where it has
// one.
func (a *API) Members(r *http.Request) bool {
	_, pattern := a.mux.Handler(r)
	return a.members[pattern]
}

// Handle adds a route that others serve. It is called before there are requests.
func (a *API) Handle(pattern string, handle http.HandlerFunc) { a.mux.HandleFunc(pattern, handle) }

// ServeHTTP implements [http.Handler].
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// nothingThere answers what no route of the API does: 405 where another method
// would have been right, else 404.
func (a *API) nothingThere(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPost, http.MethodPut} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := a.mux.Handler(other); strings.HasPrefix(pattern, method) || method == http.MethodHead && slices.Contains(allowed, http.MethodGet) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		problem.Answer(w, http.StatusNotFound, fmt.Sprintf("the API has no %.20s %.100q; GET /api/openapi.json lists all that it has", r.Method, r.URL.Path))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	problem.Answer(w, http.StatusMethodNotAllowed, fmt.Sprintf("%.20s is not allowed at %.100q; use %s", r.Method, r.URL.Path, strings.Join(allowed, ", ")))
}

// reads waits until whoever asks may look at a run, or at several where that is empty,
// and returns what is called when it has.
func (a *core) reads(ctx context.Context, q *request, run string) (done func(), err error) {
	return a.Rations.Looking.Take(ctx, a.Proxies.PeerOf(q.r), run)
}

// lookAt is theRun for whoever reads it, until done is called.
func (a *core) lookAt(ctx context.Context, q *request) (x *registry.Kept, done func(), err error) {
	if x, err = a.theRun(q); err != nil {
		return nil, nil, err
	}
	done, err = a.reads(ctx, q, x.ID())
	return x, done, err
}
