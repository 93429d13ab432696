package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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
	blobs  map[hash]int64 // sizes as they are stored
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
	seqs, size, err := l.write(ctx, &l.log, kindEntry, e.Number, squeeze(e.Data))
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
	l.store.tidier.note(size)
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
