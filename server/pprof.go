package server

import (
	"net/http"
	"net/http/pprof"
)

// profiles puts the runtime's profiles on a mux, for those who have the token. The
// command line is not among them, since a token may stand in it.
func (s *Server) profiles(mux *http.ServeMux) {
	mux.HandleFunc("GET /debug/pprof/", s.members(pprof.Index))
	mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound)
	mux.HandleFunc("GET /debug/pprof/profile", s.members(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/symbol", s.members(pprof.Symbol))
	mux.HandleFunc("GET /debug/pprof/trace", s.members(pprof.Trace))
}
