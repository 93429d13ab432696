package access

import (
	"sync"
	"time"
)

// A workRate knows how many seconds the program has worked in each second of late, on
// all processors together. Where the machine has others to serve that is less than the
// processors that there are.
type workRate struct {
	most  float64              // that it can be, and what it is taken for at first
	clock func() time.Duration // what the program has worked

	mu     sync.Mutex
	rate   float64
	at     time.Time
	worked time.Duration
}

const (
	// rateTime is over how long the rate is taken.
	rateTime = time.Second

	// leastRate keeps those who wait from waiting without end.
	leastRate = 0.05
)

// newWorkRate returns a rate of so many processors.
func newWorkRate(processors int, clock func() time.Duration) *workRate {
	return &workRate{most: float64(processors), rate: float64(processors), clock: clock, at: time.Now(), worked: clock()}
}

// now returns the rate.
func (r *workRate) now() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if d := now.Sub(r.at); d >= rateTime {
		worked := r.clock()
		r.rate = min(r.most, max(leastRate, (worked-r.worked).Seconds()/d.Seconds()))
		r.at, r.worked = now, worked
	}
	return r.rate
}
