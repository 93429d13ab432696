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
	"fmt"
	"math"
	"time"

	"github.com/gnllviz/gnllviz/loss"
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
	reason string // why it diverged
	left   int    // steps still to make while paused

	points []wire.Point
	due    uint64 // step at which the next point is due
	sent   int    // points that viewers were sent

	viewers map[*Viewer]struct{}
	touched time.Time // when somebody last watched or commanded
	stale   bool      // something has changed since the last frame
	ticks   int
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
		var g loss.GaussianNLL
		if g, failed = lossOf(&r.settings); failed == nil {
			mean, std = r.lane.predict(g, x)
		}
	})
	if err == nil {
		err = failed
	}
	return mean, std, err
}

// ---- what follows runs on the owner's goroutine ----

func (r *Run) now() time.Time { return time.Now() }

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
		r.state = wire.Playing
	}
	r.rate = rate{}
	r.record()
	for v := range r.viewers {
		r.greet(v, wire.Hello{})
	}
	return nil
}

func (r *Run) apply(c wire.Command) *wire.ErrorMessage {
	switch c := c.(type) {
	case *wire.ChangeCommand:
		return r.change(c)
	case *wire.PlayCommand:
		if r.state == wire.Diverged {
			return wire.Refuse(wire.BadState, "", "play: the run stopped because %s; reset it first", r.reason)
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
	step := r.lane.trainer.Steps()
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
	if !live {
		if err := r.begin(next); err != nil {
			r.revision--
			r.changes = r.changes[:before]
			return wire.Refuse(wire.BadValue, changes[0].Control, "%v", err)
		}
	}
	r.settings = next
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
	r.broadcast(wire.StateMessage{Type: "state", State: s, Reason: reason, Epoch: r.epoch, Step: r.lane.trainer.Steps()})
}

// stop ends training until a reset.
func (r *Run) stop(reason string) {
	r.left = 0
	r.setState(wire.Diverged, reason)
}

// watched wakes a run that went idle because nobody watched.
func (r *Run) watched() {
	r.touched = r.now()
	if r.state == wire.Idle {
		r.setState(wire.Playing, "")
	}
}

// step makes one training step, with the controls as they stand now.
func (r *Run) step() {
	g, err := lossOf(&r.settings)
	if err != nil {
		r.stop(err.Error())
		return
	}
	value := r.lane.trainer.Step(g, hyperOf(&r.settings))
	if speed, err := speedOf(&r.settings); err == nil {
		r.pace.stepped(speed)
	}
	if r.left > 0 {
		r.left--
	}
	r.stale = true
	if r.lane.trainer.Steps() >= r.due {
		r.record()
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		r.record()
		r.stop(fmt.Sprintf("the training loss was %v at step %d, with learning rate %g", value, r.lane.trainer.Steps(), r.settings.LR))
	}
}

// ladder spaces the points of history: one is due at every step at first, and
// later whenever the number of steps has grown by one part in this many. So a
// curve over all steps always has some five hundred points on its width, and a
// day of training takes a few thousand.
const ladder = 500

// record adds a point to the history, unless this step has one.
func (r *Run) record() {
	step := r.lane.trainer.Steps()
	if n := len(r.points); n > 0 && r.points[n-1].Step == step {
		return
	}
	g, err := lossOf(&r.settings)
	if err != nil {
		return // step reports it
	}
	r.points = append(r.points, r.lane.point(g))
	r.due = step + max(1, step/ladder)
}

// flush sends viewers the points that they were not sent yet.
func (r *Run) flush() {
	first := r.sent
	r.sent = len(r.points)
	for v := range r.viewers {
		r.sendPoints(v, first)
	}
}

// tick shows what has happened since the last one.
func (r *Run) tick() {
	now := r.now()
	r.rate.sample(now, r.lane.trainer.Steps(), r.training())
	if len(r.viewers) == 0 {
		if r.state == wire.Playing && now.Sub(r.touched) > r.idle {
			r.setState(wire.Idle, "")
		}
		return
	}
	r.flush()
	r.ticks++
	if !r.stale || r.ticks%frameInterval(len(r.viewers)) != 0 {
		return
	}
	wanted := false
	for v := range r.viewers {
		wanted = wanted || v.wantsFrames
	}
	if !wanted {
		return
	}
	frame, err := r.frame()
	if err != nil {
		r.stop(err.Error())
		return
	}
	r.stale = false
	for v := range r.viewers {
		if v.wantsFrames {
			v.show(frame)
		}
	}
}

// frameInterval returns the ticks from one frame to the next: 30 frames a
// second for a few viewers, 10 for a class, 5 for a lecture hall.
func frameInterval(viewers int) int {
	switch {
	case viewers <= 4:
		return 1
	case viewers <= 200:
		return 3
	}
	return 6
}

func (r *Run) frame() ([]byte, error) {
	g, err := lossOf(&r.settings)
	if err != nil {
		return nil, err
	}
	f, err := r.lane.frame(g, r.rate.perSecond)
	if err != nil {
		return nil, err
	}
	f.Epoch, f.Revision = r.epoch, r.revision
	return f.Append(nil), nil
}

func (r *Run) ack() wire.Ack {
	return wire.Ack{Type: "ack", Revision: r.revision, Epoch: r.epoch, Step: r.lane.trainer.Steps()}
}

// message describes the whole run to a viewer whose history goes on with point
// number next.
func (r *Run) message(next int) wire.RunMessage {
	changes := r.changes
	if changes == nil {
		changes = []wire.Change{} // a list in JSON, not null
	}
	return wire.RunMessage{
		Type: "run", ID: r.id, Epoch: r.epoch, Revision: r.revision, Step: r.lane.trainer.Steps(),
		State: r.state, Reason: r.reason, Controls: r.table.Values(r.settings), Changes: changes,
		Data: r.lane.data.wire, Points: len(r.points), Next: next,
	}
}

func (r *Run) summary() (wire.Summary, error) {
	g, err := lossOf(&r.settings)
	if err != nil {
		return wire.Summary{}, err
	}
	r.lane.terms(g, len(r.lane.target))
	train, test, err := r.lane.reports(g)
	return wire.Summary{
		ID: r.id, Dataset: r.settings.Dataset, Created: r.created.Format(time.RFC3339Nano),
		Epoch: r.epoch, Revision: r.revision, Step: r.lane.trainer.Steps(),
		State: r.state, Reason: r.reason, Viewers: len(r.viewers),
		Metrics: wire.Metrics{Train: splitMetrics(train), Test: splitMetrics(test)},
	}, err
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
