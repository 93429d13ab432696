//go:build !js

// Package store keeps runs on the disk, so that they outlive the process. It keeps
// bytes and knows nothing of networks: what a run is, its users say.
//
// A run's record is its meta (in the key-value bucket "runs"), its entries and its
// checkpoints (in the stream "work"), all in NATS JetStream. On one machine that is a
// nats-server in this process, without a port, which has each message on the disk
// before it acknowledges it. Only embed.go knows that it is in this process; all else
// speaks to a connection.
//
// All methods may be called from any goroutine.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"
)

// Config says where a store is and how much it may keep.
type Config struct {
	Dir string       // where JetStream keeps its files; it is made, for its owner alone, if it is not there
	Log *slog.Logger // nil logs nothing

	// Bounds; 0 means none. When one is passed, the runs that were touched longest ago go,
	// never one that is open.
	MaxRuns  int
	MaxBytes int64
	Keep     time.Duration // age since last touched after which a stored run may go

	// Hold, of a store that several processes share, has one thing to one of them at a
	// time, until it is released: a run, by its id, or the right to tidy. ok is false while
	// another process has it.
	Hold func(ctx context.Context, what string) (release func(), ok bool)
}

// Store is an open store.
type Store struct {
	config Config
	log    *slog.Logger
	server *embedded // nil when the servers are other processes
	tidier tidier

	reviving sync.Mutex    // held while the server is started again or stopped
	turns    chan struct{} // room for those who may work on checkpoints, see Turn

	mu    sync.Mutex
	bus   *bus // nil when it could not be started again
	metas map[string]known
	logs  map[string]*Log // open ones
	done  bool

	// ---- of a store that several processes share ----
	lone    map[string]bool     // runs of which only messages were found when last tidied
	deleted map[string]deletion // marks of runs
}

// Open opens the store in c.Dir, or makes it. It fails with *LockedError when another
// process has it, and with *VersionError when a newer gnllviz wrote it.
func Open(ctx context.Context, c Config) (*Store, error) {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	server, err := embed(c.Dir, log)
	if err != nil {
		return nil, err
	}
	s := &Store{config: c, log: log, server: server, tidier: tidier{dir: blocksDir(c.Dir, stream)}, turns: newTurns(), metas: map[string]known{}, logs: map[string]*Log{}}
	conn, err := server.connect(log)
	if err == nil {
		s.bus, err = s.attach(ctx, conn)
	}
	if err == nil {
		err = s.sweep(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open the store in %s: %w", c.Dir, err), s.Close())
	}
	if _, err := s.Trim(ctx); err != nil {
		log.Warn("the store is not within its bounds", "error", err)
	}
	return s, nil
}

// Close closes the store; what was acknowledged is on the disk already. Logs that are
// open write no more.
func (s *Store) Close() error {
	s.reviving.Lock()
	defer s.reviving.Unlock()
	s.mu.Lock()
	if s.done {
		s.mu.Unlock()
		return nil
	}
	b := s.bus
	s.bus, s.done = nil, true
	clear(s.logs)
	s.mu.Unlock()
	if b != nil {
		b.close()
	}
	if s.shared() {
		return nil
	}
	return s.server.stop()
}

// newTurns has room for half the processors.
func newTurns() chan struct{} { return make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)) }

// Dir returns the folder of the store, or nothing where NATS servers elsewhere have it.
func (s *Store) Dir() string { return s.config.Dir }

// Damaged says in words what was damaged in the store's files when they were opened. It
// was taken out of them, and lies in a folder beside them.
func (s *Store) Damaged() []string {
	if s.shared() {
		return nil
	}
	return s.server.damaged()
}

// shared says whether other processes may use the store, too.
func (s *Store) shared() bool { return s.server == nil }
