package server

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
)

func networks(t *testing.T, texts ...string) (list []netip.Prefix) {
	t.Helper()
	for _, text := range texts {
		p, err := access.ParseProxy(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// Whom a declared proxy speaks for has a ration of its own, and whoever is not
// declared has one however many names he goes by.
func TestPeersBehindAProxyHaveTheirOwnRations(t *testing.T) {
	for declared, want := range map[string][]int{
		"127.0.0.1":  {http.StatusCreated, http.StatusTooManyRequests, http.StatusCreated, http.StatusTooManyRequests},
		"10.0.0.0/8": {http.StatusCreated, http.StatusTooManyRequests, http.StatusTooManyRequests, http.StatusTooManyRequests},
	} {
		addr, _ := serve(t, Config{Limits: access.Limits{RunLimits: access.RunLimits{RunRate: 1}}, Proxies: networks(t, declared)})
		for i, from := range []string{"198.51.100.7", "203.0.113.1, 198.51.100.7", "198.51.100.8", "198.51.100.7, 198.51.100.8"} {
			req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+"/api/runs", strings.NewReader(`{"paused":true}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-Forwarded-For", from)
			send(t, req, want[i], nil)
		}
	}
}
