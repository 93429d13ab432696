package run

import (
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// begin starts a new epoch under settings s: new networks, no steps, no
// history. Where it fails the run is as it was.
func (r *Run) begin(s wire.Settings) error {
	var d *data
	if r.lane != nil && s.Dataset == r.settings.Dataset && s.Seed == r.settings.Seed && s.TrainShare == r.settings.TrainShare {
		d = r.lane.data
	} else {
		var err error
		if d, err = newData(&s, r.epoch+1); err != nil {
			return err
		}
	}
	l, err := newLane(&s, d)
	if err != nil {
		return err
	}
	r.settings, r.lane = s, l
	r.epoch++
	r.points, r.due, r.sent, r.left, r.reason = nil, 0, 0, 0, ""
	if r.state == wire.Diverged {
		r.state = r.before
	}
	r.rate = rate{}
	r.record()
	greeting := r.greeting(0)
	for v := range r.viewers {
		v.send(greeting...)
	}
	r.stale = true
	return nil
}

func (r *Run) apply(c wire.Command) *wire.ErrorMessage {
	switch c := c.(type) {
	case *wire.ChangeCommand:
		return r.change(c)
	case *wire.PlayCommand:
		if r.state == wire.Diverged {
			return wire.Refuse(wire.BadState, "", "play: the run stopped because %s; restore or reset it first", r.reason)
		}
		r.left = 0
		r.setState(wire.Playing, "")
	case *wire.PauseCommand:
		r.left = 0
		if r.state != wire.Diverged {
			r.setState(wire.Paused, "")
		}
	case *wire.StepCommand:
		if r.state != wire.Paused {
			return wire.Refuse(wire.BadState, "", "step: the run is %s; pause it first", r.state)
		}
		r.left = c.Steps
	case *wire.ResetCommand:
		if err := r.begin(r.settings); err != nil {
			return wire.Refuse(wire.BadState, "", "reset: %v", err)
		}
	case *wire.RestoreCommand:
		if r.state != wire.Diverged {
			return wire.Refuse(wire.BadState, "", "restore: the run is %s; there is nothing to go back from", r.state)
		}
		r.lane.ensemble.Restore()
		r.setState(wire.Paused, "")
	default:
		return wire.Refuse(wire.UnknownCommand, "", "a run does not take %T", c)
	}
	return nil
}

func (r *Run) change(c *wire.ChangeCommand) *wire.ErrorMessage {
	next, deltas, refused := r.table.Apply(r.settings, c.Set)
	if refused != nil {
		return refused
	}
	if len(deltas) == 0 {
		return nil
	}
	live := true
	for _, d := range deltas {
		live = live && d.Control.Live
	}
	step := r.lane.ensemble.Steps()
	changes := make([]wire.Change, len(deltas))
	for i, d := range deltas {
		changes[i] = wire.Change{
			Revision: r.revision + 1, Epoch: r.epoch, Step: step,
			Control: d.Control.Name, Old: d.Old, New: d.New,
		}
		if !live {
			changes[i].Epoch, changes[i].Step = r.epoch+1, 0
		}
	}
	// The changes are part of the state with which a new epoch greets.
	before := len(r.changes)
	r.revision++
	r.changes = append(r.changes, changes...)
	if live {
		r.settings = next
	} else {
		if err := r.begin(next); err != nil {
			r.revision--
			r.changes = r.changes[:before]
			return wire.Refuse(wire.BadValue, changes[0].Control, "%v", err)
		}
	}
	r.stale = true
	for _, c := range changes {
		r.broadcast(wire.ChangeMessage{Type: "change", Change: c})
	}
	return nil
}

func (r *Run) setState(s wire.State, reason string) {
	if r.state == s {
		return
	}
	r.state, r.reason = s, reason
	r.stale = true
	r.rate = rate{}
	r.flush()
	r.broadcast(wire.StateMessage{Type: "state", State: s, Reason: reason, Epoch: r.epoch, Step: r.lane.ensemble.Steps()})
}

// stop ends training until a reset.
func (r *Run) stop(reason string) {
	r.left = 0
	if r.state != wire.Diverged {
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
