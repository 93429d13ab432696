package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/bus/bustest"
	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/server/wire"
)

// shortTTL is that of leases in these tests.
const shortTTL = 2 * time.Second

// A post is a node with its runs, in this process.
type post struct {
	*stay
	conn *nats.Conn
	node *cluster.Node
}

func postOn(t *testing.T, s *bustest.Servers) *post {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	joining, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := &post{conn: s.Dial()}
	var err error
	if p.node, err = cluster.Join(joining, cluster.Config{Conn: p.conn, Web: true, Trains: true, Processors: 1, Log: log, TTL: shortTTL}); err != nil {
		t.Fatal(err)
	}
	kept, err := store.Join(joining, p.conn, store.Config{Log: log, Hold: p.node.Hold})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	p.stay = &stay{t: t, g: New(ctx, Config{
		Limits: access.Limits{}.OrDefaults(), Trainers: 1, Report: func(run.Stats) {}, Log: log, Store: kept, Cluster: p.node,
	})}
	p.g.stay = shortTTL
	leave := p.g.Enter()
	go func() { defer leave(); p.g.Wake() }()
	p.end = func() {
		end()
		p.g.work.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = p.node.Leave(ctx) // its connection may be closed
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() { p.end() })
	return p
}

// play makes a run that trains.
func (p *post) play(name string) string {
	p.t.Helper()
	id := access.IDOf(name)
	spec := wire.Spec{Controls: map[string]json.RawMessage{"hidden": json.RawMessage("[4]"), "speed": json.RawMessage(`"30"`)}}
	if _, _, err := p.g.Open(id, Maker{ByPage, "a"}, Order{Spec: spec}); err != nil {
		p.t.Fatal(err)
	}
	return id
}

// here returns a run in memory, or nil.
func (p *post) here(id string) *Kept {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	return p.g.find(id)
}

func (k *Kept) at(t *testing.T) uint64 {
	t.Helper()
	s, err := k.Summary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.Step
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); {
		if time.Now().After(end) {
			t.Fatalf("it never came true that %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// learningRate returns a control of a run.
func learningRate(t *testing.T, k *Kept) any {
	t.Helper()
	s, err := k.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s["lr"]
}

// The runs of a node that is cut off stop there by themselves; another node takes them, with
// every change that was acknowledged. When the first is back it ends its own, and can write
// nothing.
func TestOwnerCutOff(t *testing.T) {
	s := bustest.Start(t, 3)
	a, b := postOn(t, s), postOn(t, s)
	id := a.play("x")
	k := a.here(id)
	viewer, err := k.Watch(t.Context(), wire.Hello{}, true)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "it trains", func() bool { return k.at(t) > 20 })
	a.do(id, `{"type":"change","id":1,"set":{"lr":0.0123}}`)
	for i := range 3 { // a is cut off, b is not
		if a.conn.ConnectedUrl() == s.URLs()[i] {
			t.Logf("a is at server %d", i)
		}
	}
	a.conn.Close()
	eventually(t, "the lease counts no more", func() bool { return !k.tenure.owned() })
	stood := k.at(t)
	for len(viewer.Frames()) > 0 {
		<-viewer.Frames()
	}
	eventually(t, "b has it", func() bool { return b.here(id) != nil })
	if lr := learningRate(t, b.here(id)); lr != 0.0123 {
		t.Errorf("the learning rate is %v", lr)
	}
	was := b.here(id).at(t)
	eventually(t, "it trains on", func() bool { return b.here(id).at(t) > was+20 })
	if now := k.at(t); now > stood+1 {
		t.Errorf("without a lease it went from step %d to %d", stood, now)
	}
	if len(viewer.Frames()) > 0 {
		t.Error("without a lease it showed a frame")
	}
	_, err = k.Do(t.Context(), &wire.PauseCommand{Head: wire.Head{Type: "pause"}}, true)
	var refused *wire.ErrorMessage
	if !errors.As(err, &refused) || refused.Code != wire.NotStored {
		t.Errorf("a change without a lease: %v", err)
	}
}

// While NATS is away training goes on for as long as the lease counts, and changes are
// refused with the reason; when it is back the run goes on from memory.
func TestBusAway(t *testing.T) {
	s := bustest.Start(t, 1)
	a, b := postOn(t, s), postOn(t, s)
	id := a.play("x")
	k := a.here(id)
	eventually(t, "it trains", func() bool { return k.at(t) > 20 })
	a.do(id, `{"type":"change","id":1,"set":{"lr":0.0123}}`)
	s.Stop(0)
	was := k.at(t)
	eventually(t, "it trains while NATS is away", func() bool { return k.at(t) > was+5 })
	eventually(t, "the lease counts no more", func() bool { return !k.tenure.owned() })
	_, err := k.Do(t.Context(), &wire.PauseCommand{Head: wire.Head{Type: "pause"}}, true)
	var refused *wire.ErrorMessage
	if !errors.As(err, &refused) || refused.Code != wire.NotStored {
		t.Errorf("a change while NATS is away: %v", err)
	}
	t.Log(err)
	stood := k.at(t)
	begun := time.Now()
	eventually(t, "its lease has ended", func() bool { return time.Since(begun) > 2*shortTTL })
	if now := k.at(t); now > stood {
		t.Errorf("without a lease it went from step %d to %d", stood, now)
	}
	s.Run(0)
	eventually(t, "it trains on", func() bool { return k.at(t) > stood+20 })
	if a.here(id) != k || b.here(id) != nil {
		t.Error("it was loaded again")
	}
	a.do(id, `{"type":"change","id":1,"set":{"lr":0.0456}}`)
	eventually(t, "the change and a checkpoint are stored", func() bool {
		m, _ := b.g.Store.Meta(id)
		return m.Step > stood
	})
	// What b makes of it.
	r, err := b.g.Store.Read(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Damaged) > 0 {
		t.Errorf("damaged: %v", r.Damaged)
	}
}

// A node that leaves hands its runs over: each is trained on by another at once, with
// everything that was done.
func TestHandedOver(t *testing.T) {
	s := bustest.Start(t, 3)
	a, b, c := postOn(t, s), postOn(t, s), postOn(t, s)
	for _, p := range []*post{a, b, c} {
		eventually(t, "all know all", func() bool { return len(p.node.Nodes()) == 3 })
	}
	steps := map[string]uint64{}
	for i := range 12 {
		id := a.play(fmt.Sprint(i))
		steps[id] = 0
	}
	still := a.make("still") // paused
	for id := range steps {
		eventually(t, "it trains", func() bool { k := a.here(id); return k == nil || k.at(t) > 10 })
		if k := a.here(id); k != nil {
			steps[id] = k.at(t)
		}
	}
	watched := a.here(still)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := a.g.HandOver(ctx); err != nil {
		t.Fatal(err)
	}
	if err := watched.Err(); !errors.Is(err, session.ErrMoved) {
		t.Errorf("whoever watched is told %v", err)
	}
	if n := a.g.Count(); n != 0 {
		t.Errorf("%d runs are left", n)
	}
	for id, step := range steps {
		k := b.here(id)
		if k == nil {
			k = c.here(id)
		}
		if k == nil {
			t.Fatalf("nobody has the run %s", id)
		}
		if at := k.at(t); at < step {
			t.Errorf("it went on from step %d, before %d", at, step)
		}
	}
	if b.g.Count() < 4 || c.g.Count() < 4 {
		t.Errorf("%d and %d of 12 runs", b.g.Count(), c.g.Count())
	}
	if b.run(still).at(t) != 0 {
		t.Error("the paused run is another")
	}
}

// A node that joins gets its share of runs in training, and no run goes to and fro.
func TestJoinedTakesAShare(t *testing.T) {
	s := bustest.Start(t, 1)
	a := postOn(t, s)
	for i := range 12 {
		a.play(fmt.Sprint(i))
	}
	b := postOn(t, s)
	eventually(t, "both have a share", func() bool { return b.g.Count() >= 5 })
	begun := time.Now()
	eventually(t, "time went by", func() bool { return time.Since(begun) > 2*balanceEvery })
	if x, y := a.g.Count(), b.g.Count(); x+y != 12 || x < 5 || y < 5 {
		t.Errorf("%d and %d", x, y)
	}
}

// A run that another node has is not made, loaded, renamed or deleted here.
func TestElsewhere(t *testing.T) {
	s := bustest.Start(t, 1)
	a, b := postOn(t, s), postOn(t, s)
	id := a.make("x")
	eventually(t, "b knows it", func() bool { return b.g.Known(id) })
	var elsewhere *cluster.ElsewhereError
	if _, err := b.g.Get(id); !errors.As(err, &elsewhere) || elsewhere.Node != a.node.ID() {
		t.Errorf("loaded: %v", err)
	}
	is421 := func(err error) bool {
		var p *problem.Problem
		return errors.As(err, &p) && p.Status == http.StatusMisdirectedRequest
	}
	if _, _, err := b.g.Open(id, Maker{}, Order{}); !is421(err) {
		t.Errorf("made: %v", err)
	}
	if err := b.g.Rename(t.Context(), id, "y"); !is421(err) {
		t.Errorf("renamed: %v", err)
	}
	if err := b.g.Delete(t.Context(), id); !is421(err) {
		t.Errorf("deleted: %v", err)
	}
	if _, missing := b.g.Find(id); missing == nil || missing.Status != 421 {
		t.Errorf("found: %+v", missing)
	}
	if err := a.g.Rename(t.Context(), id, "y"); err != nil {
		t.Fatal(err)
	}
	// At rest anybody may.
	k := a.here(id)
	k.End()
	a.rested(k)
	eventually(t, "b knows that nobody has it", func() bool { _, ok := b.node.Owner(id); return !ok })
	if err := b.g.Rename(t.Context(), id, "z"); err != nil {
		t.Error(err)
	}
	if got := b.run(id).Name(); got != "z" {
		t.Errorf("its name is %q", got)
	}
	if err := b.g.Delete(t.Context(), id); err != nil {
		t.Error(err)
	}
	eventually(t, "a knows that it is gone", func() bool { return !a.g.Known(id) })
}
