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
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
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
}

// Store is an open store.
type Store struct {
	config Config
	log    *slog.Logger
	server *embedded // nil when the server is another process

	mu    sync.Mutex
	bus   *bus
	metas map[string]known
	logs  map[string]*Log // open ones
	done  bool
}

// bus is one connection to JetStream and what is asked of it.
type bus struct {
	conn    *nats.Conn
	js      jetstream.JetStream
	work    jetstream.Stream
	runs    jetstream.KeyValue
	watch   jetstream.KeyWatcher
	watched chan struct{} // closed when the watch's goroutine has ended
}

const (
	bucket = "runs"
	stream = "work"
)

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
	s := &Store{config: c, log: log, server: server, metas: map[string]known{}, logs: map[string]*Log{}}
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
	return s, nil
}

// attach finds or makes the bucket and the stream and waits until all metas are known.
func (s *Store) attach(ctx context.Context, conn *nats.Conn) (*bus, error) {
	b := &bus{conn: conn, watched: make(chan struct{})}
	var err error
	if b.js, err = jetstream.New(conn); err != nil {
		conn.Close()
		return nil, err
	}
	b.work, err = b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: stream, Subjects: []string{"w.>"},
		Storage: jetstream.FileStorage, AllowDirect: true, MaxMsgSize: partSize + 4096,
		Duplicates: time.Second, // none is looked for; the least that is allowed
	})
	if err == nil {
		b.runs, err = b.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucket, History: 1, Storage: jetstream.FileStorage})
	}
	if err == nil {
		b.watch, err = b.runs.WatchAll(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	seen := make(chan struct{})
	go s.follow(b, seen)
	select {
	case <-seen:
		return b, nil
	case <-ctx.Done():
		b.close()
		return nil, ctx.Err()
	}
}

func (b *bus) close() {
	b.watch.Stop()
	<-b.watched
	b.conn.Close()
}

// Close closes the store; what was acknowledged is on the disk already. Logs that are
// open write no more.
func (s *Store) Close() error {
	s.mu.Lock()
	b := s.bus
	s.bus, s.done = nil, true
	clear(s.logs)
	s.mu.Unlock()
	if b != nil {
		b.close()
	}
	return s.server.stop()
}

// connection gives the present connection.
func (s *Store) connection() (*bus, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		return nil, ErrClosed
	}
	return s.bus, nil
}

// sweep drops what belongs to no run: of one that was deleted, or restored, when the
// program ended.
func (s *Store) sweep(ctx context.Context) error {
	b, err := s.connection()
	if err != nil {
		return err
	}
	info, err := b.work.Info(ctx, jetstream.WithSubjectFilter("w.>"))
	if err != nil {
		return err
	}
	var lost []string
	s.mu.Lock()
	for subject := range info.State.Subjects {
		id, ok := subjectRun(subject)
		if _, known := s.metas[id]; ok && !known && !slices.Contains(lost, id) {
			lost = append(lost, id)
		}
	}
	var half []string
	for id, k := range s.metas {
		if k.unready {
			half = append(half, id)
		}
	}
	s.mu.Unlock()
	for _, id := range lost {
		s.log.Info("dropping what is left of a run that was deleted", "run", id)
		if err := b.work.Purge(ctx, jetstream.WithPurgeSubject(allOf(id))); err != nil {
			return err
		}
	}
	for _, id := range half {
		s.log.Info("dropping a run that was restored only in part", "run", id)
		if err := s.Delete(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

var _ io.Closer = (*Store)(nil)
