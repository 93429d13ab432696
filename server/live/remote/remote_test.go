package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/bus/bustest"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/relay"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/wire"
)

const runID = "abcdefghijklmnop"

// here is a run of the owner.
type here struct {
	session.Session
	run      *run.Run
	watchers atomic.Int32
	notes    atomic.Int32
	why      error
}

func (h *here) Ended() <-chan struct{} { return h.run.Done() }
func (h *here) Err() error             { return h.why }
func (h *here) Join()                  { h.watchers.Add(1) }
func (h *here) Leave()                 { h.watchers.Add(-1) }
func (h *here) Note()                  { h.notes.Add(1) }

// A hall is an owner with one run, and other nodes.
type hall struct {
	t    *testing.T
	dial func() *nats.Conn
	run  *here
	host *Host
	conn *nats.Conn // the owner's
	end  context.CancelFunc

	mu    sync.Mutex
	place Place
	owned bool
}

func newHall(t *testing.T, o run.Options) *hall {
	t.Helper()
	r, err := run.New(runID, wire.Spec{}, o)
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{t: t, dial: bustest.Start(t, 1).Dial, place: Place{"owner", 7}, owned: true, run: &here{Session: session.Of(r), run: r}}
	ctx, cancel := context.WithCancel(context.Background())
	h.end = cancel
	go r.Serve(ctx)
	t.Cleanup(func() { cancel(); <-r.Done() })
	h.conn = h.dial()
	h.host = NewHost(HostConfig{Conn: h.conn, Find: h.find, Log: h.log()})
	t.Cleanup(h.host.Close)
	s, err := relay.Listen(h.conn, "owner", Room, h.host, h.log())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return h
}

func (h *hall) log() *slog.Logger { return slog.New(slog.NewTextHandler(h.t.Output(), nil)) }

func (h *hall) find(id string) (Hosted, uint64, *problem.Problem) {
	if id != runID {
		return nil, 0, problem.New(http.StatusNotFound, "there is no such run")
	}
	p, _ := h.owner(id)
	return h.run, p.Epoch, nil
}

func (h *hall) owner(string) (Place, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.place, h.owned
}

func (h *hall) move(p Place, owned bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.place, h.owned = p, owned
}

// node is another node, with a connection of its own.
func (h *hall) node(id string) (*Far, *nats.Conn) {
	h.t.Helper()
	conn := h.dial()
	f, err := NewFar(FarConfig{
		Conn: conn, Node: id, Owner: h.owner, Log: h.log(),
		Prepare: func(_ bool, data []byte) any { return bytes.Clone(data) },
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { f.Close() })
	return f, conn
}

func (h *hall) watch(f *Far, steers bool) *watcher {
	h.t.Helper()
	v, err := f.Run(runID, h.place).Watch(h.t.Context(), wire.Hello{Type: "hello"}, steers)
	if err != nil {
		h.t.Fatal(err)
	}
	return watching(h.t, v)
}

func (h *hall) local(steers bool) *watcher {
	h.t.Helper()
	v, err := h.run.Watch(h.t.Context(), wire.Hello{Type: "hello"}, steers)
	if err != nil {
		h.t.Fatal(err)
	}
	return watching(h.t, v)
}

// A watcher notes all that a viewer is told, as a connection would take it.
type watcher struct {
	session.Viewer
	t    *testing.T
	mu   sync.Mutex
	said []run.Message // events and frames
	news chan struct{}
}

func watching(t *testing.T, v session.Viewer) *watcher {
	w := &watcher{Viewer: v, t: t, news: make(chan struct{}, 1)}
	go func() {
		for {
			var m run.Message
			select {
			case m = <-v.Events():
			case m = <-v.Frames():
				for range len(v.Events()) {
					w.note(<-v.Events())
				}
			case <-t.Context().Done():
				return
			}
			w.note(m)
		}
	}()
	return w
}

func (w *watcher) note(m run.Message) {
	w.mu.Lock()
	w.said = append(w.said, m)
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// until waits until what was said is so.
func (w *watcher) until(what string, is func([]run.Message) bool) []run.Message {
	w.t.Helper()
	late := time.After(20 * time.Second)
	for {
		w.mu.Lock()
		said := w.said
		w.mu.Unlock()
		if is(said) {
			return said
		}
		select {
		case <-w.news:
		case <-late:
			w.t.Fatalf("it never came true that %s; %d messages were said", what, len(said))
		}
	}
}

// of returns the messages of a type.
func of[M any](said []run.Message, kind string) (list []M) {
	for _, m := range said {
		var head struct{ Type string }
		var one M
		if !m.Binary && json.Unmarshal(m.Data, &head) == nil && head.Type == kind && json.Unmarshal(m.Data, &one) == nil {
			list = append(list, one)
		}
	}
	return list
}

// frames returns those that show a moment, which have a time.
func frames(said []run.Message) (list []run.Message) {
	for _, m := range said {
		if !m.Made.IsZero() {
			list = append(list, m)
		}
	}
	return list
}

// stepOf returns the step that frames show.
func stepOf(m run.Message) uint64 {
	of, err := wire.ParseFrames(m.Data)
	if err != nil {
		return 0
	}
	return of[0].Step
}

// events are the messages of which none is to be missed, but for who watches.
func events(said []run.Message) (list []string) {
	for _, m := range said {
		if m.Made.IsZero() && !bytes.Contains(m.Data, []byte(`"type":"welcome"`)) && !bytes.Contains(m.Data, []byte(`"type":"viewers"`)) {
			list = append(list, string(m.Data))
		}
	}
	return list
}

func command(t *testing.T, text string) wire.Command {
	t.Helper()
	c, _, refused := wire.ParseCommand([]byte(text))
	if refused != nil {
		t.Fatal(refused)
	}
	return c
}

func do(t *testing.T, v session.Viewer, text string) wire.Ack {
	t.Helper()
	ack, err := v.Do(t.Context(), command(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return ack
}

// Viewers elsewhere are told what those are told who are where the run is, in the same
// order, and are shown the same frames, to the last bit.
func TestViewersElsewhereSeeTheSame(t *testing.T) {
	h := newHall(t, run.Options{Paused: true, Idle: time.Hour})
	f, _ := h.node("far")
	other, _ := h.node("other")
	near := h.local(false)
	far := []*watcher{h.watch(f, false), h.watch(f, false), h.watch(other, false)}
	owner := h.watch(other, true)
	shown := func(step uint64) func([]run.Message) bool {
		return func(said []run.Message) bool {
			of := frames(said)
			if len(of) == 0 {
				return false
			}
			return stepOf(of[len(of)-1]) == step
		}
	}
	for i := range 20 {
		do(t, owner, fmt.Sprintf(`{"type":"change","id":1,"set":{"lr":%g}}`, 0.001*float64(i+1)))
		ack := do(t, owner, `{"type":"step","id":1,"steps":7}`)
		_ = ack
		step := uint64(7 * (i + 1))
		said := near.until(fmt.Sprint("near is shown step ", step), shown(step))
		want := frames(said)
		for n, w := range append(far, owner) {
			got := frames(w.until(fmt.Sprint("far is shown step ", step), shown(step)))
			if !bytes.Equal(got[len(got)-1].Data, want[len(want)-1].Data) {
				t.Errorf("viewer %d: the frames at step %d are others", n, step)
			}
			if age := time.Since(got[len(got)-1].Made); age < 0 || age > time.Minute {
				t.Errorf("viewer %d: the frames are %v old", n, age)
			}
			if p, ok := got[len(got)-1].Prepared.([]byte); !ok || !bytes.Equal(p, got[len(got)-1].Data) {
				t.Errorf("viewer %d: the frames are not prepared", n)
			}
		}
	}
	do(t, owner, `{"type":"reset","id":1}`)
	want := near.until("near is told of the reset", func(said []run.Message) bool {
		return len(of[wire.RunMessage](said, "run")) == 2 && len(events(said)) > 0
	})
	for n, w := range far {
		said := w.until("far is told as much", func(said []run.Message) bool { return len(events(said)) >= len(events(want)) })
		// What was said before a viewer came is in its first messages, not as messages of their own.
		a, b := events(want), events(said)
		last := func(l []string) []string { return l[len(l)-20:] }
		if got, want := fmt.Sprint(last(b[:len(a)])), fmt.Sprint(last(a)); got != want {
			t.Errorf("viewer %d was told\n%.3000s\nnot\n%.3000s", n, got, want)
		}
	}
	if n := h.run.notes.Load(); n != 41 {
		t.Errorf("%d commands were noted, not 41", n)
	}
}

// Rights are those with which a viewer came in, and people are counted wherever they are.
func TestRightsAndPeople(t *testing.T) {
	h := newHall(t, run.Options{Paused: true, Idle: time.Hour})
	f, _ := h.node("far")
	owner := h.local(true)
	steers, watches := h.watch(f, true), h.watch(f, false)
	for _, x := range []struct {
		*watcher
		steers bool
	}{{steers, true}, {watches, false}} {
		said := x.until("it is welcome", func(said []run.Message) bool { return len(of[wire.WelcomeMessage](said, "welcome")) == 1 })
		if w := of[wire.WelcomeMessage](said, "welcome")[0]; w.Steer != x.steers {
			t.Errorf("welcome: %+v", w)
		}
		_, err := x.Do(t.Context(), command(t, `{"type":"change","id":1,"set":{"lr":0.01}}`))
		var refused *wire.ErrorMessage
		if x.steers != (err == nil) || !x.steers && (!errors.As(err, &refused) || refused.Code != wire.ReadOnly) {
			t.Errorf("steers %v: %v", x.steers, err)
		}
	}
	_, err := steers.Do(t.Context(), command(t, `{"type":"change","id":1,"set":{"lr":-1}}`))
	_, local := owner.Do(t.Context(), command(t, `{"type":"change","id":1,"set":{"lr":-1}}`))
	var a, b *wire.ErrorMessage
	if !errors.As(err, &a) || !errors.As(local, &b) || string(wire.Encode(a)) != string(wire.Encode(b.Labelled())) {
		t.Errorf("refused with %v, not %v", err, local)
	}
	name := "Ada"
	if _, err := watches.Attend(t.Context(), wire.WatchCommand{Name: &name}); err != nil {
		t.Fatal(err)
	}
	people := func(steering, watching int, named string) func([]run.Message) bool {
		return func(said []run.Message) bool {
			all := of[wire.ViewersMessage](said, "viewers")
			if len(all) == 0 {
				return false
			}
			m := all[len(all)-1]
			who := ""
			for _, p := range m.Named {
				who += p.Name
			}
			return m.Steering == steering && m.Watching == watching && who == named
		}
	}
	owner.until("two steer and one watches", people(2, 1, "Ada"))
	steers.until("two steer and one watches", people(2, 1, "Ada"))
	if n := h.run.watchers.Load(); n != 2 {
		t.Errorf("%d watch from elsewhere, not 2", n)
	}
	watches.Close()
	owner.until("two steer", people(2, 0, ""))
	steers.Close()
	owner.until("one steers", people(1, 0, ""))
	if n := h.run.watchers.Load(); n != 0 {
		t.Errorf("%d watch from elsewhere, not 0", n)
	}
}

// No frames are made for nodes whose viewers want none.
func TestNoFramesForThoseWhoWantNone(t *testing.T) {
	h := newHall(t, run.Options{Paused: true, Idle: time.Hour})
	f, conn := h.node("far")
	raw := make(chan *nats.Msg, 1000)
	if _, err := h.dial().ChanSubscribe("gnllviz.frames.>", raw); err != nil {
		t.Fatal(err)
	}
	w := h.watch(f, true)
	w.until("it is shown frames", func(said []run.Message) bool { return len(frames(said)) > 0 })
	if _, err := w.Attend(t.Context(), wire.WatchCommand{Frames: new(bool)}); err != nil {
		t.Fatal(err)
	}
	before := len(frames(w.said))
	for i := range 5 {
		do(t, w, `{"type":"step","id":1,"steps":10}`)
		w.until("the steps are made", func(said []run.Message) bool {
			list := of[wire.HistoryMessage](said, "history")
			if len(list) == 0 {
				return false
			}
			points := list[len(list)-1].Points
			return len(points) > 0 && points[len(points)-1].Step == uint64(10*(i+1))
		})
	}
	if n := len(frames(w.said)); n > before+1 { // one may have been on its way
		t.Errorf("%d frames came that nobody wanted", n-before)
	}
	yes := true
	if _, err := w.Attend(t.Context(), wire.WatchCommand{Frames: &yes}); err != nil {
		t.Fatal(err)
	}
	w.until("it is shown frames again", func(said []run.Message) bool { return len(frames(said)) > before })
	// However many watch, frames are published once.
	for range 20 {
		h.watch(f, false)
	}
	all := len(raw)
	do(t, w, `{"type":"step","id":1,"steps":1}`)
	w.until("it is shown step 51", func(said []run.Message) bool {
		of := frames(said)
		return stepOf(of[len(of)-1]) == 51
	})
	if n := len(raw) - all; n > 5 {
		t.Errorf("frames were published %d times for 21 viewers", n)
	}
	if n := conn.NumSubscriptions(); n > 4 {
		t.Errorf("the node has %d subscriptions", n)
	}
}

// Where another node owns the run, viewers are told so; in what way it is said does not
// matter.
func TestRunsThatMove(t *testing.T) {
	for name, how := range map[string]func(h *hall){
		"the lease is another": func(h *hall) { h.move(Place{"third", 9}, true) },
		"the same node again":  func(h *hall) { h.move(Place{"owner", 9}, true) },
		"nobody has it":        func(h *hall) { h.move(Place{}, false) },
		"the host goes":        func(h *hall) { h.host.Close() },
		"the run moves":        func(h *hall) { h.run.why = session.ErrMoved; h.end() },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHall(t, run.Options{Paused: true, Idle: time.Hour})
			f, _ := h.node("far")
			w := h.watch(f, true)
			x := f.Run(runID, h.place)
			how(h)
			<-x.Ended()
			if err := x.Err(); !errors.Is(err, session.ErrMoved) {
				t.Errorf("it ended with %v", err)
			}
			w.Close()
		})
	}
	t.Run("the run ends", func(t *testing.T) {
		h := newHall(t, run.Options{Paused: true, Idle: time.Hour})
		f, _ := h.node("far")
		h.watch(f, true)
		x := f.Run(runID, h.place)
		h.end()
		<-x.Ended()
		if err := x.Err(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
}

// Viewers of a node that has gone leave the run.
func TestNodesThatGo(t *testing.T) {
	h := newHall(t, run.Options{Paused: true, Idle: time.Hour})
	f, conn := h.node("far")
	owner := h.local(true)
	h.watch(f, false)
	watching := func(n int) func([]run.Message) bool {
		return func(said []run.Message) bool {
			all := of[wire.ViewersMessage](said, "viewers")
			return len(all) > 0 && all[len(all)-1].Watching == n
		}
	}
	owner.until("one watches", watching(1))
	conn.Close() // as if the process were killed
	owner.until("nobody watches", watching(0))
	if n := h.run.watchers.Load(); n != 0 {
		t.Errorf("%d watch from elsewhere, not 0", n)
	}
}

// Whoever missed messages is told of the gap, and has all again after a hello; a viewer of
// whom the host has lost sight comes in again by that.
func TestGaps(t *testing.T) {
	h := newHall(t, run.Options{Paused: true, Idle: time.Hour})
	f, _ := h.node("far")
	w := h.watch(f, true)
	x := f.Run(runID, h.place)
	gaps := func(n int) func([]run.Message) bool {
		return func(said []run.Message) bool { return len(of[wire.GapMessage](said, "gap")) == n }
	}
	w.until("it is welcome", func(said []run.Message) bool { return len(said) > 2 })
	x.mu.Lock()
	x.seq-- // as if one had been lost, and the next beat said so
	x.mu.Unlock()
	w.until("it is told of a gap", gaps(1))
	h.host.drop(func(*guest) bool { return true })
	w.until("it is told of a gap", gaps(2))
	if err := w.Hello(t.Context(), wire.Hello{Type: "hello"}); err != nil {
		t.Fatal(err)
	}
	w.until("it has the state again", func(said []run.Message) bool { return len(of[wire.RunMessage](said, "run")) == 2 })
	h.host.drop(func(*guest) bool { return true })
	do(t, w, `{"type":"step","id":1,"steps":1}`) // comes in again by itself
	if _, err := f.Open(t.Context(), "nothing", "owner"); err == nil {
		t.Error("a run was found that there is not")
	} else if refused := (*RefusedError)(nil); !errors.As(err, &refused) || refused.Status != http.StatusNotFound {
		t.Errorf("of a run that there is not: %v", err)
	}
	again, err := f.Open(t.Context(), runID, "owner")
	if err != nil || again != x {
		t.Errorf("opened %p, %v, not %p", again, err, x)
	}
}
