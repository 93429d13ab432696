package run

import (
	"time"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Journal keeps what a run does, so that [Resume] can go on from there. Its methods are
// called on the run's goroutine, except for Append.
type Journal interface {
	// Append has the entry where it outlives the process when it returns nil. Where it
	// returns an error there is nothing of it, and the next entry has its number. It is
	// called from any goroutine, once at a time, and no other method is until it returns.
	Append(*Entry) error

	// Ready says whether a still would be written soon, and has not cost too much of late.
	// One that is urgent, as memory depends on it, may cost more.
	Ready(urgent bool) bool

	// Keep takes the run as it is, and returns at once: it is written elsewhere. One that
	// was not begun yet when the next comes is left out.
	Keep(*Still)

	// An Archive has the blobs of the stills that were written, from any goroutine.
	lane.Archive
}

const (
	// keepEvery is the time between two stills of a run in training, at most.
	keepEvery = 5 * time.Second

	// keepSoon is the time after a change, or when training has ended: what follows a
	// still is to be made again after a crash, and should take no longer than this.
	keepSoon = time.Second
)

// Everything here runs on the goroutine that owns the run.

// A journaled is what a loop knows of its journal.
type journaled struct {
	journal Journal
	archive lane.Archive // that has what is not in memory; nil: all is
	entry   uint64       // number of the last one
	calls   uint64       // of step
	ahead   ahead

	kept      time.Time // when the last still was given away
	keptEntry uint64    // and what it had
	keptCalls uint64
	keptState wire.State
}

// write puts a command into the journal before it is done. own are the rows that it
// brings.
func (r *loop) write(c wire.Command, own *rows.Own) *wire.ErrorMessage {
	if r.journal == nil {
		return nil
	}
	steps, done := r.stepsAhead(c)
	defer done()
	e := &Entry{Number: r.entry + 1, Calls: r.calls + steps, By: r.by}
	if own != nil {
		e.Notes = &own.Notes
	}
	e.Command = wire.EncodeCommand(r.lasting(c, own))
	return r.append(e)
}

// lasting returns a command as it can be done again: with the rows that were read in
// the place of a file, and with the very step that there is a snapshot of.
func (r *loop) lasting(c wire.Command, own *rows.Own) wire.Command {
	switch c := c.(type) {
	case *wire.DataCommand:
		last := *c
		last.Data = own.Spec
		return &last
	case *wire.BeginCommand:
		if own != nil {
			last := *c
			last.Data = own.Spec
			return &last
		}
	case *wire.ReturnCommand:
		last := *c
		if c.Lane != nil {
			if l, refused := r.present.Lane(c.Lane); refused == nil {
				if _, at, ok := l.Snapshots.At(*c.Step); ok {
					last.Step = &at
				}
			}
		} else if _, at, refused := r.present.Snapshot(*c.Step); refused == nil {
			last.Step = &at
		}
		return &last
	}
	return c
}

// strike notes that the last entry was refused after all.
func (r *loop) strike() {
	if r.journal != nil {
		// Where even this cannot be written the run pauses at that entry when it is
		// taken up again, and says so.
		_ = r.append(&Entry{Number: r.entry + 1, Calls: r.calls, Void: true})
	}
}

func (r *loop) append(e *Entry) *wire.ErrorMessage {
	write := r.journal.Append
	if e.Calls > r.calls {
		write = r.appendAhead
	}
	if err := write(e); err != nil {
		return wire.Refuse(wire.NotStored, "", "the change was not made, as it could not be saved: %v", err)
	}
	r.entry = e.Number
	return nil
}

// keepStill gives the run away as it is, if that is due.
func (r *loop) keepStill(now time.Time) {
	if r.journal == nil || r.entry == r.keptEntry && r.calls == r.keptCalls && r.state == r.keptState {
		return
	}
	wait, urgent := keepEvery, r.pressed()
	switch {
	case urgent:
		wait = 0
	case r.entry != r.keptEntry || !r.training():
		wait = keepSoon
	}
	if now.Sub(r.kept) >= wait && r.journal.Ready(urgent) {
		r.giveStill(now)
	}
}

func (r *loop) giveStill(now time.Time) {
	if r.journal != nil {
		r.journal.Keep(r.take(now))
	}
}

// take returns the run as it is, and notes when that was.
func (r *loop) take(now time.Time) *Still {
	r.kept, r.keptEntry, r.keptCalls, r.keptState = now, r.entry, r.calls, r.state
	return r.still()
}
