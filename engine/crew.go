package engine

import (
	"runtime"
	"sync/atomic"
)

// A crew works through numbered blocks with several goroutines. Blocks are
// claimed one by one, so the work must not depend on who does which. Its helpers
// live from start to stop, within one step of training: between two phases they
// look for work without pause, since a phase takes some ten microseconds and
// waking a sleeper takes as long.
type crew struct {
	// ticket holds the phase, the number of its blocks and the number of those
	// that were claimed, so that one compare-and-swap claims a block of a phase
	// that is still the present one.
	ticket atomic.Uint64
	work   func(block int) // of the present phase
	done   atomic.Int32    // blocks of it that are finished
	alive  atomic.Int32    // helpers that have not gone home
	phase  uint64
	help   func() // a helper's life, made once
}

const (
	ticketBlocks = 16 // bits for each of blocks and claimed
	ticketMask   = 1<<ticketBlocks - 1
	ticketStop   = ticketMask << ticketBlocks // blocks that no phase has: go home
)

// start calls in helpers. It does not wait for them, and neither does the work:
// they take part once they are there. On a busy machine some may still be on
// their way from the last step; they count.
func (c *crew) start(helpers int) {
	if helpers < 1 {
		return
	}
	if c.help == nil {
		c.help = c.helper
	}
	c.phase++
	c.ticket.Store(c.phase << (2 * ticketBlocks))
	for int(c.alive.Load()) < helpers {
		c.alive.Add(1)
		go c.help()
	}
}

// stop sends the helpers home.
func (c *crew) stop() {
	c.phase++
	c.ticket.Store(c.phase<<(2*ticketBlocks) | ticketStop)
}

// run has work done for blocks 0..blocks-1 and returns when it is.
func (c *crew) run(blocks int, work func(block int)) {
	if blocks == 1 {
		work(0)
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
	if blocks == ticketStop>>ticketBlocks || claimed >= blocks {
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
	for spins := 1; ; spins++ {
		t := c.ticket.Load()
		if t&ticketStop == ticketStop {
			return
		}
		if !c.claim(t) && spins%1000 == 0 {
			runtime.Gosched()
		}
	}
}
