package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/image"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What a run can go back to, or show of earlier steps, leaves memory once it is in the store,
// and comes back when it is looked at: on the goroutine of whoever looks.

const (
	// keptBytes is what of it a run with a store has in memory.
	keptBytes = 8 << 20

	// curveBytes is what of the curves of every step it has there, at most, but for the newest.
	curveBytes = 8 << 20

	// dropEvery is the time between two looks at what can leave memory.
	dropEvery = 100 * time.Millisecond

	// fetchTime is how long whoever looks waits for the store.
	fetchTime = 10 * time.Second

	// fetchTries is how often what somebody looks at may become something else meanwhile.
	fetchTries = 5
)

// inMemory is the archive of a run that nothing keeps.
type inMemory map[image.Hash][]byte

// Fetch implements [lane.Archive].
func (m inMemory) Fetch(_ context.Context, names []image.Hash) (map[image.Hash][]byte, error) {
	for _, name := range names {
		if _, ok := m[name]; !ok {
			return nil, fmt.Errorf("run: the blob %.12s is missing", name)
		}
	}
	return m, nil
}

// fetch has states in memory until release is called. What is not there is asked for at once.
func fetch(ctx context.Context, from lane.Archive, of []*lane.Kept) (states []*engine.State, release func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	var pinned []func()
	release = func() {
		for _, let := range pinned {
			let()
		}
	}
	var names []image.Hash
	for _, k := range of {
		pinned = append(pinned, k.Pin())
		names = append(names, k.Away()...)
	}
	var blobs map[image.Hash][]byte
	if len(names) > 0 && from != nil {
		if blobs, err = from.Fetch(ctx, names); err != nil {
			release()
			return nil, nil, err
		}
	}
	for _, k := range of {
		s, err := k.Take(blobs)
		if err != nil {
			release()
			return nil, nil, err
		}
		states = append(states, s)
	}
	return states, release, nil
}

// load has the values of a curve, which is the caller's own, in memory for a range of steps.
func load(ctx context.Context, from lane.Archive, s *history.Series, first, last uint64) error {
	names := s.Away(first, last)
	if len(names) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	blobs, err := from.Fetch(ctx, names)
	if err != nil {
		return err
	}
	return s.Load(blobs)
}

// notFetched says that what somebody asked for cannot be read.
func notFetched(what string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return wire.Refuse(wire.NotStored, "", "%s cannot be read from the server's store now (%v); try again in a moment", what, err)
}

// Everything that follows runs on the goroutine that owns the run.

// An away is what a loop knows of what is in the store alone.
type away struct {
	looked     time.Time // when what could leave memory was last looked at
	most       int       // bytes that may stay; 0 is keptBytes
	mostCurves int       // and of curves; 0 is curveBytes
	unsaved    int       // bytes that are in memory and not in the store yet
	crowded    time.Time // since when they are too many

	returns map[uint64]bool // steps to which the replay under way will go back
}

// keeps yields the states that the run can go back to, with true those that have to stay in
// memory. Lanes may have some in common.
func (r *loop) keeps() iter.Seq2[*lane.Kept, bool] {
	return func(yield func(*lane.Kept, bool) bool) {
		replaying := r.replay != nil
		for l := range r.lanesHeld() {
			for step, k := range l.Snapshots.All() {
				if !yield(k, replaying && r.returns[step]) {
					return
				}
			}
		}
		for _, m := range r.undone.Moments() {
			for _, k := range m.Kept() {
				if !yield(k, replaying) {
					return
				}
			}
		}
	}
}

// drop has what is in the store leave memory, as far as it is too much; what was looked at
// last stays.
func (r *loop) drop(now time.Time) {
	if r.archive == nil || now.Sub(r.away.looked) < dropEvery {
		return
	}
	r.away.looked = now
	r.noteReturns()
	for l := range r.lanesHeld() {
		l.Snapshots.Remove((*lane.Kept).Lost)
	}
	r.undone.Forget()
	r.shelve()
	most := cmp.Or(r.most, keptBytes)
	var list []*lane.Kept
	seen := map[*lane.Kept]bool{}
	held, unsaved := 0, 0
	for k, stays := range r.keeps() {
		if k.State() == nil || seen[k] {
			continue
		}
		seen[k] = true
		held += k.Size()
		switch {
		case !k.Stored():
			unsaved += k.Size()
		case !stays:
			list = append(list, k)
		}
	}
	r.unsaved = unsaved
	switch {
	case !r.pressed():
		r.crowded = time.Time{}
	case r.crowded.IsZero():
		r.crowded = now
	}
	if held <= most {
		return
	}
	slices.SortStableFunc(list, func(a, b *lane.Kept) int { return cmp.Compare(a.Looked(), b.Looked()) })
	for _, k := range list {
		if held <= most {
			return
		}
		if k.Drop() {
			held -= k.Size()
		}
	}
}

// shelve leaves the oldest rows of curves in the store alone, as far as they are too many.
func (r *loop) shelve() {
	lanes := r.lanesHeld()
	held := 0
	for l := range lanes {
		l.Steps.FoldLost()
		held += l.Steps.Bytes()
	}
	if most := cmp.Or(r.mostCurves, curveBytes); held > most {
		for l := range lanes {
			l.Steps.Shelve(most / len(lanes))
		}
	}
}

// pressed says that a still is to be written for the sake of memory.
func (r *loop) pressed() bool { return r.unsaved > cmp.Or(r.most, keptBytes)/2 }

// noteReturns notes to which steps a replay will go back.
func (r *loop) noteReturns() {
	if r.replay == nil || r.returns != nil {
		if r.replay == nil {
			r.returns = nil
		}
		return
	}
	r.returns = map[uint64]bool{}
	for _, e := range r.replay.Events {
		if e.Command == nil {
			continue
		}
		if c, _, _ := wire.ParseCommand(e.Command); c != nil {
			if c, ok := c.(*wire.ReturnCommand); ok {
				r.returns[*c.Step] = true
			}
		}
	}
}

// fetchReplayed has in memory what the replay under way will go back to.
func (r *loop) fetchReplayed() error {
	if r.replay == nil {
		return nil
	}
	r.noteReturns()
	var list []*lane.Kept
	for k, stays := range r.keeps() {
		if stays {
			list = append(list, k)
		}
	}
	_, release, err := fetch(context.Background(), r.archive, list)
	if err != nil {
		return err
	}
	release() // it stays, as nothing drops it while the replay goes on
	return nil
}

// backTo lists the states that a command goes back to.
func (r *loop) backTo(c wire.Command) []*lane.Kept {
	switch c := c.(type) {
	case *wire.ReturnCommand:
		if c.Lane == nil {
			list, _, _ := r.present.Snapshot(*c.Step)
			return list
		}
		if l, refused := r.present.Lane(c.Lane); refused == nil {
			if k, _, ok := l.Snapshots.At(*c.Step); ok {
				return []*lane.Kept{k}
			}
		}
	case *wire.UndoCommand:
		i := len(r.undone.Entries) - 1
		if c.Revision != 0 {
			i = r.undone.Index(c.Revision)
		}
		if i >= 0 {
			return r.undone.Entries[i].Before.Kept()
		}
	case *wire.RedoCommand:
		if n := len(r.undone.Undone); n > 0 {
			return r.undone.Undone[n-1].Before.Kept()
		}
	}
	return nil
}

// here says whether what a command goes back to is in memory.
func (r *loop) here(c wire.Command) bool {
	return !slices.ContainsFunc(r.backTo(c), func(k *lane.Kept) bool { return k.State() == nil })
}

// bring has in memory what a command goes back to, until release is called, on the
// goroutine of whoever gives it.
func (h *Run) bring(ctx context.Context, c wire.Command, steers bool) (release func(), err error) {
	release = func() {}
	switch c.(type) {
	case *wire.ReturnCommand, *wire.UndoCommand, *wire.RedoCommand:
	default:
		return release, nil
	}
	var list []*lane.Kept
	var from lane.Archive
	err = h.do(ctx, func(r *loop) {
		if r.admit(c, steers) == nil {
			list, from = r.backTo(c), r.archive
		}
	})
	if err != nil || !slices.ContainsFunc(list, func(k *lane.Kept) bool { return k.State() == nil }) {
		return release, err
	}
	if _, release, err = fetch(ctx, from, list); err != nil {
		return nil, notFetched("the change was not made: the weights that it goes back to", err)
	}
	return release, nil
}
