package access

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/problem"
)

// Of one peer some wait while another one's files are made, and whoever waits for too
// long is told to come again.
func TestTurnsAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns("files are being made", 2, 1)
		refused := func(peer, detail string) {
			t.Helper()
			_, err := turns.Take(t.Context(), peer, time.Second)
			var r *problem.Problem
			if !errors.As(err, &r) || r.Status != http.StatusServiceUnavailable || !strings.Contains(r.Detail, detail) || retryAfter(r) != "1" {
				t.Errorf("%s: got %v, want %q", peer, err, detail)
			}
		}
		first, err := turns.Take(t.Context(), "a", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		refused("a", "--peer-turns")
		second, err := turns.Take(t.Context(), "b", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		refused("c", "2 files are being made")
		left, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := turns.Take(left, "c", time.Second); !errors.Is(err, problem.ErrLeft) {
			t.Errorf("whoever has left: %v", err)
		}
		time.AfterFunc(time.Second/2, first)
		third, err := turns.Take(t.Context(), "a", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		second()
		third()
		third()
		if len(turns.peers) > 0 || len(turns.all) > 0 {
			t.Errorf("%d peers and %d turns are left", len(turns.peers), len(turns.all))
		}
	})
}

func retryAfter(p *problem.Problem) string {
	w := httptest.NewRecorder()
	p.Answer(w)
	return w.Header().Get("Retry-After")
}
