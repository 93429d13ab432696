package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// dropTime is what it may take to drop what is not needed any more: the run is saved.
const dropTime = 5 * time.Second

// Save stores a checkpoint, then the run's meta. c.Blobs are those that are not stored
// yet, and may be more; refs are the hashes of all that belong to it. Then what is not
// needed goes: checkpoints but the last three, blobs to which none of these refers, and
// entries that all of them include. It fails with *MissingError where refs names a blob
// that is nowhere.
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
	for h, b := range p.blobs {
		if sha256.Sum256(b) != h {
			return fmt.Errorf("%s: the blob %s is not what its hash says", l.id, h)
		}
		p.blobs[h] = squeeze(b)
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
	seqs, size, err := l.write(ctx, &l.checks, kindCheckpoint, c.Number, checkpointBody(len(p.kept), inside, c.Manifest, p.refs, p.blobs))
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
	err = l.store.setMeta(ctx, l.id, l, func(Meta) Meta {
		m.Bytes = bytes
		return m
	}, unready)
	if err != nil {
		return err
	}
	dropping, cancel := context.WithTimeout(ctx, dropTime)
	defer cancel()
	if err := l.drop(dropping); err != nil {
		l.store.log.Warn("what a run needs no longer goes with its next checkpoint", "run", l.id, "error", err)
	}
	return nil
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
		return checkpoint{}, &unreadable{errors.New(strings.Join(a.damaged, "; "))}
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
	for _, k := range slices.Backward(p.gone) { // so that what is still there lacks nothing
		for h := range k.blobs {
			if l.where[h] == k {
				delete(l.where, h)
			}
		}
		l.doomed = append(l.doomed, k.seqs...)
	}
	l.doomed = append(l.doomed, l.fenced...) // the new record is the last now
	l.fenced = nil
	l.packs = slices.DeleteFunc(l.packs, func(k *pack) bool { return slices.Contains(p.gone, k) })
	l.packs = append(l.packs, fresh)
	for h := range fresh.blobs {
		l.where[h] = fresh
	}
}

// bytes counts what the run has on the disk. l.mu is held.
func (l *Log) bytes() (n int64) {
	for _, k := range l.packs {
		n += k.size
	}
	for _, e := range l.entries {
		n += e.size
	}
	return n
}

// drop deletes what is needed no longer.
func (l *Log) drop(ctx context.Context) error {
	b, err := l.writing(ctx)
	if err != nil {
		return err
	}
	// Checkpoints before the entries that follow them.
	for {
		l.mu.Lock()
		if len(l.doomed) == 0 {
			l.mu.Unlock()
			return l.dropEntries(ctx, b)
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

// dropEntries deletes the entries that all kept checkpoints include. Appends wait for it,
// as what they expect to be last must not go meanwhile.
func (l *Log) dropEntries(ctx context.Context, b *bus) error {
	l.appending.Lock()
	defer l.appending.Unlock()
	l.mu.Lock()
	floor := l.kept[len(l.kept)-1].number
	n := 0
	for n < len(l.entries) && l.entries[n].number <= floor {
		n++
	}
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
