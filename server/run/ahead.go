package run

import (
	"math"
	"runtime"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// A change is on the disk before it is made. At full speed the steps that could be made
// meanwhile would be lost, so the run goes on and makes the change some steps later: at a
// step that the entry names, so that it is made there, too, when the run is taken up again.

// aheadMost is the longest time that the steps are to take which are made while an entry is
// written, and so how much later than the disk allows a change may come.
const aheadMost = 5 * time.Millisecond

// An ahead is what a loop knows of how long entries and steps take.
type ahead struct {
	write time.Duration // of an entry, of late
	pass  time.Duration // of a step, of late
}

// steps returns how many steps take about as long as an entry does.
func (a *ahead) steps() uint64 {
	if a.write == 0 || a.pass == 0 {
		return 1
	}
	return uint64(math.Ceil(float64(min(a.write, aheadMost)) / float64(a.pass)))
}

// note takes in how long an entry took, and each of some steps.
func (a *ahead) note(write, steps time.Duration, made uint64) {
	mean := func(old *time.Duration, now time.Duration) {
		if *old == 0 {
			*old = now
		}
		*old += (now - *old) / 4
	}
	mean(&a.write, write)
	if made > 0 {
		mean(&a.pass, max(steps/time.Duration(made), 1))
	}
}

// stepsAhead returns how many steps are made while a command is written, and done ends them:
// none unless steps are made one after the other and the command means the same after them.
func (r *loop) stepsAhead(c wire.Command) (steps uint64, done func()) {
	done = func() {}
	switch c.(type) {
	case *wire.ChangeCommand, *wire.EditCommand: // sent many times a second, as somebody drags
	default:
		return 0, done
	}
	if r.state != wire.Playing || r.replay != nil || !r.owned() || !math.IsInf(r.present.Settings.Speed.PerSecond(), 1) {
		return 0, done
	}
	if r.options.Turns != nil && !r.turn {
		select {
		case r.options.Turns <- struct{}{}:
			done = func() { <-r.options.Turns }
		default: // the processors are taken
			return 0, done
		}
	}
	return r.ahead.steps(), done
}

// halted says that no step is made until a command says so.
func (r *loop) halted() bool {
	return r.replay == nil && (r.state == wire.Diverged || r.state == wire.Paused && r.left == 0)
}

// stepTo makes steps until there were so many, or training stops.
func (r *loop) stepTo(calls uint64) {
	for r.calls < calls && !r.halted() {
		r.step()
		runtime.Gosched() // where there is one processor, an entry is written on it, too
	}
}

// appendAhead appends an entry while it makes the steps up to it.
func (r *loop) appendAhead(e *Entry) error {
	type written struct {
		err  error
		took time.Duration
	}
	appended := make(chan written, 1)
	go func() {
		begun := r.now()
		err := r.journal.Append(e)
		appended <- written{err, r.now().Sub(begun)}
	}()
	begun, from := r.now(), r.calls
	r.stepTo(e.Calls)
	steps := r.now().Sub(begun)
	w := <-appended
	r.ahead.note(w.took, steps, r.calls-from)
	return w.err
}
