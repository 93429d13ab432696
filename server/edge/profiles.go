package edge

import (
	"net/http"
	"net/http/pprof"

	"github.com/gnllviz/gnllviz/server/access"
)

// Profile puts the runtime's profiles on a mux, for those whom the gate lets in. The
// command line is not among them, since a token may stand in it.
func Profile(mux *http.ServeMux, gate *access.Gate) {
	mux.HandleFunc("GET /debug/pprof/", gate.Members(pprof.Index))
	mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound)
	mux.HandleFunc("GET /debug/pprof/profile", gate.Members(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/symbol", gate.Members(pprof.Symbol))
	mux.HandleFunc("GET /debug/pprof/trace", gate.Members(pprof.Trace))
}
