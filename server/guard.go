package server

import (
	"net"
	"net/http"
	"os"
	"strings"
)

const (
	// csp lets the page use what the server serves and nothing else. The one
	// exception, style attributes, is for the page's slider component.
	csp = frameCSP + "; frame-ancestors 'none'"

	// frameCSP is the policy of a page that others may show in a frame. It names
	// no frame-ancestors: their * would leave out slides that are opened from a
	// disk.
	frameCSP = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; " +
		"img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'"
)

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
		if !s.isCalled(r) {
			s.refuseProxied(w, r, refuseHost(r))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// embedMark is what the document has that others may frame. Where they do it is told so,
// and begins no run before a click.
const embedMark = `data-form="embed"`

// isForeignFrame says whether a document is asked for by a page of another origin that
// shows it within itself. Browsers say so where they trust the way to the server; the
// page itself looks, too.
func isForeignFrame(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "iframe", "frame", "fencedframe", "embed", "object":
		return r.Header.Get("Sec-Fetch-Site") != "same-origin"
	}
	return false
}

// framed lets pages of any origin show what is served in a frame, those too that
// isolate themselves from other origins. Nothing in it acts on a click alone but
// its own run.
func framed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", frameCSP)
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Vary", "Sec-Fetch-Dest, Sec-Fetch-Site")
		next(w, r)
	}
}

// nameAfter makes the address listened on a name of the server, and if it is
// every address of the machine, the machine's name.
func (s *Server) nameAfter(a net.Addr) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return
	}
	if !tcp.IP.IsUnspecified() {
		s.hosts[tcp.IP.String()] = true
		return
	}
	s.every = true
	if name, err := os.Hostname(); err == nil {
		s.hosts[hostname(name)] = true
	} else {
		s.log.Warn("the machine does not say its name", "err", err)
	}
}

// isCalled says whether the request calls the server by one of its names. Where
// it listens on every address, the one that the connection came in by is a name
// too, even one that the machine got after the start. A rebinding page cannot use
// it: its name is not an address.
func (s *Server) isCalled(r *http.Request) bool {
	name := hostname(r.Host)
	if s.hosts[name] {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return s.every && ok && name == local.IP.String()
}

// hostname returns a Host header's name without the port, in lower case.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else if name, ok := strings.CutPrefix(host, "["); ok {
		host = strings.TrimSuffix(name, "]")
	}
	return strings.ToLower(host)
}
