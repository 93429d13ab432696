package websocket

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A websocket whose goroutine panics is closed.
func TestPanicOfAWebsocketClosesIt(t *testing.T) {
	for _, reading := range []bool{true, false} {
		var log strings.Builder
		served := make(chan struct{})
		edge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(served)
			conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
			if err != nil {
				t.Error(err)
				return
			}
			to := slog.New(slog.NewTextHandler(&log, nil))
			live.Visit{
				Run: sick{reading: reading}, Seat: sick{}, Meter: sick{}, Log: to,
				Limits: live.Limits{Hello: time.Minute, Silence: time.Minute, CommandRate: 1, CommandBurst: 1, HelloRate: 1},
				Steers: func(string) bool { return false },
			}.Serve(t.Context(), newSocket(conn, time.Minute, 64<<10, to))
		}))
		conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(edge.URL, "http"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`)); err != nil {
			t.Fatal(err)
		}
		var closed *websocket.CloseError
		if _, _, err := conn.ReadMessage(); !errors.As(err, &closed) {
			t.Fatalf("ended with %v, not with a close", err)
		}
		if closed.Code != websocket.CloseInternalServerErr {
			t.Errorf("closed with %d", closed.Code)
		}
		conn.Close()
		<-served
		what := map[bool]string{true: "reading from a viewer", false: "writing to a viewer"}[reading]
		for _, part := range []string{what, "a panic", "stack=", "goroutine "} {
			if !wording.Has(log.String(), part) {
				t.Errorf("the log lacks %q:\n%.2000s", part, &log)
			}
		}
		edge.Close()
	}
}

// sick is a run that has lost its wits: to watch it panics, or gives no viewer, which the
// writer then asks for its channels. It is the seat and the meter, too.
type sick struct {
	session.Live
	reading bool
}

func (s sick) Watch(context.Context, wire.Hello, bool) (session.Viewer, error) {
	if s.reading {
		panic("no wits")
	}
	return nil, nil
}

func (sick) Ended() <-chan struct{}         { return nil }
func (sick) Err() error                     { return nil }
func (sick) Join()                          {}
func (sick) Leave()                         {}
func (sick) Note()                          {}
func (sick) Gone() context.Context          { return context.Background() }
func (sick) Settle() bool                   { return true }
func (sick) Expire(error)                   {}
func (sick) Viewers(int)                    {}
func (sick) Sent(int, time.Duration)        {}
func (sick) Commanded(wire.Command, string) {}
