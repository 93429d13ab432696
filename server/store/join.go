//go:build !js

package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	gnllbus "github.com/gnllviz/gnllviz/server/bus"
)

const (
	// attemptTime is what one attempt to reach JetStream may take, and retryEvery the time
	// between two. To read a whole run may take longTime.
	attemptTime = 2 * time.Second
	longTime    = 20 * time.Second
	retryEvery  = 100 * time.Millisecond
)

// Join opens the store that NATS servers elsewhere have, which other processes use, too.
// Of c it looks at all but Dir. Whoever opened the connection closes it after Close. What is
// written waits while the servers are away, until its context ends.
//
// One process at a time may write a run: see [Claim]. What no process has open is dropped
// by [Store.Tidy] alone, and only while Hold says that no other has it.
func Join(ctx context.Context, conn *nats.Conn, c Config) (*Store, error) {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c.Dir = ""
	s := &Store{config: c, log: log, turns: newTurns(), metas: map[string]known{}, logs: map[string]*Log{}}
	b := &bus{conn: conn, watched: make(chan struct{}), health: func() error { return nil }, away: true}
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, err
	}
	b.js = js
	if b.work, err = gnllbus.Stream(ctx, conn, js, workConfig()); err != nil {
		return nil, err
	}
	if b.runs, err = gnllbus.Bucket(ctx, conn, js, runsConfig()); err != nil {
		return nil, err
	}
	s.bus = b
	following, stop := context.WithCancel(context.Background())
	b.stop = stop
	seen := make(chan struct{})
	go func() {
		defer close(b.watched)
		s.followShared(following, b, seen)
	}()
	select {
	case <-seen:
		return s, nil
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("the list of runs cannot be read: %w", ctx.Err()), s.Close())
	}
}

// followShared keeps the metas current; it closes seen when those that there were are known.
// Whenever the connection was broken it reads all again.
func (s *Store) followShared(ctx context.Context, b *bus, seen chan struct{}) {
	state := b.conn.StatusChanged(nats.CONNECTED)
	defer b.conn.RemoveStatusListener(state)
	for first := true; ctx.Err() == nil; {
		s.watchShared(ctx, b, state, func() {
			if first {
				first = false
				close(seen)
			}
		})
		_ = pause(ctx)
	}
}

// watchShared follows the metas until they have to be read again.
func (s *Store) watchShared(ctx context.Context, b *bus, state <-chan nats.Status, known func()) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	begun := time.AfterFunc(attemptTime, cancel)
	watch, err := b.runs.WatchAll(ctx) // until ctx ends, even after it has returned
	if !begun.Stop() || err != nil {
		return
	}
	defer watch.Stop()
	there, newest := map[string]bool{}, uint64(0) // nil once all was read
	for {
		select {
		case <-ctx.Done():
			return
		case <-state:
			return
		case e, ok := <-watch.Updates():
			switch {
			case !ok:
				return
			case e != nil:
				if there != nil {
					there[e.Key()] = true
					newest = max(newest, e.Revision())
				}
				s.learn(e)
				s.noteDeletion(e)
			case there != nil:
				s.forgetOthers(there, newest)
				there = nil
				known()
			}
		}
	}
}

// forgetOthers drops what is known of runs that are not there, as of a revision of the
// bucket.
func (s *Store) forgetOthers(there map[string]bool, newest uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, k := range s.metas {
		if !there[id] && k.revision <= newest {
			delete(s.metas, id)
		}
	}
}

// patiently does something with JetStream again and again until it is answered or the
// context ends. What is done twice must do no harm.
func (b *bus) patiently(ctx context.Context, each time.Duration, f func(context.Context) error) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, each)
		err := f(attempt)
		cancel()
		if err == nil || answered(err) {
			return err
		}
		if b.conn.IsClosed() {
			return &AwayError{err}
		}
		if pause(ctx) != nil {
			return &AwayError{err}
		}
	}
}

// pause waits before another attempt, or returns the error of the context.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(retryEvery):
		return nil
	}
}

// hold has something to oneself, in a store that others use, too.
func (s *Store) hold(ctx context.Context, what string) (release func(), ok bool) {
	if s.config.Hold == nil {
		return func() {}, true
	}
	return s.config.Hold(ctx, what)
}
