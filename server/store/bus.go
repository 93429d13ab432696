//go:build !js

package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	bucket = "runs" // a run's meta under its id
	stream = "work" // w.ID.log has a run's entries, w.ID.ck its checkpoints
)

// bus is one connection to JetStream and what is asked of it.
type bus struct {
	conn    *nats.Conn
	js      jetstream.JetStream
	work    jetstream.Stream
	runs    jetstream.KeyValue
	watch   jetstream.KeyWatcher
	watched chan struct{} // closed when the watch's goroutine has ended
	health  func() error  // why JetStream answers no more, or nil
	away    bool          // JetStream is elsewhere, and is waited for
	stop    func()

	mu   sync.Mutex
	sick error
}

// workConfig and runsConfig are the stream and the bucket, but for their replicas.
func workConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: stream, Subjects: []string{"w.>"}, Storage: jetstream.FileStorage,
		MaxMsgSize: partSize + 4096,
		Duplicates: time.Second, // none is looked for; the least that is allowed
	}
}

func runsConfig() jetstream.KeyValueConfig {
	return jetstream.KeyValueConfig{Bucket: bucket, History: 1, Storage: jetstream.FileStorage}
}

// attach finds or makes the bucket and the stream and waits until all metas are known.
func (s *Store) attach(ctx context.Context, conn *nats.Conn) (*bus, error) {
	b := &bus{conn: conn, watched: make(chan struct{}), health: s.server.health, stop: conn.Close}
	var err error
	if b.js, err = jetstream.New(conn); err != nil {
		conn.Close()
		return nil, err
	}
	work := workConfig()
	// Messages are read as they are, not within JSON. With replicas one might be read that has
	// not got the newest yet; here there is one copy.
	work.AllowDirect = true
	b.work, err = b.js.CreateOrUpdateStream(ctx, work)
	if err == nil {
		b.runs, err = b.js.CreateOrUpdateKeyValue(ctx, runsConfig())
	}
	if err == nil {
		b.watch, err = b.runs.WatchAll(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	s.mu.Lock()
	for id, k := range s.metas { // of a connection before
		k.revision = 0
		s.metas[id] = k
	}
	s.mu.Unlock()
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
	if !b.away {
		b.watch.Stop()
	}
	b.stop()
	<-b.watched
}

// reading gives the present connection.
func (s *Store) reading() (*bus, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.done:
		return nil, ErrClosed
	case s.bus == nil:
		return nil, errors.New("the store is out of order; the log says why")
	}
	return s.bus, nil
}

// writing gives a connection over which one can write, as far as is known: after a failed
// write it starts JetStream again, once the folder can be written to.
func (s *Store) writing(ctx context.Context) (*bus, error) {
	b, err := s.reading()
	if errors.Is(err, ErrClosed) || s.shared() || err == nil && b.trouble() == nil {
		return b, err
	}
	s.reviving.Lock()
	defer s.reviving.Unlock()
	if now, err := s.reading(); now != b || errors.Is(err, ErrClosed) { // somebody else did
		return now, err
	}
	if err := s.server.folder.probe(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.bus = nil
	s.mu.Unlock()
	if b != nil {
		b.close()
	}
	err = s.server.restart()
	var conn *nats.Conn
	if err == nil {
		conn, err = s.server.connect(s.log)
	}
	if err == nil {
		b, err = s.attach(ctx, conn)
	}
	if err != nil {
		s.log.Error("the store cannot be started again", "error", err)
		return nil, fmt.Errorf("the store cannot be started again: %w", err)
	}
	s.log.Info("the store can be written to again")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bus = b
	return b, nil
}

func (b *bus) trouble() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sick
}

// check asks JetStream whether it has given up.
func (b *bus) check() error {
	err := b.health()
	if err != nil {
		b.fail(err)
	}
	return err
}

// fail has JetStream started again before the next write.
func (b *bus) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sick = err
}

// write does something that writes. When JetStream gives up meanwhile, which it does
// without an answer, write waits no longer.
func (b *bus) write(ctx context.Context, f func(context.Context) error) error {
	if b.away {
		return b.patiently(ctx, attemptTime, f)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	const patience = 50 * time.Millisecond
	slow := time.AfterFunc(patience, func() {
		for ctx.Err() == nil {
			if err := b.check(); err != nil {
				cancel(err)
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(patience):
			}
		}
	})
	defer slow.Stop()
	err := f(ctx)
	if err == nil || answered(err) {
		return err
	}
	if sick := b.check(); sick != nil {
		return fmt.Errorf("the store cannot be written to: %w", sick)
	}
	return err
}

// answered says whether an error is an answer of JetStream, not the lack of one.
func answered(err error) bool {
	api := (*jetstream.APIError)(nil)
	return errors.As(err, &api) && api.Code < 500 ||
		errors.Is(err, jetstream.ErrMsgNotFound) || errors.Is(err, jetstream.ErrKeyNotFound) || errors.Is(err, jetstream.ErrKeyExists)
}

// purge deletes the messages of some subjects of the stream that come before one, or all
// where before is 0.
func (b *bus) purge(ctx context.Context, subject string, before uint64) error {
	options := []jetstream.StreamPurgeOpt{jetstream.WithPurgeSubject(subject)}
	if before > 0 {
		options = append(options, jetstream.WithPurgeSequence(before))
	}
	return b.write(ctx, func(ctx context.Context) error { return b.work.Purge(ctx, options...) })
}

// end returns a sequence after all that are in the stream now, or 0 where nobody else
// writes to it.
func (b *bus) end(ctx context.Context) (end uint64, err error) {
	if !b.away {
		return 0, nil
	}
	err = b.read(ctx, func(ctx context.Context) error {
		info, err := b.work.Info(ctx)
		if err == nil {
			end = info.State.LastSeq + 1
		}
		return err
	})
	return end, err
}

// last returns the last message of a subject.
func (b *bus) last(ctx context.Context, subject string) (m *jetstream.RawStreamMsg, err error) {
	err = b.read(ctx, func(ctx context.Context) (err error) {
		m, err = b.work.GetLastMsgForSubject(ctx, subject)
		return err
	})
	return m, err
}

// read does something that reads, and waits while JetStream is away.
func (b *bus) read(ctx context.Context, f func(context.Context) error) error {
	if b.away {
		return b.patiently(ctx, attemptTime, f)
	}
	return f(ctx)
}

// readLong is read of as much as a run has.
func (b *bus) readLong(ctx context.Context, f func(context.Context) error) error {
	if b.away {
		return b.patiently(ctx, longTime, f)
	}
	return f(ctx)
}

// remove deletes one message of the stream, if it is there.
func (b *bus) remove(ctx context.Context, seq uint64) error {
	err := b.write(ctx, func(ctx context.Context) error {
		err := b.work.DeleteMsg(ctx, seq)
		if err == nil || answered(err) {
			return err
		}
		// An attempt before may have deleted it, though nobody heard the answer.
		if _, gone := b.work.GetMsg(ctx, seq); errors.Is(gone, jetstream.ErrMsgNotFound) {
			return nil
		}
		return err
	})
	if err != nil && !answered(err) {
		return err
	}
	return nil
}
