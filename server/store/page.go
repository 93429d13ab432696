//go:build js

// Package store keeps runs where they outlive the process. In a page that is a [Disk],
// behind which is the browser's storage.
//
// All methods may be called from any goroutine.
package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// A Disk keeps what a store gives it. Each method returns when that is done, and is called
// on one goroutine at a time for one run.
type Disk interface {
	// List gives the metas of all runs.
	List(ctx context.Context) ([][]byte, error)

	// Read gives all that is kept of a run; nothing of what Drop has dropped.
	Read(ctx context.Context, id string) (Kept, error)

	// PutMeta, PutEntry and PutCheckpoint keep something of a run. A checkpoint comes with
	// the blobs that are new, and names those that are not needed any more, as the entries
	// up to its own are not either.
	PutMeta(ctx context.Context, id string, meta []byte) error
	PutEntry(ctx context.Context, id string, number uint64, entry []byte) error
	PutCheckpoint(ctx context.Context, id string, c Checkpoint, drop []string, meta []byte) error

	// Blob gives one blob of a run.
	Blob(ctx context.Context, id, hash string) ([]byte, error)

	// Drop drops a run.
	Drop(ctx context.Context, id string) error
}

// A Kept is what a disk has of a run: one checkpoint, unless Manifest is nil, and the
// entries after it.
type Kept struct {
	Checkpoint
	Entries []Entry
}

// A Store keeps the runs of one page.
type Store struct {
	disk Disk

	mu    sync.Mutex
	metas map[string]Meta
}

// Open returns the store of a disk.
func Open(ctx context.Context, d Disk) (*Store, error) {
	list, err := d.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("the runs of this browser cannot be listed: %w", err)
	}
	s := &Store{disk: d, metas: map[string]Meta{}}
	for _, b := range list {
		var m Meta
		if json.Unmarshal(b, &m) == nil && m.ID != "" {
			s.metas[m.ID] = m
		}
	}
	return s, nil
}

// A Log writes one run.
type Log struct {
	of   *Store
	id   string
	mu   sync.Mutex
	last uint64
	have map[string]bool // blobs that are on the disk
}

// Meta gives the meta of one run.
func (s *Store) Meta(id string) (Meta, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.metas[id]
	return m, ok
}

// List gives the metas of all runs, newest touched first.
func (s *Store) List() []Meta {
	s.mu.Lock()
	list := slices.Collect(maps.Values(s.metas))
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b Meta) int {
		return cmp.Or(b.Touched.Compare(a.Touched), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Deleted says whether a run was deleted for good, which nothing remembers here: nobody
// else has its address.
func (s *Store) Deleted(string) bool { return false }

// SetMeta changes what is known of a run, or fails with ErrNotFound.
func (s *Store) SetMeta(ctx context.Context, m Meta) error {
	if _, ok := s.Meta(m.ID); !ok {
		return ErrNotFound
	}
	return s.put(ctx, m)
}

func (s *Store) put(ctx context.Context, m Meta) error {
	if err := s.disk.PutMeta(ctx, m.ID, encoded(m)); err != nil {
		return err
	}
	s.know(m)
	return nil
}

func (s *Store) know(m Meta) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.metas[m.ID] = m
}

func encoded(m Meta) []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic("store: encoding a meta: " + err.Error()) // it is a struct of plain values
	}
	return b
}

// CreateAs begins to keep a run. ErrExists where there is one with its id.
func (s *Store) CreateAs(ctx context.Context, m Meta, _ Claim) (*Log, error) {
	if _, ok := s.Meta(m.ID); ok {
		return nil, ErrExists
	}
	if err := s.put(ctx, m); err != nil {
		return nil, err
	}
	return &Log{of: s, id: m.ID, have: map[string]bool{}}, nil
}

// Read reads a run. ErrNotFound where there is none.
func (s *Store) Read(ctx context.Context, id string) (*Record, error) {
	m, ok := s.Meta(id)
	if !ok {
		return nil, ErrNotFound
	}
	kept, err := s.disk.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	r := &Record{Meta: m, Entries: kept.Entries}
	if kept.Manifest != nil {
		r.Checkpoints = []Checkpoint{kept.Checkpoint}
	}
	return r, nil
}

// LoadAs is Read for whoever goes on with the run.
func (s *Store) LoadAs(ctx context.Context, id string, _ Claim) (*Record, *Log, error) {
	r, err := s.Read(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	l := &Log{of: s, id: id, have: map[string]bool{}}
	for _, c := range r.Checkpoints {
		l.last = c.Number
		for h := range c.Blobs {
			l.have[h] = true
		}
	}
	if n := len(r.Entries); n > 0 {
		l.last = max(l.last, r.Entries[n-1].Number)
	}
	return r, l, nil
}

// Look is Meta: no other process stores runs here.
func (s *Store) Look(_ context.Context, id string) (Meta, bool, error) {
	m, ok := s.Meta(id)
	return m, ok, nil
}

// Delete drops a run, or fails with ErrNotFound.
func (s *Store) Delete(ctx context.Context, id string) error {
	if _, ok := s.Meta(id); !ok {
		return ErrNotFound
	}
	s.mu.Lock()
	delete(s.metas, id)
	s.mu.Unlock()
	return s.disk.Drop(ctx, id)
}

// Discard is Delete.
func (s *Store) Discard(ctx context.Context, id string) error { return s.Delete(ctx, id) }

// gone says that the run was deleted. Callers hold mu.
func (l *Log) gone() error {
	if _, ok := l.of.Meta(l.id); !ok {
		return fmt.Errorf("%s: %w", l.id, ErrTaken)
	}
	return nil
}

// Last gives the number of the last entry, or 0.
func (l *Log) Last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// Append keeps the entry after the last.
func (l *Log) Append(ctx context.Context, e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.gone(); err != nil {
		return err
	}
	if err := l.of.disk.PutEntry(ctx, l.id, e.Number, e.Data); err != nil {
		return err
	}
	l.last = e.Number
	return nil
}

// Save keeps a checkpoint instead of the one before. c.Blobs are those that are new, and
// refs the hashes of all that belong to it. *MissingError where one is nowhere.
func (l *Log) Save(ctx context.Context, c Checkpoint, refs []string, m Meta) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.gone(); err != nil {
		return err
	}
	want, missing := map[string]bool{}, []string(nil)
	for _, h := range refs {
		if want[h] = true; !l.have[h] && c.Blobs[h] == nil {
			missing = append(missing, h)
		}
	}
	if missing != nil {
		return &MissingError{missing}
	}
	var drop []string
	for h := range l.have {
		if !want[h] {
			drop = append(drop, h)
		}
	}
	m.ID = l.id
	if err := l.of.disk.PutCheckpoint(ctx, l.id, c, drop, encoded(m)); err != nil {
		return err
	}
	l.have = want
	l.of.know(m)
	return nil
}

// Rest is Save of a run that leaves memory.
func (l *Log) Rest(ctx context.Context, c Checkpoint, refs []string, m Meta) error {
	return l.Save(ctx, c, refs, m)
}

// Fetch reads blobs by their hashes.
func (l *Log) Fetch(ctx context.Context, blobs []string) (map[string][]byte, error) {
	all := map[string][]byte{}
	for _, h := range blobs {
		b, err := l.of.disk.Blob(ctx, l.id, h)
		if err != nil {
			return nil, err
		}
		all[h] = b
	}
	return all, nil
}

// Blob reads one blob of a run.
func (s *Store) Blob(ctx context.Context, id, hash string) ([]byte, error) {
	return s.disk.Blob(ctx, id, hash)
}

// Turn returns at once: there is one run at a time that works on a checkpoint.
func (l *Log) Turn() (done func()) { return func() {} }

// Settle has nothing to do: Save left nothing out.
func (l *Log) Settle(context.Context) error { return nil }

// Close says that no more will be written.
func (l *Log) Close() {}

// Reclaim has nothing to do: nobody else writes here.
func (l *Log) Reclaim(context.Context, Claim) error { return nil }
