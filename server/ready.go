package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/store"
)

// A check is one of the things that a server needs to serve.
type check struct {
	name string                      // that programs act on
	fix  string                      // what to do where it fails
	look func(context.Context) error // what is wrong, or nil
}

// checks returns what the server needs, besides being there.
func (s *Server) checks(node *cluster.Node, kept *store.Store) []check {
	list := []check{{
		name: "serving", fix: "The node is stopping. Send requests to another one.",
		look: func(context.Context) error {
			if s.ctx.Err() != nil {
				return errors.New("the program was told to stop")
			}
			return nil
		},
	}}
	if node != nil {
		list = append(list, check{
			name: "bus", fix: "See that the NATS servers run and can be reached from here; the node connects again by itself.",
			look: func(context.Context) error {
				if conn := node.Conn(); !conn.IsConnected() {
					return fmt.Errorf("the connection to NATS is %s", strings.ToLower(conn.Status().String()))
				}
				return nil
			},
		})
	}
	if kept != nil {
		list = append(list, check{
			name: "store", fix: "See the program's log. Make room on the disk, or make the store writable; it is opened again by itself.",
			look: kept.Check,
		})
	}
	return list
}

// A Ready is the answer of /readyz.
type Ready struct {
	Ready  bool      `json:"ready"`
	Checks []Checked `json:"checks"`
}

// A Checked is what became of one check.
type Checked struct {
	Check  string `json:"check"` // serving, bus, store
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"` // why not, in words
	Fix    string `json:"fix,omitempty"`    // what to do, in words
}

const (
	// checkTime is how long all checks together may take: who waits for longer does not
	// serve.
	checkTime = 2 * time.Second

	// checkEvery is how long an answer holds, so that nobody has the disk written all the
	// time by asking.
	checkEvery = time.Second
)

// A readiness answers whether the server can serve. It looks for whoever asks, once for
// all who ask within a second.
type readiness struct {
	list []check

	mu    sync.Mutex
	asked time.Time
	last  Ready
}

func newReadiness(list []check) *readiness { return &readiness{list: list} }

// ServeHTTP answers 200 where all is well, else 503, with what is not.
func (r *readiness) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	r.mu.Lock()
	if time.Since(r.asked) >= checkEvery {
		r.last = r.look()
		r.asked = time.Now()
	}
	now := r.last
	r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !now.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(now) // an error is the client's leaving
}

func (r *readiness) look() Ready {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	now := Ready{Ready: true}
	for _, c := range r.list {
		x := Checked{Check: c.name, OK: true}
		if err := c.look(ctx); err != nil {
			x = Checked{Check: c.name, Reason: reason(err), Fix: c.fix}
			now.Ready = false
		}
		now.Checks = append(now.Checks, x)
	}
	return now
}

// reason returns an error without the names of the server's files, as anyone may ask.
func reason(err error) string {
	var file *fs.PathError
	if errors.As(err, &file) {
		return file.Op + ": " + file.Err.Error()
	}
	return err.Error()
}
