package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/wire"
)

// What follows are the people before the nodes: they make a run, watch it and change it, by
// any node that lives, and remember all that they were told.

// live returns the nodes that run now, and were not stopped.
func (f *field) live() (nodes []*node) {
	for _, n := range f.nodes {
		if n.answers() {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// metric returns what a node's metrics say of a name with its labels.
func (n *node) metric(name string) (float64, error) {
	resp, err := quick().Get(n.url() + "metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut("\n"+string(b), "\n"+name+" ")
	if !ok {
		return 0, fmt.Errorf("%s has no metric %s", n.name, name)
	}
	value, _, _ := strings.Cut(rest, "\n")
	return strconv.ParseFloat(value, 64)
}

// training returns how many runs a node trains, as it says; 0 where it says nothing.
func (n *node) training() int {
	v, err := n.metric(`gnllviz_runs_by_state{state="training"}`)
	if err != nil {
		return 0
	}
	return int(v)
}

// owner returns the node that trains, of the only run, once there is one among those.
func (f *field) owner(among ...*node) *node {
	f.t.Helper()
	var owner *node
	eventually(f.t, "a node trains the run", func() bool {
		for _, n := range among {
			if n.training() > 0 {
				owner = n
				return true
			}
		}
		return false
	})
	return owner
}

// without returns nodes but one.
func without(nodes []*node, one *node) []*node {
	return slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return n == one })
}

// A moment is what has the same numbers whenever it is seen.
type seenAt struct {
	generation, revision, data uint32
	step                       uint64
	kind                       wire.FrameKind
	lane                       uint8
}

// A stranger has a run of the field, and remembers what was said of it.
type stranger struct {
	t       *testing.T
	f       *field
	id, key string
	chance  *rand.Rand // of the goroutine that steers
	seed    maphash.Seed

	mu      sync.Mutex
	acked   []acked
	refused map[string]int    // changes that were refused, by status and reason
	lost    int               // changes that got no answer, and so may be made or not
	numbers map[seenAt]uint64 // a hash of each
	twice   int               // that were seen more than once
	wrong   []string
	newest  uint64 // step that anybody saw
	slowest time.Duration
	acks    []time.Duration
}

// makeRun makes a run by a node.
func (f *field) makeRun(n *node, order string) *stranger {
	f.t.Helper()
	s := &stranger{
		t: f.t, f: f, chance: rand.New(rand.NewPCG(1, 2)), seed: maphash.MakeSeed(), refused: map[string]int{},
		numbers: map[seenAt]uint64{},
	}
	var made struct{ ID, Key string }
	var b []byte
	eventually(f.t, "a run is made by "+n.name, func() bool {
		status, answer, err := s.ask(patient(), n, "POST", "api/runs", order)
		if err != nil || status != http.StatusCreated && status != http.StatusServiceUnavailable {
			f.t.Fatalf("making a run by %s: %v, %d %s", n.name, err, status, answer)
		}
		b = answer
		return status == http.StatusCreated // a node that is busy may ask to try again
	})
	if err := json.Unmarshal(b, &made); err != nil {
		f.t.Fatal(err)
	}
	s.id, s.key = made.ID, made.Key
	return s
}

// ask makes a request of a node, and returns its answer.
func (s *stranger) ask(c *http.Client, n *node, method, path, body string) (int, []byte, error) {
	r, err := http.NewRequest(method, n.url()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Run-Key", s.key)
	resp, err := c.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, b, err
}

// change gives a command by a node, and remembers what became of it.
func (s *stranger) change(c *http.Client, n *node, command string) (status int) {
	begun := time.Now()
	status, b, err := s.ask(c, n, "POST", "api/runs/"+s.id+"/commands", command)
	took := time.Since(begun)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil, status == http.StatusBadGateway: // a proxy lost the node, and does not know either
		s.lost++
		return 0
	case status != http.StatusOK:
		var problem struct{ Detail string }
		if json.Unmarshal(b, &problem) != nil || problem.Detail == "" {
			s.wrong = append(s.wrong, fmt.Sprintf("%s refused %s with %d %.200q, which says no reason", n.name, command, status, b))
		}
		s.refused[fmt.Sprintf("%d %.160s", status, problem.Detail)]++
		return status
	}
	var a wire.Ack
	if err := json.Unmarshal(b, &a); err != nil {
		s.wrong = append(s.wrong, fmt.Sprintf("%s acknowledged %s with %.200q", n.name, command, b))
		return status
	}
	s.acked = append(s.acked, acked{command, a})
	s.acks = append(s.acks, took)
	s.slowest = max(s.slowest, took)
	return status
}

// patient is a client for what may take long where the machine is busy.
func patient() *http.Client { return &http.Client{Timeout: patience} }

// changes waits until so many more were acknowledged.
func (s *stranger) changes(more int) {
	s.t.Helper()
	count := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.acked)
	}
	before := count()
	eventually(s.t, fmt.Sprintf("%d more changes are acknowledged", more), func() bool { return count() >= before+more })
}

// steer gives so many commands a second, each by some node that lives, until the context
// ends.
func (s *stranger) steer(ctx context.Context, perSecond int) {
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	client := quick()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		nodes := s.f.live()
		if len(nodes) == 0 {
			continue
		}
		s.change(client, nodes[s.chance.IntN(len(nodes))], s.command())
	}
}

// command is one that changes what is trained, and never goes back in time.
func (s *stranger) command() string {
	c := s.chance
	return fmt.Sprintf(`{"type":"change","lane":%d,"set":{"lr":%g,"eps":%g}}`, c.IntN(2), 0.001+0.01*c.Float64(), 0.001*c.Float64())
}

// fixed is a change that any goroutine may give.
func (s *stranger) fixed() string {
	return fmt.Sprintf(`{"type":"change","lane":0,"set":{"lr":%g}}`, 0.001+0.01*rand.Float64())
}

// A watching is somebody who watches as the page does: who loses the connection opens
// another, by the node that it prefers or any that lives.
type watching struct {
	*stranger
	prefers *node
	arrived func(at seenAt, when time.Time) // told of each frame, unless nil

	// ---- guarded by the stranger's mu ----
	opened     int               // connections
	generation uint32            // of the points
	points     []json.RawMessage // of the history, as the page has them
	step       uint64            // the furthest
	since      time.Time         // when it came
	longest    time.Duration
	at         uint64 // step before the longest pause

	after          time.Time // since when frames count, and beyond which step
	beyond         uint64
	first, further time.Time // when the first frame came, and the first beyond
}

// watch watches by a node until the context ends. done is closed when it has.
func (s *stranger) watch(ctx context.Context, prefers *node) (w *watching, done <-chan struct{}) {
	w = &watching{stranger: s, prefers: prefers}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.stay(ctx)
	}()
	return w, ended
}

func (w *watching) stay(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		c := w.dial(ctx, failures)
		if c != nil {
			if w.read(ctx, c) {
				failures = 0
			}
		}
		wait := min(10*time.Second, time.Duration(300*math.Pow(1.8, float64(failures)))*time.Millisecond)
		failures++
		select {
		case <-ctx.Done():
		case <-time.After(wait/2 + rand.N(wait/2)):
		}
	}
}

// dial connects by the first node that takes connections, as a proxy would. After a failure
// it does not begin with the node that it prefers: that may stand still.
func (w *watching) dial(ctx context.Context, failures int) *websocket.Conn {
	d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol, "key." + w.key}, HandshakeTimeout: 7 * time.Second}
	nodes := append([]*node{w.prefers}, w.f.live()...)
	if failures > 0 {
		nodes = append(nodes[1:], w.prefers)
	}
	for _, n := range nodes {
		c, _, err := d.DialContext(ctx, fmt.Sprintf("ws://127.0.0.1:%d/api/runs/%s/live", n.port, w.id), http.Header{"Origin": {strings.TrimSuffix(n.url(), "/")}})
		if err == nil {
			w.mu.Lock()
			w.opened++
			w.mu.Unlock()
			return c
		}
		if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, syscall.ECONNRESET) {
			return nil
		}
	}
	return nil
}

// read reads until the connection breaks or is silent for as long as the page bears, and
// says whether it brought anything.
func (w *watching) read(ctx context.Context, c *websocket.Conn) (proved bool) {
	return w.readFor(ctx, c, 7*time.Second)
}

// readFor is read with another silence that is borne.
func (w *watching) readFor(ctx context.Context, c *websocket.Conn, silence time.Duration) (proved bool) {
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if w.hello(c) != nil {
		return false
	}
	for {
		_ = c.SetReadDeadline(time.Now().Add(silence))
		kind, b, err := c.ReadMessage()
		if err != nil {
			return proved
		}
		proved = true
		if kind == websocket.BinaryMessage {
			w.frames(b, time.Now())
		} else if w.said(b) && w.hello(c) != nil {
			return proved
		}
	}
}

// hello says which points the viewer has, as the page does.
func (w *watching) hello(c *websocket.Conn) error {
	w.mu.Lock()
	hello, _ := json.Marshal(wire.Hello{Type: "hello", Key: w.key, Generation: w.generation, Next: len(w.points)})
	w.mu.Unlock()
	return c.WriteMessage(websocket.TextMessage, hello)
}

// wall are scalars that tell of the clock.
var wall = []int{slices.Index(wire.Scalars, "steps_per_s")}

// frames notes the numbers of frames, and whether they were others before.
func (w *watching) frames(b []byte, when time.Time) {
	list, err := wire.ParseFrames(b)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.wrong = append(w.wrong, err.Error())
		return
	}
	for _, f := range list {
		if f.Kind == wire.FrameGrid || f.Kind == wire.FrameTruth || f.Kind == wire.FrameTargetTruth {
			continue // of the data, not of a step
		}
		at := seenAt{f.Generation, f.Revision, f.DataRevision, f.Step, f.Kind, f.Lane}
		sum := w.sum(f)
		if was, ok := w.numbers[at]; ok {
			w.twice++
			if was != sum {
				w.wrong = append(w.wrong, fmt.Sprintf("a frame has other numbers than before: %+v", at))
			}
		}
		w.numbers[at] = sum
		w.newest = max(w.newest, f.Step)
		if f.Kind != wire.FrameFit {
			continue
		}
		if w.arrived != nil {
			w.arrived(at, when)
		}
		if when.After(w.after) {
			if w.first.IsZero() {
				w.first = when
			}
			if f.Step > w.beyond && w.further.IsZero() {
				w.further = when
			}
		}
		if f.Step > w.step {
			if pause := when.Sub(w.since); !w.since.IsZero() && pause > w.longest {
				w.longest, w.at = pause, w.step
			}
			w.step, w.since = f.Step, when
		}
	}
}

// sum is a hash of a frame's numbers.
func (s *stranger) sum(f *wire.Frame) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	add := func(v float32) {
		_ = binary.Write(&h, binary.LittleEndian, math.Float32bits(v))
	}
	for i, v := range f.Scalars {
		if f.Kind != wire.FrameFit || !slices.Contains(wall, i) {
			add(v)
		}
	}
	for _, column := range f.Columns {
		for _, v := range column {
			add(v)
		}
	}
	return h.Sum64()
}

// said notes the points of the history, and says whether to ask for those that are missing.
func (w *watching) said(b []byte) (lacks bool) {
	var m struct {
		Type        string
		Generation  uint32
		First, Next int
		Points      json.RawMessage
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := json.Unmarshal(b, &m); err != nil {
		w.wrong = append(w.wrong, err.Error())
		return false
	}
	switch m.Type {
	case "run":
		if m.Generation != w.generation || m.Next < len(w.points) {
			w.points = nil
		}
		w.generation = m.Generation
	case "history":
		var points []json.RawMessage
		if err := json.Unmarshal(m.Points, &points); err != nil {
			w.wrong = append(w.wrong, err.Error())
		}
		if m.Generation != w.generation || m.First > len(w.points) {
			return true
		}
		if known := len(w.points) - m.First; known < len(points) {
			w.points = append(w.points, points[known:]...)
		}
	case "gap":
		return true
	}
	return false
}

// compare fails where the points that a viewer has are not those of the run.
func (w *watching) compare(n *node) {
	w.t.Helper()
	status, b, err := w.ask(http.DefaultClient, n, "GET", "api/runs/"+w.id+"/history", "")
	var m struct {
		Generation uint32
		Points     []json.RawMessage
	}
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil || status != http.StatusOK {
		w.t.Fatalf("the history: %d, %v", status, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if m.Generation != w.generation {
		w.t.Errorf("a viewer is at generation %d, and the run at %d", w.generation, m.Generation)
	}
	wrong := 0
	for i, p := range w.points {
		if i >= len(m.Points) || string(p) != string(m.Points[i]) {
			if wrong++; wrong == 1 {
				w.t.Errorf("point %d that a viewer by %s has is %s; the run's history has %d points", i, w.prefers.name, p, len(m.Points))
				if i < len(m.Points) {
					w.t.Errorf("and there it is %s", m.Points[i])
				}
			}
		}
	}
	if wrong > 1 {
		w.t.Errorf("%d points of %d are not the run's", wrong, len(w.points))
	}
}

// seen returns how far the run has come that anybody saw.
func (s *stranger) seen() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest
}

// pause returns the longest time in which a viewer saw no new step, up to now.
func (w *watching) pause() (longest time.Duration, at uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if open := time.Since(w.since); !w.since.IsZero() && open > w.longest {
		return open, w.step
	}
	return w.longest, w.at
}

// goOn waits until viewers see steps that nobody saw before, and tells how long after a time
// each had the first frame, and the first of those. What came before another time does not
// count.
func goOn(t *testing.T, viewers []*watching, from, after time.Time, beyond uint64, told func(w *watching, first, further time.Duration)) {
	t.Helper()
	s := viewers[0].stranger
	s.mu.Lock()
	for _, w := range viewers {
		w.after, w.beyond, w.first, w.further = after, beyond, time.Time{}, time.Time{}
	}
	s.mu.Unlock()
	for _, w := range viewers {
		var first, further time.Time
		eventually(t, fmt.Sprintf("a viewer by %s sees a step beyond %d", w.prefers.name, beyond), func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			first, further = w.first, w.further
			return !further.IsZero()
		})
		if told != nil {
			told(w, first.Sub(from).Round(time.Millisecond), further.Sub(from).Round(time.Millisecond))
		}
	}
}

// check fails where a step was seen with two sets of numbers, where a change is lost that
// was acknowledged, or where the run has other bits than a twin that never moved.
//
// It returns a node that answers.
func (s *stranger) check() (there *node) {
	s.t.Helper()
	s.mu.Lock()
	list := slices.Clone(s.acked)
	for _, w := range s.wrong[:min(len(s.wrong), 10)] {
		s.t.Error(w)
	}
	if n := len(s.wrong); n > 10 {
		s.t.Errorf("and %d more", n-10)
	}
	s.mu.Unlock()
	slices.SortStableFunc(list, func(a, b acked) int { return int(int64(a.Revision) - int64(b.Revision)) })
	eventually(s.t, "a node gives the run's recipe", func() bool {
		for _, n := range s.f.live() {
			if status, _, err := s.ask(quick(), n, "GET", "api/runs/"+s.id+"/recipe", ""); err == nil && status == http.StatusOK {
				there = n
				return true
			}
		}
		return false
	})
	(&steered{t: s.t, url: there.url(), id: s.id, key: s.key, acked: list}).check()
	return there
}

// tell logs what became of all changes and frames.
func (s *stranger) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t.Logf("%d changes acknowledged (p50 %v, p99 %v, slowest %v), %d without an answer, refused: %v; %d frames, %d of them seen again",
		len(s.acked), quantile(s.acks, 0.5), quantile(s.acks, 0.99), s.slowest.Round(time.Millisecond), s.lost, s.refused, len(s.numbers), s.twice)
}

// quantile of durations, which it sorts.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	d = slices.Sorted(slices.Values(d))
	return d[int(q*float64(len(d)-1))].Round(100 * time.Microsecond)
}
