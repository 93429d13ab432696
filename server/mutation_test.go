package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
)

// commands are right ones, of which the mutations are made. Those that cost the
// run much are few, so that the test is about reading.
var commands = []string{
	`{"type":"change","id":1,"set":{"eps":0.25,"lr":0.001}}`,
	`{"type":"change","id":2,"lane":0,"set":{"loss":"gaussian_nll","full":true}}`,
	`{"type":"change","id":3,"set":{"optimizer":"sgd","momentum":0.9}}`,
	`{"type":"change","id":4,"set":{"hidden":[8]}}`,
	`{"type":"play","id":5}`,
	`{"type":"pause","id":6}`,
	`{"type":"step","id":7,"steps":2}`,
	`{"type":"restore","id":8}`,
	`{"type":"watch","id":9,"frames":true}`,
	`{"type":"watch","id":10,"frames":false}`,
}

// mutate changes a command in one to three ways.
func mutate(r *rand.Rand, c string) string {
	b := []byte(c)
	for range 1 + r.IntN(3) {
		if len(b) == 0 {
			return ""
		}
		i := r.IntN(len(b))
		j := i + r.IntN(len(b)-i)
		switch r.IntN(8) {
		case 0:
			b[i] ^= 1 << r.IntN(8)
		case 1:
			b = b[:i]
		case 2: // a piece twice
			b = append(b[:j:j], b[i:]...)
		case 3: // a piece less
			b = append(b[:i:i], b[j:]...)
		case 4: // half of another
			other := commands[r.IntN(len(commands))]
			b = append(b[:i:i], other[r.IntN(len(other)):]...)
		case 5: // deep
			n := 1 + r.IntN(2000)
			b = append(append(b[:i:i], strings.Repeat([]string{"[", "{", `{"a":`, "[["}[r.IntN(4)], n)...), b[i:]...)
		case 6: // huge
			n := []string{"1e999", "-1e999", "1e-999", "99999999999999999999", "-1", "0x10", "NaN", "Infinity", strings.Repeat("9", 1000), "0." + strings.Repeat("0", 500) + "1"}
			b = append(append(b[:i:i], n[r.IntN(len(n))]...), b[j:]...)
		case 7:
			odd := []string{"\x00", "\u2028", "\ufeff", `\u0000`, `\ud800`, "null", `"`, `\`, ",", "\r\n"}
			b = append(append(b[:i:i], odd[r.IntN(len(odd))]...), b[i:]...)
		}
	}
	return string(b)
}

// A mutant says hello and reads whatever comes.
type mutant struct {
	*peer
	answered chan struct{} // the command with the largest id was
	closed   chan int      // the code of the close, or 0
}

func newMutant(t *testing.T, addr, id string) *mutant {
	m := &mutant{dial(t, addr, id), make(chan struct{}), make(chan int, 1)}
	m.send(`{"type":"hello"}`)
	go func() {
		for {
			_, b, err := m.conn.ReadMessage()
			if err != nil {
				code := 0
				var closed *websocket.CloseError
				if errors.As(err, &closed) {
					code = closed.Code
				}
				m.closed <- code
				return
			}
			if bytes.Contains(b, []byte(`"id":4294967295`)) {
				close(m.answered)
			}
		}
	}()
	return m
}

// Whatever peers send, there is no panic, the run continues, and when they have
// left, nothing of them stays behind.
func TestMutatedCommands(t *testing.T) {
	const peers, each = 4, 25_000
	var log record
	ctx, cancel := context.WithCancel(t.Context())
	s := New(ctx, Config{
		Log:    slog.New(slog.NewTextHandler(&log, nil)),
		Limits: access.Limits{ViewerLimits: access.ViewerLimits{CommandRate: 1e9, CommandBurst: 1e9, HelloRate: 1e9}},
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	addr := l.Addr().String()
	id := makeRun(t, addr, `{"hidden":[4]}`).ID
	first := dial(t, addr, id)
	generation := first.hello().Generation
	first.conn.Close()
	awaitNoViewers(t, addr, id)
	http.DefaultClient.CloseIdleConnections()
	goroutines, heap := runtime.NumGoroutine(), heapInUse()

	t.Run("peers", func(t *testing.T) {
		for n := range peers {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(n), 1))
				var p *mutant
				for range each {
					if p == nil {
						p = newMutant(t, addr, id)
					}
					m := mutate(r, commands[r.IntN(len(commands))])
					// Bytes that are no text end the connection; a few will do.
					if r.IntN(100) > 0 {
						m = strings.ToValidUTF8(m, "?")
					}
					p.send(m)
					if !utf8.ValidString(m) {
						if code := <-p.closed; code != websocket.CloseInvalidFramePayloadData {
							t.Errorf("%q: closed with %d", m, code)
						}
						p.conn.Close()
						p = nil
					}
				}
				if p != nil {
					p.send(`{"type":"watch","id":4294967295,"frames":false}`)
					<-p.answered
					p.conn.Close()
					<-p.closed
				}
			})
		}
	})
	awaitNoViewers(t, addr, id)

	read, done := 0.0, 0.0
	w := httptest.NewRecorder()
	s.meter.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		labels, text, ok := strings.Cut(strings.TrimSpace(line), "} ")
		if !ok || !strings.HasPrefix(labels, "gnllviz_commands_total{") {
			continue
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		read += n
		if strings.Contains(labels, `outcome="done"`) {
			done += n
		}
	}
	if read < peers*each*99/100 {
		t.Errorf("%v of %d commands were read", read, peers*each)
	}
	t.Logf("%v commands were read, %v of them done", read, done)
	if strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("the log tells of errors:\n%.4000s", &log)
	}
	last := dial(t, addr, id)
	if m := last.hello(); m.Generation < generation {
		t.Errorf("the run is another: generation %d, then %d", generation, m.Generation)
	}
	for _, c := range []string{`{"type":"reset","id":1}`, `{"type":"play","id":2}`} {
		last.send(c)
		var a wire.Ack
		last.await(&a, "ack")
	}
	var before, after wire.Summary
	call(t, "GET", "http://"+addr+"/api/runs/"+id, "", http.StatusOK, &before)
	await(t, func() bool {
		call(t, "GET", "http://"+addr+"/api/runs/"+id, "", http.StatusOK, &after)
		return after.Step > before.Step
	})
	last.conn.Close()
	awaitNoViewers(t, addr, id)
	await(t, func() bool {
		http.DefaultClient.CloseIdleConnections()
		return runtime.NumGoroutine() <= goroutines
	})
	// The run remembers its changes; beyond them nothing has grown.
	await(t, func() bool { return heapInUse() < heap+32<<20 })
	t.Logf("%d goroutines, then %d; %d KB of heap, then %d", goroutines, runtime.NumGoroutine(), heap>>10, heapInUse()>>10)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
