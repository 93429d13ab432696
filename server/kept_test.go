package server

import (
	"testing"

	"github.com/gnllviz/gnllviz/server/registry"
)

// kept returns a run of a server.
func kept(t *testing.T, s *Server, id string) *registry.Kept {
	t.Helper()
	k, err := s.runs.Get(id)
	if k == nil || err != nil {
		t.Fatalf("there is no run %s: %v", id, err)
	}
	return k
}
