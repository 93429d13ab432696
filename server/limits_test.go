package server

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
)

// refusedDial opens a websocket and returns the refusal.
func refusedDial(t *testing.T, addr, id string) (int, problemDocument) {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}
	conn, resp, err := d.Dial("ws://"+addr+"/api/runs/"+id+"/live", nil)
	if err == nil {
		conn.Close()
		t.Fatal("the websocket was opened")
	}
	if resp == nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("the refusal is %s", got)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var p problemDocument
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return resp.StatusCode, p
}

func TestWebsocketsHaveTheirLimits(t *testing.T) {
	for flag, l := range map[string]access.Limits{
		"max-connections":      {ViewerLimits: access.ViewerLimits{Connections: 2}},
		"max-peer-connections": {ViewerLimits: access.ViewerLimits{PeerConnections: 2}},
		"max-viewers":          {ViewerLimits: access.ViewerLimits{Viewers: 2}},
		"max-peer-viewers":     {ViewerLimits: access.ViewerLimits{PeerViewers: 2}},
	} {
		addr, _ := serve(t, Config{Limits: l})
		id := makeRun(t, addr, "").ID
		first := dial(t, addr, id)
		first.hello()
		dial(t, addr, id).hello()
		if status, p := refusedDial(t, addr, id); status != http.StatusServiceUnavailable || p.Limit != flag || strings.Contains(p.Detail, "--") {
			t.Errorf("%s: got %d, %+v", flag, status, p)
		}
		// Who leaves makes room.
		first.conn.Close()
		d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}
		await(t, func() bool {
			conn, resp, err := d.Dial("ws://"+addr+"/api/runs/"+id+"/live", nil)
			if err != nil && (resp == nil || resp.StatusCode != http.StatusServiceUnavailable) {
				t.Fatal(err)
			}
			if err == nil {
				conn.Close()
			}
			return err == nil
		})
	}
}

// await asks until a condition holds, for what kernels and other processes do, of
// which nobody is told.
func await(t testing.TB, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("waited in vain")
		}
	}
}

func TestUnwatchedRunIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newLAN(t, line{})
		s, _ := serveOn(t, n, Config{Limits: access.Limits{RunLimits: access.RunLimits{Drop: time.Minute}}})
		addr := n.addr.String()
		watched, other := makeRun(t, addr, `{"paused":true}`).ID, makeRun(t, addr, `{"paused":true}`).ID
		c := dial(t, addr, watched)
		c.hello()
		time.Sleep(59 * time.Second)
		if n := s.runs.Count(); n != 2 {
			t.Errorf("there are %d runs before the minute is over", n)
		}
		time.Sleep(2 * time.Second)
		var all []wire.Summary
		call(t, "GET", "http://"+addr+"/api/runs", "", http.StatusOK, &all)
		if len(all) != 1 || all[0].ID != watched {
			t.Errorf("%+v are left, want %s", all, watched)
		}
		call(t, "GET", "http://"+addr+"/api/runs/"+other, "", http.StatusNotFound, nil)
		c.conn.Close()
		time.Sleep(61 * time.Second)
		if n := s.runs.Count(); n != 0 {
			t.Errorf("there are %d runs that nobody watches", n)
		}
	})
}

func TestRunsOfOnePeerAreRationed(t *testing.T) {
	addr, _ := serve(t, Config{Limits: access.Limits{RunLimits: access.RunLimits{RunRate: 2}}})
	x := makeRun(t, addr, "")
	makeRun(t, addr, "")
	resp, err := http.Post("http://"+addr+"/api/runs", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var p problemDocument
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusTooManyRequests || !strings.Contains(p.Detail, "--run-rate") || resp.Header.Get("Retry-After") == "" {
		t.Errorf("got %d, %v, %+v", resp.StatusCode, resp.Header, p)
	}
	// To find one that is there makes none.
	remake(t, addr, x.ID, x.Key, "", http.StatusOK)
}
