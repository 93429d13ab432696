//go:build !js

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	gnllbus "github.com/gnllviz/gnllviz/server/bus"
)

// anyEpoch takes a meta over from whoever wrote it.
const anyEpoch = ^uint64(0)

func (l *Log) epoch() uint64 {
	if c := l.claim.Load(); c != nil {
		return c.Epoch
	}
	return 0
}

// valid says why nothing may be written now, or nothing.
func (l *Log) valid() error {
	if c := l.claim.Load(); c != nil && c.Valid != nil && !c.Valid() {
		return fmt.Errorf("%s: %w", l.id, ErrUnheld)
	}
	return nil
}

// A fence is what a claim begins with, on both subjects of its run. Whoever wrote before
// does not know of it, and so can write no more: each message names the one that it follows.
type fence struct {
	Epoch uint64 `json:"epoch"`
}

func (l *Log) fenceMessage() []byte {
	body, err := json.Marshal(fence{l.epoch()})
	if err != nil {
		panic("store: " + err.Error()) // a number can be encoded
	}
	for message := range split(l.id, kindFence, l.epoch(), l.ticket(), body) {
		return message // which is all of it
	}
	return nil
}

// fences puts one behind whatever there is, on both subjects, if there is a claim.
func (l *Log) fences(ctx context.Context, b *bus) error {
	if l.epoch() == 0 {
		return nil
	}
	for _, t := range []*tail{&l.log, &l.checks} {
		message := l.fenceMessage()
		for {
			if err := l.valid(); err != nil {
				return err
			}
			end := uint64(0)
			m, err := b.last(ctx, t.subject)
			switch {
			case err == nil:
				end = m.Sequence
			case !errors.Is(err, jetstream.ErrMsgNotFound):
				return err
			}
			if err == nil && string(m.Data) == string(message) { // of an attempt whose answer was lost
				t.seq = end
				break
			}
			seq, err := l.tryPublish(ctx, b, t.subject, message, end)
			if err == nil {
				t.seq = seq
				break
			}
			if !gnllbus.Conflict(err) {
				return err
			}
			if err := pause(ctx); err != nil { // somebody has just written
				return err
			}
		}
	}
	l.fenced = append(l.fenced, l.checks.seq)
	return nil
}

// Reclaim has a Log go on under another claim of the same process, if nobody else wrote the
// run since. It fails with ErrTaken where somebody did.
func (l *Log) Reclaim(ctx context.Context, c Claim) error {
	l.saving.Lock()
	defer l.saving.Unlock()
	l.appending.Lock()
	defer l.appending.Unlock()
	earlier := l.epoch()
	b, err := l.writing(ctx)
	if err != nil {
		return err
	}
	l.claim.Store(&c)
	for _, t := range []*tail{&l.log, &l.checks} {
		if t.unsure {
			if err := l.settle(ctx, b, t); err != nil {
				return err
			}
		}
		seq, err := l.publish(ctx, b, t.subject, l.fenceMessage(), t.seq)
		if err != nil {
			t.unsure = true
			return err
		}
		t.seq = seq
	}
	l.mu.Lock()
	l.fenced = append(l.fenced, l.checks.seq)
	l.mu.Unlock()
	return l.store.setMetaFrom(ctx, l.id, l, earlier, func(m Meta) Meta { return m }, false)
}
