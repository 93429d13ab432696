package run

import (
	"reflect"

	"github.com/gnllviz/gnllviz/server/wire"
)

// transport does the commands that say when steps are made.
func (r *loop) transport(c wire.Command) *wire.ErrorMessage {
	_, pausing := c.(*wire.PauseCommand)
	if r.state == wire.Diverged && !pausing {
		return wire.Refuse(wire.BadState, "", "the run has stopped (%s); restore, undo or reset it first", r.reason)
	}
	switch c := c.(type) {
	case *wire.PlayCommand:
		r.left, r.stopAt = 0, nil
		r.setState(wire.Playing, "")
	case *wire.PauseCommand:
		r.left, r.stopAt, r.replay = 0, nil, nil
		if r.state != wire.Diverged {
			r.setState(wire.Paused, "")
		}
	case *wire.StepCommand:
		return r.stepOn(c.Steps)
	case *wire.EpochCommand:
		return r.stepOn(r.present.EpochSteps())
	case *wire.UntilCommand:
		u := newStopCondition(c)
		if reached := u.reachedStep(r.present.Steps); reached != "" {
			return wire.Refuse(wire.BadState, "", "until: %s already", reached)
		}
		r.left, r.stopAt = 0, u
		r.setState(wire.Playing, "")
	default:
		return wire.Refuse(wire.UnknownCommand, "", "a run cannot take the command %T", c)
	}
	return nil
}

func (r *loop) stepOn(steps int) *wire.ErrorMessage {
	if r.state != wire.Paused {
		return wire.Refuse(wire.BadState, "", "step: the run is %s; pause it first", r.state)
	}
	r.left, r.stopAt = steps, nil
	r.tellGoal()
	return nil
}

func (r *loop) setState(s wire.State, reason string) {
	if r.state != s || r.reason != reason {
		r.state, r.reason = s, reason
		r.stale = true
		r.rate = rate{}
		r.flush()
		r.tellState()
	}
	r.tellGoal()
}

func (r *loop) tellState() {
	r.goal = r.aim()
	r.look()
	r.tell(wire.StateMessage{Type: "state", State: r.state, Reason: r.reason, Goal: r.goal, Trouble: r.wrong, Generation: r.generation, Step: r.present.Steps})
}

// tellGoal tells viewers what is trained up to, if that has changed.
func (r *loop) tellGoal() {
	if !reflect.DeepEqual(r.aim(), r.goal) {
		r.tellState()
	}
}

// aim returns what the run trains up to, or nil. A single step is no aim: it is
// made before anybody can read of it.
func (r *loop) aim() *wire.Goal {
	if u := r.stopAt; u != nil {
		return &wire.Goal{Step: u.Step, NLL: u.NLL, Plateau: u.Plateau}
	}
	if r.left > 1 {
		end := r.present.Steps + uint64(r.left)
		return &wire.Goal{Step: &end}
	}
	return nil
}

// fail ends training because of something that should not have happened.
func (r *loop) fail(err error) {
	r.replay = nil
	r.stop(err.Error())
}

// stop ends training until somebody sees to what is wrong.
func (r *loop) stop(reason string) {
	r.left, r.stopAt = 0, nil
	switch r.state {
	case wire.Diverged:
	case wire.Idle: // which is for want of viewers, and not to outlive it
		r.before = wire.Playing
	default:
		r.before = r.state
	}
	r.setState(wire.Diverged, reason)
}

// watched wakes a run that went idle because nobody watched.
func (r *loop) watched() {
	r.touched = r.now()
	if r.state == wire.Idle {
		r.setState(wire.Playing, "")
	}
}
