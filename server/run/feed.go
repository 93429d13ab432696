package run

import (
	"context"
	"encoding/json"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A Message is one websocket message, or whatever carries messages elsewhere.
type Message struct {
	Binary bool // a frame; else JSON text
	Data   []byte
}

// queueLength bounds the messages that wait for a viewer. At full speed a run
// sends about thirty a second.
const queueLength = 256

// A Viewer watches a run. Its channels are never closed; see [Run.Done]. What
// it does not take in time it loses: of frames all but the newest, of messages
// all that wait, with a gap message in their place.
type Viewer struct {
	run    *Run
	frames chan []byte
	events chan Message

	// ---- owned by the run's goroutine ----
	wantsFrames bool
}

// Frames has one slot: the newest fit frame that was not taken yet.
func (v *Viewer) Frames() <-chan []byte { return v.frames }

// Events are the messages of which none is to be missed.
func (v *Viewer) Events() <-chan Message { return v.events }

// Watch adds a viewer, who finds the answer to the hello among its events.
func (r *Run) Watch(ctx context.Context, h wire.Hello) (*Viewer, error) {
	v := &Viewer{
		run:         r,
		frames:      make(chan []byte, 1),
		events:      make(chan Message, queueLength),
		wantsFrames: true,
	}
	err := r.do(ctx, func() {
		r.flush()
		r.viewers[v] = struct{}{}
		r.watched()
		r.greet(v, h)
	})
	return v, err
}

// Hello asks again for the state of the run and for history from a point on.
func (v *Viewer) Hello(ctx context.Context, h wire.Hello) error {
	return v.run.do(ctx, func() {
		v.run.flush()
		v.run.greet(v, h)
	})
}

// WantFrames says whether the viewer wants frames, as a hidden page does not.
func (v *Viewer) WantFrames(ctx context.Context, want bool) (wire.Ack, error) {
	var a wire.Ack
	err := v.run.do(ctx, func() {
		v.wantsFrames = want
		v.run.stale = true
		a = v.run.ack()
	})
	return a, err
}

// Close takes the viewer off the run.
func (v *Viewer) Close() {
	// A run that has ended has forgotten its viewers anyway.
	_ = v.run.do(context.Background(), func() {
		delete(v.run.viewers, v)
		v.run.touched = v.run.now()
	})
}

// ---- what follows runs on the run's goroutine ----

// greet answers a hello: the whole state, the grid, and the history that the
// viewer lacks.
func (r *Run) greet(v *Viewer, h wire.Hello) {
	next := 0
	if h.Epoch == r.epoch && h.Next <= len(r.points) {
		next = h.Next
	}
	v.send(r.greeting(next)...)
	v.send(r.pointsSent(next)...)
	r.stale = true
}

// greeting is what every viewer of an epoch begins with: the whole state, whose
// history goes on with point number next, and the grid.
func (r *Run) greeting(next int) []Message {
	greeting := []Message{{Data: encode(r.message(next))}}
	for _, f := range r.lane.data.gridFrames(r.epoch) {
		greeting = append(greeting, Message{Binary: true, Data: f.Append(nil)})
	}
	return greeting
}

// pointsPerMessage keeps a history message within what clients like to read at
// once.
const pointsPerMessage = 4096

// pointsSent are the points from number first on that count as sent.
func (r *Run) pointsSent(first int) []Message {
	var points []Message
	for first < r.sent {
		last := min(first+pointsPerMessage, r.sent)
		points = append(points, Message{Data: encode(r.history(first, last))})
		first = last
	}
	return points
}

func (r *Run) history(first, last int) wire.HistoryMessage {
	return wire.HistoryMessage{Type: "history", Epoch: r.epoch, First: first, Points: r.points[first:last]}
}

// broadcast sends a message to all viewers, encoded once.
func (r *Run) broadcast(m any) {
	e := Message{Data: encode(m)}
	for v := range r.viewers {
		v.send(e)
	}
}

// send never blocks: a viewer whose queue is full loses what is in it and is
// told so. Only the run's goroutine sends, so there is room once it has
// emptied the queue.
func (v *Viewer) send(messages ...Message) {
	for _, m := range messages {
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
		v.events <- Message{Data: encode(wire.GapMessage{Type: "gap"})}
	}
}

// show puts a frame into the viewer's slot, in place of one not taken.
func (v *Viewer) show(frame []byte) {
	select {
	case <-v.frames:
	default:
	}
	v.frames <- frame
}

// encode marshals one of our own messages, which cannot fail: they hold
// numbers, strings and Numbers.
func encode(m any) []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic("run: encoding a message: " + err.Error())
	}
	return b
}
