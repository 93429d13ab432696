package relay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/bus/bustest"
)

// bus starts a nats-server.
func bus(t testing.TB) (dial func() *nats.Conn) {
	t.Helper()
	return bustest.Start(t, 1).Dial
}

func listen(t testing.TB, conn *nats.Conn, node string, h http.HandlerFunc) *Server {
	t.Helper()
	s, err := Listen(conn, node, "http", h, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// front is a real HTTP server whose requests go to a node.
func front(t testing.TB, conn *nats.Conn, node string) *httptest.Server {
	t.Helper()
	to, err := NewTransport(conn, "http")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { to.Close() })
	s := httptest.NewServer(&httputil.ReverseProxy{
		Transport:     to,
		FlushInterval: -1,
		Rewrite:       func(p *httputil.ProxyRequest) { p.Out.URL.Scheme, p.Out.URL.Host = "nats", node },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			w.Header().Set("Failed", err.Error())
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		ErrorLog: slog.NewLogLogger(slog.NewTextHandler(t.Output(), nil), slog.LevelWarn),
	})
	t.Cleanup(s.Close)
	return s
}

// noise is so many bytes that a seed makes.
func noise(seed, n uint64) io.Reader {
	var key [32]byte
	key[0] = byte(seed)
	return io.LimitReader(rand.NewChaCha8(key), int64(n))
}

func sum(h hash.Hash) string { return fmt.Sprintf("%x", h.Sum(nil)) }

func sumOf(t testing.TB, r io.Reader) string {
	t.Helper()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		t.Error(err)
	}
	return sum(h)
}

// What a handler sees and says is the same as over HTTP.
func TestRequestsAndAnswers(t *testing.T) {
	dial := bus(t)
	handler := func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header()["Many"] = []string{"one", "two"}
		w.Header().Set("Saw", fmt.Sprint(r.Method, " ", r.URL.Path, "?", r.URL.RawQuery, " ", r.Host, " ", r.Header["Said"], " ", r.ContentLength))
		switch r.URL.Path {
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		case "/trailers":
			w.Header().Set("Trailer", "Announced")
			fmt.Fprint(w, "body")
			w.Header().Set("Announced", "yes")
			w.Header().Set(http.TrailerPrefix+"Unannounced", "too")
		case "/teapot":
			w.WriteHeader(http.StatusTeapot)
			w.Write(b)
		default:
			w.Write(b)
		}
	}
	listen(t, dial(), "a", handler)
	far, near := front(t, dial(), "a"), httptest.NewServer(http.HandlerFunc(handler))
	defer near.Close()
	for _, x := range []struct{ method, path, body string }{
		{"GET", "/", ""},
		{"GET", "/a%2Fb/ c?x=1&y=%20", ""},
		{"HEAD", "/", ""},
		{"POST", "/", "a body"},
		{"POST", "/teapot", "short and stout"},
		{"PUT", "/", strings.Repeat("long ", 200_000)},
		{"GET", "/none", ""},
		{"GET", "/trailers", ""},
		{"DELETE", "/", ""},
	} {
		var got [2]string
		for i, s := range []*httptest.Server{near, far} {
			r, err := http.NewRequest(x.method, s.URL+strings.ReplaceAll(x.path, " ", "%20"), strings.NewReader(x.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = "lab.example"
			r.Header["Said"] = []string{"p", "q"}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			answer.Header.Del("Date")
			answer.Header.Del("Content-Length") // where net/http knows it beforehand
			got[i] = fmt.Sprint(answer.Status, answer.Header, len(b), string(b[:min(len(b), 100)]), answer.Trailer)
		}
		if got[0] != got[1] {
			t.Errorf("%s %s:\nnear %s\nfar  %s", x.method, x.path, got[0], got[1])
		}
	}
}

// Bodies of any length go both ways, and little of them is in memory at a time.
func TestLongBodies(t *testing.T) {
	const long = 100 << 20
	dial := bus(t)
	var most uint64
	watch := func(r io.Reader) io.Reader {
		return readerFunc(func(b []byte) (int, error) {
			var m runtime.MemStats
			n, err := r.Read(b)
			if rand.IntN(200) == 0 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
			return n, err
		})
	}
	listen(t, dial(), "a", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Sum", sumOf(t, r.Body))
		if _, err := io.Copy(w, noise(2, long)); err != nil {
			t.Error(err)
		}
	})
	far := front(t, dial(), "a")
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	answer, err := http.Post(far.URL, "", io.NopCloser(watch(noise(1, long))))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got, want := sumOf(t, watch(answer.Body)), sumOf(t, noise(2, long)); got != want {
		t.Errorf("the answer has the sum %s, not %s", got, want)
	}
	if got, want := answer.Header.Get("Sum"), sumOf(t, noise(1, long)); got != want {
		t.Errorf("the request had the sum %s, not %s", got, want)
	}
	if held := int64(most) - int64(before.HeapAlloc); held > 16<<20 {
		t.Errorf("%d MB were held while 100 MB went each way", held>>20)
	} else {
		t.Logf("%d KB were held while 100 MB went each way", held>>10)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// A client that reads nothing keeps the handler from writing on.
func TestSlowReadersHoldWritersBack(t *testing.T) {
	dial := bus(t)
	wrote := make(chan int, 1000)
	listen(t, dial(), "a", func(w http.ResponseWriter, r *http.Request) {
		for i := range 100 {
			if _, err := w.Write(make([]byte, PieceBytes)); err != nil {
				return
			}
			wrote <- i
		}
	})
	to, err := NewTransport(dial(), "http")
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	answer := send(t, t.Context(), to, "a")
	one := make([]byte, 1)
	if _, err := io.ReadFull(answer.Body, one); err != nil {
		t.Fatal(err)
	}
	// Of what was not read one piece lies here, one there.
	for range 2 {
		<-wrote
	}
	answer.Body.Close()
	if n := len(wrote); n > 3 {
		t.Errorf("%d pieces more were written for somebody who read one byte", n)
	}
}

func send(t testing.TB, ctx context.Context, to *Transport, node string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", "nats://"+node+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := to.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// What is flushed arrives while the handler continues, and a client that leaves ends it.
func TestFlushAndLeave(t *testing.T) {
	dial := bus(t)
	left := make(chan error, 1)
	next := make(chan bool)
	listen(t, dial(), "a", func(w http.ResponseWriter, r *http.Request) {
		for range next {
			fmt.Fprintln(w, "a line")
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
		}
		<-r.Context().Done()
		left <- context.Cause(r.Context())
	})
	far := front(t, dial(), "a")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", far.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() { next <- true }()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	line := make([]byte, 7)
	for range 5 {
		if _, err := io.ReadFull(answer.Body, line); err != nil || string(line) != "a line\n" {
			t.Fatalf("got %q, %v", line, err)
		}
		next <- true
	}
	if _, err := io.ReadFull(answer.Body, line); err != nil {
		t.Fatal(err)
	}
	close(next)
	cancel()
	if err := <-left; !errors.Is(err, errClientLeft) {
		t.Errorf("the handler ended with %v", err)
	}
}

// Where a node is not there, or goes in the middle, the client is told.
func TestNodesGo(t *testing.T) {
	dial := bus(t)
	far := front(t, dial(), "a")
	answer, err := http.Get(far.URL)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if why := answer.Header.Get("Failed"); answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(why, ErrAway.Error()) {
		t.Errorf("of a node that there never was: %s, %s", answer.Status, why)
	}
	there := make(chan bool, 2)
	hang := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begin" {
			fmt.Fprint(w, "begun")
			w.(http.Flusher).Flush()
		}
		there <- true
		<-r.Context().Done()
	}
	conn := dial()
	s := listen(t, conn, "a", hang)
	for _, path := range []string{"/", "/begin"} {
		done := make(chan string, 1)
		go func() {
			answer, err := http.Get(far.URL + path)
			if err != nil {
				done <- err.Error()
				return
			}
			_, err = io.ReadAll(answer.Body)
			done <- fmt.Sprint(answer.StatusCode, " ", err)
		}()
		<-there
		begun := time.Now()
		conn.Close() // as if the process were killed
		want := "503 <nil>"
		if path == "/begin" {
			want = "200 unexpected EOF"
		}
		if got := <-done; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
		if d := time.Since(begun); d > Silence+5*time.Second {
			t.Errorf("%s: said after %v", path, d)
		}
		conn = dial()
		s = listen(t, conn, "a", hang)
	}
	_ = s
}

// A node whose clients are killed ends what they asked for.
func TestClientsGo(t *testing.T) {
	dial := bus(t)
	there, left := make(chan bool), make(chan bool)
	listen(t, dial(), "a", func(w http.ResponseWriter, r *http.Request) {
		close(there)
		<-r.Context().Done()
		close(left)
	})
	conn := dial()
	to, err := NewTransport(conn, "http")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "nats://a/", nil)
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = to.RoundTrip(r) // fails when it has been silent
	}()
	<-there
	conn.Close()
	<-left
}

// Many at once each get their own, also those that are aborted.
func TestManyAtOnce(t *testing.T) {
	dial := bus(t)
	listen(t, dial(), "a", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Abort") != "" {
			w.Write(make([]byte, 3*PieceBytes))
			panic(http.ErrAbortHandler)
		}
		b, err := io.ReadAll(r.Body) // net/http does not read on once an answer has begun
		if err != nil {
			t.Error(err)
		}
		w.Write(b)
	})
	far := front(t, dial(), "a")
	var all sync.WaitGroup
	for i := range uint64(200) {
		all.Go(func() {
			n := i * i * 13
			r, err := http.NewRequest("POST", far.URL, io.NopCloser(noise(i, n)))
			if err != nil {
				t.Error(err)
				return
			}
			abort := i%10 == 9
			if abort {
				r.Header.Set("Abort", "1")
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			got, err := io.ReadAll(answer.Body)
			want, _ := io.ReadAll(noise(i, n))
			if abort != (err != nil) || !abort && !bytes.Equal(got, want) {
				t.Errorf("request %d: got %d bytes, want %d; %v", i, len(got), len(want), err)
			}
		})
	}
	all.Wait()
}

// A word goes from node to node, and from nowhere else.
func TestWords(t *testing.T) {
	dial := bus(t)
	h := func(w http.ResponseWriter, r *http.Request) {
		word, relayed := Word(r.Context())
		fmt.Fprintf(w, "%q %v %s", word, relayed, r.RemoteAddr)
	}
	listen(t, dial(), "a", h)
	to, err := NewTransport(dial(), "http")
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	r, err := http.NewRequestWithContext(WithWord(t.Context(), "hello"), "GET", "nats://a/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr = "192.0.2.7"
	answer, err := to.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(answer.Body)
	if err != nil || string(b) != `"hello" true 192.0.2.7` {
		t.Errorf("got %s, %v", b, err)
	}
	w := httptest.NewRecorder()
	outside := httptest.NewRequestWithContext(WithWord(t.Context(), "hello"), "GET", "/", nil)
	h(w, outside)
	if got := w.Body.String(); !strings.HasPrefix(got, `"" false`) {
		t.Errorf("from outside: %s", got)
	}
}
