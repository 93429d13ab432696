package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// serve runs a server on a free port until the test ends, and returns its
// address and what stops it.
func serve(t testing.TB, c Config) (addr string, stop func()) {
	t.Helper()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- New(ctx, c).Serve(l) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	}
	t.Cleanup(stop)
	return l.Addr().String(), stop
}

// answerTime is how long a test waits for an answer, or to a stream's end, before it
// says what hangs: longer than any takes on a machine that has much else to do.
const answerTime = 2 * time.Minute

// call makes a request and decodes the answer into a value unless it is nil.
func call(t testing.TB, method, url, body string, status int, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	send(t, req, status, into)
}

// send makes a request as call does.
func send(t testing.TB, req *http.Request, status int, into any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(req.Context(), answerTime)
	defer cancel()
	resp, err := clientOf(req.URL.Host).Do(req.WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v after %.200q", req.Method, req.URL, err, b)
	}
	if resp.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d: %s", req.Method, req.URL, resp.StatusCode, status, b)
	}
	if into != nil {
		if err := json.Unmarshal(b, into); err != nil {
			t.Fatalf("%s %s: %v in %s", req.Method, req.URL, err, b)
		}
	}
}

// made is what POST /api/runs answers.
type made struct {
	wire.Summary
	Key string
	wire.DataNotes
}

// withID gives a command an id, as a websocket needs.
func withID(command []byte) []byte {
	return []byte(strings.Replace(string(command), "{", `{"id":1,`, 1))
}

type problemDocument struct {
	Title, Detail string
	Status        int
	Limit         string `json:"limit"`
}

// makeRun makes a run that everyone who watches may change settings.
func makeRun(t testing.TB, addr, body string) made {
	t.Helper()
	var s made
	call(t, "POST", "http://"+addr+"/api/runs", body, http.StatusCreated, &s)
	steer(t, addr, s, `{"type":"open","open":true}`, http.StatusOK, nil)
	return s
}

// steer gives a command with a run's key.
func steer(t testing.TB, addr string, x made, command string, status int, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+"/api/runs/"+x.ID+"/commands", strings.NewReader(command))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(access.KeyHeader, x.Key)
	send(t, r, status, into)
}

func TestHealth(t *testing.T) {
	addr, _ := serve(t, Config{})
	call(t, "GET", "http://"+addr+"/healthz", "", http.StatusOK, nil)
}

func TestRunsAreListedNewestFirst(t *testing.T) {
	addr, _ := serve(t, Config{})
	var all []wire.Summary
	call(t, "GET", "http://"+addr+"/api/runs", "", http.StatusOK, &all)
	if len(all) != 0 {
		t.Errorf("a new server has %d runs", len(all))
	}
	first := makeRun(t, addr, `{"dataset":"mcycle"}`)
	second := makeRun(t, addr, `{"dataset":"sine","eps":0.01,"hidden":[8]}`)
	third := makeRun(t, addr, ``)
	call(t, "GET", "http://"+addr+"/api/runs", "", http.StatusOK, &all)
	if len(all) != 3 || all[0].ID != third.ID || all[1].ID != second.ID || all[2].ID != first.ID {
		t.Fatalf("got %+v", all)
	}
	if all[1].Dataset != "sine" || all[1].State != wire.Playing || !(all[1].Metrics.Test.RMSE > 0) || all[1].Metrics.Train.NLL == 0 {
		t.Errorf("got %+v", all[1])
	}
	var one struct {
		wire.Summary
		Controls map[string]any
		Auto     map[string]float64
	}
	call(t, "GET", "http://"+addr+"/api/runs/"+second.ID, "", http.StatusOK, &one)
	// Of 400 rows four fifths are trained on.
	if one.Controls["eps"] != 0.01 || one.Dataset != "sine" || one.Controls["decay"] != wire.Auto || one.Auto["decay"] != 1.0/320 {
		t.Errorf("got %+v", one)
	}
}

func TestForgottenRunComesBackUnderItsName(t *testing.T) {
	old, stop := serve(t, Config{})
	was := makeRun(t, old, `{"dataset":"step"}`)
	stop()
	addr, _ := serve(t, Config{})
	// Nobody but who has the key can take its name.
	remake(t, addr, was.ID, "", "", http.StatusForbidden)
	remake(t, addr, was.ID, access.NewKey(), "", http.StatusForbidden)
	remake(t, addr, "abcdefgh2345", was.Key, "", http.StatusForbidden)
	a := remake(t, addr, was.ID, was.Key, `{"dataset":"step"}`, http.StatusCreated)
	b := remake(t, addr, was.ID, was.Key, `{"dataset":"sine"}`, http.StatusOK)
	if a.ID != was.ID || b.ID != a.ID || b.Dataset != "step" {
		t.Errorf("got %+v, then %+v", a, b)
	}
}

// remake makes a run again under its old id.
func remake(t testing.TB, addr, id, key, body string, status int) (s wire.Summary) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "PUT", "http://"+addr+"/api/runs/"+id, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(access.KeyHeader, key)
	send(t, r, status, &s)
	return s
}

func TestBadRequestsAreRefusedWithAReason(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	for _, c := range []struct {
		method, path, body string
		status             int
		detail             string
	}{
		{"POST", "/api/runs", `{"dataset":"nope"}`, 422, `"nope" is none of mcycle`},
		{"POST", "/api/runs", `{"eps":-1}`, 422, "eps must be 0 or from 1e-12 to 10, not -1"},
		{"POST", "/api/runs", `{"epz":1}`, 422, "no control"},
		{"POST", "/api/runs", `{"eps":`, 400, "not a JSON object"},
		{"POST", "/api/runs", `[]`, 400, "not a JSON object"},
		{"POST", "/api/runs", `{} {}`, 400, "more follows"},
		{"POST", "/api/runs", `{}}`, 400, "more follows"},
		{"POST", "/api/runs", `null`, 400, "null"},
		{"POST", "/api/runs", `{"a":"` + strings.Repeat("x", 7<<20) + `"}`, 400, "too large"},
		{"GET", "/api/runs/zzzzzzzzzzzz", "", 404, "no run"},
		{"GET", "/api/runs/" + id + "/history?first=x", "", 400, `"x"`},
		{"GET", "/api/runs/" + id + "/history?first=-1", "", 400, `"-1"`},
		{"GET", "/api/runs/" + id + "/predict", "", 400, "?x=5&x=25"},
		{"GET", "/api/runs/" + id + "/predict?x=NaN", "", 400, "finite"},
		{"GET", "/api/runs/" + id + "/live", "", 400, "gnllviz.v2"},
		{"GET", "/api/nope", "", 404, "/api/nope"},
		{"DELETE", "/api/nope", "", 404, "DELETE"},
	} {
		var p problemDocument
		call(t, c.method, "http://"+addr+c.path, c.body, c.status, &p)
		if !wording.Has(p.Detail, c.detail) || p.Status != c.status || p.Title == "" {
			t.Errorf("%s %s: got %+v, want a detail with %q", c.method, c.path, p, c.detail)
		}
	}
}

func TestHistoryAndPredictionsByHTTP(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	var h wire.HistoryMessage
	call(t, "GET", "http://"+addr+"/api/runs/"+id+"/history", "", http.StatusOK, &h)
	if len(h.Points) == 0 || h.First != 0 {
		t.Errorf("got %+v", h)
	}
	call(t, "GET", "http://"+addr+"/api/runs/"+id+"/history?first=999999", "", http.StatusOK, &h)
	if len(h.Points) != 0 {
		t.Errorf("got %d points from beyond the end", len(h.Points))
	}
	var p struct{ X, Mean, Std []float64 }
	call(t, "GET", "http://"+addr+"/api/runs/"+id+"/predict?x=5&x=25", "", http.StatusOK, &p)
	if len(p.X) != 2 || len(p.Mean) != 2 || len(p.Std) != 2 || p.X[1] != 25 || p.Std[0] <= 0 {
		t.Errorf("got %+v", p)
	}
}

func TestOnlyOwnNamesAreAnswered(t *testing.T) {
	addr, _ := serve(t, Config{Hosts: []string{"Lab.example"}})
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	for host, status := range map[string]int{
		addr: 200, "localhost": 200, "LOCALHOST:" + port: 200, "[::1]:" + port: 200, "lab.example:" + port: 200, "lab.example": 200,
		"evil.example": 421, "127.0.0.1.evil.example:" + port: 421, "localhost.": 421, "": 400, "127.0.0.2": 421,
	} {
		for _, path := range []string{"/", "/healthz", "/api/runs", "/%61pi/runs", "/r/abcdefgh"} {
			req := "GET " + path + " HTTP/1.1\r\nConnection: close\r\n"
			if host != "" {
				req += "Host: " + host + "\r\n"
			}
			if got := rawStatus(t, addr, req+"\r\n"); got != status {
				t.Errorf("host %q, %s: status %d, want %d", host, path, got, status)
			}
		}
	}
}

// rawStatus sends a request as it stands and returns the status of the answer.
func rawStatus(t *testing.T, addr, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	var minor, status int
	if _, err := fmt.Fscanf(conn, "HTTP/1.%d %d", &minor, &status); err != nil {
		t.Fatal(err)
	}
	return status
}

func TestOtherPagesCannotReachIn(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	for origin, want := range map[string]int{
		"":                     101,
		"http://" + addr:       101,
		"http://evil.example":  403,
		"http://127.0.0.1":     403, // the port is part of an origin
		"null":                 403,
		"file://":              403,
		"https://127.0.0.1.co": 403,
	} {
		for _, path := range []string{"/api/runs/" + id + "/live", "/%61pi/runs/" + id + "/live"} {
			h := http.Header{}
			if origin != "" {
				h.Set("Origin", origin)
			}
			d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}
			conn, resp, err := d.Dial("ws://"+addr+path, h)
			if err == nil {
				conn.Close()
			}
			if resp == nil || resp.StatusCode != want {
				t.Errorf("origin %q at %s: %v (%v), want status %d", origin, path, resp, err, want)
			}
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+"/api/runs", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "http://evil.example")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign page made a run: status %d", resp.StatusCode)
	}
}

func TestPageAndItsHeaders(t *testing.T) {
	s := New(t.Context(), Config{Log: slog.New(slog.DiscardHandler)})
	for path, status := range map[string]int{
		"/": 200, "/r/abcdefgh2345": 200, "/index.html": 200,
		"/r": 404, "/nope": 404, "/assets/": 404, "/assets": 404, "/../go.mod": 404, "/assets/../../web.go": 404,
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "http://localhost/", nil)
		r.URL.Path = path
		s.Handler().ServeHTTP(w, r)
		// index.html and unclean paths are redirected to their clean form.
		if w.Code != status && w.Code != http.StatusMovedPermanently && w.Code != http.StatusTemporaryRedirect {
			t.Errorf("%s: status %d, want %d", path, w.Code, status)
		}
		if w.Header().Get("Content-Security-Policy") != "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, w.Header())
		}
		if status == 200 && w.Code == 200 && !strings.Contains(w.Body.String(), "<html") {
			t.Errorf("%s: not a page: %.80s", path, w.Body)
		}
	}
}

func TestTakenPortIsAnError(t *testing.T) {
	addr, _ := serve(t, Config{})
	l, err := net.Listen("tcp", addr)
	if err == nil {
		l.Close()
		t.Fatal("one port was taken twice")
	}
	// A listener that fails is an error of Serve, not a server that hangs.
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	if err := New(t.Context(), Config{}).Serve(closed); err == nil {
		t.Error("serving on a closed listener gave no error")
	}
}

// Peers that do not behave do not keep the server from stopping, and are no
// failure of its own.
func TestStoppingDoesNotWaitForBadPeers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newLAN(t, line{})
		_, stop := serveOn(t, n, Config{})
		addr := n.addr.String()
		id := makeRun(t, addr, "").ID
		// One that says nothing, one that sends half a request.
		for _, text := range []string{"", "POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"} {
			conn, err := dialTo(t.Context(), "tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, text); err != nil {
				t.Fatal(err)
			}
		}
		// One that pongs and never answers a close.
		ponger := dial(t, addr, id)
		ponger.hello()
		over := make(chan struct{})
		go func() {
			defer close(over)
			for ponger.conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second)) == nil {
				time.Sleep(50 * time.Millisecond)
			}
		}()
		// One that never reads.
		dial(t, addr, id).send(`{"type":"hello"}`)
		synctest.Wait()
		begun := time.Now()
		stop()
		if d := time.Since(begun); d > 2*shutdownTime {
			t.Errorf("stopping took %v", d)
		}
		<-over
		time.Sleep(time.Second) // net/http closes what was cut off half a second later
	})
}

func TestStoppingTellsTheViewers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newLAN(t, line{})
		_, stop := serveOn(t, n, Config{})
		c := dial(t, n.addr.String(), makeRun(t, n.addr.String(), "").ID)
		c.hello()
		stop()
		if code, _ := c.closedWith(); code != websocket.CloseGoingAway {
			t.Errorf("the viewer was told %d, want close 1001", code)
		}
	})
}
