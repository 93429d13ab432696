package access

import (
	"sync"
	"time"
)

// A Load knows in which part of the last second runs were training. The zero value is
// ready.
type Load struct {
	mu    sync.Mutex
	level float64 // seconds of training in each second, fading
	at    time.Time
}

// loadMemory is over how long training is averaged.
const loadMemory = time.Second

// Add notes that a run has trained for so long.
func (l *Load) Add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fade(time.Now())
	l.level += d.Seconds() / loadMemory.Seconds()
}

// fade lets what was long ago count less. Callers hold mu.
func (l *Load) fade(now time.Time) {
	if d := now.Sub(l.at).Seconds() / loadMemory.Seconds(); d > 0 {
		l.level *= max(0, 1-d)
		l.at = now
	}
}

// Busy returns the part of the time, 1 from half of it on: a run that trains for half of
// the time is held up by whoever reads in it.
func (l *Load) Busy() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fade(time.Now())
	return min(1, 2*l.level)
}
