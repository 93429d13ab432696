package history

import (
	"fmt"
	"iter"
	"math"
	"math/bits"
	"slices"
	"sort"
)

// Due says whether a snapshot is due at a step: at every step up to 32, and from
// there on at 16 steps between a power of two and the next, so that from one to
// the next the number of steps grows by one part in 32 to one part in 16. It
// looks at nothing but the step, so a replay finds the same.
func Due(step uint64) bool {
	const perOctave = 16
	if step < perOctave {
		return true
	}
	octave := uint64(1) << (bits.Len64(step) - 1)
	return step%(octave/perOctave) == 0
}

// A Ladder keeps items, such as snapshots of a network, at steps that lie the
// further apart the later they are, within a budget of bytes. Which it keeps
// depends on the steps and sizes alone. The zero Ladder keeps the first and the
// newest item.
type Ladder[T any] struct {
	budget int
	bytes  int
	rungs  []rung[T]
}

type rung[T any] struct {
	step uint64
	item T
	size int
}

// NewLadder returns an empty ladder with a budget in bytes.
func NewLadder[T any](budget int) *Ladder[T] {
	return &Ladder[T]{budget: budget}
}

// Keep takes an item of size bytes, which must not be changed from now on. Steps
// must ascend. As long as all sizes together are beyond the budget, it drops the
// item without which the ratio between the steps of its two neighbours is the
// smallest, the earliest of several; but never the first or the newest, even if
// these two are beyond the budget. If it returns an error, nothing has changed.
func (l *Ladder[T]) Keep(step uint64, item T, size int) error {
	if size < 0 {
		return fmt.Errorf("history: an item of %d bytes", size)
	}
	if n := len(l.rungs); n > 0 && step <= l.rungs[n-1].step {
		return fmt.Errorf("history: step %d comes after step %d", step, l.rungs[n-1].step)
	}
	l.rungs = append(l.rungs, rung[T]{step, item, size})
	l.bytes += size
	l.thin()
	return nil
}

// SetBudget gives the ladder another budget, and drops what is beyond it as Keep does.
func (l *Ladder[T]) SetBudget(bytes int) {
	l.budget = bytes
	l.thin()
}

// Bytes returns the sizes of all items together.
func (l *Ladder[T]) Bytes() int { return l.bytes }

// thin drops items until the budget is kept.
func (l *Ladder[T]) thin() {
	for l.bytes > l.budget && len(l.rungs) > 2 {
		i := l.dispensable()
		l.bytes -= l.rungs[i].size
		l.rungs = slices.Delete(l.rungs, i, i+1)
	}
}

// dispensable returns which of at least three rungs is to be dropped.
func (l *Ladder[T]) dispensable() int {
	least, smallest := 1, math.Inf(1)
	for i := 1; i < len(l.rungs)-1; i++ {
		// After step 0 this is infinite.
		if r := float64(l.rungs[i+1].step) / float64(l.rungs[i-1].step); r < smallest {
			least, smallest = i, r
		}
	}
	return least
}

// At returns the newest item at or before a step, and the step that it is of. If
// there is none, ok is false.
func (l *Ladder[T]) At(step uint64) (item T, at uint64, ok bool) {
	i := sort.Search(len(l.rungs), func(i int) bool { return l.rungs[i].step > step })
	if i == 0 {
		return item, 0, false
	}
	r := l.rungs[i-1]
	return r.item, r.step, true
}

// Steps returns the steps of the items that are kept, ascending.
func (l *Ladder[T]) Steps() []uint64 {
	steps := make([]uint64, len(l.rungs))
	for i, r := range l.rungs {
		steps[i] = r.step
	}
	return steps
}

// All yields the items with their steps, oldest first.
func (l *Ladder[T]) All() iter.Seq2[uint64, T] {
	return func(yield func(uint64, T) bool) {
		for _, r := range l.rungs {
			if !yield(r.step, r.item) {
				return
			}
		}
	}
}

// Remove takes out the items that are lost.
func (l *Ladder[T]) Remove(lost func(T) bool) {
	l.rungs = slices.DeleteFunc(l.rungs, func(r rung[T]) bool {
		if !lost(r.item) {
			return false
		}
		l.bytes -= r.size
		return true
	})
}

// Map returns a ladder that has at each step what of makes of its item, of the same size.
func Map[T any](l *Ladder[T], of func(T) (T, error)) (*Ladder[T], error) {
	c := l.Clone()
	for i := range c.rungs {
		var err error
		if c.rungs[i].item, err = of(c.rungs[i].item); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Clone returns a ladder with the same items, which goes its own way from here.
func (l *Ladder[T]) Clone() *Ladder[T] {
	c := *l
	c.rungs = slices.Clone(l.rungs)
	return &c
}
