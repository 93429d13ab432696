// Package run trains networks side by side and shows what they do while they do
// it.
//
// A Run is owned by one goroutine, the one that calls Serve; there is no lock
// and no atomic in it. Every exported method may be called from any goroutine:
// it hands its work to the owner, who does it between two training steps, and
// waits. What takes long and only reads is done on the caller's goroutine, on
// weights that the owner has copied; see glimpse. The package knows nothing of HTTP.
package run

import (
	"context"
	"errors"
	"time"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// ErrEnded is returned by every method of a run that has ended.
var ErrEnded = errors.New("run: the run has ended")

// DefaultIdle is how long a run continues training with nobody watching.
const DefaultIdle = time.Minute

// DefaultReplay is what doing a recipe over again may cost, in rows times parameters
// over all steps: seven million steps of the default network, or a minute or two of a core.
const DefaultReplay = 1e12

// Options are what a run needs besides its settings. The zero value is ready.
type Options struct {
	// Idle is how long the run continues training with nobody watching; 0 means
	// DefaultIdle. It takes up again when somebody watches.
	Idle time.Duration

	// Now tells the time; nil means time.Now. Inside a bubble of testing/synctest that
	// is the bubble's, as the run's timers are.
	Now func() time.Time

	// Paused has a new run make no step until it is told to. A replay does not
	// look at it.
	Paused bool

	// Replay bounds what a recipe that is done over again may cost, in rows times
	// parameters over all its steps; 0 means DefaultReplay.
	Replay float64

	// Version and Commit are of the program, for the cards of models.
	Version, Commit string

	// Table bounds what files of a user's own rows may have.
	Table table.Limits

	// Bounds bound what is trained on them.
	Bounds lane.Bounds

	// Turns, unless nil, are taken to train: runs that share the channel train as
	// many at a time as it has room for, and each is served all the while.
	Turns chan struct{}

	// Ladder says how many points of history are recorded: one at every step at
	// first, and later whenever the number of steps has grown by one part in so many;
	// 0 is 500.
	Ladder int

	// Owned, unless nil, says whether this process may still train the run, and is quick.
	// While it may not the run makes no step and shows nothing.
	Owned func() bool

	// Workers is how many goroutines one step may use; 0 is runtime.GOMAXPROCS.
	Workers int

	// Prepare, unless nil, is called once for each message that viewers get,
	// however many they are, and makes what Message.Prepared is.
	Prepare func(binary bool, data []byte) any

	// Memory, unless nil, says how much the run may hold.
	Memory Memory

	// Report, unless nil, is told what the run has done since it was last told,
	// on the run's goroutine.
	Report func(Stats)
}

// A Run is one data set, one or more lanes in training on it, and their history. It is
// the handle of the loop that owns all of that: its methods may be called from any
// goroutine, hand their work to the loop and wait.
type Run struct {
	loop     *loop
	commands chan func()
	done     chan struct{}

	reading   chan struct{} // has room for the one who has the observers
	observers capture.Observers
	shown     pastFrames // by whoever had room in reading last
}

// New returns a run that plays, unless it is to be paused, as soon as Serve is called. An
// error that is a *wire.ErrorMessage says what of the spec is wrong.
func New(id string, s wire.Spec, o Options) (*Run, error) {
	own, err := rows.ReadOwn(s.Data, o.Table)
	if err != nil {
		return nil, err
	}
	r := newLoop(id, o)
	l, err := r.env.FromSpec(&s, own, r.dataRev+1)
	if err != nil {
		return nil, err
	}
	r.own = own
	if o.Paused {
		r.state = wire.Paused
	}
	r.begin(l)
	return handleOf(r), nil
}

// handleOf returns the handle of a loop that nobody serves yet.
func handleOf(r *loop) *Run {
	return &Run{loop: r, commands: make(chan func()), done: make(chan struct{}), reading: make(chan struct{}, 1)}
}

// Env returns what generations of such runs begin in.
func (o *Options) Env() past.Env {
	return past.Env{Table: lane.Table(), Bounds: o.Bounds, Workers: o.Workers}
}

// Clock returns what tells the time.
func (o *Options) Clock() func() time.Time {
	if o.Now != nil {
		return o.Now
	}
	return time.Now
}

// ID returns the name under which the run was made.
func (h *Run) ID() string { return h.loop.id }

// Done is closed when the run has ended.
func (h *Run) Done() <-chan struct{} { return h.done }

// Serve trains and answers until the context ends.
func (h *Run) Serve(ctx context.Context) {
	defer close(h.done)
	h.loop.serve(ctx, h.commands)
}

// do has f done by the loop, between two steps, and waits until it is.
func (h *Run) do(ctx context.Context, f func(*loop)) error {
	did := make(chan struct{})
	select {
	case h.commands <- func() { f(h.loop); close(did) }:
	case <-h.done:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
	// The owner has it in hand: it is a matter of milliseconds, or its end.
	select {
	case <-did:
	case <-h.done:
		select {
		case <-did:
		default:
			return ErrEnded
		}
	}
	return nil
}

// ask is do for what can fail.
func (h *Run) ask(ctx context.Context, f func(*loop) error) error {
	var failed error
	if err := h.do(ctx, func(r *loop) { failed = f(r) }); err != nil {
		return err
	}
	return failed
}

// Settings returns the value of every control, by name: the run's and those of
// the first lane.
func (h *Run) Settings(ctx context.Context) (m map[string]any, err error) {
	err = h.do(ctx, func(r *loop) {
		m = r.env.Table.Values(wire.Settings{RunSettings: r.present.Settings, LaneSettings: r.present.Lanes[0].Settings})
	})
	return m, err
}

// Notes says what was left out of the rows of the user's own that the run has, and what
// else there is to know of them.
func (h *Run) Notes(ctx context.Context) (n wire.DataNotes, err error) {
	err = h.do(ctx, func(r *loop) {
		if own := r.present.Data.Own; own != nil {
			n = own.Notes
		}
	})
	return n, err
}

// Data returns the rows that are trained on, as viewers are told of them.
func (h *Run) Data(ctx context.Context) (d wire.Data, err error) {
	err = h.do(ctx, func(r *loop) { d = r.present.DescribeData(r.env.Table) })
	return d, err
}

// State returns the whole state of the run, as viewers are told of it. Who asks
// for it watches, as far as being idle goes.
func (h *Run) State(ctx context.Context) (m wire.RunMessage, err error) {
	err = h.do(ctx, func(r *loop) {
		r.watched()
		m = r.message(0)
	})
	return m, err
}

// History returns the points of the present generation from number first on.
func (h *Run) History(ctx context.Context, first int) (m wire.HistoryMessage, err error) {
	err = h.do(ctx, func(r *loop) { m = r.history(min(max(first, 0), len(r.present.Points)), len(r.present.Points)) })
	return m, err
}

// Predict returns what a lane (nil: the first) predicts of each target at rows of inputs,
// in the data's units.
func (h *Run) Predict(ctx context.Context, id *uint8, x [][]float64) (of []lane.Prediction, err error) {
	err = h.observe(ctx, nil, func(g *capture.Glimpse, lanes []*lane.Lane) error {
		l, refused := past.LaneOf(lanes, id)
		if refused != nil {
			return refused
		}
		var rows []float64
		for _, row := range x {
			if want := len(g.Data.Set.Inputs); len(row) != want {
				return wire.Refuse(wire.BadValue, "", "x has %d values, and the data set has %d inputs", len(row), want)
			}
			rows = append(rows, row...)
		}
		of = l.PredictAt(rows)
		return nil
	})
	return of, err
}
