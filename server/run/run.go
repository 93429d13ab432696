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
	"math/rand/v2"
	"runtime"
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

// DefaultIdle is how long a run goes on training with nobody watching.
const DefaultIdle = time.Minute

// DefaultReplay is what doing a recipe over again may cost, in rows times parameters
// over all steps: seven million steps of the default network, or a minute or two of a core.
const DefaultReplay = 1e12

// Options are what a run needs besides its settings. The zero value is ready.
type Options struct {
	// Idle is how long the run goes on training with nobody watching; 0 means
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

// A Run is one data set, one or more lanes in training on it, and their history.
type Run struct {
	id      string
	parent  string // id of the run whose model this one went on from, or empty
	created time.Time
	options Options
	env     past.Env

	commands chan func()
	done     chan struct{}

	reading   chan struct{} // has room for the one who has the observers
	observers capture.Observers

	// ---- what follows is owned by the goroutine that calls Serve ----

	life       *past.Generation
	own        *rows.Own // that the user gave last
	revision   uint32
	generation uint32
	dataRev    uint32 // of the newest rows
	undone     past.Stack

	state  wire.State
	reason string       // why it is what it is
	before wire.State   // what it did until it diverged
	open   bool         // everybody who watches may steer
	left   int          // steps still to make while paused
	until  *until       // or what to train up to
	goal   *wire.Goal   // the same, as viewers were told
	replay *past.Replay // or what to do over again

	sent     int       // points that viewers were sent
	pieces   pieces    // of them, encoded
	dataSent time.Time // when viewers were last told of other rows
	dataDue  bool      // they are to be told

	waits    []*wait
	viewers  map[*Viewer]struct{}
	touched  time.Time // when somebody last watched or commanded
	stale    bool      // something has changed since the last frame
	shown    time.Time // when the last frame was
	hurried  time.Time // when the last one was that only those who steer got
	showSoon bool      // without waiting for the clock
	pace     *pace
	rate     rate
	stats    Stats
	fitted   time.Time // when what the run holds was last looked at
	changed  time.Time // when a change was applied that no frame has shown yet
}

// New returns a run that plays, unless it is to be paused, as soon as Serve is
// called. An error that is a
// *wire.ErrorMessage says what of the spec is wrong.
func New(id string, s wire.Spec, o Options) (*Run, error) {
	own, err := rows.ReadOwn(s.Data, o.Table)
	if err != nil {
		return nil, err
	}
	r := newRun(id, o)
	l, err := r.env.FromSpec(&s, own, r.dataRev+1)
	if err != nil {
		return nil, err
	}
	r.own = own
	if o.Paused {
		r.state = wire.Paused
	}
	r.birth(l)
	return r, nil
}

// env returns what generations of such runs begin in.
func (o *Options) Env() past.Env {
	return past.Env{Table: lane.Table(), Bounds: o.Bounds, Workers: o.Workers}
}

// clock returns what tells the time.
func (o *Options) Clock() func() time.Time {
	if o.Now != nil {
		return o.Now
	}
	return time.Now
}

func newRun(id string, o Options) *Run {
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	o.Now = o.Clock()
	r := &Run{
		id:         id,
		created:    o.Now().UTC(),
		options:    o,
		commands:   make(chan func()),
		done:       make(chan struct{}),
		reading:    make(chan struct{}, 1),
		generation: rand.Uint32N(1 << 31),
		state:      wire.Playing,
		viewers:    map[*Viewer]struct{}{},
		pace:       newPace(),
	}
	r.env = o.Env()
	r.env.Admit = r.admitLife
	r.dataRev = r.generation // for the same reason by chance: see package wire
	r.touched = r.now()
	return r
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
		r.answerWaits()
		// Of several channels that are ready a select takes any: a command that
		// is waiting would have to wait for some steps more.
		select {
		case command := <-r.commands:
			r.serve(command)
		default:
		}
		ready, later := r.ready()
		var turn chan<- struct{}
		if ready != nil && r.options.Turns != nil {
			ready, turn = nil, r.options.Turns
		}
		select {
		case <-ctx.Done():
			return
		case command := <-r.commands:
			r.serve(command)
		case <-tick.C:
			r.tick()
		case <-ready:
			r.train()
		case turn <- struct{}{}:
			func() {
				defer func() { <-r.options.Turns }()
				r.train()
			}()
		case <-later:
		}
	}
}

// train makes the steps that are due for as long as its share of time, and does
// commands between them.
func (r *Run) train() {
	begun := r.now()
	for {
		r.step()
		if r.now().Sub(begun) >= past.Share {
			break
		}
		select {
		case command := <-r.commands:
			r.serve(command)
		default:
		}
		if ready, _ := r.ready(); ready == nil {
			break
		}
	}
	r.stats.Trained += r.now().Sub(begun)
	runtime.Gosched()
}

// serve does a command. If a frame is to show what it did, whoever waits for the
// command goes first: a frame takes longer than an answer.
func (r *Run) serve(command func()) {
	command()
	if r.showSoon {
		r.showSoon = false
		runtime.Gosched()
		r.show(r.now())
	}
}

// do has f run by the owner, between two steps, and waits until it has.
func (r *Run) do(ctx context.Context, f func()) error {
	did := make(chan struct{})
	select {
	case r.commands <- func() { f(); close(did) }:
	case <-r.done:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
	// The owner has it in hand: it is a matter of milliseconds, or its end.
	select {
	case <-did:
	case <-r.done:
		select {
		case <-did:
		default:
			return ErrEnded
		}
	}
	return nil
}

// ask is do for what can fail.
func (r *Run) ask(ctx context.Context, f func() error) error {
	var failed error
	if err := r.do(ctx, func() { failed = f() }); err != nil {
		return err
	}
	return failed
}

// Do applies a command other than Hello and WatchCommand, which are a viewer's.
// steers says whether it is of somebody who may steer the run though it is not
// open to all. Where it is refused the error is a *wire.ErrorMessage and nothing
// was changed.
func (r *Run) Do(ctx context.Context, c wire.Command, steers bool) (wire.Ack, error) {
	var ack wire.Ack
	var own *rows.Own
	if spec := rows.RowsOf(c); spec != nil {
		// A file may take longer to read than other commands should wait. Who may
		// not give one has it not read at all.
		err := r.ask(ctx, func() error { return wire.AsError(r.admit(c, steers)) })
		if err != nil {
			return ack, err
		}
		if own, err = rows.ReadOwn(spec, r.options.Table); err != nil {
			return ack, wire.AsBadData(err)
		}
	}
	err := r.ask(ctx, func() error {
		r.touched = r.now()
		if refused := r.admit(c, steers); refused != nil {
			return refused
		}
		lane, refused := r.apply(c, own)
		if refused != nil {
			return refused
		}
		ack = r.ack()
		ack.Lane = lane
		if own != nil {
			ack.LeftOut, ack.Warnings = own.Notes.LeftOut, own.Notes.Warnings
		}
		r.showSoon = true // now, if the last frame was long ago
		return nil
	})
	return ack, err
}

// Settings returns the value of every control, by name: the run's and those of
// the first lane.
func (r *Run) Settings(ctx context.Context) (m map[string]any, err error) {
	err = r.do(ctx, func() {
		m = r.env.Table.Values(wire.Settings{RunSettings: r.life.Settings, LaneSettings: r.life.Lanes[0].Settings})
	})
	return m, err
}

// Notes says what was left out of the rows of the user's own that the run has, and what
// else there is to know of them.
func (r *Run) Notes(ctx context.Context) (n wire.DataNotes, err error) {
	err = r.do(ctx, func() {
		if own := r.life.Data.Own; own != nil {
			n = own.Notes
		}
	})
	return n, err
}

// Data returns the rows that are trained on, as viewers are told of them.
func (r *Run) Data(ctx context.Context) (d wire.Data, err error) {
	err = r.do(ctx, func() { d = r.life.DescribeData(r.env.Table) })
	return d, err
}

// State returns the whole state of the run, as viewers are told of it. Who asks
// for it watches, as far as being idle goes.
func (r *Run) State(ctx context.Context) (m wire.RunMessage, err error) {
	err = r.do(ctx, func() {
		r.watched()
		m = r.message(0)
	})
	return m, err
}

// History returns the points of the present generation from number first on.
func (r *Run) History(ctx context.Context, first int) (m wire.HistoryMessage, err error) {
	err = r.do(ctx, func() { m = r.history(min(max(first, 0), len(r.life.Points)), len(r.life.Points)) })
	return m, err
}

// Predict returns what a lane (nil: the first) predicts of each target at rows of inputs,
// in the data's units.
func (r *Run) Predict(ctx context.Context, id *uint8, x [][]float64) (of []lane.Prediction, err error) {
	err = r.observe(ctx, nil, func(g *capture.Glimpse, lanes []*lane.Lane) error {
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

// ---- what follows runs on the owner's goroutine ----

func (r *Run) now() time.Time { return r.options.Now() }
