package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

// No spelling of a path leads around the check of the name, and none of a name
// that is not the server's passes it.
func TestNoPathLeadsAroundTheNames(t *testing.T) {
	addr, _ := serve(t, Config{Token: token})
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{
		"/", "/api/runs", "/%61pi/runs", "/%2561pi/runs", "//api/runs", "/api//runs", "/api/../api/runs", "/%2e%2e/api/runs",
		"/api/%2e%2e/api/runs", "/api/runs/", "/api/runs/.", "/api/runs%2f", "/API/runs", "/api/runs;x", "/api/runs?x=%00", "/metrics", "/%6detrics",
		"/debug/pprof/", "/assets/..%2f..%2f", "*",
	}
	for _, path := range paths {
		for _, host := range []string{
			"evil.example", "EVIL.example:" + port, "localhost.", "localhost.:" + port, "127.0.0.1.", "localhost.evil.example",
			"[fe80::1%25eth0]:" + port, "[::1%25lo]", "127.1", "0.0.0.0", "[::]", "localhost@evil.example", "evil.example:localhost",
		} {
			request := "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
			if got := rawStatus(t, addr, request); got != http.StatusMisdirectedRequest && got != http.StatusBadRequest {
				t.Errorf("host %q, %s: status %d", host, path, got)
			}
		}
		// Nor does any spelling lead to the runs without the token.
		for _, host := range []string{"localhost", "LocalHost:" + port, "[::1]", "[::1]:" + port} {
			request := "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
			switch got := rawStatus(t, addr, request); {
			case got == http.StatusMisdirectedRequest:
				t.Errorf("host %q, %s: status %d", host, path, got)
			case got == http.StatusOK && path != "/":
				t.Errorf("%s was answered without a token", path)
			}
		}
	}
	// A request's target may carry a host of its own, which is then the one.
	for target, want := range map[string]int{
		"http://evil.example/healthz":     http.StatusMisdirectedRequest,
		"http://localhost/healthz":        http.StatusOK,
		"http://LOCALHOST:1/healthz":      http.StatusOK,
		"http://evil.example/%61pi/runs":  http.StatusMisdirectedRequest,
		"http://localhost/%61pi/runs":     http.StatusUnauthorized,
		"http://x@evil.example/api/runs":  http.StatusMisdirectedRequest,
		"https://evil.example:1/api/runs": http.StatusMisdirectedRequest,
	} {
		for _, host := range []string{"localhost", "evil.example"} {
			if got := rawStatus(t, addr, "GET "+target+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n"); got != want {
				t.Errorf("%s with host %s: status %d, want %d", target, host, got, want)
			}
		}
	}
	for _, request := range []string{
		"GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
		"GET /healthz HTTP/1.1\r\nHost: local host\r\n\r\n",
	} {
		if got := rawStatus(t, addr, request); got != http.StatusBadRequest {
			t.Errorf("%q: status %d", request, got)
		}
	}
	// Before HTTP/1.1 there was no Host, and an empty one is no name of ours.
	if got := rawStatus(t, addr, "GET /healthz HTTP/1.0\r\n\r\n"); got != http.StatusMisdirectedRequest {
		t.Errorf("without a host: status %d", got)
	}
}

// A server on every address is called by the one that it was reached by, and by
// the machine's name.
func TestServerOnEveryAddressIsCalledByThem(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- New(ctx, Config{Log: slog.New(slog.DiscardHandler)}).Serve(l) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	port := l.Addr().(*net.TCPAddr).Port
	machine, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		ip := a.(*net.IPNet).IP
		at := net.JoinHostPort(ip.String(), fmt.Sprint(port))
		if c, err := net.Dial("tcp", at); err != nil {
			continue // a link-local address wants its zone, and cannot be reached without
		} else {
			c.Close()
		}
		for host, want := range map[string]int{
			at: 200, machine: 200, "localhost": 200,
			"evil.example": 421, "192.0.2.1": 421, ip.String() + ".evil.example": 421, machine + ".evil.example": 421,
		} {
			if got := rawStatus(t, at, "GET /healthz HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n"); got != want {
				t.Errorf("reached by %s and called %s: status %d, want %d", at, host, got, want)
			}
		}
	}
}

// Pages of others may show the embedded page in a frame, and nothing else of the
// server.
func TestOnlyTheEmbeddedPageIsFramed(t *testing.T) {
	addr, _ := serve(t, Config{Token: token})
	for path, may := range map[string]bool{
		"/embed/": true, "/embed/abcdefgh2345abcd": true, "/embed/?x=1": true,
		"/": false, "/r/abcdefgh2345abcd": false, "/help": false, "/healthz": false, "/api/controls": false, "/api/runs": false,
		"/embed": false, "/embed/x/y": false, "/embedded": false, "/x/../embed/": false, "/%65mbed/": true,
	} {
		r, err := http.DefaultTransport.RoundTrip(httpRequest(t, "http://"+addr+path))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		policy := r.Header.Get("Content-Security-Policy")
		if got := !strings.Contains(policy, "frame-ancestors 'none'"); got != may {
			t.Errorf("%s: status %d may be framed: %t", path, r.StatusCode, got)
		}
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; ") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if r.Header.Get("X-Frame-Options") != "" {
			t.Errorf("%s: X-Frame-Options knows no exception", path)
		}
	}
}

func httpRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
