package run

import (
	"cmp"
	"time"

	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// training says whether the next step may be made.
func (r *loop) training() bool {
	return r.replay != nil && r.state != wire.Idle || r.state == wire.Playing || r.state == wire.Paused && r.left > 0
}

// owned says whether this process may still train and show the run.
func (r *loop) owned() bool { return r.options.Owned == nil || r.options.Owned() }

// ready returns a channel that is ready when the next step is due: nil while
// there is none, and then later tells when to ask again.
func (r *loop) ready() (ready <-chan struct{}, later <-chan time.Time) {
	switch {
	case !r.training() || !r.owned(): // the clock's next tick asks again
		return nil, nil
	case r.replay != nil:
		return r.pace.open, nil
	}
	return r.pace.wait(r.now(), r.present.Settings.Speed.PerSecond())
}

// step makes one training step of every lane, with the controls as they stand now.
func (r *loop) step() {
	r.calls++
	if r.replay != nil && !r.follow() {
		r.tellTrouble()
		return
	}
	l := r.present
	a, err := l.Advance(r.env.Bounds, r.dataRev+1)
	if err != nil {
		r.fail(err)
		return
	}
	r.pace.stepped(l.Settings.Speed.PerSecond())
	if r.left > 0 {
		if r.left--; r.left <= 1 {
			r.tellGoal()
		}
	}
	work, _ := l.Work()
	r.stats.Steps++
	r.stats.Work += work
	r.stale = true
	if a.Diverged != nil {
		r.record()
		r.stop(a.Diverged.Reason(len(l.Lanes))) // a recipe may know what was done about it
		return
	}
	if a.Turned {
		r.tellTrouble()
	}
	r.tellAcquired(a)
	r.keep()
	points := len(l.Points)
	if l.Steps >= l.Due {
		r.record()
	}
	if u := r.stopAt; u != nil {
		r.meet(u, l.Points[points:])
	}
}

// meet pauses the run if it has come to where it was to train up to.
func (r *loop) meet(u *stopCondition, points []wire.Point) {
	reached := u.reachedStep(r.present.Steps)
	if reached == "" {
		reached = u.reached(points, func(id uint8) string {
			lane, _ := r.present.Lane(&id)
			return lane.Name
		})
	}
	if reached != "" {
		r.stopAt = nil
		r.setState(wire.Paused, reached)
	}
}

// record adds a point of every lane to the history.
func (r *loop) record() {
	if err := r.present.Record(uint64(cmp.Or(r.options.Ladder, past.Ladder))); err != nil {
		r.fail(err)
	}
}

// keep takes the snapshots that are due.
func (r *loop) keep() {
	if err := r.present.Keep(); err != nil {
		r.fail(err)
	}
}

// rate measures steps per second over stretches of half a second, or longer
// where steps are rarer.
type rate struct {
	perSecond float64
	since     time.Time
	from      uint64
}

func (r *rate) sample(now time.Time, steps uint64, training bool) {
	switch elapsed := now.Sub(r.since); {
	case !training || r.since.IsZero():
		*r = rate{since: now, from: steps}
	case elapsed >= time.Second/2 && steps > r.from, elapsed >= 3*time.Second:
		*r = rate{perSecond: float64(steps-r.from) / elapsed.Seconds(), since: now, from: steps}
	}
}
