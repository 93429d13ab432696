package server

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A proxyProblem is what is answered where a proxy is to blame.
type proxyProblem struct {
	Status               int
	Detail, Code         string
	Host, Scheme, Origin string
	ForwardedProto       string `json:"x_forwarded_proto"`
	Needs                []string
	Flag                 string
}

// A page that a proxy serves under another address is let in where --origin names
// it, and else told what the proxy must pass, as the log is.
func TestOriginBehindAProxy(t *testing.T) {
	for _, c := range []struct {
		name                    string
		origins                 []string
		host, origin, forwarded string // "" is this server's own host
		status                  int
		code                    string
		needs                   []string
	}{
		{"host and scheme passed on", []string{"https://lab.example"}, "lab.example", "https://lab.example", "https", 101, "", nil},
		{"the proxy's own host", []string{"https://lab.example"}, "", "https://lab.example", "", 101, "", nil},
		{"another of several", []string{"http://a.example", "https://lab.example:8443"}, "", "https://lab.example:8443", "", 101, "", nil},
		{"TLS hidden", []string{"https://lab.example"}, "lab.example", "https://lab.example", "", 101, "", nil},
		{"no origin given", nil, "", "https://lab.example", "https", 403, "origin_refused", []string{"Host"}},
		{"TLS hidden, no origin given", nil, "", "https://localhost", "", 403, "origin_refused", []string{"Host", "X-Forwarded-Proto"}},
		{"another origin than the one given", []string{"https://lab.example"}, "", "https://lab.example.evil.example", "", 403, "origin_refused", []string{"Host", "X-Forwarded-Proto"}},
		{"another port than the one given", []string{"https://lab.example"}, "lab.example", "https://lab.example:444", "https", 403, "origin_refused", []string{"Host"}},
		{"a name that it has not", []string{"https://lab.example"}, "other.example", "https://lab.example", "", 421, "host_unknown", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log record
			ctx, cancel := context.WithCancel(t.Context())
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			s := New(ctx, Config{Origins: c.origins, Log: slog.New(slog.NewTextHandler(&log, nil))})
			go func() { ended <- s.Serve(l) }()
			defer func() {
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}()
			addr := l.Addr().String()
			id := makeRun(t, addr, "").ID
			header := http.Header{"Origin": {c.origin}}
			if c.host != "" {
				header.Set("Host", c.host)
			}
			if c.forwarded != "" {
				header.Set("X-Forwarded-Proto", c.forwarded)
			}
			d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}
			for range 2 {
				conn, resp, err := d.Dial("ws://"+addr+"/api/runs/"+id+"/live", header)
				if err == nil {
					conn.Close()
				}
				if resp == nil || resp.StatusCode != c.status {
					t.Fatalf("got %+v, %v", resp, err)
				}
				if c.code == "" {
					continue
				}
				var p proxyProblem
				if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
					t.Fatal(err)
				}
				if resp.Header.Get("Content-Type") != "application/problem+json" || p.Status != c.status || p.Code != c.code || p.Origin != c.origin || p.ForwardedProto != c.forwarded || !slices.Equal(p.Needs, c.needs) {
					t.Errorf("got %+v", p)
				}
				for _, need := range append(c.needs, p.Flag) {
					if !wording.Has(p.Detail, need) && c.code == "origin_refused" {
						t.Errorf("%q does not say %s", p.Detail, need)
					}
				}
			}
			log.mu.Lock()
			defer log.mu.Unlock()
			want := 1
			if c.code == "" {
				want = 0
			}
			if got := bytes.Count(log.b.Bytes(), []byte(" code="+c.code)); got != want {
				t.Errorf("%d lines in the log, not %d: %s", got, want, &log.b)
			}
			for _, field := range []string{"Host=", "Origin=" + c.origin, "X-Forwarded-Host=", "X-Forwarded-Proto="} {
				if want == 1 && !bytes.Contains(log.b.Bytes(), []byte(field)) {
					t.Errorf("the log has no %s: %s", field, &log.b)
				}
			}
		})
	}
}

// Browsers do not tell a page why its websocket was refused; the page asks.
func TestConnectionSaysWhyAWebsocketWouldBeRefused(t *testing.T) {
	addr, _ := serve(t, Config{Origins: []string{"https://lab.example"}})
	at := "http://" + addr + "/api/connection"
	for _, query := range []string{"", "?origin=http://" + addr, "?origin=https://lab.example"} {
		call(t, "GET", at+query, "", http.StatusNoContent, nil)
	}
	var p proxyProblem
	call(t, "GET", at+"?origin=https://other.example", "", http.StatusForbidden, &p)
	if p.Code != "origin_refused" || p.Host != addr || p.Scheme != "http" || p.Flag != "--origin https://other.example" {
		t.Errorf("got %+v", p)
	}
	// A proxy that does not pass an Upgrade on, passes the rest of the handshake.
	r := httpRequest(t, "http://"+addr+"/api/runs/"+makeRun(t, addr, "").ID+"/live")
	r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	r.Header.Set("Sec-WebSocket-Version", "13")
	if send(t, r, http.StatusBadRequest, &p); p.Code != "upgrade_missing" || !slices.Equal(p.Needs, []string{"Upgrade", "Connection"}) {
		t.Errorf("got %+v", p)
	}
}

// What a page of another origin asks for is refused with the same words, and it gets
// no seat by events either.
func TestPagesOfOthersAreRefused(t *testing.T) {
	addr, _ := serve(t, Config{Origins: []string{"https://lab.example"}})
	id := makeRun(t, addr, "").ID
	for _, c := range []struct {
		method, path, origin, site string
		want                       int
	}{
		{"POST", "/api/runs", "http://evil.example", "", 403},
		{"POST", "/api/runs", "http://evil.example", "cross-site", 403},
		{"POST", "/api/runs", "https://lab.example", "", 201},
		{"GET", "/api/runs/" + id + "/events", "http://evil.example", "", 403},
		{"GET", "/api/runs/" + id + "/events", "", "cross-site", 403},
		{"GET", "/api/runs/" + id + "/events", "", "same-site", 403},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+addr+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		send(t, r, c.want, nil)
	}
}
