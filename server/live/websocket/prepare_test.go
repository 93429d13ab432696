package websocket

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/run"
)

// A prepared message arrives as any other does, at every viewer.
func TestPreparedMessagesAreTheSame(t *testing.T) {
	messages := []struct {
		binary bool
		data   []byte
	}{
		{false, []byte(`{"type":"x"}`)},
		{true, []byte{0, 1, 255}},
		{true, nil},
		{true, bytes.Repeat([]byte{7}, 1<<17)},
		{false, []byte("\u00e9 \u03c3")},
	}
	prepared := make([]any, len(messages))
	for i, m := range messages {
		prepared[i] = Prepare(m.binary, m.data)
	}
	edge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		c := newSocket(conn, time.Minute, 64<<10, slog.Default())
		for i, m := range messages {
			for _, p := range []any{prepared[i], nil} {
				if err := c.Send(run.Message{Binary: m.binary, Data: m.data, Prepared: p}); err != nil {
					t.Error(err)
				}
			}
		}
	}))
	defer edge.Close()
	for range 3 {
		conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(edge.URL, "http"), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range messages {
			for _, how := range []string{"prepared", "plain"} {
				kind, b, err := conn.ReadMessage()
				if err != nil || kind != kindOf(m.binary) || !bytes.Equal(b, m.data) {
					t.Errorf("message %d, %s: got kind %d of %d bytes, %v", i, how, kind, len(b), err)
				}
			}
		}
		conn.Close()
	}
}
