package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Hosted is a run of this node.
type Hosted interface {
	live.Run
	WatchFrom(ctx context.Context, h wire.Hello, steers bool, o run.Outlet, name string) (session.Viewer, error)
}

// HostConfig says what a [Host] has.
type HostConfig struct {
	Conn *nats.Conn

	// Find returns the run with that id, out of the store if need be, with the epoch of this
	// node's lease, or says why there is none.
	Find func(id string) (Hosted, uint64, *problem.Problem)

	Log *slog.Logger
}

// A Host is the [http.Handler] of a relay's room, by which nodes have their viewers watch
// this node's runs.
type Host struct {
	HostConfig
	mux    *http.ServeMux
	ending chan struct{}
	work   sync.WaitGroup

	mu     sync.Mutex
	stages map[string]*stage
	heard  map[string]time.Time // of nodes that have viewers here
	closed bool
}

// NewHost returns a host without viewers.
func NewHost(c HostConfig) *Host {
	h := &Host{HostConfig: c, mux: http.NewServeMux(), ending: make(chan struct{}), stages: map[string]*stage{}, heard: map[string]time.Time{}}
	for path, do := range map[string]func(context.Context, call) outcome{
		"/open": h.open, "/join": h.join, "/hello": h.hello, "/attend": h.attend, "/do": h.do, "/leave": h.leave,
	} {
		h.mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { serve(w, r, do) })
	}
	h.mux.HandleFunc("POST /here", func(w http.ResponseWriter, r *http.Request) {
		serve(w, r, func(_ context.Context, p presence) absence { return h.here(p) })
	})
	h.work.Go(h.look)
	return h
}

// ServeHTTP implements [http.Handler]. It must not be served but to other nodes.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// Close tells all nodes that their viewers' runs go on elsewhere.
func (h *Host) Close() {
	h.mu.Lock()
	if !h.closed {
		h.closed = true
		close(h.ending)
	}
	h.mu.Unlock()
	h.work.Wait()
}

// serve answers a request with what do makes of its body.
func serve[I, O any](w http.ResponseWriter, r *http.Request, do func(context.Context, I) O) {
	var in I
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		problem.Answer(w, http.StatusBadRequest, "the body cannot be read")
		return
	}
	switch out := any(do(r.Context(), in)).(type) {
	case outcome:
		if out.problem != nil {
			out.problem.Answer(w)
			return
		}
		_ = json.NewEncoder(w).Encode(out)
	default:
		_ = json.NewEncoder(w).Encode(out)
	}
}

// outcomeOf says what became of a request.
func outcomeOf(ack wire.Ack, err error) outcome {
	var refused *wire.ErrorMessage
	switch {
	case errors.As(err, &refused):
		return outcome{Refused: refused.Labelled()}
	case errors.Is(err, run.ErrEnded):
		return outcome{Ended: true}
	case err != nil:
		return outcome{Failed: err.Error()}
	}
	return outcome{Ack: &ack}
}

// find returns the run of a call, if it is still the one that the caller knows.
func (h *Host) find(c call) (Hosted, *outcome) {
	x, epoch, missing := h.Find(c.Run)
	switch {
	case missing != nil && c.Epoch == 0:
		return nil, &outcome{problem: missing}
	case missing != nil || c.Epoch != 0 && c.Epoch != epoch:
		return nil, &outcome{Ended: true}
	}
	return x, &outcome{Epoch: epoch}
}

// open finds a run, out of the store if need be.
func (h *Host) open(_ context.Context, c call) outcome {
	_, o := h.find(c)
	return *o
}

// join adds a viewer to a run. One that is there already begins again.
func (h *Host) join(ctx context.Context, c call) outcome {
	var hello wire.Hello
	if err := json.Unmarshal(c.Command, &hello); err != nil || c.Node == "" || c.Viewer == 0 || c.Epoch == 0 {
		return outcome{Failed: "this is no hello of a viewer"}
	}
	x, o := h.find(c)
	if x == nil {
		return *o
	}
	g := &guest{node: c.Node, viewer: c.Viewer}
	s, before, earlier := h.enter(x, c, g)
	if s == nil {
		return outcome{Ended: true}
	}
	if earlier != nil { // of another epoch: its viewers come in again
		earlier.mu.Lock()
		left := slices.Collect(maps.Values(earlier.guests))
		earlier.mu.Unlock()
		for _, g := range left {
			h.out(earlier, g)
		}
	}
	if before != nil && before.session != nil {
		before.session.Close()
		x.Leave()
	}
	v, err := x.WatchFrom(ctx, hello, c.Steers, s, nameOf(c.Node, c.Viewer))
	if err != nil {
		h.out(s, g)
		return outcomeOf(wire.Ack{}, err)
	}
	x.Join()
	s.mu.Lock()
	g.session = v
	stays := s.guests[nameOf(g.node, g.viewer)] == g
	s.mu.Unlock()
	if !stays { // it was dropped meanwhile
		v.Close()
		x.Leave()
		return outcome{Unknown: true}
	}
	return outcome{}
}

// enter puts a guest on the stage of its run, which is made if there is none.
func (h *Host) enter(x Hosted, c call, g *guest) (s *stage, before *guest, earlier *stage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, nil, nil
	}
	s = h.stages[c.Run]
	if s == nil || s.epoch != c.Epoch || s.run != x {
		earlier = s
		s = &stage{
			conn: h.Conn, id: c.Run, epoch: c.Epoch, run: x, log: h.Log,
			wake: make(chan struct{}, 1), close: make(chan struct{}),
			guests: map[string]*guest{}, links: map[string]*link{},
		}
		s.number = uint64(time.Now().UnixNano()) // so that no link has the number of an earlier one
		h.stages[c.Run] = s
		h.work.Go(func() {
			s.serve(h.ending)
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.stages[c.Run] == s {
				delete(h.stages, c.Run)
			}
		})
	}
	h.heard[g.node] = time.Now()
	return s, s.add(g), earlier
}

// out takes a guest off its run.
func (h *Host) out(s *stage, g *guest) {
	h.mu.Lock()
	was, last := s.remove(g)
	if was && last {
		if h.stages[s.id] == s {
			delete(h.stages, s.id)
		}
		close(s.close)
	}
	h.mu.Unlock()
	s.mu.Lock()
	v := g.session
	s.mu.Unlock()
	if was && v != nil {
		v.Close()
		s.run.Leave()
	}
}

// guest returns the viewer of a call.
func (h *Host) guest(c call) (*stage, *guest, *outcome) {
	h.mu.Lock()
	s := h.stages[c.Run]
	h.mu.Unlock()
	if s == nil || s.epoch != c.Epoch {
		return nil, nil, &outcome{Unknown: true}
	}
	if g := s.find(c.Node, c.Viewer); g != nil {
		return s, g, nil
	}
	return nil, nil, &outcome{Unknown: true}
}

func (h *Host) hello(ctx context.Context, c call) outcome {
	var hello wire.Hello
	if err := json.Unmarshal(c.Command, &hello); err != nil {
		return outcome{Failed: "this is no hello"}
	}
	_, g, o := h.guest(c)
	if g == nil {
		return *o
	}
	return outcomeOf(wire.Ack{}, g.session.Hello(ctx, hello))
}

func (h *Host) attend(ctx context.Context, c call) outcome {
	command, _, refused := wire.ParseCommand(c.Command)
	watch, ok := command.(*wire.WatchCommand)
	if refused != nil || !ok {
		return outcome{Failed: fmt.Sprintf("this is no watch command: %v", refused)}
	}
	_, g, o := h.guest(c)
	if g == nil {
		return *o
	}
	return outcomeOf(g.session.Attend(ctx, *watch))
}

// do has a command done, by a viewer or by whoever brings the run's key.
func (h *Host) do(ctx context.Context, c call) outcome {
	command, _, refused := wire.ParseCommand(c.Command)
	if refused != nil {
		return outcome{Refused: refused}
	}
	if c.Viewer == 0 {
		x, o := h.find(c)
		if x == nil {
			return *o
		}
		return noted(x, outcomeOf(x.Do(ctx, command, c.Steers)))
	}
	s, g, o := h.guest(c)
	if g == nil {
		return *o
	}
	return noted(s.run, outcomeOf(g.session.Do(ctx, command)))
}

func noted(x Hosted, o outcome) outcome {
	if o.Ack != nil {
		x.Note()
	}
	return o
}

func (h *Host) leave(_ context.Context, c call) outcome {
	if s, g, _ := h.guest(c); g != nil {
		h.out(s, g)
	}
	return outcome{}
}

// here drops viewers whom their node has no more, and says whom it has that are not here.
func (h *Host) here(p presence) absence {
	h.mu.Lock()
	if _, there := h.heard[p.Node]; there {
		h.heard[p.Node] = time.Now()
	}
	h.mu.Unlock()
	have := map[uint64]bool{}
	for _, v := range p.Viewers {
		have[v] = true
	}
	h.drop(func(g *guest) bool {
		if g.node != p.Node {
			return false
		}
		known := have[g.viewer]
		delete(have, g.viewer)
		return !known && g.viewer <= p.Through
	})
	a := absence{Unknown: []uint64{}}
	for _, v := range p.Viewers {
		if have[v] {
			a.Unknown = append(a.Unknown, v)
		}
	}
	return a
}

// drop takes some guests off their runs.
func (h *Host) drop(which func(*guest) bool) {
	h.mu.Lock()
	stages := make([]*stage, 0, len(h.stages))
	for _, s := range h.stages {
		stages = append(stages, s)
	}
	h.mu.Unlock()
	for _, s := range stages {
		s.mu.Lock()
		var out []*guest
		for _, g := range s.guests {
			if which(g) {
				out = append(out, g)
			}
		}
		s.mu.Unlock()
		for _, g := range out {
			h.out(s, g)
		}
	}
}

// look drops viewers of nodes that have gone.
func (h *Host) look() {
	tick := time.NewTicker(goneAfter / 4)
	defer tick.Stop()
	for {
		select {
		case <-h.ending:
			return
		case <-tick.C:
		}
		h.mu.Lock()
		var gone []string
		for node, at := range h.heard {
			if time.Since(at) > goneAfter {
				gone = append(gone, node)
				delete(h.heard, node)
			}
		}
		h.mu.Unlock()
		if len(gone) > 0 {
			h.drop(func(g *guest) bool { return slices.Contains(gone, g.node) })
		}
	}
}
