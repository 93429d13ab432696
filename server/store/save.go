//go:build !js

package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// dropTime is what it may take to drop what is not needed any more: the run is saved.
	dropTime = 5 * time.Second

	// What is not needed any more goes when there are so many records of checkpoints of it,
	// or so many bytes: to delete one message takes as long as to write it.
	oldMost  = 8
	oldBytes = 256 << 10

	// metaTime is how long the list may be behind a run of which nothing is new but that it
	// went on.
	metaTime = 15 * time.Second
)

// Save stores a checkpoint, then the run's meta. c.Blobs are those that are not stored
// yet, and may be more; refs are the hashes of all that belong to it. A meta that says only
// that the run went on is written now and then, and by Settle. When there is enough of
// it, what is not needed goes: checkpoints but the last three, blobs to which none of these
// refers, and entries that all of them include. It fails with *MissingError where refs names
// a blob that is nowhere.
func (l *Log) Save(ctx context.Context, c Checkpoint, refs []string, m Meta) error {
	return l.save(ctx, c, refs, m, keep, false)
}

// Rest is Save of a run that leaves memory: of what is stored only this checkpoint stays,
// in as few messages as can be.
func (l *Log) Rest(ctx context.Context, c Checkpoint, refs []string, m Meta) error {
	if err := l.save(ctx, c, refs, m, 1, false); err != nil {
		return err
	}
	if _, err := l.store.Trim(ctx); err != nil {
		l.store.log.Warn("the store is not within its bounds", "error", err)
	}
	return nil
}

func (l *Log) save(ctx context.Context, c Checkpoint, refs []string, m Meta, keep int, unready bool) error {
	l.saving.Lock()
	defer l.saving.Unlock()
	b, err := l.writing(ctx)
	if err == nil {
		err = l.store.tidier.wait(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("cannot store a checkpoint of %s: %w", l.id, err)
	}
	if err := l.valid(); err != nil {
		return err
	}
	p, err := l.plan(c, refs, keep)
	if err != nil {
		return err
	}
	if err := l.squeeze(p.blobs); err != nil {
		return err
	}
	if err := l.carry(ctx, p); err != nil {
		return fmt.Errorf("cannot store a checkpoint of %s: %w", l.id, err)
	}
	if len(p.missing) > 0 {
		return &MissingError{p.missing}
	}
	m.ID = l.id
	inside, err := json.Marshal(m)
	if err != nil {
		return err
	}
	seqs, size, err := l.writeCheckpoint(ctx, c.Number, checkpointBody(len(p.kept), inside, c.Manifest, p.refs, p.blobs))
	if err != nil {
		return fmt.Errorf("cannot store a checkpoint of %s: %w", l.id, err)
	}
	fresh := &pack{number: c.Number, refs: p.refs, blobs: map[hash]int64{}, seqs: seqs, size: size}
	for h, b := range p.blobs {
		fresh.blobs[h] = int64(len(b))
	}
	l.mu.Lock()
	l.settleIn(fresh, p)
	bytes := l.bytes()
	l.mu.Unlock()
	m.Bytes = bytes
	if keep > 1 && !unready && l.store.wentOn(m) {
		l.behind = true
	} else if err = l.store.setMeta(ctx, l.id, l, func(Meta) Meta { return m }, unready); err != nil {
		return err
	} else {
		l.behind = false
	}
	dropping, cancel := context.WithTimeout(ctx, dropTime)
	defer cancel()
	if err := l.drop(dropping, keep == 1); err != nil {
		l.store.log.Warn("what a run needs no longer goes with its next checkpoint", "run", l.id, "error", err)
	}
	return nil
}

// squeeze checks blobs and puts them into as little room as it finds, one in each turn.
func (l *Log) squeeze(blobs map[hash][]byte) error {
	for h, b := range blobs {
		done := l.Turn()
		good := sha256.Sum256(b) == h
		if good {
			blobs[h] = squeeze(b)
		}
		done()
		if !good {
			return fmt.Errorf("%s: the blob %s is not what its hash says", l.id, h)
		}
	}
	return nil
}

// writeCheckpoint writes a checkpoint's record. Servers that are elsewhere take one message
// after the other, and changes wait behind whatever is on its way to them.
func (l *Log) writeCheckpoint(ctx context.Context, number uint64, body []byte) (seqs []uint64, size int64, err error) {
	if l.store.shared() {
		defer l.Turn()()
	}
	return l.write(ctx, &l.checks, kindCheckpoint, number, body)
}

// wentOn takes a meta of which nothing needs to be on the disk yet: it says no more than that
// the run went on, and the list was written of late. Otherwise it does nothing, and is false.
func (s *Store) wentOn(m Meta) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.metas[m.ID]
	if !ok || k.gone || k.unready || k.Bytes == 0 || time.Since(k.written) >= metaTime {
		return false
	}
	was := k.Meta
	was.Step, was.Touched, was.Bytes, was.Trouble = m.Step, m.Touched, m.Bytes, m.Trouble
	if !was.Created.Equal(m.Created) {
		return false
	}
	if was.Created = m.Created; was != m {
		return false
	}
	was.Trouble = k.Meta.Trouble
	k.Meta = was
	s.metas[m.ID] = k
	return true
}

// Settle writes what Save left out of the store's list on the disk.
func (l *Log) Settle(ctx context.Context) error {
	l.saving.Lock()
	defer l.saving.Unlock()
	if !l.behind {
		return nil
	}
	err := l.store.setMeta(ctx, l.id, l, func(m Meta) Meta { return m }, false)
	l.behind = err != nil
	return err
}

// plan is what a save writes and what it lets go.
type plan struct {
	refs    []hash
	blobs   map[hash][]byte // of the new record, squeezed once it is written
	missing []string        // hashes of refs that are nowhere
	carried map[*pack][]hash
	kept    []*pack // which stay kept beside the new one
	gone    []*pack
}

// plan decides what becomes of the records when c is saved and keep checkpoints stay.
func (l *Log) plan(c Checkpoint, refs []string, keep int) (*plan, error) {
	p := &plan{blobs: map[hash][]byte{}, carried: map[*pack][]hash{}}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Number > l.last {
		return nil, fmt.Errorf("%s: a checkpoint after entry %d cannot be, as entry %d is the last", l.id, c.Number, l.last)
	}
	live := map[hash]bool{}
	for _, r := range refs {
		h, err := parseHash(r)
		if err != nil {
			return nil, err
		}
		if live[h] {
			continue
		}
		live[h] = true
		p.refs = append(p.refs, h)
		b, given := c.Blobs[r]
		switch {
		case l.where[h] != nil:
		case !given:
			p.missing = append(p.missing, r)
		default:
			p.blobs[h] = b
		}
	}
	p.kept = l.kept[:min(keep-1, len(l.kept))]
	for _, k := range p.kept {
		for _, h := range k.refs {
			live[h] = true
		}
	}
	for _, k := range l.packs {
		if slices.Contains(p.kept, k) {
			continue
		}
		var used int64
		var blobs []hash
		for h, n := range k.blobs {
			if live[h] && l.where[h] == k {
				used += n
				blobs = append(blobs, h)
			}
		}
		// A record stays for its blobs while most of it is in use; else they move.
		if stays := 2*used > k.size && keep > 1 || used > 1<<20 && 10*used > 9*k.size; stays {
			continue
		}
		p.gone = append(p.gone, k)
		if len(blobs) > 0 {
			p.carried[k] = blobs
		}
	}
	return p, nil
}

// carry reads the blobs that move to the new record.
func (l *Log) carry(ctx context.Context, p *plan) error {
	if len(p.carried) == 0 {
		return nil
	}
	b, err := l.writing(ctx)
	if err != nil {
		return err
	}
	for k, hashes := range p.carried {
		stored, err := l.fetch(ctx, b, k)
		if damaged := (*unreadable)(nil); errors.As(err, &damaged) {
			l.store.log.Warn("stored blobs cannot be read", "run", l.id, "error", err)
			l.mu.Lock()
			for _, h := range hashes {
				delete(l.where, h)
				p.missing = append(p.missing, h.String())
			}
			l.mu.Unlock()
			continue
		}
		if err != nil {
			return err
		}
		for _, h := range hashes {
			p.blobs[h] = stored.squeezed[h]
		}
	}
	return nil
}

// unreadable says that a message is gone or is not what was written.
type unreadable struct{ err error }

func (e *unreadable) Error() string { return e.err.Error() }

// fetch reads a checkpoint's record.
func (l *Log) fetch(ctx context.Context, b *bus, k *pack) (checkpoint, error) {
	var a assembly
	for _, seq := range k.seqs {
		var m *jetstream.RawStreamMsg
		err := b.read(ctx, func(ctx context.Context) (err error) {
			m, err = b.work.GetMsg(ctx, seq)
			return err
		})
		if api := (*jetstream.APIError)(nil); errors.Is(err, jetstream.ErrMsgNotFound) || errors.As(err, &api) {
			return checkpoint{}, &unreadable{err}
		}
		if err != nil {
			return checkpoint{}, err
		}
		a.add(l.id, message{m.Sequence, m.Subject, m.Data})
	}
	a.end()
	if len(a.records) != 1 {
		return checkpoint{}, &unreadable{errors.New(a.what())}
	}
	c, err := parseCheckpoint(a.records[0].version, a.records[0].body)
	if err != nil {
		return checkpoint{}, &unreadable{err}
	}
	return c, nil
}

// settleIn puts a record that was written into the books. l.mu is held.
func (l *Log) settleIn(fresh *pack, p *plan) {
	l.kept = append([]*pack{fresh}, p.kept...)
	for _, k := range p.gone {
		for h := range k.blobs {
			if l.where[h] == k {
				delete(l.where, h)
			}
		}
		l.old = append(l.old, k)
	}
	for _, seq := range l.fenced { // the new record is the last now
		l.old = append(l.old, &pack{seqs: []uint64{seq}})
	}
	l.fenced = nil
	l.packs = slices.DeleteFunc(l.packs, func(k *pack) bool { return slices.Contains(p.gone, k) })
	l.packs = append(l.packs, fresh)
	for h := range fresh.blobs {
		l.where[h] = fresh
	}
}

// bytes counts what the run has on the disk. l.mu is held.
func (l *Log) bytes() (n int64) {
	for _, k := range slices.Concat(l.packs, l.old) {
		n += k.size
	}
	for _, e := range l.entries {
		n += e.size
	}
	return n
}

// drop deletes what is needed no longer, if that is all that may be or if it is enough.
func (l *Log) drop(ctx context.Context, all bool) error {
	b, err := l.writing(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	size := int64(0)
	for _, k := range l.old {
		size += k.size
	}
	for _, e := range l.entries[:l.included()] {
		size += e.size
	}
	due := all || len(l.doomed) > 0 || len(l.old) >= oldMost || size >= oldBytes
	l.mu.Unlock()
	if !due {
		return nil
	}
	// Checkpoints before the entries that follow them.
	if err := l.dropOld(ctx, b); err != nil {
		return err
	}
	if err := l.dropDoomed(ctx, b); err != nil {
		return err
	}
	return l.dropEntries(ctx, b)
}

// dropOld deletes the records of checkpoints that are to go: those before the first one that
// stays all at once, then the others, newest first, so that what is there lacks nothing.
func (l *Log) dropOld(ctx context.Context, b *bus) error {
	l.mu.Lock()
	first := l.packs[0].seqs[0]
	before := slices.ContainsFunc(l.old, func(k *pack) bool { return k.seqs[0] < first })
	l.mu.Unlock()
	if err := l.valid(); err != nil {
		return err
	}
	if before {
		if err := b.purge(ctx, l.checks.subject, first); err != nil {
			return err
		}
	}
	l.mu.Lock()
	slices.SortFunc(l.old, func(a, b *pack) int { return cmp.Compare(b.seqs[0], a.seqs[0]) })
	for _, k := range l.old {
		if k.seqs[0] > first {
			l.doomed = append(l.doomed, k.seqs...)
		}
	}
	l.old = nil
	l.mu.Unlock()
	return nil
}

// dropDoomed deletes messages one by one.
func (l *Log) dropDoomed(ctx context.Context, b *bus) error {
	for {
		l.mu.Lock()
		if len(l.doomed) == 0 {
			l.mu.Unlock()
			return nil
		}
		seq := l.doomed[0]
		l.mu.Unlock()
		if err := l.remove(ctx, b, seq); err != nil {
			return err
		}
		l.mu.Lock()
		l.doomed = l.doomed[1:]
		l.mu.Unlock()
	}
}

// included counts the entries that all kept checkpoints include. l.mu is held.
func (l *Log) included() (n int) {
	if len(l.kept) == 0 {
		return 0
	}
	floor := l.kept[len(l.kept)-1].number
	for n < len(l.entries) && l.entries[n].number <= floor {
		n++
	}
	return n
}

// dropEntries deletes the entries that all kept checkpoints include. Appends wait for it,
// as what they expect to be last must not go meanwhile.
func (l *Log) dropEntries(ctx context.Context, b *bus) error {
	l.appending.Lock()
	defer l.appending.Unlock()
	l.mu.Lock()
	n := l.included()
	var upTo uint64 // what comes before it goes
	switch {
	case n == 0:
		l.mu.Unlock()
		return nil
	case n < len(l.entries):
		upTo = l.entries[n].seqs[0]
	}
	l.mu.Unlock()
	if upTo == 0 && b.away {
		// The last stays: it is what an owner before, who knows of none, cannot follow.
		upTo = l.log.seq
	}
	if err := l.valid(); err != nil {
		return err
	}
	if err := b.purge(ctx, l.log.subject, upTo); err != nil {
		l.log.unsure = true
		return err
	}
	if upTo == 0 {
		l.log.seq = 0
	}
	l.mu.Lock()
	l.entries = slices.Clone(l.entries[n:])
	l.mu.Unlock()
	return nil
}
