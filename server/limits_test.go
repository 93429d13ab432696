package server

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Every field has a flag, a help and a default of its own that holds.
func TestEveryLimitIsInTheTable(t *testing.T) {
	l := DefaultLimits()
	seen := map[any]bool{}
	flags := map[string]bool{}
	for _, x := range l.Table() {
		if x.Flag == "" || x.Help == "" || seen[x.Value] || flags[x.Flag] {
			t.Errorf("got %+v", x)
		}
		if reflect.ValueOf(x.Value).Elem().IsZero() {
			t.Errorf("--%s has no default", x.Flag)
		}
		seen[x.Value], flags[x.Flag] = true, true
	}
	if n := reflect.TypeFor[Limits]().NumField(); len(seen) != n {
		t.Errorf("the table has %d limits of %d", len(seen), n)
	}
	if err := l.Check(); err != nil {
		t.Error(err)
	}
	if got := (Limits{}).orDefaults(); got != l {
		t.Errorf("no limits are %+v, want the defaults", got)
	}
	if got := (Limits{Runs: 3}).orDefaults(); got.Runs != 3 || got.Lanes != l.Lanes {
		t.Errorf("got %+v", got)
	}
	for _, low := range []struct {
		set  func(*Limits)
		want string
	}{
		{func(l *Limits) { l.Runs = 0 }, "--max-runs 0 is less than 1"},
		{func(l *Limits) { l.CommandRate = 0.5 }, "--command-rate 0.5 is less than 1"},
		{func(l *Limits) { l.Drop = time.Millisecond }, "--drop 1ms is less than 1s"},
	} {
		l := DefaultLimits()
		low.set(&l)
		if err := l.Check(); err == nil || err.Error() != low.want {
			t.Errorf("got %v, want %s", err, low.want)
		}
	}
}

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
	for flag, l := range map[string]Limits{
		"--max-connections":      {Connections: 2},
		"--max-peer-connections": {PeerConnections: 2},
		"--max-viewers":          {Viewers: 2},
		"--max-peer-viewers":     {PeerViewers: 2},
	} {
		addr, _ := serve(t, Config{Limits: l})
		id := makeRun(t, addr, "").ID
		first := dial(t, addr, id)
		first.hello()
		dial(t, addr, id).hello()
		if status, p := refusedDial(t, addr, id); status != http.StatusServiceUnavailable || !strings.Contains(p.Detail, flag) {
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
		s, _ := serveOn(t, n, Config{Limits: Limits{Drop: time.Minute}})
		addr := n.addr.String()
		watched, other := makeRun(t, addr, `{"paused":true}`).ID, makeRun(t, addr, `{"paused":true}`).ID
		c := dial(t, addr, watched)
		c.hello()
		time.Sleep(59 * time.Second)
		if n := s.runs.count(); n != 2 {
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
		if n := s.runs.count(); n != 0 {
			t.Errorf("there are %d runs that nobody watches", n)
		}
	})
}

func TestRunsOfOnePeerAreRationed(t *testing.T) {
	addr, _ := serve(t, Config{Limits: Limits{RunRate: 2}})
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

func TestQuotaForgetsThoseWhoHaveAllTheirTimes(t *testing.T) {
	q := quota{perMinute: 1}
	now := time.Now()
	for i := range maxPeers {
		q.take(string(rune(i+0x10000)), now)
	}
	if q.take("a", now); len(q.peers) != maxPeers {
		t.Errorf("remembers %d peers, want %d", len(q.peers), maxPeers)
	}
	now = now.Add(2 * time.Minute)
	if q.take("b", now); len(q.peers) != 1 {
		t.Errorf("remembers %d peers, want 1", len(q.peers))
	}
	if r, wait := q.take("b", now); r != nil || wait != time.Minute {
		t.Errorf("a second time at once: %v, to wait %v", r, wait)
	}
}
