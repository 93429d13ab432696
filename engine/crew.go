package engine

import (
	"runtime"
	"sync/atomic"
)

// A crew works through numbered blocks with several goroutines. Blocks are
// claimed one by one, so the work must not depend on who does which. Its helpers
// look for work without pause, since a phase takes some ten microseconds and
// waking a sleeper takes as long; one that finds none for about a fifth of a
// millisecond ends, so that they outlive a training that pauses by no more.
type crew struct {
	// ticket holds the phase, the number of its blocks and the number of those
	// that were claimed, so that one compare-and-swap claims a block of a phase
	// that is still the present one.
	ticket atomic.Uint64
	work   func(block int) // of the present phase
	done   atomic.Int32    // blocks of it that are finished
	alive  atomic.Int32    // helpers that have not ended
	phase  uint64
	help   func() // a helper's life, made once
	helped bool   // the phases that follow are for helpers too
}

const (
	ticketBlocks = 16 // bits for each of blocks and claimed
	ticketMask   = 1<<ticketBlocks - 1

	patience = 200_000 // looks for work, each about a nanosecond
)

// start sees to it that there are so many helpers for the phases that follow; 0
// is a crew of one. It does not wait for them, and neither does the work: they
// take part once they are there.
func (c *crew) start(helpers int) {
	c.helped = helpers > 0
	if c.help == nil {
		c.help = c.helper
	}
	for int(c.alive.Load()) < helpers {
		c.alive.Add(1)
		go c.help()
	}
}

// run has work done for blocks 0..blocks-1 and returns when it is.
func (c *crew) run(blocks int, work func(block int)) {
	if blocks == 1 || !c.helped {
		for block := range blocks {
			work(block)
		}
		return
	}
	c.work = work
	c.done.Store(0)
	c.phase++
	c.ticket.Store(c.phase<<(2*ticketBlocks) | uint64(blocks)<<ticketBlocks)
	for c.claim(c.ticket.Load()) {
	}
	for spins := 1; int(c.done.Load()) < blocks; spins++ {
		if spins%1000 == 0 {
			runtime.Gosched()
		}
	}
}

// claim does one block of the phase of a ticket, and says whether that phase may
// have more.
func (c *crew) claim(t uint64) bool {
	blocks, claimed := int(t>>ticketBlocks&ticketMask), int(t&ticketMask)
	if claimed >= blocks {
		return false
	}
	if c.ticket.CompareAndSwap(t, t+1) {
		c.work(claimed)
		c.done.Add(1)
	}
	return true
}

func (c *crew) helper() {
	defer c.alive.Add(-1)
	for idle := 1; idle < patience; idle++ {
		if c.claim(c.ticket.Load()) {
			idle = 0
		} else if idle%1000 == 0 {
			runtime.Gosched()
		}
	}
}

// cores returns how many goroutines may work where a Config says workers.
func cores(workers int) int {
	if workers > 0 {
		return workers
	}
	return runtime.GOMAXPROCS(0)
}
