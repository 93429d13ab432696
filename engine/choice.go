package engine

import "time"

// A choice tells whether helpers are worth calling. On a machine with other
// things to do they are not: a block that a helper has claimed waits until that
// helper is given a core again. Since the result is the same either way, steps
// are timed, and every so often a few are made in the way that was last found
// slower.
type choice struct {
	blocks  int        // of the steps that were timed; other numbers start a new measurement
	average [2]float64 // seconds per step alone and with helpers, newer ones weighing more
	steps   int
	began   time.Time
	helped  int // 1 if the present step is with helpers
}

const (
	tryEvery = 128 // steps
	trySteps = 3
)

// begin returns how many of the available helpers the next step, of that many blocks,
// uses: all or none.
func (c *choice) begin(blocks, helpers int) int {
	if c.blocks != blocks {
		*c = choice{blocks: blocks}
	}
	c.helped = 1
	if c.average[0] > 0 && c.average[0] < c.average[1] {
		c.helped = 0
	}
	if at := c.steps % tryEvery; at >= tryEvery-trySteps {
		c.helped = 1 - c.helped
	}
	c.steps++
	c.began = time.Now()
	return c.helped * helpers
}

// end notes how long the step took. One that waited for a core now and then must
// not count for much, so that single outliers are cut down.
func (c *choice) end() {
	took := time.Since(c.began).Seconds()
	average := &c.average[c.helped]
	if *average == 0 {
		*average = took
		return
	}
	*average += 0.1 * (min(took, 10**average) - *average)
}
