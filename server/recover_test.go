package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// record is a log that may be read while it is written.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

// wants fails unless the log tells of a panic, where it was and its stack.
func (r *record) wants(t *testing.T, parts ...string) {
	t.Helper()
	for _, part := range append(parts, "a panic", "stack=", "goroutine ") {
		if !wording.Has(r.String(), part) {
			t.Errorf("the log lacks %q:\n%.2000s", part, r)
		}
	}
}

// closedWith reads until the websocket is closed, and returns the code and the
// reason.
func (p *peer) closedWith() (int, string) {
	p.t.Helper()
	if err := p.conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	for {
		_, _, err := p.conn.ReadMessage()
		if err == nil {
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) {
			p.t.Fatalf("ended with %v, not with a close", err)
		}
		return closed.Code, closed.Text
	}
}

func TestPanicOfARunEndsThatRun(t *testing.T) {
	var log record
	ctx, cancel := context.WithCancel(t.Context())
	s := New(ctx, Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	addr := l.Addr().String()
	patient, well := makeRun(t, addr, ""), makeRun(t, addr, "").ID
	sick := patient.ID
	viewers := []*peer{dial(t, addr, sick), dial(t, addr, sick), dial(t, addr, sick)}
	viewers[0].hello()
	viewers[1].hello()
	bystander := dial(t, addr, well)
	bystander.hello()

	// A command that is not there: a mistake which nobody can make from outside.
	_, _ = kept(t, s, sick).Do(t.Context(), (*wire.ChangeCommand)(nil), true)
	for _, v := range viewers {
		if code, reason := v.closedWith(); code != websocket.CloseInternalServerErr || !wording.Is(reason, "the run failed") {
			t.Errorf("a viewer was told %d %q", code, reason)
		}
	}
	call(t, "GET", "http://"+addr+"/api/runs/"+sick, "", http.StatusNotFound, nil)
	log.wants(t, sick, "a run", "(*loop).change")
	if strings.Contains(log.String(), "run="+well+" in=") {
		t.Errorf("the other run failed too:\n%s", &log)
	}
	before := bystander.hello()
	if after := bystander.hello(); before.State != wire.Playing || after.Step < before.Step {
		t.Errorf("the other run went from %+v to %+v", before, after)
	}
	// Its page may make it again.
	remake(t, addr, patient.ID, patient.Key, "", http.StatusCreated)
	bystander.conn.Close() // the server would give it a second to take leave
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestPanicOfAHandlerIsA500(t *testing.T) {
	var log record
	s := New(t.Context(), Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	mux := http.NewServeMux()
	mux.HandleFunc("/{id}/at-once", func(http.ResponseWriter, *http.Request) { panic("the first") })
	mux.HandleFunc("/{id}/later", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte("half")); err != nil {
			t.Error(err)
		}
		panic("the second")
	})
	edge := httptest.NewServer(s.edge.Watch(mux))
	defer edge.Close()
	call(t, "GET", edge.URL+"/abcdefghabcdefgh/at-once", "", http.StatusInternalServerError, &problemDocument{})
	log.wants(t, "run=abcdefghabcdefgh", "the first")
	if resp, err := http.Get(edge.URL + "/abcdefghabcdefgh/later"); err == nil {
		defer resp.Body.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(resp.Body); err == nil {
			t.Errorf("half an answer passed for the whole: %s", &b)
		}
	}
	log.wants(t, "the second")
}
