// Package server puts the rooms of a server together, and nothing else: runs and who may
// do what with them, the API and the connections of viewers, the page, and the edge where
// they meet a network.
//
// A Server's methods may be called from any goroutine. Serve returns when the runs and the
// connections of viewers have ended, or have had their time to.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/api"
	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/edge"
	"github.com/gnllviz/gnllviz/server/lesson"
	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/live/events"
	"github.com/gnllviz/gnllviz/server/live/lobby"
	"github.com/gnllviz/gnllviz/server/live/websocket"
	"github.com/gnllviz/gnllviz/server/meter"
	"github.com/gnllviz/gnllviz/server/nodes"
	"github.com/gnllviz/gnllviz/server/operator"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/site"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/web"
)

// Config says how a Server behaves. Its zero value is ready.
type Config struct {
	// Hosts are names, besides the loopback ones and the address listened on,
	// under which the server may be called. It answers no other: that keeps a
	// web page from reaching it by rebinding a name of its own.
	Hosts []string

	// Origins are those of pages that are served behind a proxy which changes the
	// host or hides TLS, as ParseOrigin returns them. The server may be called by
	// their names, too.
	Origins []string

	// Proxies are networks of reverse proxies: what they pass on is counted for the
	// address that they name in X-Forwarded-For. Nobody else's word is taken for that.
	Proxies []netip.Prefix

	// Token is what one must bring to make runs, to list them, and to see how
	// the server does; empty means that everybody may. Who has a run's address
	// may watch it without.
	Token string

	// TokenMade says that NewToken made the token. One that somebody chose may be
	// one that others think of, so wrong ones are rationed.
	TokenMade bool

	// Limits bound what the server takes on.
	Limits access.Limits

	// Memory is what the server may use, in bytes; 0 means 2 GB. It divides it among the
	// runs and the files that are sent, but gives Go no limit.
	Memory int

	// Lessons are what the page offers to begin with; nil means those that the
	// program has.
	Lessons []lesson.Lesson

	// InPage has the page train in its visitors' browsers. PageLessons are the files of
	// lessons, by their names, that it has beside the program's own.
	InPage      bool
	PageLessons map[string]string

	// Profiles serves the runtime's profiles under /debug/pprof/.
	Profiles bool

	// Store, unless nil, keeps the runs when the program ends, and those that nobody
	// watches out of memory. Whoever opened it closes it after Serve.
	Store *store.Store

	// Cluster, unless nil, is this process among others that share the Store, which is one
	// of NATS servers elsewhere. Whoever joined leaves after Serve.
	Cluster *cluster.Node

	// Trainers is how many runs train at a time, and goroutines at a step of one
	// run; 0 means runtime.GOMAXPROCS. The others wait for their turn, and are
	// served meanwhile.
	Trainers int

	// Version and Commit are of the program, for the cards of models.
	Version, Commit string

	// Log takes the server's log; nil means slog.Default.
	Log *slog.Logger
}

// A Server serves the page, the API and the connections of viewers.
type Server struct {
	log     *slog.Logger
	limits  access.Limits
	proxies access.Proxies
	origins access.Origins
	hosts   *access.Hosts
	gate    *access.Gate
	runs    *registry.Registry
	meter   *meter.Meter
	edge    *edge.Edge
	lobby   *lobby.Lobby
	api     *api.API
	site    *site.Site
	ready   *readiness
	nodes   *nodes.Nodes // nil where this is the only process
	apart   error        // why it cannot be one of several

	ctx     context.Context // whose end ends the server
	endRuns context.CancelFunc

	profiled bool
}

// New returns a server that lives until ctx ends: its runs end with it, or, in a cluster,
// once others have them.
func New(ctx context.Context, c Config) *Server {
	c.Limits = c.Limits.OrDefaults()
	c.Memory = registry.Memory(c.Memory)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Lessons == nil {
		var err error
		if c.Lessons, err = registry.Lessons(nil, c.Limits); err != nil {
			panic("server: " + err.Error()) // they are part of the program
		}
	}
	if c.Trainers == 0 {
		c.Trainers = runtime.GOMAXPROCS(0)
	}
	runs, endRuns := context.WithCancel(ctx)
	if c.Cluster != nil {
		runs, endRuns = context.WithCancel(context.WithoutCancel(ctx))
	}
	s := &Server{ctx: ctx, endRuns: endRuns, log: c.Log, limits: c.Limits, proxies: c.Proxies, origins: c.Origins, profiled: c.Profiles}
	s.hosts = access.NewHosts(slices.Concat(c.Hosts, s.origins.Hosts())...)
	s.gate = access.NewGate(c.Token, c.TokenMade, s.proxies, s.log)
	load := new(access.Load)
	seats := access.NewSeats(c.Limits.ViewerLimits)
	s.meter = meter.New(
		func() int { return s.runs.Count() }, seats.Count, func() int { return s.runs.Held() },
		func() meter.Runs { return meter.Runs(s.runs.Survey()) },
	)
	s.runs = registry.New(runs, registry.Config{
		Limits: c.Limits, Memory: c.Memory, Trainers: c.Trainers, Version: c.Version, Commit: c.Commit, Store: c.Store, Cluster: c.Cluster, Log: s.log,
		Prepare: websocket.Prepare,
		Report: func(done run.Stats) {
			s.meter.Trained(done)
			load.Add(done.Trained)
		},
		Meter: s.meter,
	})
	rations, file := access.NewRations(c.Limits.ReadingShare/100, load), api.FileBytes(c.Memory)
	s.edge = edge.New(edge.Config{
		Limits: c.Limits.TrafficLimits, Proxies: s.proxies, Answering: rations.Answering, FileBytes: int64(file), Log: s.log,
		Steered: func(id string) bool { return s.runs.Known(id) },
		Count:   s.meter.Requested,
	})
	s.lobby = &lobby.Lobby{
		Run: s.find, Enter: s.runs.Enter, Seats: seats, Door: access.NewDoor(s.hosts, s.origins, s.log), Proxies: s.proxies,
		Limits: c.Limits, Meter: s.meter, Log: s.log,
		Way: func(r *http.Request) lobby.Way { return s.edge.Way(r) },
	}
	s.api = api.New(api.Config{
		Runs: s.runs, Lessons: c.Lessons, Limits: c.Limits, Gate: s.gate, Proxies: s.proxies, Rations: rations,
		FileBytes: file, Hold: s.edge.Hold, Meter: s.meter, Log: s.log,
	})
	streams := &events.Server{Lobby: s.lobby}
	if c.Cluster != nil {
		s.join(c.Cluster)
		streams.Node = c.Cluster.ID()
	}
	s.api.Handle("POST /api/login", s.gate.Login)
	s.api.Handle("GET /api/connection", s.lobby.Door.Connection)
	s.api.Handle("GET /api/addresses", s.hosts.Reach)
	s.api.Handle("GET /api/runs/{id}/live", websocket.Handler(ctx, s.lobby))
	s.api.Handle("GET /api/runs/{id}/events", streams.Open(ctx))
	s.api.Handle("POST /api/runs/{id}/events/{stream}", streams.Post)
	s.site = site.New(web.FS(), s.api.Datasets, c.Lessons, s.log)
	if c.InPage {
		if err := s.site.InPage(c.PageLessons); err != nil {
			panic("server: " + err.Error()) // texts can be encoded
		}
	}
	s.ready = newReadiness(s.checks(c.Cluster, c.Store))
	if c.Cluster != nil {
		c.Cluster.Measure(s.meter)
	}
	return s
}

// find returns a run for a viewer, wherever it is.
func (s *Server) find(ctx context.Context, id string) (live.Run, *problem.Problem) {
	if s.nodes != nil {
		return s.nodes.Find(ctx, id)
	}
	x, missing := s.runs.Find(id)
	if missing != nil {
		return nil, missing // x is no live.Run then
	}
	return x, nil
}

// join has the server answer other nodes, and have them answer for it.
func (s *Server) join(node *cluster.Node) {
	s.gate.Share(node.Secret())
	s.nodes, s.apart = nodes.New(nodes.Config{
		Cluster: node, Runs: s.runs, API: s.api, Members: s.api.Members, StreamNode: events.NodeOf,
		Gate: s.gate, Proxies: s.proxies, Inside: s.edge.Watch, Prepare: websocket.Prepare, Log: s.log,
	})
}

// Bring makes a run that continues from a model, paused at the step to which it had come,
// and returns its id and the key that steers it. Like any other run it is dropped when
// nobody has watched it for long.
func (s *Server) Bring(m *export.Model) (id, key string, err error) {
	key = access.NewKey()
	id = access.IDOf(key)
	x, _, err := s.runs.Open(id, registry.Maker{}, registry.Order{Model: m})
	if err != nil {
		return "", "", err
	}
	x.Note()
	return id, key, nil
}

// Operator answers whoever runs the server, of which there is to be a Store. It asks for no
// rights, so it must not be served to others.
func (s *Server) Operator() http.Handler { return operator.New(s.runs, s.log) }

// shutdownTime is how long Serve waits for requests to be answered, and then
// for viewers to take leave, before it cuts them off.
const shutdownTime = 2 * time.Second

// handOverTime is how long Serve waits for other nodes to take the runs.
const handOverTime = 25 * time.Second

// savingTime is how long Serve waits for runs to be saved.
const savingTime = 30 * time.Second

// Serve answers on l until the context of the server ends, then tells every
// viewer that it goes away, and returns nil.
func (s *Server) Serve(l net.Listener) error {
	if s.apart != nil {
		return fmt.Errorf("speaking to the other nodes: %w", s.apart)
	}
	if err := s.hosts.Listen(l.Addr()); err != nil {
		s.log.Warn("naming the server", "err", err)
	}
	if _, port, err := net.SplitHostPort(l.Addr().String()); err == nil {
		s.gate.Listen(port)
	}
	h := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // of requests; websockets set their own
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ConnContext:       edge.ConnContext,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	awake := s.runs.Enter()
	go func() {
		defer awake()
		s.runs.Wake()
	}()
	failed := make(chan error, 1)
	bounded := edge.Bound(l, s.log, s.limits.TrafficLimits, s.proxies)
	go func() { failed <- h.Serve(bounded) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving on %s: %w", l.Addr(), err)
	case <-s.ctx.Done():
	}
	// That a peer is slow is no failure of ours.
	within := func(what string, time time.Duration, f func(context.Context) error) {
		ctx, cancel := context.WithTimeout(context.Background(), time)
		defer cancel()
		if err := f(ctx); err != nil {
			s.log.Warn("cut off while stopping", "what", what, "err", err)
		}
	}
	if s.nodes != nil {
		s.nodes.Part()
	}
	handed := make(chan struct{})
	go func() {
		defer close(handed)
		within("runs that are handed over", handOverTime, s.runs.HandOver)
		s.endRuns()
	}()
	within("requests", shutdownTime, h.Shutdown)
	if err := h.Close(); err != nil {
		s.log.Warn("closing", "err", err)
	}
	<-handed
	within("viewers", shutdownTime, s.runs.Wait)
	within("runs that are being saved", savingTime, s.runs.WaitSaved)
	if s.nodes != nil {
		if err := s.nodes.Close(); err != nil {
			s.log.Warn("leaving the other nodes", "err", err)
		}
	}
	return nil
}

// Handler returns the server's routes, behind the checks that all of them share.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, "ok")
	})
	mux.Handle("GET /readyz", s.ready)
	mux.HandleFunc("GET /metrics", s.gate.Members(s.meter.Handler().ServeHTTP))
	if s.profiled {
		edge.Profile(mux, s.gate)
	}
	if s.nodes != nil {
		mux.Handle("/api/", s.nodes)
	} else {
		mux.Handle("/api/", s.api)
	}
	s.site.Route(mux)
	others := http.NewCrossOriginProtection()
	for _, o := range s.origins {
		if err := others.AddTrustedOrigin(o); err != nil {
			panic("server: an origin that ParseOrigin did not return: " + err.Error())
		}
	}
	others.SetDenyHandler(http.HandlerFunc(s.lobby.Door.Deny))
	return s.edge.Watch(edge.Guard(s.lobby.Door, others.Handler(mux)))
}
