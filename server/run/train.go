package run

import (
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// training says whether the next step may be made.
func (r *Run) training() bool {
	return r.state == wire.Playing || r.state == wire.Paused && r.left > 0
}

// ready returns a channel that is ready when the next step is due: nil while
// there is none, and then later tells when to ask again.
func (r *Run) ready() (ready <-chan struct{}, later <-chan time.Time) {
	if !r.training() {
		return nil, nil
	}
	speed, err := speedOf(&r.settings)
	if err != nil {
		r.stop("the speed cannot be read: " + err.Error())
		return nil, nil
	}
	return r.pace.wait(r.now(), speed)
}

// step makes one training step, with the controls as they stand now.
func (r *Run) step() {
	o, err := objectiveOf(&r.settings)
	if err != nil {
		r.stop(err.Error())
		return
	}
	h, err := hyperOf(&r.settings)
	if err != nil {
		r.stop(err.Error())
		return
	}
	_, diverged := r.lane.ensemble.Step(o.trained, h)
	if speed, err := speedOf(&r.settings); err == nil {
		r.pace.stepped(speed)
	}
	if r.left > 0 {
		r.left--
	}
	r.stale = true
	if r.lane.ensemble.Steps() >= r.due {
		r.record()
	}
	if diverged != nil {
		r.record()
		r.stop(diverged.Error())
	}
}

// ladder spaces the points of history: one is due at every step at first, and
// later whenever the number of steps has grown by one part in this many. So a
// curve over all steps always has some five hundred points on its width, and a
// day of training takes a few thousand.
const ladder = 500

// record adds a point to the history, unless this step has one.
func (r *Run) record() {
	step := r.lane.ensemble.Steps()
	if n := len(r.points); n > 0 && r.points[n-1].Step == step {
		return
	}
	o, err := objectiveOf(&r.settings)
	if err != nil {
		return // step reports it
	}
	r.points = append(r.points, r.lane.point(o))
	r.due = step + max(1, step/ladder)
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
