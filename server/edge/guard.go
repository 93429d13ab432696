package edge

import (
	"net/http"

	"github.com/gnllviz/gnllviz/server/access"
)

const (
	// csp lets the page use what the server serves and nothing else. The one
	// exception, style attributes, is for the page's slider component; and WebAssembly that
	// the server serves may be compiled, for the engine that a page can have.
	csp = frameCSP + "; frame-ancestors 'none'"

	// frameCSP is the policy of a page that others may show in a frame. It names
	// no frame-ancestors: their * would leave out slides that are opened from a
	// disk.
	frameCSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; " +
		"img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'"
)

// Guard answers only those whom the door lets in, on every route, and sets the headers
// that every answer has.
func Guard(door *access.Door, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if door.Lets(w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// Framed lets pages of any origin show what is served in a frame, those too that
// isolate themselves from other origins. Nothing in it acts on a click alone but
// its own run.
func Framed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", frameCSP)
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Vary", "Sec-Fetch-Dest, Sec-Fetch-Site")
		next(w, r)
	}
}
