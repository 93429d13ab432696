package run

import (
	"reflect"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// recorded says whether a command goes into recipes: all that change what is
// trained, or how, except for those that always begin another generation.
func recorded(c wire.Command) bool {
	switch c.(type) {
	case *wire.ChangeCommand, *wire.LaneAddCommand, *wire.LaneRemoveCommand, *wire.EditCommand, *wire.AcquireCommand,
		*wire.UndoCommand, *wire.RedoCommand, *wire.ReturnCommand, *wire.RestoreCommand:
		return true
	}
	return false
}

// admit says why a command cannot be taken now, whatever it says.
func (r *Run) admit(c wire.Command, steers bool) *wire.ErrorMessage {
	if !steers && !r.open {
		return wire.Refuse(wire.ReadOnly, "", "this run is steered by who made it; you are watching")
	}
	if r.replay != nil {
		switch c.(type) {
		case *wire.PlayCommand, *wire.PauseCommand, *wire.OpenCommand:
		default:
			return wire.Refuse(wire.BadState, "", "the run is being done over again; wait until it has come to its end, or pause it to go on from where it is")
		}
	}
	if l := r.life; recorded(c) && (len(l.Recipe.Events) >= past.MaxEvents || l.EventBytes >= past.MaxEventBytes) {
		return wire.Refuse(wire.TooMuch, "", "this generation has seen %d changes, and keeps no more; reset the run to begin another", len(l.Recipe.Events))
	}
	return nil
}

// apply does a command, and returns the lane that it made or was about. own are
// the rows that it brings.
func (r *Run) apply(c wire.Command, own *rows.Own) (lane uint8, refused *wire.ErrorMessage) {
	switch c := c.(type) {
	case *wire.LaneAddCommand:
		return r.addLane(c)
	case *wire.LaneRemoveCommand:
		return *c.Lane, r.removeLane(c)
	case *wire.LaneEditCommand:
		return *c.Lane, r.editLane(c)
	case *wire.ChangeCommand:
		return r.change(c)
	case *wire.DataCommand:
		return 0, r.changeData(own)
	case *wire.BeginCommand:
		return 0, r.beginAnew(c, own)
	case *wire.EditCommand:
		return 0, r.edit(c)
	case *wire.AcquireCommand:
		return 0, r.acquire(c)
	case *wire.UndoCommand:
		return 0, r.undo(c)
	case *wire.RedoCommand:
		return 0, r.redo(c)
	case *wire.ReturnCommand:
		return 0, r.goBack(c)
	case *wire.RestoreCommand:
		return 0, r.restore(c)
	case *wire.ResetCommand:
		return 0, r.reset(c)
	case *wire.OpenCommand:
		r.open = *c.Open
		r.tell(wire.OpenMessage{Type: "open", Open: r.open})
		return 0, nil
	}
	return 0, r.transport(c)
}

// transport does the commands that say when steps are made.
func (r *Run) transport(c wire.Command) *wire.ErrorMessage {
	_, pausing := c.(*wire.PauseCommand)
	if r.state == wire.Diverged && !pausing {
		return wire.Refuse(wire.BadState, "", "the run stopped because %s; restore, undo or reset it first", r.reason)
	}
	switch c := c.(type) {
	case *wire.PlayCommand:
		r.left, r.until = 0, nil
		r.setState(wire.Playing, "")
	case *wire.PauseCommand:
		r.left, r.until, r.replay = 0, nil, nil
		if r.state != wire.Diverged {
			r.setState(wire.Paused, "")
		}
	case *wire.StepCommand:
		return r.stepOn(c.Steps)
	case *wire.EpochCommand:
		return r.stepOn(r.life.EpochSteps())
	case *wire.UntilCommand:
		u := newUntil(c)
		if reached := u.reachedStep(r.life.Steps); reached != "" {
			return wire.Refuse(wire.BadState, "", "until: %s already", reached)
		}
		r.left, r.until = 0, u
		r.setState(wire.Playing, "")
	default:
		return wire.Refuse(wire.UnknownCommand, "", "a run does not take %T", c)
	}
	return nil
}

func (r *Run) stepOn(steps int) *wire.ErrorMessage {
	if r.state != wire.Paused {
		return wire.Refuse(wire.BadState, "", "step: the run is %s; pause it first", r.state)
	}
	r.left, r.until = steps, nil
	r.tellGoal()
	return nil
}

func (r *Run) reset(c *wire.ResetCommand) *wire.ErrorMessage {
	was := r.moment()
	l, err := r.rebirth(r.life.Settings, r.life.Starts(), c.Rows)
	if err != nil {
		return wire.AsRefusal(err)
	}
	r.changedBy(l, was, wire.Change{Kind: wire.WeightsChange, Text: "reset"})
	return nil
}

// rebirth returns a life with the same rows, edits included unless anew, that
// begins with other settings. On another data set it has no title any more.
func (r *Run) rebirth(s wire.RunSettings, starts []lane.Start, anew bool) (l *past.Generation, err error) {
	old, d := &r.life.Settings, r.life.Data
	switch {
	case anew || s.Dataset != old.Dataset || s.Seed != old.Seed || s.TrainShare != old.TrainShare || s.Pool != old.Pool ||
		s.Dataset == wire.OwnData && d.Own != r.own:
		l, err = r.env.Begin(s, r.own, nil, starts, r.dataRev+1)
	case d.Edits == nil:
		l, err = r.env.BeginOn(s, d.Shown(&s).WithRevision(r.dataRev+1), starts)
	default:
		// The first rows of a life fix its scale: those of before the edits did.
		l, err = r.env.Begin(s, d.Own, d.Edits.List(), starts, r.dataRev+1)
	}
	if err == nil && s.Dataset == old.Dataset {
		l.Entitle(r.life.Title, r.life.Lesson)
	}
	return l, err
}

func (r *Run) setState(s wire.State, reason string) {
	if r.state != s || r.reason != reason {
		r.state, r.reason = s, reason
		r.stale = true
		r.rate = rate{}
		r.flush()
		r.tellState()
	}
	r.tellGoal()
}

func (r *Run) tellState() {
	r.goal = r.aim()
	r.tell(wire.StateMessage{Type: "state", State: r.state, Reason: r.reason, Goal: r.goal, Generation: r.generation, Step: r.life.Steps})
}

// tellGoal tells viewers what is trained up to, if that has changed.
func (r *Run) tellGoal() {
	if !reflect.DeepEqual(r.aim(), r.goal) {
		r.tellState()
	}
}

// aim returns what the run trains up to, or nil. A single step is no aim: it is
// made before anybody can read of it.
func (r *Run) aim() *wire.Goal {
	if u := r.until; u != nil {
		return &wire.Goal{Step: u.Step, NLL: u.NLL, Plateau: u.Plateau}
	}
	if r.left > 1 {
		end := r.life.Steps + uint64(r.left)
		return &wire.Goal{Step: &end}
	}
	return nil
}

// fail ends training because of something that should not have happened.
func (r *Run) fail(err error) {
	r.replay = nil
	r.stop(err.Error())
}

// stop ends training until somebody sees to what is wrong.
func (r *Run) stop(reason string) {
	r.left, r.until = 0, nil
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
func (r *Run) watched() {
	r.touched = r.now()
	if r.state == wire.Idle {
		r.setState(wire.Playing, "")
	}
}
