package lane

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/image"
)

// A Kept is a state to go back to, or to look at: in memory, or only in the store, whose
// blobs [Kept.Take] makes it of. Lanes that have it in common share it. Its methods may be
// called from any goroutine.
type Kept struct {
	size   int                        // bytes, in memory
	name   atomic.Pointer[image.Name] // in the store; nil while it is not there
	looked atomic.Int64               // when somebody last needed it, in ns since 1970
	lost   atomic.Bool                // the store does not have it any more

	mu    sync.Mutex // held for no longer than it takes to look
	state *engine.State
	pins  int // those who need it in memory now
}

// An Archive has what was written of a run.
type Archive interface {
	// Fetch returns the blobs of some names, or says why they cannot be read.
	Fetch(ctx context.Context, names []image.Hash) (map[image.Hash][]byte, error)
}

// Keep returns the state as one that is kept.
func Keep(s *engine.State) *Kept {
	return &Kept{size: s.Size(), state: s}
}

// Size returns what it takes in memory, in bytes.
func (k *Kept) Size() int { return k.size }

// State returns the state where it is in memory, else nil.
func (k *Kept) State() *engine.State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

func (k *Kept) set(s *engine.State) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state = s
}

// Stored says that it is in the store.
func (k *Kept) Stored() bool { return k.name.Load() != nil }

// Lost says that it was in the store alone, which lost it.
func (k *Kept) Lost() bool { return k.lost.Load() }

// Looked returns when somebody last needed it, in ns since 1970; 0 if nobody did.
func (k *Kept) Looked() int64 { return k.looked.Load() }

// Pin has the state stay in memory, where it is there or comes to be, until it is let go.
func (k *Kept) Pin() (let func()) {
	k.looked.Store(time.Now().UnixNano())
	k.pin(1)
	return func() { k.pin(-1) }
}

func (k *Kept) pin(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pins += n
}

// Away names the blobs that have the state; none where it is in memory, or lost.
func (k *Kept) Away() []image.Hash {
	n := k.name.Load()
	if k.State() != nil || n == nil || k.Lost() {
		return nil
	}
	return append([]image.Hash{n.Hash}, n.Parts...)
}

// Take returns the state, which is made of blobs where it is not in memory.
func (k *Kept) Take(blobs map[image.Hash][]byte) (*engine.State, error) {
	if s := k.State(); s != nil {
		return s, nil
	}
	n := k.name.Load()
	switch {
	case k.Lost():
		return nil, errors.New("the store has lost it")
	case n == nil:
		return nil, errors.New("lane: a state that was never stored is not in memory")
	}
	part := func(name string, make func([]byte) (any, error)) (any, error) {
		b, ok := blobs[name]
		if !ok {
			return nil, fmt.Errorf("the blob %.12s is missing", name)
		}
		return make(b)
	}
	s, err := part(n.Hash, func(b []byte) (any, error) { return engine.DecodeState(b, part) })
	if err != nil {
		return nil, err
	}
	k.set(s.(*engine.State))
	return s.(*engine.State), nil
}

// Drop lets the state go from memory, where it is in the store and nobody needs it now, and
// says whether it did.
func (k *Kept) Drop() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.name.Load() == nil || k.pins > 0 {
		return false
	}
	k.state = nil
	return true
}

// Write writes the state, or names it where it is in the store.
// Of one that is lost it returns nothing.
func (k *Kept) Write(w *image.Writer) image.Hash {
	if k.Lost() {
		return ""
	}
	s := k.State() // before the name, which it has once it is dropped
	if n := k.name.Load(); n != nil && (s == nil || !w.Afresh()) {
		return w.Stored(k, n)
	}
	return w.Blob(k, func() ([]byte, error) { return s.Encode(w.Blob) })
}

// Written notes that what the writer wrote last is in the store.
func (k *Kept) Written(w *image.Writer) {
	if k.Stored() {
		return
	}
	if n, ok := w.Name(k); ok {
		k.name.Store(&n)
	}
}

// Lose notes which blobs the store does not have any more: a state that is in memory is to be
// written once more, and others are lost.
func (k *Kept) Lose(missing map[image.Hash]bool) {
	n := k.name.Load()
	if n == nil {
		return
	}
	gone := missing[n.Hash]
	for _, part := range n.Parts {
		gone = gone || missing[part]
	}
	if gone && k.State() == nil {
		k.lost.Store(true)
	}
}

// ReadKept returns a state that was written. It is not in memory then.
func ReadKept(r *image.Reader, h image.Hash) (*Kept, error) {
	return image.Read(r, h, func(b []byte) (*Kept, error) {
		n := image.Name{Hash: h}
		s, err := engine.DecodeState(b, func(part string, make func([]byte) (any, error)) (any, error) {
			n.Parts = append(n.Parts, part)
			b, err := r.Blob(part)
			if err != nil {
				return nil, err
			}
			return make(b)
		})
		if err != nil {
			return nil, err
		}
		k := &Kept{size: s.Size()}
		k.name.Store(&n)
		return k, nil
	})
}
