package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// newAPI returns an API that nothing listens for: there is no network.
func newAPI(t *testing.T, l access.Limits) *API {
	t.Helper()
	log, limits := slog.New(slog.DiscardHandler), l.OrDefaults()
	ctx, cancel := context.WithCancel(t.Context())
	runs := registry.New(ctx, registry.Config{Limits: limits, Trainers: 1, Report: func(run.Stats) {}, Log: log})
	lessons, err := registry.Lessons(nil, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := runs.Wait(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return New(Config{
		Runs: runs, Lessons: lessons, Limits: limits, Log: log, Meter: uncounted{},
		Gate: access.NewGate("", false, nil, log), Rations: access.NewRations(1, new(access.Load)), FileBytes: FileBytes(registry.Memory(0)),
	})
}

// uncounted is a meter that counts nothing.
type uncounted struct{}

func (uncounted) Viewers(int)                    {}
func (uncounted) Sent(int, time.Duration)        {}
func (uncounted) Commanded(wire.Command, string) {}

// ask has a request answered that came by no network: it has neither an address nor a
// connection.
func ask(t *testing.T, h http.Handler, method, path, key, body string) *httptest.ResponseRecorder {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set(access.KeyHeader, key)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// call asks and decodes the answer into a value unless it is nil.
func call(t *testing.T, h http.Handler, method, path, body string, status int, into any) {
	t.Helper()
	w := ask(t, h, method, path, "", body)
	if w.Code != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
}

func makeRun(t *testing.T, h http.Handler, body string) (x made) {
	t.Helper()
	call(t, h, "POST", "/api/runs", body, http.StatusCreated, &x)
	return x
}

// bare is a writer that can do what every [http.ResponseWriter] can, and no more.
type bare struct{ w *httptest.ResponseRecorder }

func (b bare) Header() http.Header         { return b.w.Header() }
func (b bare) WriteHeader(status int)      { b.w.WriteHeader(status) }
func (b bare) Write(p []byte) (int, error) { return b.w.Write(p) }

// Everything works without a network: a run is made, steered, looked at, taken away,
// brought back and ended, and a grid of runs is trained, with requests that came by none.
func TestAPIWithoutANetwork(t *testing.T) {
	a := newAPI(t, access.Limits{})
	x := makeRun(t, a, `{"paused":true,"hidden":[4],"seed":7}`)
	at := "/api/runs/" + x.ID
	if w := ask(t, a, "POST", at+"/commands", x.Key, `{"type":"step","steps":5}`); w.Code != http.StatusOK {
		t.Fatalf("a command: %d %s", w.Code, w.Body)
	}
	var state wire.RunMessage
	for state.Step < 5 {
		call(t, a, "GET", at+"/state", "", http.StatusOK, &state)
	}
	for _, path := range []string{"", "/history", "/predict?x=5", "/curve?curve=batch_loss", "/snapshots", "/frames", "/recipe"} {
		call(t, a, "GET", at+path, "", http.StatusOK, nil)
	}
	model := ask(t, a, "GET", at+"/export?format=json", x.Key, "")
	if model.Code != http.StatusOK {
		t.Fatalf("an export: %d %s", model.Code, model.Body)
	}
	var back made
	if call(t, a, "POST", "/api/runs/import", model.Body.String(), http.StatusCreated, &back); back.Step != 5 {
		t.Errorf("the model came back at step %d", back.Step)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", "/api/sweeps", strings.NewReader(
		`{"hidden":[4],"x":{"control":"eps","values":[0.01,0.1]},"y":{"control":"seed","values":[1,2]},"steps":3}`))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if a.ServeHTTP(bare{w}, r); w.Code != http.StatusOK || strings.Count(w.Body.String(), "\n") != 5 || !strings.Contains(w.Body.String(), `"test"`) {
		t.Errorf("a sweep: %d %s", w.Code, w.Body)
	}
	if w := ask(t, a, "DELETE", at, x.Key, ""); w.Code != http.StatusNoContent {
		t.Errorf("ending it: %d %s", w.Code, w.Body)
	}
	call(t, a, "GET", at, "", http.StatusNotFound, nil)
}
