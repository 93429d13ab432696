// Package server is the edge of gnllviz: HTTP, websockets, limits, and who may
// speak to it at all. It keeps the runs and hands every request to the run that
// it is about.
//
// A Server's methods may be called from any goroutine. It owns the goroutine of
// each run and the two of each websocket, one of which is the request's own, and
// Serve returns when all of them have ended, or have had their time to.
package server

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/lesson"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
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
	Limits Limits

	// Memory is what the server may use, in bytes; 0 means 2 GB. It divides it among the
	// runs and the files that are sent, but gives Go no limit.
	Memory int

	// Lessons are what the page offers to begin with; nil means those that the
	// program has.
	Lessons []lesson.Lesson

	// Profiles serves the runtime's profiles under /debug/pprof/.
	Profiles bool

	// Trainers is how many runs train at a time, and goroutines at a step of one
	// run; 0 means runtime.GOMAXPROCS. The others wait for their turn, and are
	// served meanwhile.
	Trainers int

	// Version and Commit are of the program, for the cards of models.
	Version, Commit string

	// Log takes the server's log; nil means slog.Default.
	Log *slog.Logger
}

// A Server serves the page, the API and the websockets.
type Server struct {
	log   *slog.Logger
	page  fs.FS
	table wire.Table
	hosts map[string]bool
	every bool // it listens on every address of the machine
	runs  *registry
	gate  *gate

	proxies  proxies
	origins  origins
	refusals sightings

	metrics  *metrics
	profiled bool

	limits    Limits
	fileBytes int // of one that is made
	seats     *seats
	streams   eventStreams
	flights   flights
	making    quota // of runs
	uploads   *turns
	exports   *turns
	sweeps    *turns
	load      load
	looking   *ration // at runs
	taking    *ration // of files
	answering *ration // each peer for itself
	asking    quota   // of requests

	catalogue func() ([]dataset, error)
	help      func() ([]byte, error)
	lessons   []lesson.Lesson
}

// New returns a server that lives until ctx ends: its runs end with it.
func New(ctx context.Context, c Config) *Server {
	c.Limits = c.Limits.orDefaults()
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Lessons == nil {
		var err error
		if c.Lessons, err = Lessons(nil, c.Limits); err != nil {
			panic("server: " + err.Error()) // they are part of the program
		}
	}
	if c.Trainers == 0 {
		c.Trainers = runtime.GOMAXPROCS(0)
	}
	s := &Server{
		log:   c.Log,
		page:  web.FS(),
		table: lane.Table(),
		hosts: map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true},
		runs:  newRegistry(ctx, c),
		gate:  newGate(c.Token, c.TokenMade),

		proxies: c.Proxies,
		origins: c.Origins,

		fileBytes: exportBytes(c.Memory),
		limits:    c.Limits,
		seats:     newSeats(c.Limits),
		flights: flights{
			all: c.Limits.Answers, eachPeer: c.Limits.PeerAnswers, eachRun: c.Limits.RunAnswers,
			bytes: int64(exportBytes(c.Memory)) * 2, eachPeerBytes: int64(exportBytes(c.Memory)),
		},
		asking:  quota{perMinute: 60 * c.Limits.RequestRate, atOnce: 10 * c.Limits.RequestRate},
		making:  quota{perMinute: c.Limits.RunRate},
		uploads: newTurns("large bodies are being read", maxUploads, c.Limits.PeerTurns),
		exports: newTurns("files are being made", maxExports, c.Limits.PeerTurns),
		sweeps:  newTurns("sweeps are under way", maxSweeps, c.Limits.PeerTurns),

		catalogue: sync.OnceValues(catalogue),
		lessons:   c.Lessons,
	}
	s.help = sync.OnceValues(s.writeHelp)
	s.profiled = c.Profiles
	s.metrics = newMetrics(s.runs.count, s.seats.count, s.runs.memory.count)
	s.runs.report = func(done run.Stats) {
		s.metrics.trained(done)
		s.load.add(done.Trained)
	}
	share, speed := c.Limits.ReadingShare/100, newWorkRate(runtime.GOMAXPROCS(0), programTime)
	s.looking = newRation("reading", share, readingBurst, flightWait, s.load.busy, speed.now)
	s.answering = newRation("answering you", share*answeringPart, readingBurst, flightWait, s.load.busy, speed.now)
	s.taking = newRation("the making of files", share*takingPart, readingBurst, exportWait, s.load.busy, speed.now)
	for _, h := range slices.Concat(c.Hosts, s.origins.hosts()) {
		s.hosts[hostname(h)] = true
	}
	return s
}

// shutdownTime is how long Serve waits for requests to be answered, and then
// for viewers to take leave, before it cuts them off.
const shutdownTime = 2 * time.Second

// Serve answers on l until the context of the server ends, then tells every
// viewer that it goes away, and returns nil.
func (s *Server) Serve(l net.Listener) error {
	s.nameAfter(l.Addr())
	if _, port, err := net.SplitHostPort(l.Addr().String()); err == nil {
		s.gate.cookie += "-" + port // browsers do not tell ports apart
	}
	h := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // of requests; websockets set their own
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ConnContext:       withPeerConn,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	bounded := newBoundedListener(l, s.log, s.limits, s.proxies, descriptors())
	go func() { failed <- h.Serve(bounded) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving on %s: %w", l.Addr(), err)
	case <-s.runs.ctx.Done():
	}
	// That a peer is slow is no failure of ours.
	within := func(what string, f func(context.Context) error) {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		if err := f(ctx); err != nil {
			s.log.Warn("cut off while stopping", "what", what, "err", err)
		}
	}
	within("requests", h.Shutdown)
	if err := h.Close(); err != nil {
		s.log.Warn("closing", "err", err)
	}
	within("viewers", s.runs.wait)
	return nil
}

// Handler returns the server's routes, behind the checks that all of them share.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /metrics", s.members(s.metrics.handler().ServeHTTP))
	if s.profiled {
		s.profiles(mux)
	}
	s.routeAPI(mux)
	mux.HandleFunc("GET /{$}", s.servePage("index.html"))
	mux.HandleFunc("GET /r/{id}", s.servePage("r/index.html"))
	mux.HandleFunc("GET /embed/{$}", framed(s.servePage("embed/index.html")))
	mux.HandleFunc("GET /embed/{id}", framed(s.servePage("embed/index.html")))
	mux.Handle("GET /help", packer()(http.HandlerFunc(s.getHelp)))
	mux.HandleFunc("GET /help/{image}", getHelpImage)
	mux.Handle("/", packer()(s.files()))
	others := http.NewCrossOriginProtection()
	for _, o := range s.origins {
		if err := others.AddTrustedOrigin(o); err != nil {
			panic("server: an origin that ParseOrigin did not return: " + err.Error())
		}
	}
	others.SetDenyHandler(http.HandlerFunc(s.denied))
	return s.watched(s.guard(others.Handler(mux)))
}

// servePage serves one of the page's entries, or where it is not there the
// page at the top, which then says how to build it.
func (s *Server) servePage(name string) http.HandlerFunc {
	if _, err := fs.Stat(s.page, name); err != nil {
		name = "index.html"
	}
	return func(w http.ResponseWriter, r *http.Request) {
		html, err := fs.ReadFile(s.page, name)
		if err != nil {
			problem(w, http.StatusInternalServerError, "the page cannot be read")
			s.log.Error("reading the page", "name", name, "err", err)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		if isForeignFrame(r) {
			html = bytes.Replace(html, []byte(embedMark), []byte(embedMark+" data-framed"), 1)
		}
		// An error here is the client's leaving.
		_, _ = w.Write(html)
	}
}

// files serves the page's files, but no listings of folders. Files below assets
// have a hash of their content in their names, so browsers may keep them.
func (s *Server) files() http.Handler {
	files := http.FileServerFS(s.page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if info, err := fs.Stat(s.page, strings.TrimPrefix(r.URL.Path, "/")); err != nil || info.IsDir() {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		files.ServeHTTP(w, r)
	})
}
