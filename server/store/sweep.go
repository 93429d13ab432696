//go:build !js

package store

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// sweep sets right what the end of the program, or damage, left when the store is opened.
func (s *Store) sweep(ctx context.Context) error {
	b, err := s.reading()
	if err != nil {
		return err
	}
	info, err := b.work.Info(ctx, jetstream.WithSubjectFilter("w.>"))
	if err != nil {
		return err
	}
	has := map[string]bool{}
	for subject := range info.State.Subjects {
		if id, ok := subjectRun(subject); ok {
			has[id] = true
		}
	}
	var unready, unsaved []string
	s.mu.Lock()
	deleted := maps.Clone(s.deleted)
	for id, k := range s.metas {
		if k.unready {
			unready = append(unready, id)
		}
		switch {
		case has[id], k.Trouble != "":
		case k.Bytes == 0: // the program ended before it had written more than its name
			unsaved = append(unsaved, id)
		default:
			k.Trouble = "nothing but its name is in the store"
			s.metas[id] = k
		}
		delete(has, id)
	}
	s.mu.Unlock()
	for _, id := range unready {
		s.log.Info("dropping a run that was restored only in part", "run", id)
		if err := s.Discard(ctx, id); err != nil {
			return err
		}
	}
	for _, id := range unsaved {
		s.log.Info("dropping a run that was not yet saved when the program ended", "run", id)
		if err := s.Discard(ctx, id); err != nil {
			return err
		}
	}
	for id := range has {
		if _, ok := deleted[id]; ok {
			s.log.Info("dropping what is left of a run that was deleted", "run", id)
			err = b.purge(ctx, allOf(id), 0)
		} else {
			err = s.adopt(ctx, b, id)
		}
		if err != nil {
			return err
		}
	}
	return s.forgetMarks(ctx, b, nil)
}

// mostForgotten is how many marks of deleted runs go at a time.
const mostForgotten = 200

// adopt lists a run again of which the meta is lost: its checkpoints have one, too.
func (s *Store) adopt(ctx context.Context, b *bus, id string) error {
	if checkID(id) != nil {
		return nil
	}
	var a assembly
	if _, err := b.each(ctx, id, func(m message) { a.add(id, m) }); err != nil {
		return err
	}
	a.end()
	if a.newer > 0 {
		s.log.Warn("a stored run is not in the list, and a newer gnllviz wrote it", "run", id, "version", a.newer)
		return nil
	}
	now := time.Now()
	m := Meta{ID: id, Name: id, Created: now, Touched: now}
	for _, rec := range a.records {
		if c, err := parseCheckpoint(rec.version, rec.body); rec.kind == kindCheckpoint && err == nil {
			if its := (Meta{}); json.Unmarshal(c.meta, &its) == nil && its.ID == id {
				m = its
			}
		}
	}
	if len(a.records) == 0 {
		return b.purge(ctx, allOf(id), 0)
	}
	s.log.Warn("a stored run was not in the list, and is again", "run", id)
	return s.enter(ctx, m, 0, false)
}
