package access

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// The machine's addresses are told to the machine alone.
func TestReachIsToldHereAlone(t *testing.T) {
	ask := func(h *Hosts, peer, host string, headers ...string) (int, Reach) {
		r := httptest.NewRequest("GET", "http://"+host+"/api/addresses", nil)
		r.RemoteAddr = peer
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}))
		w := httptest.NewRecorder()
		h.Reach(w, r)
		var at Reach
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), &at); err != nil {
				t.Fatal(err)
			}
		}
		return w.Code, at
	}
	here, everywhere := NewHosts(), NewHosts()
	if err := here.Listen(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}); err != nil {
		t.Fatal(err)
	}
	if err := everywhere.Listen(&net.TCPAddr{IP: net.IPv4zero, Port: 8080}); err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1:8080", "localhost:8080", "[::1]:8080", "127.3.4.5"} {
		if status, at := ask(here, "127.0.0.1:5000", host); status != http.StatusOK || at.Every || at.Port != "8080" || at.Addresses == nil {
			t.Errorf("%s: %d %+v", host, status, at)
		}
	}
	if status, at := ask(everywhere, "[::1]:5000", "localhost:8080"); status != http.StatusOK || !at.Every {
		t.Errorf("%d %+v", status, at)
	}
	for _, c := range [][]string{
		{"192.168.1.7:5000", "127.0.0.1:8080"},
		{"127.0.0.1:5000", "lab.example"},
		{"127.0.0.1:5000", "192.168.1.20:8080"},
		{"127.0.0.1:5000", "127.0.0.1:8080", "X-Forwarded-For", "203.0.113.9"},
		{"127.0.0.1:5000", "127.0.0.1:8080", "Forwarded", "for=203.0.113.9"},
		{"127.0.0.1:5000", "127.0.0.1:8080", "X-Real-Ip", "203.0.113.9"},
		{"nonsense", "127.0.0.1:8080"},
	} {
		if status, at := ask(everywhere, c[0], c[1], c[2:]...); status != http.StatusForbidden || len(at.Addresses) > 0 {
			t.Errorf("%q: %d %+v", c, status, at)
		}
	}
}
