package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/relay"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
)

const (
	// lookEvery is the time between two looks at who owns the runs that are watched.
	lookEvery = 100 * time.Millisecond

	// newsTime is how long it may take until this node knows who owns a run, or why nobody
	// does.
	newsTime = time.Second

	// restTime is how long a run is kept here that nobody watches.
	restTime = time.Minute

	// callTime is how long a node may take to answer about its viewers, but for commands.
	callTime = 10 * time.Second

	// incoming is how many messages may wait here.
	incoming = 8192
)

// A Place is where a run is: the node that owns it, and the epoch of its lease.
type Place struct {
	Node  string
	Epoch uint64
}

// FarConfig says what a [Far] has.
type FarConfig struct {
	Conn *nats.Conn
	Node string // this one's id

	// Owner returns where a run is; ok is false where nobody has it. It is quick.
	Owner func(id string) (p Place, ok bool)

	// Prepare is that of [run.Options], and may be nil.
	Prepare func(binary bool, data []byte) any

	Log *slog.Logger
}

// A Far has the runs of other nodes that viewers of this one watch.
type Far struct {
	FarConfig
	transport *relay.Transport
	client    *http.Client
	events    *nats.Subscription
	in        chan *nats.Msg // events and frames, in the order in which they came
	ctx       context.Context
	end       context.CancelFunc
	work      sync.WaitGroup

	mu     sync.Mutex
	runs   map[string]*Run // by their ids
	number uint64          // of the last viewer
}

// NewFar returns a far without runs, until Close is called.
func NewFar(c FarConfig) (*Far, error) {
	f := &Far{FarConfig: c, in: make(chan *nats.Msg, incoming), runs: map[string]*Run{}}
	var err error
	if f.transport, err = relay.NewTransport(c.Conn, Room); err != nil {
		return nil, err
	}
	f.client = &http.Client{Transport: f.transport}
	// One channel for all: so nobody is shown frames before what was said before them.
	if f.events, err = c.Conn.ChanSubscribe(eventsOf(c.Node), f.in); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot listen for runs of other nodes: %w", err), f.transport.Close())
	}
	f.ctx, f.end = context.WithCancel(context.Background())
	f.work.Go(f.take)
	f.work.Go(f.look)
	f.work.Go(f.beat)
	return f, nil
}

// Close ends the runs here, not where they are.
func (f *Far) Close() error {
	f.end()
	f.work.Wait()
	f.mu.Lock()
	var runs []*Run
	for _, x := range f.runs {
		runs = append(runs, x)
	}
	f.mu.Unlock()
	for _, x := range runs {
		x.finish(session.ErrMoved)
	}
	return errors.Join(f.events.Unsubscribe(), f.transport.Close())
}

// Run returns a run that another node owns.
func (f *Far) Run(id string, at Place) *Run {
	f.mu.Lock()
	x := f.runs[id]
	if x != nil && x.at == at {
		x.asked = time.Now()
		f.mu.Unlock()
		return x
	}
	next := &Run{of: f, id: id, at: at, asked: time.Now(), owned: time.Now(), ended: make(chan struct{}), viewers: map[uint64]*viewer{}}
	f.runs[id] = next
	f.mu.Unlock()
	if x != nil {
		x.finish(session.ErrMoved)
	}
	return next
}

// A RefusedError is the answer of a node that has no run to watch, as it came.
type RefusedError struct {
	Status int
	Header http.Header
	Body   []byte
}

// Error returns the status.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("the node answered %d %s", e.Status, http.StatusText(e.Status))
}

// Problem returns the answer to whoever asked for the run here.
func (e *RefusedError) Problem() *problem.Problem {
	p := problem.New(e.Status, "")
	if err := json.Unmarshal(e.Body, p); err != nil {
		p = problem.New(http.StatusServiceUnavailable, e.Error())
	}
	return p
}

// Open has a node find a run, out of the store if need be, and returns it. It fails with
// *RefusedError where the node has none.
func (f *Far) Open(ctx context.Context, id, node string) (*Run, error) {
	o, err := f.call(ctx, node, "/open", call{Run: id})
	if err != nil {
		return nil, err
	}
	return f.Run(id, Place{node, o.Epoch}), nil
}

// call asks a host.
func (f *Far) call(ctx context.Context, node, path string, c call) (*outcome, error) {
	o := new(outcome)
	c.Node = f.Node
	return o, f.post(ctx, node, path, c, o)
}

func (f *Far) post(ctx context.Context, node, path string, in, out any) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "nats://"+node+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	answer, err := f.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if b, err = io.ReadAll(answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return &RefusedError{answer.StatusCode, answer.Header, b}
	}
	return json.Unmarshal(b, out)
}

// take hands on what comes.
func (f *Far) take() {
	for {
		select {
		case <-f.ctx.Done():
			return
		case m := <-f.in:
			if m.Subject == eventsOf(f.Node) {
				f.takeEvent(m)
			} else {
				f.takeFrames(m)
			}
		}
	}
}

func (f *Far) takeEvent(m *nats.Msg) {
	var e event
	data, err := relay.Decode(m.Data, &e)
	if err != nil {
		f.Log.Warn("a message about a run on another node cannot be read", "err", err)
		return
	}
	if x := f.run(e.Run, e.Epoch); x != nil {
		x.take(e, data)
	}
}

// run returns a run that is watched here, if its lease has that epoch.
func (f *Far) run(id string, epoch uint64) *Run {
	f.mu.Lock()
	defer f.mu.Unlock()
	if x := f.runs[id]; x != nil && x.at.Epoch == epoch {
		return x
	}
	return nil
}

func (f *Far) takeFrames(m *nats.Msg) {
	var p picture
	data, err := relay.Decode(m.Data, &p)
	if err != nil {
		f.Log.Warn("frames of a run on another node cannot be read", "err", err)
		return
	}
	run, epoch, _ := ofFrames(m.Subject)
	if x := f.run(run, epoch); x != nil {
		x.show(p, data)
	}
}

// look ends runs that another node owns now, and forgets those that nobody watches.
func (f *Far) look() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-f.ctx.Done():
			return
		case <-tick.C:
		}
		f.mu.Lock()
		var out []*Run
		for _, x := range f.runs {
			if at, ok := f.Owner(x.id); x.hasMoved(at, ok) || x.isIdle() {
				out = append(out, x)
			}
		}
		f.mu.Unlock()
		for _, x := range out {
			x.finish(session.ErrMoved)
		}
	}
}

// beat tells hosts which viewers are here.
func (f *Far) beat() {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-f.ctx.Done():
			return
		case <-tick.C:
		}
		at := map[string]*presence{}
		f.mu.Lock()
		through := f.number
		for _, x := range f.runs {
			for _, v := range x.present() {
				if at[x.at.Node] == nil {
					at[x.at.Node] = &presence{Node: f.Node, Through: through}
				}
				at[x.at.Node].Viewers = append(at[x.at.Node].Viewers, v)
			}
		}
		f.mu.Unlock()
		var all sync.WaitGroup
		for node, p := range at {
			all.Go(func() { f.tellOf(node, p) })
		}
		all.Wait()
	}
}

func (f *Far) tellOf(node string, p *presence) {
	ctx, cancel := context.WithTimeout(f.ctx, callTime)
	defer cancel()
	sent := time.Now()
	var a absence
	if err := f.post(ctx, node, "/here", p, &a); err != nil {
		f.Log.Debug("telling a node which viewers are here", "node", node, "err", err)
		return
	}
	if len(a.Unknown) == 0 {
		return
	}
	f.mu.Lock()
	var runs []*Run
	for _, x := range f.runs {
		if x.at.Node == node {
			runs = append(runs, x)
		}
	}
	f.mu.Unlock()
	for _, x := range runs {
		x.miss(a.Unknown, sent)
	}
}

// prepare makes of a message what is sent to many.
func (f *Far) prepare(m run.Message) run.Message {
	if f.Prepare != nil {
		m.Prepared = f.Prepare(m.Binary, m.Data)
	}
	return m
}
