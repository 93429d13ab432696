// Package nodes decides which node of a cluster answers a request of the API, and has it
// answered there: about a run the node that owns it, of what makes something the one with
// the least to train, a list all of them. The API itself knows nothing of that.
//
// A request has passed the checks of the node that it reached: the names under which the
// server may be called, origins, rates, and the token where its route asks for one. What
// those found goes along, and is believed by the other node because it came by the relay.
//
// A [Nodes]'s methods may be called from any goroutine; it owns those of what it listens to.
package nodes

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/live/remote"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/relay"
)

// Config says what a [Nodes] works with. All is needed but Prepare.
type Config struct {
	Cluster *cluster.Node
	Runs    *registry.Registry

	// API answers here. Members says whether a request is for a route that asks for the
	// server's token, and StreamNode which node has a stream of events.
	API        http.Handler
	Members    func(*http.Request) bool
	StreamNode func(stream string) string

	Gate    *access.Gate
	Proxies access.Proxies

	// Inside is what bounds the answers to other nodes.
	Inside func(http.Handler) http.Handler

	// Prepare is that of [run.Options].
	Prepare func(binary bool, data []byte) any

	Log *slog.Logger
}

// A Nodes is the handler of the API where several nodes serve it.
type Nodes struct {
	Config
	far       *remote.Far
	host      *remote.Host
	transport *relay.Transport
	rooms     []*relay.Server
	parted    sync.Once
}

// room is the relay's room of the API.
const room = "http"

// New has this node answer the others, until Close is called.
func New(c Config) (n *Nodes, err error) {
	n = &Nodes{Config: c}
	conn, id := c.Cluster.Conn(), c.Cluster.ID()
	n.host = remote.NewHost(remote.HostConfig{Conn: conn, Find: n.hosted, Log: c.Log})
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
		}
	}()
	if n.transport, err = relay.NewTransport(conn, room); err != nil {
		return n, err
	}
	n.far, err = remote.NewFar(remote.FarConfig{Conn: conn, Node: id, Owner: n.owner, Prepare: c.Prepare, Log: c.Log})
	if err != nil {
		return n, err
	}
	for name, h := range map[string]http.Handler{room: c.Inside(http.HandlerFunc(n.answer)), remote.Room: n.host} {
		s, err := relay.Listen(conn, id, name, h, c.Log)
		if err != nil {
			return n, err
		}
		n.rooms = append(n.rooms, s)
	}
	return n, nil
}

// Close answers other nodes no more, and ends what viewers here watch of theirs.
func (n *Nodes) Close() (err error) {
	n.host.Close()
	for _, s := range n.rooms {
		err = errors.Join(err, s.Close())
	}
	n.Part()
	if n.transport != nil {
		err = errors.Join(err, n.transport.Close())
	}
	return err
}

// Part ends what viewers here watch of other nodes' runs: this one is going away. Others are
// answered until Close is called.
func (n *Nodes) Part() {
	n.parted.Do(func() {
		if n.far == nil {
			return
		}
		if err := n.far.Close(); err != nil {
			n.Log.Debug("leaving runs of other nodes", "err", err)
		}
	})
}

func (n *Nodes) owner(id string) (remote.Place, bool) {
	p, ok := n.Cluster.Owner(id)
	return remote.Place(p), ok
}

// hosted returns a run of this node for viewers of others.
func (n *Nodes) hosted(id string) (remote.Hosted, uint64, *problem.Problem) {
	if at, ok := n.owner(id); ok && at.Node != n.Cluster.ID() {
		return nil, 0, elsewhere(at.Node)
	}
	x, missing := n.Runs.Find(id)
	if missing != nil {
		return nil, 0, missing
	}
	at, ok := n.owner(id)
	if !ok || at.Node != n.Cluster.ID() {
		return nil, 0, elsewhere(at.Node)
	}
	return x, at.Epoch, nil
}

func elsewhere(owner string) *problem.Problem {
	return problem.Elsewhere(owner, "another node has the run")
}

// A checked is the word that goes along with a request.
type checked = access.Checked

// answer answers a request that another node passed on.
func (n *Nodes) answer(w http.ResponseWriter, r *http.Request) {
	word, relayed := relay.Word(r.Context())
	var c checked
	if !relayed || json.Unmarshal([]byte(word), &c) != nil {
		problem.Answer(w, http.StatusForbidden, "this is for other nodes")
		return
	}
	if a := aboutOf(r); a.run != "" && a.stream == "" {
		if at, ok := n.owner(a.run); ok && at.Node != n.Cluster.ID() {
			elsewhere(at.Node).Answer(w)
			return
		}
	}
	n.API.ServeHTTP(w, r.WithContext(access.WithChecked(r.Context(), c)))
}

// An about is what a request is about, as far as it matters where it is answered.
type about struct {
	run    string // its id; empty where it is about none
	rest   string // of the path, behind the run's id
	stream string // of events, to which it is posted
	makes  bool   // it makes a run, or a sweep
	lists  bool   // it asks for all runs
}

func aboutOf(r *http.Request) (a about) {
	const runs = "/api/runs"
	switch path := r.URL.Path; {
	case path == runs:
		a.lists = r.Method == http.MethodGet || r.Method == http.MethodHead
		a.makes = r.Method == http.MethodPost
	case path == runs+"/import", path == "/api/sweeps":
		a.makes = r.Method == http.MethodPost
	case strings.HasPrefix(path, runs+"/"):
		id, rest, _ := strings.Cut(strings.TrimPrefix(path, runs+"/"), "/")
		if !access.IsRunID(id) {
			return a
		}
		a.run, a.rest = id, rest
		a.makes = r.Method == http.MethodPut && rest == ""
		a.stream, _ = strings.CutPrefix(rest, "events/")
		if a.stream == rest {
			a.stream = ""
		}
	}
	return a
}

// isLive says whether a viewer comes, whose connection stays here.
func (a *about) isLive() bool { return a.rest == "live" || a.rest == "events" }

// ServeHTTP implements [http.Handler].
func (n *Nodes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := aboutOf(r)
	serve := func(w http.ResponseWriter, r *http.Request) { n.route(w, r, a) }
	switch {
	case a.lists:
		serve = n.list
	case a.run == "" && !a.makes, a.isLive():
		serve = n.API.ServeHTTP
	}
	if n.Members(r) {
		serve = n.Gate.Members(serve)
	}
	serve(w, r)
}

// where returns the node that is to answer a request, or nothing where none can.
func (n *Nodes) where(a about) string {
	self := n.Cluster.ID()
	if a.stream != "" {
		if node := n.StreamNode(a.stream); n.isThere(node) {
			return node
		}
		return self // which has none
	}
	if a.run == "" {
		return n.Cluster.Choose()
	}
	if at, ok := n.owner(a.run); ok {
		return at.Node
	}
	if !a.makes && (!n.Runs.Known(a.run) || a.rest == "summary") {
		return self // which says so, and need not load it
	}
	return n.Cluster.Choose()
}

func (n *Nodes) isThere(node string) bool {
	for _, p := range n.Cluster.Nodes() {
		if p.ID == node {
			return true
		}
	}
	return false
}

const (
	// tries is how often a request is passed on while a run moves, and firstWait how long
	// before the second time; it doubles.
	tries     = 7
	firstWait = 25 * time.Millisecond

	// retryAfter is when somebody is to come again whom no node could answer.
	retryAfter = 2 * time.Second
)

// Find returns the run with that id for a viewer, wherever it is, or says why there is none.
func (n *Nodes) Find(ctx context.Context, id string) (live.Run, *problem.Problem) {
	hint := ""
	for try := range tries {
		x, missing, next := n.find(ctx, id, hint)
		if x != nil || missing != nil {
			return x, missing
		}
		hint = next
		if !wait(ctx, try) {
			break
		}
	}
	return nil, moving()
}

// find is one attempt. Where it finds neither a run nor a reason, another node may have it.
func (n *Nodes) find(ctx context.Context, id, hint string) (x live.Run, missing *problem.Problem, next string) {
	self := n.Cluster.ID()
	at, owned := n.owner(id)
	node := hint
	switch {
	case hint != "":
	case owned:
		node = at.Node
	case !n.Runs.Known(id):
		node = self // which says so
	default:
		node = n.Cluster.Choose()
	}
	switch {
	case node == "":
		return nil, nobodyTrains(), ""
	case node == self:
		k, missing := n.Runs.Find(id)
		if missing == nil {
			return k, nil, ""
		}
		if missing.Status == http.StatusMisdirectedRequest {
			return nil, nil, missing.Header().Get(problem.OwnerHeader)
		}
		return nil, missing, ""
	case owned && at.Node == node:
		return n.far.Run(id, at), nil, ""
	}
	far, err := n.far.Open(ctx, id, node)
	var refused *remote.RefusedError
	switch {
	case err == nil:
		return far, nil, ""
	case errors.As(err, &refused) && refused.Status != http.StatusMisdirectedRequest:
		return nil, refused.Problem(), ""
	case errors.As(err, &refused):
		return nil, nil, refused.Header.Get(problem.OwnerHeader)
	}
	n.Log.Debug("finding a run", "run", id, "node", node, "err", err)
	return nil, nil, ""
}

// wait waits until a request may be tried once more.
func wait(ctx context.Context, try int) bool {
	select {
	case <-time.After(firstWait << try):
		return true
	case <-ctx.Done():
		return false
	}
}

func moving() *problem.Problem {
	p := problem.After(retryAfter, http.StatusServiceUnavailable, "the machine that has the run does not answer; another one takes the run over within seconds. Try again in a moment")
	p.Code = problem.Moving
	return p
}

func nobodyTrains() *problem.Problem {
	p := problem.After(retryAfter, http.StatusServiceUnavailable, "no machine that trains runs is there now; try again in a moment")
	p.Code = problem.Moving
	return p
}
