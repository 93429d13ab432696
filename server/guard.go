package server

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// csp lets the page use what the server serves and nothing else. The one
// exception, style attributes, is for the page's slider component.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; " +
	"img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guard answers only those who call the server by a name of its own, on every
// route, and sets the headers that every answer has. The check of the name is
// what stops DNS rebinding, where Origin and Host agree.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !s.hosts[hostname(r.Host)] {
			problem(w, http.StatusMisdirectedRequest,
				fmt.Sprintf("this server is not called %.100q; start it with --host to add a name", hostname(r.Host)))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostname returns a Host header's name without the port, in lower case.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// sameOrigin accepts a websocket from pages of this very server, and from
// programs, which send no Origin. It is the upgrader's check, so that no path
// leads around it.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, r.Host)
}
