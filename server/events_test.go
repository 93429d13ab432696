package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A listener is a viewer by server-sent events.
type listener struct {
	t    testing.TB
	at   string // of the run's events
	r    *bufio.Reader
	end  context.CancelFunc
	id   string // of the stream
	left []*wire.Frame
	last []string // of its events the names
}

// listen opens a stream of a run's events.
func listen(t testing.TB, addr, id, query, key string) *listener {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), answerTime)
	t.Cleanup(end)
	l := &listener{t: t, at: "http://" + addr + "/api/runs/" + id + "/events", end: end}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.at+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set(access.KeyHeader, key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		b, _ := io.ReadAll(resp.Body)
		t.Fatalf("status %d, %s: %s", resp.StatusCode, got, b)
	}
	l.r = bufio.NewReader(resp.Body)
	var opened struct{ ID string }
	if name, data := l.event(); name != "stream" || json.Unmarshal(data, &opened) != nil || opened.ID == "" {
		t.Fatalf("the first event is %s %s", name, data)
	}
	l.id = opened.ID
	return l
}

// event returns the next event's name and data.
func (l *listener) event() (name string, data []byte) {
	l.t.Helper()
	for {
		line, err := l.r.ReadBytes('\n')
		if err != nil {
			l.t.Fatalf("the stream ended: %v; its last events: %v", err, l.last)
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		switch field, value, _ := bytes.Cut(line, []byte(": ")); {
		case len(line) == 0:
			l.last = append(l.last[max(0, len(l.last)-20):], fmt.Sprintf("%s %.60s", name, data))
			return name, data
		case string(field) == "event":
			name = string(value)
		case string(field) == "data":
			data = value
		default:
			l.t.Fatalf("no line of an event: %s", line)
		}
	}
}

// await returns when a text message of a kind has come, or an event of that name.
func (l *listener) await(into any, kind string) {
	l.t.Helper()
	for {
		name, data := l.event()
		if name == "frames" {
			l.keep(data)
			continue
		}
		var head struct{ Type string }
		if name == "" && json.Unmarshal(data, &head) != nil {
			l.t.Fatalf("a message is no JSON: %s", data)
		}
		if name+head.Type == kind {
			if err := json.Unmarshal(data, into); err != nil {
				l.t.Fatal(err)
			}
			return
		}
	}
}

// frame returns the next frame.
func (l *listener) frame() *wire.Frame {
	l.t.Helper()
	for len(l.left) == 0 {
		if name, data := l.event(); name == "frames" {
			l.keep(data)
		}
	}
	f := l.left[0]
	l.left = l.left[1:]
	return f
}

// keep takes what an event of frames carries, for frame.
func (l *listener) keep(data []byte) {
	l.t.Helper()
	b, err := base64.StdEncoding.DecodeString(string(data))
	if err != nil {
		l.t.Fatal(err)
	}
	frames, err := wire.ParseFrames(b)
	if err != nil {
		l.t.Fatal(err)
	}
	l.left = append(l.left, frames...)
}

// post sends messages to the stream.
func (l *listener) post(body string, status int) {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.at[:strings.Index(l.at+"?", "?")]+"/"+l.id, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	send(l.t, r, status, nil)
}

// What a websocket shows and does, events and posted messages do, with the same
// rights.
func TestEventsAreTheSameConnection(t *testing.T) {
	addr, _ := serve(t, Config{})
	var x made
	call(t, "POST", "http://"+addr+"/api/runs", `{"dataset":"sine","seed":5}`, http.StatusCreated, &x)
	mine, other := listen(t, addr, x.ID, "", x.Key), listen(t, addr, x.ID, "", "")
	var w wire.WelcomeMessage
	if mine.await(&w, "welcome"); !w.Steer {
		t.Error("who has the key does not steer")
	}
	if other.await(&w, "welcome"); w.Steer {
		t.Error("who has no key steers")
	}
	var m wire.RunMessage
	mine.await(&m, "run")
	if m.ID != x.ID || m.Data.Name != "sine" || m.Controls["seed"] != 5.0 || m.State != wire.Playing {
		t.Errorf("got %+v", m)
	}
	for _, kind := range []wire.FrameKind{wire.FrameGrid, wire.FrameTruth, wire.FrameFit, wire.FrameRows} {
		for mine.frame().Kind != kind {
		}
	}

	other.post(`{"type":"change","id":3,"set":{"eps":0.25}}`, http.StatusNoContent)
	var e wire.ErrorMessage
	if other.await(&e, "error"); e.ID != 3 || e.Code != wire.ReadOnly {
		t.Errorf("a viewer's change was answered %+v", e)
	}
	mine.post(`{"type":"change","id":7,"set":{"eps":0.25}}`+"\n"+`{"type":"pause","id":8}`+"\n", http.StatusNoContent)
	var a, b wire.Ack
	mine.await(&a, "ack")
	mine.await(&b, "ack")
	if a.ID != 7 || a.Revision != 1 || b.ID != 8 {
		t.Errorf("got %+v, %+v", a, b)
	}
	for mine.frame().Revision < 1 {
	}
	var told wire.ChangeMessage
	if other.await(&told, "change"); told.Change.Control != "eps" || told.Change.New != 0.25 {
		t.Errorf("the other viewer was told %+v", told)
	}

	// A paused run says that it is there, so that a page can tell it from a line that
	// has gone dead.
	mine.await(&struct{}{}, "alive")

	// What is no command is refused by itself, as over a websocket.
	mine.post("[1,2", http.StatusNoContent)
	if mine.await(&e, "error"); e.Code != wire.BadMessage {
		t.Errorf("got %+v", e)
	}
	mine.post(strings.Repeat("x", access.DefaultLimits().MessageBytes+1), http.StatusRequestEntityTooLarge)
	mine.post(`{"type":"hello","generation":`+fmt.Sprint(m.Generation)+`,"next":1}`, http.StatusNoContent)
	if mine.await(&m, "run"); m.Next != 1 {
		t.Errorf("the history goes on with point %d, not 1", m.Next)
	}
	mine.end()
	other.end()
	awaitNoViewers(t, addr, x.ID)
	mine.post(`{"type":"play","id":9}`, http.StatusNotFound)
}

// A new stream continues where the one before it broke off.
func TestEventsGoOnWithTheHistory(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	first := listen(t, addr, id, "", "")
	var m wire.RunMessage
	first.await(&m, "run")
	var h wire.HistoryMessage
	first.await(&h, "history")
	first.end()
	next := h.First + len(h.Points)
	second := listen(t, addr, id, fmt.Sprintf("?generation=%d&next=%d", m.Generation, next), "")
	second.await(&m, "run")
	if m.Next != next {
		t.Errorf("the history goes on with %d, not %d", m.Next, next)
	}
	if second.await(&h, "history"); h.First != next {
		t.Errorf("the history's first point is %d, not %d", h.First, next)
	}
}

// Frames wait for the pongs of a viewer who answers pings, and come as they are
// made to one who does not.
func TestEventsWaitForPongs(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	l := listen(t, addr, id, "?pongs=true", "")
	var payload string
	for payload == "" {
		if name, data := l.event(); name == "ping" {
			payload = string(data)
		}
	}
	// Unanswered, frames cease, and everything else continues.
	for without := 0; without < 10; without++ {
		if name, _ := l.event(); name == "frames" {
			without = 0
		}
	}
	l.post(`{"type":"pong","ping":"`+payload+`"}`, http.StatusNoContent)
	l.frame()

	silent := listen(t, addr, id, "", "")
	for range 200 { // several times what one ping's patience lets through
		silent.frame()
	}
}

func TestEventsAreRefusedLikeAnythingElse(t *testing.T) {
	addr, _ := serve(t, Config{Limits: access.Limits{ViewerLimits: access.ViewerLimits{Viewers: 1}}})
	id := makeRun(t, addr, "").ID
	l := listen(t, addr, id, "", "")
	at := "http://" + addr + "/api/runs/" + id + "/events"
	for path, want := range map[string]int{
		at:                   http.StatusServiceUnavailable,
		at + "?generation=x": http.StatusBadRequest,
		at + "?next=-1":      http.StatusBadRequest,
		at + "?pongs=7":      http.StatusBadRequest,
		strings.Replace(at, id, "aaaaaaaaaaaaaaaa", 1): http.StatusNotFound,
	} {
		var p problemDocument
		if call(t, "GET", path, "", want, &p); p.Status != want || p.Detail == "" {
			t.Errorf("%s: got %+v", path, p)
		}
	}
	other := makeRun(t, addr, "").ID
	call(t, "POST", "http://"+addr+"/api/runs/"+other+"/events/"+l.id, `{"type":"play","id":1}`, http.StatusNotFound, nil)
}

// When a run ends its viewers are told why.
func TestEventsSayWhyTheyEnd(t *testing.T) {
	addr, stop := serve(t, Config{})
	l := listen(t, addr, makeRun(t, addr, "").ID, "", "")
	l.frame()
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	var c struct {
		Code   int
		Reason string
	}
	if l.await(&c, "close"); c.Code != 1001 || !wording.Is(c.Reason, "the server is going away") {
		t.Errorf("got %+v", c)
	}
	<-stopped
}
