//go:build !js

package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// attempts is how often a run is read that looks damaged: some of it may only have been
// dropped meanwhile.
const attempts = 5

// message is one message of a run.
type message struct {
	seq     uint64
	subject string
	data    []byte
}

// record is what was stored at once, put together again.
type record struct {
	version int
	kind    kind
	number  uint64
	subject string
	body    []byte
	seqs    []uint64
	size    int64
}

// assembly puts records together from a run's messages. Those of one subject come in
// their order.
type assembly struct {
	records []record
	damaged []string
	torn    []record // checkpoints that are not whole
	lost    []uint64 // messages that belong to no whole record
	newer   int      // version of what a newer program wrote, or 0
	open    map[string]*partial
}

type partial struct {
	record
	head head // of the part that is expected next
}

// add takes a message.
func (a *assembly) add(id string, m message) {
	if a.open == nil {
		a.open = map[string]*partial{}
	}
	h, piece, err := parseHead(m.data)
	if newer := newerError(0); errors.As(err, &newer) {
		a.newer = max(a.newer, int(newer))
		return
	}
	if err != nil {
		a.damaged = append(a.damaged, fmt.Sprintf("message %d: %v", m.seq, err))
		a.lost = append(a.lost, m.seq)
		return
	}
	p := a.open[m.subject]
	if p != nil && p.head != h {
		a.abandon(m.subject)
		p = nil
	}
	if p == nil {
		first := h
		first.part = 0
		p = &partial{record: record{version: h.version, kind: h.kind, number: h.number, subject: m.subject}, head: first}
		a.open[m.subject] = p
	}
	p.seqs = append(p.seqs, m.seq)
	p.size += int64(len(m.data))
	if p.head != h { // its beginning is missing
		a.abandon(m.subject)
		return
	}
	if h.parts == 1 {
		p.body = piece
	} else {
		p.body = append(p.body, piece...)
	}
	p.head.part++
	if p.head.part < h.parts {
		return
	}
	if sumOf(id, h.kind, h.number, p.body) != h.sum {
		a.abandon(m.subject)
		return
	}
	if h.kind == kindEntry && h.version > 1 {
		if p.body, err = loosen(p.body); err != nil {
			a.abandon(m.subject)
			return
		}
	}
	a.records = append(a.records, p.record)
	delete(a.open, m.subject)
}

// abandon gives up the record that is being put together of a subject.
func (a *assembly) abandon(subject string) {
	p := a.open[subject]
	delete(a.open, subject)
	a.lost = append(a.lost, p.seqs...)
	if p.kind == kindCheckpoint {
		a.torn = append(a.torn, p.record)
		return
	}
	a.damaged = append(a.damaged, p.notWhole())
}

func (r *record) notWhole() string { return r.name() + " is not whole" }

func (r *record) name() string {
	if r.kind == kindEntry {
		return fmt.Sprintf("entry %d", r.number)
	}
	return fmt.Sprintf("the checkpoint after entry %d", r.number)
}

// what says what is damaged.
func (a *assembly) what() string {
	what := slices.Clone(a.damaged)
	for _, t := range a.torn {
		what = append(what, t.notWhole())
	}
	return strings.Join(what, "; ")
}

// end gives up what is not whole.
func (a *assembly) end() {
	for subject := range a.open {
		a.abandon(subject)
	}
}

// Load reads a run and begins to write it; a Log that somebody had of it writes no more.
// ErrNotFound where there is none, *DamageError where nothing of it can be used.
func (s *Store) Load(ctx context.Context, id string) (*Record, *Log, error) {
	return s.loadBy(ctx, id, s.readAll)
}

// LoadAs is Load in a store that several processes share. From then on whoever wrote the
// run before can write no more of it.
func (s *Store) LoadAs(ctx context.Context, id string, c Claim) (*Record, *Log, error) {
	if !s.shared() {
		return s.Load(ctx, id)
	}
	return s.loadBy(ctx, id, func(ctx context.Context, id string) (*Record, *Log, error) {
		b, err := s.reading()
		if err != nil {
			return nil, nil, err
		}
		if err := s.look(ctx, b, id); err != nil {
			return nil, nil, err
		}
		if _, ok := s.known(id); !ok {
			return nil, nil, fmt.Errorf("%s: %w", id, ErrNotFound)
		}
		begin := newLog(s, id)
		begin.claim.Store(&c)
		if err := begin.fences(ctx, b); err != nil {
			return nil, nil, fmt.Errorf("cannot take over the stored run %s: %w", id, err)
		}
		r, l, err := s.readShared(ctx, b, id, begin)
		if err != nil {
			return nil, nil, err
		}
		err = s.setMetaFrom(ctx, id, l, anyEpoch, func(m Meta) Meta { return m }, false)
		return r, l, err
	})
}

// readShared reads a run whose messages other processes may write or drop meanwhile. begin,
// unless nil, is a Log that has put its fences there: nobody writes after them, and all
// before them is read.
func (s *Store) readShared(ctx context.Context, b *bus, id string, begin *Log) (*Record, *Log, error) {
	for n := 1; ; n++ {
		r, l, _, err := s.readFrom(ctx, b, id)
		newer := (*NewerError)(nil)
		switch {
		case errors.Is(err, ErrNotFound), errors.As(err, &newer):
			return nil, nil, err
		case begin != nil && l != nil && (l.log.seq < begin.log.seq || l.checks.seq < begin.checks.seq):
			// A server answered that does not have the newest yet.
		case err == nil && (len(r.Damaged) == 0 || n >= attempts), isDamage(err) && n >= attempts:
			if err == nil && begin != nil {
				l.claim.Store(begin.claim.Load())
				l.tag, l.tickets, l.fenced = begin.tag, begin.tickets, append(l.fenced, begin.fenced...)
				l.doomed = slices.DeleteFunc(l.doomed, func(seq uint64) bool { return seq == begin.log.seq || seq == begin.checks.seq })
				l.prune()
			}
			return r, l, err
		}
		if failed := pause(ctx); failed != nil {
			return nil, nil, cmp.Or(err, failed)
		}
	}
}

// prune strikes records out that stay for no blob: an owner before may be dropping them
// still.
func (l *Log) prune() {
	l.packs = slices.DeleteFunc(l.packs, func(k *pack) bool {
		if slices.Contains(l.kept, k) {
			return false
		}
		live := false
		for _, kept := range l.kept {
			for _, h := range kept.refs {
				live = live || l.where[h] == k
			}
		}
		if live {
			return false
		}
		for h := range k.blobs {
			if l.where[h] == k {
				delete(l.where, h)
			}
		}
		l.doomed = append(l.doomed, k.seqs...)
		return true
	})
}

func (s *Store) loadBy(ctx context.Context, id string, read func(context.Context, string) (*Record, *Log, error)) (*Record, *Log, error) {
	r, l, err := read(ctx, id)
	if isDamage(err) {
		s.trouble(id, err.Error())
	}
	if err != nil {
		return nil, nil, err
	}
	s.trouble(id, "")
	r.Meta.Trouble = ""
	return r, s.open(l), nil
}

// readAll reads a run. Where JetStream does not give all that it says it has, it is
// started again, so that what is damaged is taken out of its files: nothing could be
// written after it. Of a run that is being written, the count may be behind.
func (s *Store) readAll(ctx context.Context, id string) (*Record, *Log, error) {
	b, err := s.reading()
	if err != nil {
		return nil, nil, err
	}
	if s.shared() {
		return s.readShared(ctx, b, id, nil)
	}
	r, l, lost, err := s.readFrom(ctx, b, id)
	// The end may have been reported too early.
	for n := 1; n < attempts && lost > 0 && (err == nil || isDamage(err)) && !s.isOpen(id); n++ {
		s.log.Debug("reading a stored run again", "run", id, "messages that were not given", lost)
		if failed := pause(ctx); failed != nil {
			return nil, nil, failed
		}
		r, l, lost, err = s.readFrom(ctx, b, id)
	}
	if lost == 0 || err != nil && !isDamage(err) || s.isOpen(id) {
		return r, l, err
	}
	b.fail(fmt.Errorf("%d messages of the run %s cannot be read", lost, id))
	if b, err = s.writing(ctx); err != nil {
		return nil, nil, err
	}
	r, l, _, err = s.readFrom(ctx, b, id)
	if err == nil {
		r.Damaged = append(r.Damaged, fmt.Sprintf("%d messages of it cannot be read", lost))
	}
	return r, l, err
}

func isDamage(err error) bool {
	damage := (*DamageError)(nil)
	return errors.As(err, &damage)
}

// Read reads a run as Load does, and leaves it to whoever writes it: nothing is changed.
func (s *Store) Read(ctx context.Context, id string) (*Record, error) {
	r, err := s.readStill(ctx, id, s.read)
	if isDamage(err) {
		s.trouble(id, err.Error())
	}
	return r, err
}

// readStill reads a run while nobody saves a checkpoint of it: what one replaces goes, maybe
// from under the reader.
func (s *Store) readStill(ctx context.Context, id string, read func(context.Context, string) (*Record, *Log, error)) (*Record, error) {
	for {
		writer := s.writer(id)
		if writer != nil {
			writer.saving.Lock()
		}
		r, _, err := read(ctx, id)
		if writer != nil {
			writer.saving.Unlock()
		}
		if s.writer(id) == writer || ctx.Err() != nil {
			return r, err
		}
		// Somebody else began to write it, or nobody does any longer.
	}
}

// writer returns the open Log of a run, or nil.
func (s *Store) writer(id string) *Log {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logs[id]
}

// read reads a run as it is.
func (s *Store) read(ctx context.Context, id string) (*Record, *Log, error) {
	b, err := s.reading()
	if err != nil {
		return nil, nil, err
	}
	if s.shared() {
		return s.readShared(ctx, b, id, nil)
	}
	r, l, _, err := s.readFrom(ctx, b, id)
	return r, l, err
}

// readFrom reads a run. lost says how many of its messages JetStream does not give.
func (s *Store) readFrom(ctx context.Context, b *bus, id string) (r *Record, l *Log, lost uint64, err error) {
	k, ok := s.known(id)
	if !ok || checkID(id) != nil {
		return nil, nil, 0, fmt.Errorf("%s: %w", id, ErrNotFound)
	}
	var a assembly
	err = b.readLong(ctx, func(ctx context.Context) error {
		a, l = assembly{}, newLog(s, id)
		var err error
		lost, err = b.each(ctx, id, func(m message) {
			switch {
			case isLog(m.subject):
				l.log.seq = m.seq
			case isChecks(m.subject):
				l.checks.seq = m.seq
			}
			a.add(id, m)
		})
		return err
	})
	if err != nil {
		return nil, nil, 0, fmt.Errorf("cannot read the stored run %s: %w", id, err)
	}
	a.end()
	if a.newer > 0 {
		return nil, nil, 0, &NewerError{id, a.newer, version}
	}
	r = &Record{Meta: k.Meta, Damaged: a.damaged}
	l.doomed = a.lost
	for _, rec := range a.records {
		if rec.kind == kindFence && isChecks(rec.subject) {
			l.doomed = append(l.doomed, rec.seqs...)
		}
	}
	l.takeCheckpoints(r, a.records, a.torn)
	l.takeEntries(r, a.records)
	if len(r.Checkpoints) == 0 && (len(r.Entries) == 0 || r.Entries[0].Number != 1) {
		what := r.Damaged
		if len(what) == 0 {
			what = []string{"no checkpoint of it is in the store"}
		}
		return nil, l, lost, &DamageError{id, what}
	}
	return r, l, lost, nil
}

// each reads all messages of a run, in their order. lost says how many JetStream counts
// and does not give.
func (b *bus) each(ctx context.Context, id string, f func(message)) (lost uint64, err error) {
	making, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	c, err := b.work.CreateConsumer(making, jetstream.ConsumerConfig{
		FilterSubject: allOf(id), AckPolicy: jetstream.AckNonePolicy,
		MemoryStorage: true, InactiveThreshold: time.Minute,
	})
	if err != nil {
		return 0, err
	}
	defer b.work.DeleteConsumer(context.WithoutCancel(ctx), c.CachedInfo().Name)
	if c.CachedInfo().NumPending == 0 {
		return 0, nil
	}
	for read := uint64(0); ; {
		// What is damaged is left out, so there may be fewer than were counted.
		batch, err := c.FetchNoWait(64)
		if err != nil {
			return 0, err
		}
		before := read
		if err := b.take(ctx, batch, func(m jetstream.Msg) error {
			meta, err := m.Metadata()
			if err != nil {
				return err
			}
			if read++; meta.Sequence.Consumer != read {
				return fmt.Errorf("message %d of it came as %d", read, meta.Sequence.Consumer)
			}
			f(message{meta.Sequence.Stream, m.Subject(), m.Data()})
			return nil
		}); err != nil {
			return 0, err
		}
		if err := cmp.Or(batch.Error(), ctx.Err()); err != nil {
			return 0, err
		}
		if read == before {
			// Some may have been dropped while they were read: ask again.
			info, err := b.work.Info(ctx, jetstream.WithSubjectFilter(allOf(id)))
			if err != nil {
				return 0, err
			}
			has := uint64(0)
			for _, n := range info.State.Subjects {
				has += n
			}
			return max(has, read) - read, nil
		}
	}
}

// take takes the messages of a batch, and gives up when none comes for long: the server that
// was to send them may be gone.
func (b *bus) take(ctx context.Context, batch jetstream.MessageBatch, f func(jetstream.Msg) error) error {
	silent := time.NewTimer(longTime)
	defer silent.Stop()
	for {
		if b.away {
			silent.Reset(attemptTime)
		}
		select {
		case m, ok := <-batch.Messages():
			if !ok {
				return nil
			}
			if err := f(m); err != nil {
				return err
			}
		case <-silent.C:
			return errors.New("its messages do not come")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// takeCheckpoints finds the checkpoints that are whole, and enters all records of
// checkpoints in the books. torn are those of which there is a part.
func (l *Log) takeCheckpoints(r *Record, records, torn []record) {
	blobs := map[hash][]byte{}
	stored := map[*pack]checkpoint{}
	for _, rec := range records {
		if rec.kind != kindCheckpoint {
			continue
		}
		c, err := parseCheckpoint(rec.version, rec.body)
		var loose map[hash][]byte
		if err == nil {
			loose, err = c.allBlobs()
		}
		if err != nil {
			r.Damaged = append(r.Damaged, fmt.Sprintf("%s: %v", rec.name(), err))
			l.doomed = append(l.doomed, rec.seqs...)
			continue
		}
		k := &pack{number: rec.number, refs: c.refs, blobs: map[hash]int64{}, seqs: rec.seqs, size: rec.size}
		for h, b := range loose {
			blobs[h] = b
			k.blobs[h] = int64(len(c.squeezed[h]))
			if rec.version == 1 { // which does not say how they are squeezed
				k.blobs[h]--
			}
			l.where[h] = k
		}
		stored[k] = c
		l.packs = append(l.packs, k)
	}
	more := keep
	for _, k := range slices.Backward(l.packs) {
		if more == 0 {
			break
		}
		c := Checkpoint{Number: k.number, Manifest: stored[k].manifest, Blobs: make(map[string][]byte, len(k.refs))}
		lost := 0
		for _, h := range k.refs {
			b, ok := blobs[h]
			if !ok {
				lost++
				continue
			}
			c.Blobs[h.String()] = b
		}
		if lost > 0 {
			r.Damaged = append(r.Damaged, fmt.Sprintf("the checkpoint after entry %d lacks %d of %d blobs", k.number, lost, len(k.refs)))
			continue
		}
		if more--; len(l.kept) == 0 {
			more = min(more, stored[k].kept)
		}
		l.kept = append(l.kept, k)
		r.Checkpoints = append(r.Checkpoints, c)
		l.last = max(l.last, k.number)
	}
	for _, t := range torn {
		// What comes before all that is kept was being deleted.
		if more == 0 && t.seqs[0] < l.kept[len(l.kept)-1].seqs[0] {
			continue
		}
		r.Damaged = append(r.Damaged, t.notWhole())
	}
}

// takeEntries finds the entries that can be used: those that follow the newest checkpoint
// without a gap, and before them as many as reach back to the oldest.
func (l *Log) takeEntries(r *Record, records []record) {
	var all []record
	for _, rec := range records {
		if rec.kind != kindEntry {
			continue
		}
		// An entry takes the place of one with its number and ends what came after that.
		for len(all) > 0 && all[len(all)-1].number >= rec.number {
			l.doomed = append(l.doomed, all[len(all)-1].seqs...)
			all = all[:len(all)-1]
		}
		all = append(all, rec)
	}
	next := uint64(1) // the first that nothing includes
	if len(r.Checkpoints) > 0 {
		next = r.Checkpoints[0].Number + 1
	}
	i := slices.IndexFunc(all, func(rec record) bool { return rec.number >= next })
	if i < 0 {
		i = len(all)
	}
	end := i
	for end < len(all) && all[end].number == next+uint64(end-i) {
		end++
	}
	first := i
	for first > 0 && all[first-1].number+uint64(i-first)+1 == next {
		first--
	}
	if end < len(all) {
		r.Damaged = append(r.Damaged, fmt.Sprintf("entries from %d to %d cannot be used, as entry %d is lost", all[end].number, all[len(all)-1].number, next+uint64(end-i)))
	}
	for _, rec := range slices.Concat(all[:first], all[end:]) {
		l.doomed = append(l.doomed, rec.seqs...)
	}
	floor := uint64(0)
	if len(r.Checkpoints) > 0 {
		floor = r.Checkpoints[len(r.Checkpoints)-1].Number
	}
	for _, rec := range all[first:end] {
		l.entries = append(l.entries, placed{rec.number, rec.seqs, rec.size})
		l.last = max(l.last, rec.number)
		if rec.number > floor {
			r.Entries = append(r.Entries, Entry{rec.number, rec.body})
		}
	}
}
