package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

func TestMetrics(t *testing.T) {
	addr, _ := serve(t, Config{Token: token, Log: slog.New(slog.DiscardHandler)})
	resp, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/runs", token, `{"speed":"1"}`)
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("status %d", resp.StatusCode)
	}
	var x made
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		t.Fatal(err)
	}
	wrecked := made{}
	if _, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/runs", token, `{"speed":"max","optimizer":"sgd","lr":1}`); json.Unmarshal([]byte(text), &wrecked) != nil || wrecked.ID == "" {
		t.Fatal(text)
	}
	steer(t, addr, x, `{"type":"open","open":true}`, http.StatusOK, nil)
	c := dial(t, addr, x.ID)
	c.hello()
	c.send(`{"type":"change","id":1,"set":{"eps":0.25}}`)
	c.send(`{"type":"change","id":2,"set":{"eps":-1}}`)
	c.send(`{"type":"<script>","id":3}`)
	var e wire.ErrorMessage
	c.await(&e, "error")
	c.await(&e, "error")
	for f, _, _ := c.read(); f == nil || f.Kind != wire.FrameFit; f, _, _ = c.read() {
	}
	call(t, "GET", "http://"+addr+"/made/zzz", "", http.StatusNotFound, nil)

	wanted := []string{
		"gnllviz_runs 2", `gnllviz_troubles_total{kind="not_finite"} 1`, "gnllviz_connections 1", "gnllviz_viewers 1",
		"gnllviz_steps_total [1-9]", "gnllviz_frames_total [1-9]", "gnllviz_frames_dropped_total [0-9]", "gnllviz_frame_bytes_total [1-9]",
		"gnllviz_change_to_frame_seconds_count [1-9]", "gnllviz_frame_age_seconds_count [1-9]",
		`gnllviz_commands_total{outcome="done",type="hello"} 1`, `gnllviz_commands_total{outcome="done",type="change"} 1`,
		`gnllviz_commands_total{outcome="out_of_range",type="change"} 1`, `gnllviz_commands_total{outcome="unknown_command",type="unreadable"} 1`,
		`gnllviz_http_requests_total{route="POST /api/runs",status="201"} 2`, `gnllviz_http_requests_total{route="/",status="404"} 1`,
		"go_goroutines ", "process_resident_memory_bytes ",
	}
	await(t, func() bool { // a run tells what it did a little later
		resp, text = ask(t, http.DefaultClient, "GET", "http://"+addr+"/metrics", token, "")
		i := slices.IndexFunc(wanted, func(want string) bool {
			return !regexp.MustCompile(`(?m)^` + strings.NewReplacer("{", `\{`, "}", `\}`).Replace(want)).MatchString(text)
		})
		return i < 0
	})
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("status %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	for _, secret := range []string{x.ID, x.Key, "zzz", "<script", token} {
		if strings.Contains(text, secret) {
			t.Errorf("the metrics tell %q", secret)
		}
	}
	c.conn.Close()
	await(t, func() bool {
		_, text = ask(t, http.DefaultClient, "GET", "http://"+addr+"/metrics", token, "")
		return strings.Contains(text, "\ngnllviz_viewers 0\n") && strings.Contains(text, "\ngnllviz_connections 0\n")
	})
	call(t, "GET", "http://"+addr+"/metrics", "", http.StatusUnauthorized, nil)
}

func TestProfilesAreServedOnlyWhenAskedFor(t *testing.T) {
	paths := []string{"/debug/pprof/", "/debug/pprof/heap?debug=1", "/debug/pprof/goroutine?debug=1", "/debug/pprof/symbol", "/debug/pprof/trace?seconds=0.01"}
	addr, _ := serve(t, Config{Token: token})
	for _, path := range paths {
		if resp, _ := ask(t, http.DefaultClient, "GET", "http://"+addr+path, token, ""); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s without being asked for: status %d", path, resp.StatusCode)
		}
	}
	addr, _ = serve(t, Config{Token: token, Profiles: true})
	for _, path := range paths {
		if resp, body := ask(t, http.DefaultClient, "GET", "http://"+addr+path, token, ""); resp.StatusCode != http.StatusOK || strings.Contains(body, token) {
			t.Errorf("%s: status %d", path, resp.StatusCode)
		}
		call(t, "GET", "http://"+addr+path, "", http.StatusUnauthorized, nil)
		request := "GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nAuthorization: Bearer " + token + "\r\n\r\n"
		if got := rawStatus(t, addr, request); got != http.StatusMisdirectedRequest {
			t.Errorf("%s under another name: status %d", path, got)
		}
	}
	if resp, _ := ask(t, http.DefaultClient, "GET", "http://"+addr+"/debug/pprof/cmdline", token, ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the command line: status %d", resp.StatusCode)
	}
}
