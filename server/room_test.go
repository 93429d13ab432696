package server

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/wire"
)

// By whichever door it comes, a command makes a run one that is not ended for others,
// and so does it to bring a model back; to look at it does not.
func TestRunsThatWereChangedAreKnown(t *testing.T) {
	s := New(t.Context(), Config{Log: slog.New(slog.DiscardHandler)})
	edge := httptest.NewServer(s.Handler())
	defer edge.Close()
	addr := strings.TrimPrefix(edge.URL, "http://")
	make := func() (m made) {
		call(t, "POST", edge.URL+"/api/runs", `{"paused":true,"hidden":[4]}`, http.StatusCreated, &m)
		return m
	}
	changed := func(id string) bool { return kept(t, s, id).Changed() }
	posted, said, watched, refused := make(), make(), make(), make()
	steer(t, addr, posted, `{"type":"pause"}`, http.StatusOK, nil)
	p := dial(t, addr, said.ID)
	p.send(`{"type":"hello","key":"` + said.Key + `"}`)
	p.send(`{"type":"pause","id":7}`)
	p.await(&wire.Ack{}, "ack")
	p = dial(t, addr, watched.ID)
	p.hello()
	p.send(`{"type":"watch","id":7,"frames":false}`)
	p.await(&wire.Ack{}, "ack")
	steer(t, addr, refused, `{"type":"change","set":{"eps":-1}}`, http.StatusUnprocessableEntity, nil)
	_, model := ask(t, http.DefaultClient, "GET", edge.URL+"/api/runs/"+watched.ID+"/export?format=json", "", "")
	var brought made
	call(t, "POST", edge.URL+"/api/runs/import", model, http.StatusCreated, &brought)
	for id, want := range map[string]bool{posted.ID: true, said.ID: true, watched.ID: false, refused.ID: false, brought.ID: true} {
		if got := changed(id); got != want {
			t.Errorf("the run %s was changed: %t, want %t", id, got, want)
		}
	}
}

// The page says what makes a run, and whoever says nothing is a program. A refusal names
// its limit.
func TestRunsAreKnownByTheirMakers(t *testing.T) {
	addr, _ := serve(t, Config{Limits: access.Limits{RunLimits: access.RunLimits{Runs: 3, FramedRuns: 1}}})
	order := func(from, method, path, key, body string, status int) (m struct {
		made
		problem.Problem
	},
	) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if from != "" {
			req.Header.Set("Run-From", from)
		}
		req.Header.Set(access.KeyHeader, key)
		send(t, req, status, &m)
		return m
	}
	order("frame", "POST", "/api/runs", "", `{"paused":true}`, http.StatusCreated)
	if r := order("frame", "POST", "/api/runs", "", `{"paused":true}`, http.StatusServiceUnavailable); r.Limit != "max-framed-runs" || !strings.Contains(r.Detail, "--max-framed-runs") {
		t.Errorf("got %+v", r.Problem)
	}
	order("page", "POST", "/api/runs", "", `{"paused":true}`, http.StatusCreated)
	order("", "POST", "/api/runs", "", `{"paused":true}`, http.StatusCreated)
	if r := order("", "POST", "/api/runs", "", `{"paused":true}`, http.StatusServiceUnavailable); r.Limit != "max-runs" || !strings.Contains(r.Detail, "--max-runs") {
		t.Errorf("got %+v", r.Problem)
	}
}
