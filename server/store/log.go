package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// keep is how many checkpoints of a run are kept.
const keep = 3

// Entry is a change of a run. Entries are numbered 1, 2, 3, ...
type Entry struct {
	Number uint64
	Data   []byte
}

// Checkpoint is what a run goes on from.
type Checkpoint struct {
	Number   uint64 // of the entry after which it was made
	Manifest []byte
	Blobs    map[string][]byte // by hash, the SHA-256 in lower-case hexadecimal
}

// MissingError says that a checkpoint refers to blobs which are neither given nor, or no
// longer, stored whole. Saved again with them, it is stored.
type MissingError struct{ Hashes []string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("a checkpoint refers to blobs that are not stored: %s", strings.Join(e.Hashes, ", "))
}

// Log writes one run. Its methods may be called from any goroutine: appends wait for one
// another, and so do saves, but not for each other.
type Log struct {
	store *Store
	id    string
	tag   uint64 // upper half of its tickets

	appending sync.Mutex // held by Append, and by Save while it drops entries
	log       tail       // of entries; appending guards it
	saving    sync.Mutex // held by Save
	checks    tail       // of checkpoints; saving guards it

	mu      sync.Mutex // guards what follows; held for no longer than it takes to look
	tickets uint32
	last    uint64
	entries []placed
	packs   []*pack // checkpoints' records that are stored, oldest first
	kept    []*pack // those that count, newest first
	where   map[hash]*pack
	doomed  []uint64 // messages that are to go
}

// tail is the end of a subject of which this Log is the only writer.
type tail struct {
	subject string
	seq     uint64 // of its last message, 0 if there is none
	unsure  bool   // an attempt to write failed and may have left something
}

// placed is an entry that is stored.
type placed struct {
	number uint64
	seqs   []uint64
	size   int64
}

// pack is a checkpoint's record that is stored. When its checkpoint is kept no longer it
// may stay for its blobs.
type pack struct {
	number uint64
	refs   []hash
	blobs  map[hash]int64 // sizes
	seqs   []uint64
	size   int64
}

func newLog(s *Store, id string) *Log {
	return &Log{
		store: s, id: id, tag: uint64(rand.Uint32()) << 32,
		log: tail{subject: logOf(id)}, checks: tail{subject: checksOf(id)},
		where: map[hash]*pack{},
	}
}

// open makes l the one Log of its run.
func (s *Store) open(l *Log) *Log {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logs[l.id] = l
	return l
}

// Close says that no more will be written, so that the run may go when the store is
// full. Nothing waits to be written.
func (l *Log) Close() {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	if l.store.logs[l.id] == l {
		delete(l.store.logs, l.id)
	}
}

// writing gives a connection, as long as l is its run's Log.
func (l *Log) writing(ctx context.Context) (*bus, error) {
	b, err := l.store.writing(ctx)
	if err != nil {
		return nil, err
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	if l.store.logs[l.id] != l {
		return nil, fmt.Errorf("%s: %w", l.id, ErrTaken)
	}
	return b, nil
}

// Last gives the number of the last entry, or 0.
func (l *Log) Last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// Has says whether a blob is stored.
func (l *Log) Has(sum string) bool {
	h, err := parseHash(sum)
	if err != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.where[h] != nil
}

// Append stores the entry after the last. It is on the disk when Append returns nil; if
// it fails, nothing of the entry counts, and another with its number may be tried.
func (l *Log) Append(ctx context.Context, e Entry) error {
	l.appending.Lock()
	defer l.appending.Unlock()
	if last := l.Last(); e.Number != last+1 {
		return fmt.Errorf("%s: entry %d cannot follow entry %d", l.id, e.Number, last)
	}
	seqs, size, err := l.write(ctx, &l.log, kindEntry, e.Number, e.Data)
	if err != nil {
		return fmt.Errorf("cannot store entry %d of %s: %w", e.Number, l.id, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = e.Number
	l.entries = append(l.entries, placed{e.Number, seqs, size})
	return nil
}

// write stores a record at the end of a subject, whole or so that it does not count. Its
// caller holds the lock for the subject.
func (l *Log) write(ctx context.Context, t *tail, k kind, number uint64, body []byte) (seqs []uint64, size int64, err error) {
	b, err := l.writing(ctx)
	if err != nil {
		return nil, 0, err
	}
	if t.unsure {
		if err := l.settle(ctx, b, t); err != nil {
			return nil, 0, err
		}
	}
	l.mu.Lock()
	l.tickets++
	ticket := l.tag | uint64(l.tickets)
	l.mu.Unlock()
	end := t.seq
	for _, message := range split(l.id, k, number, ticket, body) {
		var ack *jetstream.PubAck
		err := b.write(ctx, func(ctx context.Context) (err error) {
			ack, err = b.js.PublishMsg(ctx, &nats.Msg{Subject: t.subject, Data: message}, jetstream.WithExpectLastSequencePerSubject(end))
			return err
		})
		if err != nil {
			t.unsure = true
			if api := (*jetstream.APIError)(nil); errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
				return nil, 0, ErrTaken
			}
			return nil, 0, err
		}
		end = ack.Sequence
		seqs = append(seqs, end)
		size += int64(len(message))
	}
	t.seq = end
	return seqs, size, nil
}

// settle takes back what a failed attempt may have left at the end of a subject.
func (l *Log) settle(ctx context.Context, b *bus, t *tail) error {
	for {
		m, err := b.work.GetLastMsgForSubject(ctx, t.subject)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			t.seq, t.unsure = 0, false
			return nil
		}
		if err != nil {
			return err
		}
		if m.Sequence <= t.seq {
			t.seq, t.unsure = m.Sequence, false
			return nil
		}
		if h, _, err := parseHead(m.Data); err != nil || h.ticket&^0xffffffff != l.tag {
			return ErrTaken
		}
		if err := b.remove(ctx, m.Sequence); err != nil {
			return err
		}
	}
}

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
	p, err := l.plan(c, refs, keep)
	if err != nil {
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
	err = l.store.setMeta(ctx, l.id, func(Meta) Meta {
		m.Bytes = bytes
		return m
	}, unready)
	if err != nil {
		return err
	}
	if err := l.drop(ctx); err != nil {
		l.store.log.Warn("what a run needs no longer goes with its next checkpoint", "run", l.id, "error", err)
	}
	return nil
}

// plan is what a save writes and what it lets go.
type plan struct {
	refs    []hash
	blobs   map[hash][]byte // of the new record
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
		case sha256.Sum256(b) != h:
			return nil, fmt.Errorf("%s: the blob %s is not what its hash says", l.id, r)
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
			p.blobs[h] = stored.blobs[h]
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
		m, err := b.work.GetMsg(ctx, seq)
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
	c, err := parseCheckpoint(a.records[0].body)
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
		if err := b.remove(ctx, seq); err != nil {
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
	var options []jetstream.StreamPurgeOpt
	if upTo > 0 {
		options = append(options, jetstream.WithPurgeSequence(upTo))
	}
	if err := b.purge(ctx, l.log.subject, options...); err != nil {
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
