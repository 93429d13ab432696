//go:build !js

package store

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// tidying is what whoever tidies a store that several processes share holds meanwhile.
	tidying = "_tidy"

	// restoreTime is how long a run that is being restored is left alone.
	restoreTime = time.Hour

	// DeletedTime is how long it is remembered that a run was deleted.
	DeletedTime = 7 * 24 * time.Hour
)

// A deletion is what the bucket says of a run that is there no longer.
type deletion struct {
	at      time.Time
	forGood bool
}

// Tidy sets right what the ends of processes left in a store that several share, and lets
// runs go, as Trim does. It does nothing while another process tidies. What it drops was
// found in the same state the last time, and no process has it open.
func (s *Store) Tidy(ctx context.Context) error {
	release, ok := s.hold(ctx, tidying)
	if !ok {
		return nil
	}
	defer release()
	b, err := s.reading()
	if err != nil {
		return err
	}
	var info *jetstream.StreamInfo
	if err := b.read(ctx, func(ctx context.Context) (err error) {
		info, err = b.work.Info(ctx, jetstream.WithSubjectFilter("w.>"))
		return err
	}); err != nil {
		return err
	}
	nameless := map[string]bool{}
	for subject := range info.State.Subjects {
		if id, ok := subjectRun(subject); ok {
			nameless[id] = true
		}
	}
	lone := map[string]bool{}
	var dropped []string
	s.mu.Lock()
	for id, k := range s.metas {
		if !k.gone {
			delete(nameless, id)
		}
		if k.unready && time.Since(k.written) > restoreTime {
			dropped = append(dropped, id)
		}
	}
	for id := range nameless {
		lone[id] = true
	}
	before, deleted := s.lone, s.deleted
	s.lone = lone
	s.mu.Unlock()
	for _, id := range dropped {
		err := s.alone(ctx, id, func() error {
			s.log.Info("dropping a run that was restored only in part", "run", id)
			return s.Discard(ctx, id)
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	for id := range lone {
		if !before[id] {
			continue
		}
		err := s.alone(ctx, id, func() error {
			if _, ok := s.known(id); ok {
				return nil
			}
			if _, ok := deleted[id]; ok {
				s.log.Info("dropping what is left of a run that was deleted", "run", id)
				return b.purge(ctx, allOf(id), info.State.LastSeq+1)
			}
			return s.adopt(ctx, b, id)
		})
		if err != nil {
			return err
		}
	}
	if err := s.forgetMarks(ctx, b, lone); err != nil {
		return err
	}
	_, err = s.trimHeld(ctx, 0)
	return err
}

// alone does something while no process has a run open, or nothing.
func (s *Store) alone(ctx context.Context, id string, f func() error) error {
	if s.isOpen(id) {
		return nil
	}
	release, ok := s.hold(ctx, id)
	if !ok {
		return nil
	}
	defer release()
	return f()
}

// Deleted says whether a run was deleted for good within DeletedTime.
func (s *Store) Deleted(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.deleted[id]
	return ok && d.forGood && time.Since(d.at) < DeletedTime
}

// noteDeletion notes which runs the bucket says were deleted, and when.
func (s *Store) noteDeletion(e jetstream.KeyValueEntry) {
	if e.Operation() == jetstream.KeyValuePut {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.deleted, e.Key())
		return
	}
	s.markDeleted(e.Key(), deletion{e.Created(), e.Operation() == jetstream.KeyValueDelete})
}

func (s *Store) markDeleted(id string, d deletion) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.deleted == nil {
		s.deleted = map[string]deletion{}
	}
	s.deleted[id] = d
}

// forgetMarks drops the marks of runs that were deleted long ago, of which nothing is left.
func (s *Store) forgetMarks(ctx context.Context, b *bus, lone map[string]bool) error {
	var old []string
	s.mu.Lock()
	for id, d := range s.deleted {
		after := restoreTime
		if d.forGood {
			after = DeletedTime
		}
		if !lone[id] && time.Since(d.at) > after && len(old) < mostForgotten {
			old = append(old, id)
		}
	}
	s.mu.Unlock()
	if len(old) == 0 {
		return nil
	}
	keys, err := b.js.Stream(ctx, "KV_"+bucket)
	if err != nil {
		return err
	}
	for _, id := range old {
		err := s.alone(ctx, id, func() error {
			if _, ok := s.known(id); ok {
				return nil
			}
			return b.write(ctx, func(ctx context.Context) error {
				return keys.Purge(ctx, jetstream.WithPurgeSubject("$KV."+bucket+"."+id))
			})
		})
		if err != nil {
			return err
		}
		s.mu.Lock()
		delete(s.deleted, id)
		s.mu.Unlock()
	}
	return nil
}
