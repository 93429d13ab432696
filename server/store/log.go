//go:build !js

package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	gnllbus "github.com/gnllviz/gnllviz/server/bus"
)

// keep is how many checkpoints of a run are kept.
const keep = 3

// Log writes one run. Its methods may be called from any goroutine: appends wait for one
// another, and so do saves, but not for each other.
type Log struct {
	store *Store
	id    string
	tag   uint64 // upper half of its tickets
	claim atomic.Pointer[Claim]

	saving    sync.Mutex // held by Save; before appending where both are
	checks    tail       // of checkpoints; saving guards it
	behind    bool       // the list on the disk is behind; saving guards it
	appending sync.Mutex // held by Append, and by Save while it drops entries
	log       tail       // of entries; appending guards it

	mu      sync.Mutex // guards what follows; held for no longer than it takes to look
	tickets uint32
	last    uint64
	entries []placed
	packs   []*pack // checkpoints' records that are stored, oldest first
	kept    []*pack // those that count, newest first
	where   map[hash]*pack
	doomed  []uint64 // messages that are to go with the next checkpoint
	old     []*pack  // checkpoints' records, and fences among them, that are to go when there are enough
	fenced  []uint64 // fences among the checkpoints, which go with the next
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

// courtesy is how long whoever has work to do on a checkpoint waits for others who do.
const courtesy = time.Second

// Turn returns when the caller may work on a checkpoint for some milliseconds; done ends
// that. Many runs may want it at once, and whoever waits for an answer would wait for all of
// them. It waits no longer than a second: a run is to be saved, however busy the others are.
func (l *Log) Turn() (done func()) {
	patience := time.NewTimer(courtesy)
	defer patience.Stop()
	select {
	case l.store.turns <- struct{}{}:
		return func() { <-l.store.turns }
	case <-patience.C:
		return func() {}
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
	end := t.seq
	for message := range split(l.id, k, number, l.ticket(), body) {
		seq, err := l.publish(ctx, b, t.subject, message, end)
		if err != nil {
			t.unsure = true
			return nil, 0, err
		}
		end = seq
		seqs = append(seqs, end)
		size += int64(len(message))
	}
	t.seq = end
	l.store.tidier.note(size)
	return seqs, size, nil
}

// ticket returns one that no record had.
func (l *Log) ticket() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tickets++
	return l.tag | uint64(l.tickets)
}

// publish writes a message that follows the one with sequence end, and returns its own.
func (l *Log) publish(ctx context.Context, b *bus, subject string, message []byte, end uint64) (seq uint64, err error) {
	for {
		if err := l.valid(); err != nil {
			return 0, err
		}
		seq, err := l.tryPublish(ctx, b, subject, message, end)
		if err == nil || !gnllbus.Conflict(err) {
			return seq, err
		}
		// Something else is the last: this very message, written by an attempt whose answer
		// was lost, or what is left of an attempt before, or what another process wrote.
		last, there, err := l.takeBack(ctx, b, subject, end, message)
		if err != nil || there {
			return last, err
		}
		end = last
		if err := pause(ctx); err != nil {
			return 0, err
		}
	}
}

// tryPublish writes a message if the last of its subject has the sequence end, and returns
// its own.
func (l *Log) tryPublish(ctx context.Context, b *bus, subject string, message []byte, end uint64) (seq uint64, err error) {
	err = b.write(ctx, func(ctx context.Context) error {
		ack, err := b.js.PublishMsg(ctx, &nats.Msg{Subject: subject, Data: message}, jetstream.WithExpectLastSequencePerSubject(end))
		if err == nil {
			seq = ack.Sequence
		}
		return err
	})
	return seq, err
}

// settle takes back what a failed attempt may have left at the end of a subject.
func (l *Log) settle(ctx context.Context, b *bus, t *tail) error {
	last, _, err := l.takeBack(ctx, b, t.subject, t.seq, nil)
	if err != nil {
		return err
	}
	t.seq, t.unsure = last, false
	return nil
}

// takeBack deletes what this Log has written to a subject after the message with sequence
// end, but for one message, and returns the sequence of what is the last then, and whether
// it is that message. ErrTaken where the last is of somebody else.
func (l *Log) takeBack(ctx context.Context, b *bus, subject string, end uint64, but []byte) (last uint64, there bool, err error) {
	for {
		m, err := b.last(ctx, subject)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound) && (end == 0 || !b.away):
			return 0, false, nil
		case errors.Is(err, jetstream.ErrMsgNotFound):
			return 0, false, ErrTaken // the run was deleted
		case err != nil:
			return 0, false, err
		case m.Sequence <= end:
			return m.Sequence, false, nil
		case but != nil && bytes.Equal(m.Data, but):
			return m.Sequence, true, nil
		}
		if h, _, err := parseHead(m.Data); err != nil || h.ticket&^0xffffffff != l.tag {
			return 0, false, ErrTaken
		}
		if err := l.remove(ctx, b, m.Sequence); err != nil {
			return 0, false, err
		}
	}
}

// remove deletes one message, if it is there.
func (l *Log) remove(ctx context.Context, b *bus, seq uint64) error {
	if err := l.valid(); err != nil {
		return err
	}
	return b.remove(ctx, seq)
}
