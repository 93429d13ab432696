package run

import (
	"context"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A Message is one websocket message, or whatever carries messages elsewhere. All
// viewers get the same one.
type Message struct {
	Binary   bool // frames; else JSON text
	Data     []byte
	Prepared any         // what Options.Prepare made of it
	Made     time.Time   // of frames: when they were true
	Owned    func() bool // of frames: whether they may still be shown; nil is always
}

// queueLength bounds the messages that wait for a viewer. At full speed a run
// sends about thirty a second.
const queueLength = 256

// A Viewer watches a run. Its channels are never closed; see [Run.Done]. What
// it does not take in time it loses: of frames all but the newest, of messages
// all that wait, with a gap message in their place.
type Viewer struct {
	run    *Run
	frames chan Message
	events chan Message
	outlet Outlet // of a viewer elsewhere; nil of one that is here
	name   string // of a viewer elsewhere

	// ---- owned by the run's goroutine ----
	greeted     bool // it has had the answer to a hello
	wantsFrames bool
	steers      bool
	person      wire.Person
}

// Frames has one slot: the newest fit frames, one of each lane, that were not
// taken yet.
func (v *Viewer) Frames() <-chan Message { return v.frames }

// Events are the messages of which none is to be missed.
func (v *Viewer) Events() <-chan Message { return v.events }

// Watch adds a viewer, who finds the answer to the hello among its events. steers
// is what it is told of itself, and has it see changes sooner than a hall does.
func (h *Run) Watch(ctx context.Context, hello wire.Hello, steers bool) (*Viewer, error) {
	v := &Viewer{
		run:         h,
		frames:      make(chan Message, 1),
		events:      make(chan Message, queueLength),
		wantsFrames: true,
		steers:      steers,
	}
	return v, h.watch(ctx, v, hello)
}

// An Outlet carries messages to viewers elsewhere, in the order in which it is given them.
// Its methods are called on the run's goroutine, and must not wait. It is comparable.
type Outlet interface {
	// Tell takes a message for a viewer, of which none is to be missed.
	Tell(viewer string, m Message)

	// Show takes frames for all viewers that want them, or only for those who steer.
	Show(m Message, steer bool)
}

// WatchFrom is Watch for a viewer elsewhere, whose messages an outlet takes by its name. Its
// channels stay empty.
func (h *Run) WatchFrom(ctx context.Context, hello wire.Hello, steers bool, o Outlet, name string) (*Viewer, error) {
	v := &Viewer{run: h, outlet: o, name: name, wantsFrames: true, steers: steers}
	return v, h.watch(ctx, v, hello)
}

func (h *Run) watch(ctx context.Context, v *Viewer, hello wire.Hello) error {
	return h.do(ctx, func(r *loop) {
		r.flush()
		r.seat(v)
		r.watched()
		v.send(r.text(wire.WelcomeMessage{Type: "welcome", Steer: v.steers, You: v.person}))
		r.greet(v, hello)
		if r.presenter != nil && !v.steers {
			v.send(r.text(r.viewMessage()))
		}
	})
}

// Hello asks again for the state of the run and for history from a point on.
func (v *Viewer) Hello(ctx context.Context, h wire.Hello) error {
	return v.run.do(ctx, func(r *loop) {
		r.flush()
		r.greet(v, h)
	})
}

// Attend does a command about the viewer itself. Where it is refused the error is a
// *wire.ErrorMessage and nothing was changed.
func (v *Viewer) Attend(ctx context.Context, c wire.WatchCommand) (a wire.Ack, err error) {
	err = v.run.ask(ctx, func(r *loop) error {
		if c.Presents != nil {
			if refused := r.presents(v, c.Presents); refused != nil {
				return refused
			}
		}
		if c.Name != nil && v.person.Name != *c.Name {
			v.person.Name = *c.Name
			r.peopleDue = true
		}
		if c.Frames != nil {
			v.wantsFrames = *c.Frames
			r.stale = true
		}
		a = r.ack()
		return nil
	})
	return a, err
}

// Do applies a command as [Run.Do] does, given by the viewer, who stands by the changes
// that it makes.
func (v *Viewer) Do(ctx context.Context, c wire.Command) (wire.Ack, error) {
	return v.run.doBy(ctx, c, v.steers, v) // steers never changes
}

// Close takes the viewer off the run.
func (v *Viewer) Close() {
	// A run that has ended has forgotten its viewers anyway.
	_ = v.run.do(context.Background(), func(r *loop) {
		r.unseat(v)
		if len(r.viewers) == 0 {
			r.pieces = pieces{}
		}
		r.touched = r.now()
	})
}

// ---- what follows runs on the run's goroutine ----

// greet answers a hello: the whole state, the grid, and the history that the
// viewer lacks.
func (r *loop) greet(v *Viewer, h wire.Hello) {
	next := 0
	known := len(r.present.Points)
	if !v.greeted {
		known = min(known, r.resumed)
	}
	if h.Generation == r.generation && h.Next <= known {
		next = h.Next
	}
	v.greeted = true
	v.send(r.greeting(next)...)
	v.send(r.pointsSent(next)...)
	r.stale = true
}

// greeting is what every viewer of a generation begins with: the whole state, whose
// history continues with point number next, and the grid.
func (r *loop) greeting(next int) []Message {
	return append([]Message{r.text(r.message(next))}, r.grid())
}

// grid are the frames on which others stand.
func (r *loop) grid() Message {
	return r.prepared(Message{Binary: true, Data: r.present.Data.GridBytes(r.generation)})
}

// pointsSent are the points from number first on that count as sent.
func (r *loop) pointsSent(first int) []Message {
	var points []Message
	for first < r.sent {
		m, next := r.piece(first)
		points = append(points, m)
		first = next
	}
	return points
}

func (r *loop) history(first, last int) wire.HistoryMessage {
	return wire.HistoryMessage{Type: "history", Generation: r.generation, First: first, Points: r.present.Points[first:last]}
}

// tell sends a message to all viewers, encoded once.
func (r *loop) tell(m any) {
	if len(r.viewers) > 0 {
		r.broadcast(r.text(m))
	}
}

func (r *loop) broadcast(messages ...Message) {
	for _, m := range messages { // one after the other, so that an outlet sees which are the same
		for v := range r.viewers {
			v.send(m)
		}
	}
}

func (r *loop) text(m any) Message { return r.prepared(Message{Data: wire.Encode(m)}) }

func (r *loop) prepared(m Message) Message {
	if r.options.Prepare != nil {
		m.Prepared = r.options.Prepare(m.Binary, m.Data)
	}
	return m
}

// send never blocks: a viewer whose queue is full loses what is in it and is
// told so. Only the run's goroutine sends, so there is room once it has
// emptied the queue.
func (v *Viewer) send(messages ...Message) {
	for _, m := range messages {
		if v.outlet != nil {
			v.outlet.Tell(v.name, m)
			continue
		}
		select {
		case v.events <- m:
			continue
		default:
		}
		for len(v.events) > 0 {
			select {
			case <-v.events:
			default: // the viewer took the last one itself
			}
		}
		v.events <- v.run.loop.text(wire.GapMessage{Type: "gap"})
	}
}

// show puts frames into the viewer's slot, and says whether some were there that
// had not been taken.
func (v *Viewer) show(frames Message) (dropped bool) {
	select {
	case <-v.frames:
		dropped = true
	default:
	}
	v.frames <- frames
	return dropped
}
