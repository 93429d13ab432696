// Package run trains a network and shows what it does while it does it.
//
// A Run is owned by one goroutine, the one that calls Serve; there is no lock
// and no atomic in it. Every exported method may be called from any goroutine:
// it hands its work to the owner, who does it between two training steps, and
// waits. The package knows nothing of HTTP.
package run

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// ErrEnded is returned by every method of a run that has ended.
var ErrEnded = errors.New("run: the run has ended")

// DefaultIdle is how long a run goes on training with nobody watching.
const DefaultIdle = time.Minute

// Options are what a run needs besides its settings. The zero value is ready.
type Options struct {
	// Idle is how long the run goes on training with nobody watching; 0 means
	// DefaultIdle. It takes up again when somebody watches.
	Idle time.Duration
}

// A Run is one data set, one network in training on it, and their history.
type Run struct {
	id      string
	created time.Time
	table   wire.Table
	idle    time.Duration

	commands chan func()
	done     chan struct{}

	// ---- what follows is owned by the goroutine that calls Serve ----

	settings wire.Settings
	revision uint32
	changes  []wire.Change

	lane   *lane
	epoch  uint32
	state  wire.State
	reason string     // why it diverged
	before wire.State // what it did until it diverged
	left   int        // steps still to make while paused

	points []wire.Point
	due    uint64 // step at which the next point is due
	sent   int    // points that viewers were sent

	viewers map[*Viewer]struct{}
	touched time.Time // when somebody last watched or commanded
	stale   bool      // something has changed since the last frame
	shown   time.Time // when the last frame was
	pace    *pace
	rate    rate
}

// New returns a run that plays as soon as Serve is called.
func New(id string, s wire.Settings, o Options) (*Run, error) {
	r := &Run{
		id:       id,
		created:  time.Now().UTC(),
		table:    Table(),
		idle:     o.Idle,
		commands: make(chan func()),
		done:     make(chan struct{}),
		epoch:    rand.Uint32N(1 << 31),
		state:    wire.Playing,
		viewers:  map[*Viewer]struct{}{},
		pace:     newPace(),
	}
	if r.idle == 0 {
		r.idle = DefaultIdle
	}
	r.touched = r.now()
	return r, r.begin(s)
}

// ID returns the name under which the run was made.
func (r *Run) ID() string { return r.id }

// Done is closed when the run has ended.
func (r *Run) Done() <-chan struct{} { return r.done }

// ticksPerSecond is how often a run looks at the clock, and how many frames a
// second it shows at most.
const ticksPerSecond = 30

// Serve trains and answers until the context ends.
func (r *Run) Serve(ctx context.Context) {
	defer close(r.done)
	tick := time.NewTicker(time.Second / ticksPerSecond)
	defer tick.Stop()
	for {
		ready, later := r.ready()
		select {
		case <-ctx.Done():
			return
		case command := <-r.commands:
			command()
		case <-tick.C:
			r.tick()
		case <-ready:
			r.step()
		case <-later:
		}
	}
}

// do has f run by the owner, between two steps, and waits until it has.
func (r *Run) do(ctx context.Context, f func()) error {
	did := make(chan struct{})
	select {
	case r.commands <- func() { defer close(did); f() }:
	case <-r.done:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
	<-did // the owner has it in hand; it is a matter of microseconds
	return nil
}

// Do applies a command other than Hello and WatchCommand, which are a viewer's.
// Where it is refused the error is a *wire.ErrorMessage and nothing was changed.
func (r *Run) Do(ctx context.Context, c wire.Command) (wire.Ack, error) {
	var ack wire.Ack
	var refused *wire.ErrorMessage
	err := r.do(ctx, func() {
		r.touched = r.now()
		refused = r.apply(c)
		ack = r.ack()
		r.show(r.touched) // now, if the last frame was long ago
	})
	if err == nil && refused != nil {
		err = refused
	}
	return ack, err
}

// Summary describes the run as it is now.
func (r *Run) Summary(ctx context.Context) (wire.Summary, error) {
	var s wire.Summary
	var failed error
	err := r.do(ctx, func() { s, failed = r.summary() })
	if err == nil {
		err = failed
	}
	return s, err
}

// Settings returns the value of every control, by name.
func (r *Run) Settings(ctx context.Context) (map[string]any, error) {
	var m map[string]any
	err := r.do(ctx, func() { m = r.table.Values(r.settings) })
	return m, err
}

// History returns the points of the present epoch from number first on.
func (r *Run) History(ctx context.Context, first int) (wire.HistoryMessage, error) {
	var m wire.HistoryMessage
	err := r.do(ctx, func() { m = r.history(min(max(first, 0), len(r.points)), len(r.points)) })
	return m, err
}

// Predict returns the mean and the standard deviation, clamped as the loss
// clamps it, at values of the input, in the data's units.
func (r *Run) Predict(ctx context.Context, x []float64) (mean, std []float64, err error) {
	var failed error
	err = r.do(ctx, func() {
		var o objective
		if o, failed = objectiveOf(&r.settings); failed == nil {
			mean, std = r.lane.predict(o, x)
		}
	})
	if err == nil {
		err = failed
	}
	return mean, std, err
}

// ---- what follows runs on the owner's goroutine ----

func (r *Run) now() time.Time { return time.Now() }
