package run

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A loop owns all of a run. Its methods are called on one goroutine, the one that serves
// it, and before there is one on that of whoever makes it.
type loop struct {
	id      string
	parent  string // id of the run whose model this one continued from, or empty
	created time.Time
	options Options
	env     past.Env

	present    *past.Generation
	own        *rows.Own // that the user gave last
	revision   uint32
	generation uint32 // number of the present one
	dataRev    uint32 // of the newest rows
	undone     past.Stack

	drive
	audience
	journaled
	away

	waits   []*wait
	touched time.Time // when somebody last watched or commanded
	pace    *pace
	turn    bool // train is making steps
	rate    rate
	stats   Stats
	fitted  time.Time // when what the run holds was last looked at
}

// A drive is what a run does now, and up to when.
type drive struct {
	state  wire.State
	reason string         // why it is what it is
	before wire.State     // what it did until it diverged
	open   bool           // everyone who watches may change settings
	left   int            // steps still to make while paused
	stopAt *stopCondition // or what to train up to
	goal   *wire.Goal     // the same, as viewers were told
	wrong  []wire.Trouble // what viewers were told is wrong
	replay *past.Replay   // or what to do over again
}

// An audience is who watches, and what they were shown.
type audience struct {
	viewers  map[*Viewer]struct{}
	sent     int       // points that viewers were sent
	resumed  int       // points when the run was resumed: those that viewers have from before and that follow may be others now
	pieces   pieces    // of them, encoded
	dataSent time.Time // when viewers were last told of other rows
	dataDue  bool      // they are to be told
	stale    bool      // something has changed since the last frame
	shown    time.Time // when the last frame was
	hurried  time.Time // when the last one was that only those who steer got
	showSoon bool      // without waiting for the clock
	changed  time.Time // when a change was applied that no frame has shown yet
	people
}

func newLoop(id string, o Options) *loop {
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	o.Now = o.Clock()
	r := &loop{
		id: id, created: o.Now().UTC(), options: o, env: o.Env(),
		generation: rand.Uint32N(1 << 31),
		drive:      drive{state: wire.Playing},
		audience:   audience{viewers: map[*Viewer]struct{}{}, resumed: math.MaxInt},
		pace:       newPace(),
	}
	r.env.Admit = r.admitLife
	r.dataRev = r.generation // for the same reason by chance: see package wire
	r.touched = r.now()
	return r
}

func (r *loop) now() time.Time { return r.options.Now() }

// ticksPerSecond is how often a run looks at the clock, and how many frames a
// second it shows at most.
const ticksPerSecond = 30

// serve is all the concurrency there is: it trains, does commands between two steps, and
// shows what has happened, until the context ends.
func (r *loop) serve(ctx context.Context, commands <-chan func()) {
	tick := time.NewTicker(time.Second / ticksPerSecond)
	defer tick.Stop()
	for {
		r.answerWaits()
		// Of several channels that are ready a select takes any: a command that
		// is waiting would have to wait for some steps more.
		select {
		case command := <-commands:
			r.do(command)
		default:
		}
		ready, later := r.ready()
		var turn chan<- struct{}
		if ready != nil && r.options.Turns != nil {
			ready, turn = nil, r.options.Turns
		}
		select {
		case <-ctx.Done():
			r.giveStill(r.now())
			return
		case command := <-commands:
			r.do(command)
		case <-tick.C:
			r.tick()
		case <-ready:
			r.train(commands)
		case turn <- struct{}{}:
			func() {
				defer func() { <-r.options.Turns }()
				r.train(commands)
			}()
		case <-later:
		}
	}
}

// train makes the steps that are due for as long as its share of time, and does
// commands between them.
func (r *loop) train(commands <-chan func()) {
	begun := r.now()
	r.turn = true
	defer func() { r.turn = false }()
	for r.owned() {
		r.step()
		if r.now().Sub(begun) >= past.Share {
			break
		}
		select {
		case command := <-commands:
			r.do(command)
		default:
		}
		if ready, _ := r.ready(); ready == nil {
			break
		}
	}
	r.stats.Trained += r.now().Sub(begun)
	past.Rest()
}

// do does a command. If a frame is to show what it did, whoever waits for the
// command goes first: a frame takes longer than an answer.
func (r *loop) do(command func()) {
	command()
	r.tellTrouble()
	if r.showSoon {
		r.showSoon = false
		runtime.Gosched()
		r.show(r.now())
	}
}
