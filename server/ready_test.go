package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/store"
)

// ready asks whether a server can serve.
func ready(t *testing.T, addr string) (status int, r Ready) {
	t.Helper()
	resp, text := ask(t, http.DefaultClient, "GET", "http://"+addr+"/readyz", "", "")
	if err := json.Unmarshal([]byte(text), &r); err != nil || resp.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("/readyz answered %s %q: %v", resp.Header.Get("Content-Type"), text, err)
	}
	return resp.StatusCode, r
}

// A server is ready while its store can be written to, and says why it is not; it lives on
// meanwhile, and anyone may ask.
func TestReady(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	kept, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	addr, stop := serve(t, Config{Token: token, Store: kept})
	defer func() {
		stop()
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	}()
	if status, r := ready(t, addr); status != http.StatusOK || !r.Ready || len(r.Checks) != 2 || !r.Checks[0].OK || !r.Checks[1].OK {
		t.Errorf("%d %+v", status, r)
	}
	away := dir + " that is away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	var status int
	var r Ready
	await(t, func() bool { status, r = ready(t, addr); return status != http.StatusOK })
	if c := r.Checks[1]; status != http.StatusServiceUnavailable || r.Ready || c.Check != "store" || c.OK || c.Reason == "" || c.Fix == "" || strings.Contains(c.Reason, dir) || !r.Checks[0].OK {
		t.Errorf("%d %+v", status, r)
	}
	call(t, "GET", "http://"+addr+"/healthz", "", http.StatusOK, nil)
	if err := os.Rename(away, dir); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { status, r = ready(t, addr); return status == http.StatusOK && r.Ready })
}

// Without a store there is nothing that a server that answers could lack.
func TestReadyWithoutAStore(t *testing.T) {
	addr, _ := serve(t, Config{})
	if status, r := ready(t, addr); status != http.StatusOK || !r.Ready || len(r.Checks) != 1 {
		t.Errorf("%d %+v", status, r)
	}
}

// The metrics tell what the runs do, what the store was given, and how far it is behind.
func TestMetricsOfTheStore(t *testing.T) {
	kept, err := store.Open(t.Context(), store.Config{Dir: filepath.Join(t.TempDir(), "store")})
	if err != nil {
		t.Fatal(err)
	}
	addr, stop := serve(t, Config{Token: token, Store: kept, Log: slog.New(slog.DiscardHandler), Limits: access.Limits{RunLimits: access.RunLimits{Idle: time.Second}}})
	defer func() {
		stop()
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	}()
	var training, paused made
	for body, x := range map[string]*made{`{"speed":"1"}`: &training, `{"paused":true}`: &paused} {
		if _, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/runs", token, body); json.Unmarshal([]byte(text), x) != nil || x.ID == "" {
			t.Fatal(text)
		}
	}
	dial(t, addr, training.ID).hello()
	for _, lr := range []string{"0.001", "0.002", "0.003"} {
		steer(t, addr, training, `{"type":"change","set":{"lr":`+lr+`}}`, http.StatusOK, nil)
	}
	text, lacks := "", ""
	await(t, func() bool {
		_, text = ask(t, http.DefaultClient, "GET", "http://"+addr+"/metrics", token, "")
		for _, want := range []string{
			`gnllviz_runs_by_state{state="training"} 1`, `gnllviz_runs_by_state{state="resting"} 1`, `gnllviz_runs_by_state{state="diverged"} 0`,
			`gnllviz_append_seconds_count 3`, `gnllviz_checkpoint_seconds_count [1-9]`, `gnllviz_checkpoint_bytes_total [1-9]`,
			`gnllviz_log_lag_entries 0`, `gnllviz_checkpoint_age_seconds [0-9]`, `gnllviz_store_failures_total{what="change"} 0`, `gnllviz_store_failures_total{what="checkpoint"} 0`,
		} {
			if !regexp.MustCompile(`(?m)^` + strings.NewReplacer("{", `\{`, "}", `\}`).Replace(want)).MatchString(text) {
				lacks = want
				return false
			}
		}
		lacks = ""
		return true
	})
	if lacks != "" {
		t.Errorf("the metrics lack %s:\n%s", lacks, text)
	}
	for _, state := range registry.RunStates {
		if !strings.Contains(text, `state="`+state+`"`) {
			t.Errorf("the metrics do not count runs that are %s", state)
		}
	}
}
