package registry

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/gnllviz/gnllviz/server/run"
)

const (
	// defaultMemory is what a server may use that was not told how much.
	defaultMemory = 2 << 30

	// runsPart is what of it the runs may hold. The rest is for answers, for what runs
	// use for moments, and for the garbage collector, which needs about as much room as
	// there is in use.
	runsPart = 0.45

	// leastMemory is what a server is given at least.
	leastMemory = 128 << 20
)

// A budget divides memory among runs. While there is enough each may hold what it wants.
// Beyond that those that hold most are told to hold less, all of them equally much; those
// that hold less than that are left alone.
type budget struct {
	all int // bytes

	mu     sync.Mutex
	shares map[*share]struct{}
}

// A share is a run's part of a budget. It is a [run.Memory].
type share struct {
	of *budget

	// ---- guarded by of.mu ----
	used  int
	least int // of used, that cannot be given up
}

func newBudget(memory int) *budget {
	return &budget{all: int(runsPart * float64(Memory(memory))), shares: map[*share]struct{}{}}
}

// Memory is what a server may use in bytes that is to use so much, or 0.
func Memory(bytes int) int { return max(cmp.Or(bytes, defaultMemory), leastMemory) }

// open returns a share of a new run, until it is closed.
func (b *budget) open() *share {
	s := &share{of: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shares[s] = struct{}{}
	return s
}

func (s *share) close() {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	delete(s.of.shares, s)
}

var _ run.Memory = (*share)(nil)

// Use implements [run.Memory].
func (s *share) Use(bytes, least int) (most int) {
	b := s.of
	b.mu.Lock()
	defer b.mu.Unlock()
	s.used, s.least = bytes, least
	return b.most()
}

// most returns what each run may hold at most. Callers hold mu.
func (b *budget) most() int {
	var uses []int
	for s := range b.shares {
		uses = append(uses, s.used)
	}
	slices.Sort(uses)
	left := b.all
	for i, use := range uses {
		// What is left is enough for this one and as much for each that follows.
		if use*(len(uses)-i) > left {
			return left / (len(uses) - i)
		}
		left -= use
	}
	return b.all
}

// Admit implements [run.Memory].
func (s *share) Admit(bytes int) error {
	b := s.of
	b.mu.Lock()
	defer b.mu.Unlock()
	held := bytes
	for s := range b.shares {
		held += s.least
	}
	if held > b.all {
		return fmt.Errorf("the runs of this server would need %d MB; at most %d are allowed: remove lanes, use smaller networks, end a run, or raise --max-memory", held>>20, b.all>>20)
	}
	s.least += bytes // until the run says itself what it has
	return nil
}

// count returns the bytes that runs hold.
func (b *budget) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for s := range b.shares {
		n += s.used
	}
	return n
}
