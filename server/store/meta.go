//go:build !js

package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	gnllbus "github.com/gnllviz/gnllviz/server/bus"
)

// known is what the store remembers of a key.
type known struct {
	Meta
	revision uint64
	epoch    uint64    // of the claim under which it was written last
	written  time.Time // when that was
	unready  bool      // being restored
	gone     bool      // deleted by us, and the watch has not said so yet
}

// stored is a meta as the bucket has it.
type stored struct {
	Version int    `json:"v"`
	Unready bool   `json:"unready,omitempty"`
	Epoch   uint64 `json:"epoch,omitempty"`
	Meta
}

var validID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func checkID(id string) error {
	if !validID.MatchString(id) {
		return fmt.Errorf("%q cannot be the id of a stored run: 1 to 64 of A-Z, a-z, 0-9, _ and -", id)
	}
	return nil
}

// Subjects of a run's messages.
func allOf(id string) string       { return "w." + id + ".>" }
func logOf(id string) string       { return "w." + id + ".log" }
func checksOf(id string) string    { return "w." + id + ".ck" }
func isLog(subject string) bool    { return strings.HasSuffix(subject, ".log") }
func isChecks(subject string) bool { return strings.HasSuffix(subject, ".ck") }

func subjectRun(subject string) (id string, ok bool) {
	parts := strings.Split(subject, ".")
	if len(parts) != 3 || parts[0] != "w" {
		return "", false
	}
	return parts[1], true
}

// follow keeps the metas current; it closes seen when those that there were are known.
func (s *Store) follow(b *bus, seen chan<- struct{}) {
	defer close(b.watched)
	for e := range b.watch.Updates() {
		if e == nil {
			s.mu.Lock()
			for id, k := range s.metas {
				if k.revision == 0 { // of a connection before, and gone
					delete(s.metas, id)
				}
			}
			s.mu.Unlock()
			close(seen)
			continue
		}
		s.learn(e)
		s.noteDeletion(e)
	}
}

// learn takes an entry of the bucket, unless a later one is known.
func (s *Store) learn(e jetstream.KeyValueEntry) {
	if e.Operation() != jetstream.KeyValuePut {
		s.forget(e.Key(), e.Revision())
		return
	}
	var m stored
	err := json.Unmarshal(e.Value(), &m)
	if err == nil && m.ID != e.Key() {
		err = fmt.Errorf("it says that it is %q", m.ID)
	}
	if err != nil {
		s.log.Warn("a run's meta in the store cannot be read", "run", e.Key(), "error", err)
		m = stored{Meta: Meta{ID: e.Key(), Created: e.Created(), Touched: e.Created()}}
		m.Trouble = "what the store's list says of it cannot be read"
	}
	s.remember(m, e.Revision(), e.Created())
}

func (s *Store) remember(m stored, revision uint64, written time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.metas[m.ID]
	if old.revision >= revision {
		return
	}
	if m.Trouble == "" {
		m.Trouble = old.Trouble
	}
	s.metas[m.ID] = known{Meta: m.Meta, revision: revision, epoch: m.Epoch, written: written, unready: m.Unready}
}

func (s *Store) forget(id string, revision uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.metas[id]; ok && k.revision < revision {
		delete(s.metas, id)
	}
}

func (s *Store) trouble(id, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.metas[id]; ok && !k.gone {
		k.Trouble = why
		s.metas[id] = k
	}
}

// List gives the metas of all stored runs, newest touched first.
func (s *Store) List() []Meta {
	s.mu.Lock()
	list := make([]Meta, 0, len(s.metas))
	for _, k := range s.metas {
		if !k.unready && !k.gone {
			list = append(list, k.Meta)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b Meta) int {
		return cmp.Or(b.Touched.Compare(a.Touched), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Training gives the metas of the stored runs that were training, in no order.
func (s *Store) Training() (list []Meta) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.metas {
		if k.Meta.Training && !k.unready && !k.gone {
			list = append(list, k.Meta)
		}
	}
	return list
}

// Meta gives the meta of one run.
func (s *Store) Meta(id string) (Meta, bool) {
	k, ok := s.known(id)
	return k.Meta, ok && !k.unready
}

// Look is Meta of a run that another process may just have stored.
func (s *Store) Look(ctx context.Context, id string) (m Meta, ok bool, err error) {
	b, err := s.reading()
	if err == nil {
		err = s.look(ctx, b, id)
	}
	m, ok = s.Meta(id)
	return m, ok, err
}

func (s *Store) known(id string) (known, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.metas[id]
	return k, ok && !k.gone
}

// vanish takes a run out of the list that this process deleted.
func (s *Store) vanish(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.metas[id]; ok {
		s.metas[id] = known{revision: k.revision, gone: true}
	}
	delete(s.logs, id)
}

// SetMeta changes what is known of a run, all but Bytes and Trouble, which the store
// knows itself. It is on the disk when it returns nil. ErrNotFound where there is none.
func (s *Store) SetMeta(ctx context.Context, m Meta) error {
	return s.setMeta(ctx, m.ID, s.writer(m.ID), func(was Meta) Meta {
		m.Bytes = was.Bytes
		return m
	}, false)
}

// setMeta writes a run's meta, if the run is there. l, unless nil, is the Log that has the
// run: ErrTaken where another has it now.
func (s *Store) setMeta(ctx context.Context, id string, l *Log, change func(Meta) Meta, unready bool) error {
	return s.setMetaFrom(ctx, id, l, 0, change, unready)
}

// setMetaFrom is setMeta of a Log whose claim may have followed one with an earlier epoch.
func (s *Store) setMetaFrom(ctx context.Context, id string, l *Log, earlier uint64, change func(Meta) Meta, unready bool) error {
	for {
		b, err := s.writing(ctx)
		if err != nil {
			return err
		}
		k, ok := s.known(id)
		if !ok {
			return fmt.Errorf("%s: %w", id, ErrNotFound)
		}
		m := stored{Version: 1, Unready: unready, Epoch: k.epoch, Meta: change(k.Meta)}
		if l != nil {
			m.Epoch = l.epoch()
			if k.epoch != m.Epoch && k.epoch != earlier && earlier != anyEpoch {
				return fmt.Errorf("%s: %w", id, ErrTaken)
			}
			if err := l.valid(); err != nil {
				return err
			}
		}
		m.ID = id
		data, err := json.Marshal(m)
		if err != nil {
			return err
		}
		var revision uint64
		err = b.write(ctx, func(ctx context.Context) (err error) {
			revision, err = b.runs.Update(ctx, id, data, k.revision)
			return err
		})
		if err == nil {
			m.Trouble = k.Trouble
			s.remember(m, revision, time.Now())
			return nil
		}
		if !gnllbus.Conflict(err) {
			return fmt.Errorf("cannot write the meta of %s: %w", id, err)
		}
		// Somebody else wrote it: look at it again.
		if err := s.look(ctx, b, id); err != nil {
			return err
		}
	}
}

// look reads a run's meta again.
func (s *Store) look(ctx context.Context, b *bus, id string) error {
	var e jetstream.KeyValueEntry
	err := b.read(ctx, func(ctx context.Context) (err error) {
		e, err = b.runs.Get(ctx, id)
		return err
	})
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		s.vanish(id)
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read the meta of %s: %w", id, err)
	}
	s.learn(e)
	return nil
}

// Create begins to keep a run. ErrExists where there is one with its id.
// It may let others go, to stay within the store's bounds, and fails with *FullError where
// that is not enough.
func (s *Store) Create(ctx context.Context, m Meta) (*Log, error) {
	return s.CreateAs(ctx, m, Claim{})
}

// CreateAs is Create in a store that several processes share.
func (s *Store) CreateAs(ctx context.Context, m Meta, c Claim) (*Log, error) {
	if _, err := s.trim(ctx, 1); err != nil {
		return nil, err
	}
	return s.create(ctx, m, c, false)
}

func (s *Store) create(ctx context.Context, m Meta, c Claim, unready bool) (*Log, error) {
	b, err := s.writing(ctx)
	if err != nil {
		return nil, err
	}
	end, err := b.end(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.enter(ctx, m, c.Epoch, unready); err != nil {
		return nil, err
	}
	l := newLog(s, m.ID)
	l.claim.Store(&c)
	// What a deletion may have left under the same id.
	if b, err = s.writing(ctx); err == nil {
		err = b.purge(ctx, allOf(m.ID), end)
	}
	if err == nil {
		err = l.fences(ctx, b)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot store the run %s: %w", m.ID, err)
	}
	return s.open(l), nil
}

// enter puts a run into the list, if there is none with its id.
func (s *Store) enter(ctx context.Context, m Meta, epoch uint64, unready bool) error {
	if err := checkID(m.ID); err != nil {
		return err
	}
	b, err := s.writing(ctx)
	if err != nil {
		return err
	}
	entered := stored{Version: 1, Unready: unready, Epoch: epoch, Meta: m}
	data, err := json.Marshal(entered)
	if err != nil {
		return err
	}
	if _, ok := s.known(m.ID); ok {
		return fmt.Errorf("%s: %w", m.ID, ErrExists)
	}
	var revision uint64
	err = b.write(ctx, func(ctx context.Context) (err error) {
		revision, err = b.runs.Create(ctx, m.ID, data)
		return err
	})
	if b.away && gnllbus.Conflict(err) { // an attempt may have done it whose answer was lost
		e, failed := b.runs.Get(ctx, m.ID)
		if failed == nil && bytes.Equal(e.Value(), data) {
			revision, err = e.Revision(), nil
		}
	}
	if gnllbus.Conflict(err) {
		return fmt.Errorf("%s: %w", m.ID, ErrExists)
	}
	if err != nil {
		return fmt.Errorf("cannot store the run %s: %w", m.ID, err)
	}
	s.remember(entered, revision, time.Now())
	return nil
}

// Delete drops a run and all of it, for good: Deleted remembers that. ErrNotFound where there is
// none.
func (s *Store) Delete(ctx context.Context, id string) error { return s.drop(ctx, id, true) }

// Discard is Delete of a run that may be made again under its id.
func (s *Store) Discard(ctx context.Context, id string) error { return s.drop(ctx, id, false) }

// drop drops a run, on a full disk by means of what is held in reserve.
func (s *Store) drop(ctx context.Context, id string, forGood bool) error {
	err := s.dropAll(ctx, id, forGood)
	left := (*leftoverError)(nil)
	if err != nil && !errors.Is(err, ErrNotFound) && s.server != nil && s.server.folder.spend() {
		s.log.Warn("a run is deleted in the room that was held in reserve", "run", id, "error", err)
		if errors.As(err, &left) {
			err = s.purgeAll(ctx, id)
		} else {
			err = s.dropAll(ctx, id, forGood)
		}
	}
	if errors.As(err, &left) {
		s.log.Warn("what is left of a deleted run goes when the store is opened again", "run", id, "error", err)
		err = nil
	}
	return err
}

// A leftoverError is why a run that is in the list no longer still takes room.
type leftoverError struct{ error }

// purgeAll drops all messages of a run in a store that is this process's.
func (s *Store) purgeAll(ctx context.Context, id string) error {
	b, err := s.writing(ctx)
	if err == nil {
		err = b.purge(ctx, allOf(id), 0)
	}
	if err != nil {
		return &leftoverError{err}
	}
	return nil
}

// dropAll drops a run, if there is room for the marks of that.
func (s *Store) dropAll(ctx context.Context, id string, forGood bool) error {
	b, err := s.writing(ctx)
	if err != nil {
		return err
	}
	if _, ok := s.known(id); !ok {
		return fmt.Errorf("%s: %w", id, ErrNotFound)
	}
	end, err := b.end(ctx)
	if err != nil {
		return err
	}
	// The key first: what is left of a run without one is swept when the store is opened.
	for {
		k, ok := s.known(id)
		if !ok {
			break // somebody else did
		}
		var options []jetstream.KVDeleteOpt
		if b.away { // what was made under this id meanwhile stays
			options = append(options, jetstream.LastRevision(k.revision))
		}
		mark := b.runs.Purge
		if forGood {
			mark = b.runs.Delete
		}
		err = b.write(ctx, func(ctx context.Context) error { return mark(ctx, id, options...) })
		if err == nil {
			break
		}
		if !b.away || !gnllbus.Conflict(err) {
			return fmt.Errorf("cannot delete the stored run %s: %w", id, err)
		}
		if err := s.look(ctx, b, id); err != nil {
			return err
		}
	}
	s.vanish(id)
	s.markDeleted(id, deletion{time.Now(), forGood})
	if err := b.purge(ctx, allOf(id), end); err != nil {
		return &leftoverError{err}
	}
	return nil
}
