package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A caller opens websockets as somebody behind a declared proxy.
type caller struct {
	t    *testing.T
	addr string
	from string // an address
}

// call opens a websocket to a run; a key goes along in a header or, as pages send it,
// as a subprotocol. A refusal is returned in place of the websocket.
func (c caller) call(id, key string, inHeader bool) (*peer, *problem.Problem) {
	c.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}
	h := http.Header{"X-Forwarded-For": {c.from}}
	switch {
	case key == "":
	case inHeader:
		h.Set(access.KeyHeader, key)
	default:
		d.Subprotocols = append(d.Subprotocols, "key."+key)
	}
	conn, resp, err := d.Dial("ws://"+c.addr+"/api/runs/"+id+"/live", h)
	if err == nil {
		if got := conn.Subprotocol(); got != wire.Subprotocol {
			c.t.Errorf("the subprotocol is %q", got)
		}
		c.t.Cleanup(func() { conn.Close() })
		return &peer{t: c.t, conn: conn}, nil
	}
	if resp == nil {
		c.t.Fatal(err)
	}
	var r problem.Problem
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil || r.Status != resp.StatusCode || r.Status != http.StatusServiceUnavailable {
		c.t.Fatalf("status %d, %+v (%v)", resp.StatusCode, r, err)
	}
	return nil, &r
}

// comes opens a websocket and says hello, and says with which limit it was refused.
func (c caller) comes(id, key string) (limit string) {
	c.t.Helper()
	p, refused := c.call(id, key, false)
	if refused != nil {
		return refused.Limit
	}
	p.hello()
	return ""
}

// A thousand sockets that never say hello, of one address or of several, keep nobody
// from a run: neither who has its key, said in the hello alone, nor who only watches,
// at the same address or at another; and they are no viewers.
func TestViewersWithoutAHelloKeepNobodyOut(t *testing.T) {
	for _, addresses := range []int{1, 4} {
		t.Run(fmt.Sprintf("of %d addresses", addresses), func(t *testing.T) {
			addr, _ := serve(t, Config{Proxies: networks(t, "127.0.0.1")})
			x, other := makeRun(t, addr, `{"paused":true}`), makeRun(t, addr, `{"paused":true}`)
			var idle []*peer
			var work sync.WaitGroup
			var mu sync.Mutex
			for k := range 10 {
				work.Go(func() {
					for i := range max(100, 60*addresses) {
						id := x.ID
						if addresses > 1 && i%2 > 0 {
							id = other.ID
						}
						p, refused := caller{t, addr, fmt.Sprintf("198.51.100.%d", (i+k)%addresses)}.call(id, "", false)
						mu.Lock()
						if refused == nil {
							idle = append(idle, p)
						}
						mu.Unlock()
					}
				})
			}
			work.Wait()
			begun := time.Now()
			for _, from := range []string{"198.51.100.0", "203.0.113.1"} {
				c := caller{t, addr, from}
				p, refused := c.call(x.ID, "", false)
				if refused != nil {
					t.Fatalf("at %s who has the key is kept out: %s", from, refused.Detail)
				}
				p.send(`{"type":"hello","key":"` + x.Key + `"}`)
				var m wire.WelcomeMessage
				if p.await(&m, "welcome"); !m.Steer {
					t.Error("the key does not steer")
				}
				if limit := c.comes(x.ID, ""); limit != "" {
					t.Errorf("at %s who watches is kept out by --%s", from, limit)
				}
				if limit := c.comes(other.ID, ""); limit != "" {
					t.Errorf("at %s who watches another run is kept out by --%s", from, limit)
				}
			}
			took := time.Since(begun)
			var s wire.Summary
			call(t, "GET", "http://"+addr+"/api/runs/"+x.ID, "", http.StatusOK, &s)
			if s.Viewers != 4 {
				t.Errorf("the run has %d viewers, want 4", s.Viewers)
			}
			t.Logf("%d sockets without a hello came in; the owner and five others then had their seats within %v", len(idle), took.Round(time.Millisecond))
		})
	}
}

// A viewer who finds no seat is told what to do, and no flag, which they cannot set; the
// log tells it once, however often they try.
func TestWhoFindsNoSeatIsToldNoFlag(t *testing.T) {
	for _, c := range []struct {
		limits access.ViewerLimits
		want   string // flag
		says   string
	}{
		{access.ViewerLimits{Viewers: 1, PeerViewers: 5}, "max-viewers", "this run is full (1 viewer). Wait until one leaves, ask the presenter, or make your own copy"},
		{access.ViewerLimits{PeerViewers: 1}, "max-peer-viewers", "this run is full: it has 1 viewer from your network. Wait until one leaves, ask the presenter, or make your own copy"},
		{access.ViewerLimits{Connections: 1, PeerConnections: 5}, "max-connections", "the server is full (1 viewer). Wait until one leaves"},
		{access.ViewerLimits{PeerConnections: 1}, "max-peer-connections", "the server is full: it has 1 viewer from your network. Wait until one leaves"},
	} {
		t.Run(c.want, func(t *testing.T) {
			var log record
			addr, _ := serve(t, Config{Limits: access.Limits{ViewerLimits: c.limits}, Log: slog.New(slog.NewTextHandler(&log, nil))})
			x := makeRun(t, addr, `{"paused":true}`)
			who := caller{t, addr, "127.0.0.1"}
			if limit := who.comes(x.ID, ""); limit != "" {
				t.Fatalf("the first is refused by %q", limit)
			}
			for range 3 {
				_, refused := who.call(x.ID, "", false)
				if refused == nil || refused.Limit != c.want || !wording.Is(refused.Detail, c.says) || strings.Contains(refused.Detail, "--") {
					t.Errorf("refused with %+v, want %s: %q", refused, c.want, c.says)
				}
			}
			if n := strings.Count(log.String(), "limit=--"+c.want); n != 1 {
				t.Errorf("the log names --%s %d times, want once: %s", c.want, n, log.String())
			}
		})
	}
}

// Of a run's seats and of the server's one address has its share, and who brings the
// key has one all the same, though others have taken all that there are.
func TestSeatsAreShared(t *testing.T) {
	addr, _ := serve(t, Config{
		Proxies: networks(t, "127.0.0.1"),
		Limits:  access.Limits{ViewerLimits: access.ViewerLimits{Viewers: 4, PeerViewers: 2, Connections: 6, PeerConnections: 3, KeySeats: 2}},
	})
	x, other := makeRun(t, addr, `{"paused":true}`), makeRun(t, addr, `{"paused":true}`)
	a, b, c, d := caller{t, addr, "198.51.100.1"}, caller{t, addr, "198.51.100.2"}, caller{t, addr, "198.51.100.3"}, caller{t, addr, "2001:db8::1"}
	sameNetwork := caller{t, addr, "2001:db8::2"}
	for i, s := range []struct {
		caller  caller
		id, key string
		want    string
	}{
		{a, x.ID, "", ""},
		{a, x.ID, "", ""},
		{a, x.ID, "", "max-peer-viewers"},
		{a, other.ID, "", ""},
		{a, other.ID, "", "max-peer-connections"},
		{b, x.ID, "", ""},
		{c, x.ID, "", ""},
		{c, x.ID, "", "max-viewers"},
		{d, other.ID, "", ""},
		{sameNetwork, x.ID, "", "max-viewers"},
		{d, other.ID, "", "max-connections"},
		// Neither a wrong key nor another run's opens a seat.
		{a, x.ID, other.Key, "max-peer-viewers"},
		{c, x.ID, "wrong", "max-viewers"},
		// Two more the right one does, at addresses that have their share.
		{a, x.ID, x.Key, ""},
		{c, x.ID, x.Key, ""},
		{d, x.ID, x.Key, "max-viewers"},
		{a, other.ID, other.Key, ""},
	} {
		if got := s.caller.comes(s.id, s.key); got != s.want {
			t.Errorf("number %d, at %s, is refused by %q, want %q", i, s.caller.from, got, s.want)
		}
	}
	// A program may send the key as a header.
	if _, refused := c.call(other.ID, other.Key, true); refused != nil {
		t.Error(refused)
	}
	_, refused := a.call(x.ID, "", false)
	if want := "this run is full: it has 2 viewers from your network. Wait until one leaves, ask the presenter, or make your own copy"; refused == nil || !wording.Is(refused.Detail, want) {
		t.Errorf("refused with %+v, want %q", refused, want)
	}
}

// Who has not said hello in time is told to leave, at that very moment, and who has is
// not; and a run that nobody but such people came to is one that nobody watches.
func TestHelloIsDueInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := New(ctx, Config{Log: slog.New(slog.DiscardHandler)})
		l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		defer func() {
			cancel()
			if err := <-served; err != nil {
				t.Error(err)
			}
		}()
		client := &http.Client{Transport: &http.Transport{DialContext: l.dial}}
		resp, err := client.Post("http://localhost/api/runs", "application/json", strings.NewReader(`{"paused":true}`))
		if err != nil {
			t.Fatal(err)
		}
		var x made
		err = json.NewDecoder(resp.Body).Decode(&x)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		client.CloseIdleConnections()
		begun := time.Now()
		type end struct {
			after time.Duration
			err   error
		}
		ends := map[string]chan end{"mute": make(chan end, 1), "late": make(chan end, 1), "owner": make(chan end, 1), "polite": make(chan end, 1)}
		for name, ended := range ends {
			d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, NetDialContext: l.dial}
			if name == "owner" {
				d.Subprotocols = append(d.Subprotocols, "key."+x.Key)
			}
			conn, _, err := d.Dial("ws://localhost/api/runs/"+x.ID+"/live", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			go func() { // answers pings, too
				for {
					if _, _, err := conn.ReadMessage(); err != nil {
						ended <- end{time.Since(begun), err}
						return
					}
				}
			}()
			switch name {
			case "polite":
				if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`)); err != nil {
					t.Fatal(err)
				}
			case "late":
				time.AfterFunc(9999*time.Millisecond, func() {
					_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`))
				})
			}
		}
		for _, name := range []string{"mute", "owner"} {
			got := <-ends[name]
			var closed *websocket.CloseError
			if got.after != 10*time.Second || !errors.As(got.err, &closed) || closed.Code != websocket.ClosePolicyViolation || !wording.Is(closed.Text, "no hello came within 10s, which --hello raises") {
				t.Errorf("%s: ended after %v with %v", name, got.after, got.err)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := s.lobby.Seats.Count(); n != 2 {
			t.Errorf("a minute later %d have seats, want 2", n)
		}
		for _, name := range []string{"late", "polite"} {
			select {
			case got := <-ends[name]:
				t.Errorf("%s: ended after %v with %v", name, got.after, got.err)
			default:
			}
		}
	})
}

// pipes is a listener for connections in memory, whose time a test can have pass.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *pipes) Addr() net.Addr { return &net.TCPAddr{} }
