package run

import (
	"math"
	"time"
)

// pace holds training to a number of steps per second.
type pace struct {
	open  chan struct{} // closed: always ready
	timer *time.Timer
	due   time.Time // of the next step
}

func newPace() *pace {
	p := &pace{open: make(chan struct{}), timer: time.NewTimer(time.Hour)}
	close(p.open)
	return p
}

// A run that was held up catches up on no more than this.
const maxArrears = 50 * time.Millisecond

// wait returns a channel that is ready if a step is due at a speed, and else one
// that becomes ready when it is.
func (p *pace) wait(now time.Time, speed float64) (ready <-chan struct{}, later <-chan time.Time) {
	if math.IsInf(speed, 1) {
		return p.open, nil
	}
	interval := time.Duration(float64(time.Second) / speed)
	if oldest := now.Add(-maxArrears); p.due.Before(oldest) {
		p.due = oldest
	}
	// A speed raised from slow must not wait out the slow interval.
	if latest := now.Add(interval); p.due.After(latest) {
		p.due = latest
	}
	if !p.due.After(now) {
		return p.open, nil
	}
	p.timer.Reset(p.due.Sub(now))
	return nil, p.timer.C
}

// stepped says that a step was made at a speed.
func (p *pace) stepped(speed float64) {
	if !math.IsInf(speed, 1) {
		p.due = p.due.Add(time.Duration(float64(time.Second) / speed))
	}
}
