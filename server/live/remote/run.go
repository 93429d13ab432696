package remote

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/relay"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Run is a run that another node owns, as viewers here see it. It ends where that node
// owns it no more.
type Run struct {
	of *Far
	id string
	at Place

	asked time.Time // guarded by the Far's mu
	owned time.Time // when it was last known to be where it is; ditto

	ended chan struct{}

	mu      sync.Mutex
	over    bool
	err     error
	viewers map[uint64]*viewer
	frames  *nats.Subscription // while there are viewers
	since   time.Time          // when the last one left
	link    uint64
	seq     uint64
	parts   []byte // of a message that is not whole
	picture []byte // ditto, of frames
}

var _ live.Run = (*Run)(nil)

// ID implements [live.Run].
func (x *Run) ID() string { return x.id }

// Ended implements [live.Run].
func (x *Run) Ended() <-chan struct{} { return x.ended }

// Err implements [live.Run]. It is session.ErrMoved where another node owns the run.
func (x *Run) Err() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.err
}

// Join, Leave and Note do nothing: the owner counts who watches and notes what is done.
func (x *Run) Join()  {}
func (x *Run) Leave() {}
func (x *Run) Note()  {}

// Do implements [live.Run].
func (x *Run) Do(ctx context.Context, c wire.Command, steers bool) (wire.Ack, error) {
	return x.do(ctx, "/do", call{Steers: steers, Command: wire.EncodeCommand(c)})
}

// do asks the owner.
func (x *Run) do(ctx context.Context, path string, c call) (wire.Ack, error) {
	c.Run, c.Epoch = x.id, x.at.Epoch
	o, err := x.of.call(ctx, x.at.Node, path, c)
	switch {
	case err != nil:
		return wire.Ack{}, err
	case o.Refused != nil:
		return wire.Ack{}, o.Refused
	case o.Ended:
		x.finish(session.ErrMoved)
		return wire.Ack{}, run.ErrEnded
	case o.Unknown:
		return wire.Ack{}, errUnknown
	case o.Failed != "":
		return wire.Ack{}, fmt.Errorf("the run's node: %s", o.Failed)
	case o.Ack == nil:
		return wire.Ack{}, nil
	}
	return *o.Ack, nil
}

// errUnknown says that the host does not know a viewer, who may come in again.
var errUnknown = errors.New("the run's node has lost sight of the viewer")

// Watch implements [live.Run].
func (x *Run) Watch(ctx context.Context, h wire.Hello, steers bool) (session.Viewer, error) {
	v := &viewer{
		of: x, steers: steers, wants: true,
		frames: make(chan run.Message, 1), events: make(chan run.Message, queueLength),
	}
	x.of.mu.Lock()
	x.of.number++
	v.number = x.of.number
	x.of.mu.Unlock()
	if err := x.add(v); err != nil {
		return nil, err
	}
	if err := x.join(ctx, v, h); err != nil {
		x.remove(v)
		return nil, err
	}
	return v, nil
}

// followTime is how long a viewer waits for another node to have a run whose owner is gone:
// as long as a lease lasts, and for that node to load the run.
const followTime = 15 * time.Second

// askAgain is how long it waits before it asks an owner again that was not there.
const askAgain = 250 * time.Millisecond

// join has a viewer join. An owner that does not answer is asked again until it does, or
// another node has the run, or none came: who is sent away meanwhile would come again in
// vain, ever less often.
func (x *Run) join(ctx context.Context, v *viewer, h wire.Hello) error {
	for late := time.Now().Add(followTime); ; {
		err := v.join(ctx, h)
		if !errors.Is(err, relay.ErrUnheard) || time.Now().After(late) {
			return err
		}
		select {
		case <-x.ended:
			return run.ErrEnded // of which the viewer is told as others are
		case <-time.After(askAgain):
		case <-ctx.Done():
			return err
		}
	}
}

// add has messages for a viewer taken, before the host knows of it.
func (x *Run) add(v *viewer) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.over {
		return run.ErrEnded
	}
	if x.frames == nil {
		var err error
		if x.frames, err = x.of.Conn.ChanSubscribe(framesOf(x.id, x.at.Epoch), x.of.in); err != nil {
			return fmt.Errorf("cannot listen for frames: %w", err)
		}
	}
	x.viewers[v.number] = v
	return nil
}

func (x *Run) remove(v *viewer) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.viewers, v.number)
	if len(x.viewers) == 0 {
		x.deafen()
		x.since = time.Now()
	}
}

// deafen takes no more frames. Callers hold mu.
func (x *Run) deafen() {
	if x.frames != nil {
		_ = x.frames.Unsubscribe() // an error is that the connection is closed
		x.frames, x.picture = nil, nil
	}
}

// present returns the viewers that there are.
func (x *Run) present() (numbers []uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for n := range x.viewers {
		numbers = append(numbers, n)
	}
	return numbers
}

// isIdle says whether nobody has watched for long. Callers hold the Far's mu.
func (x *Run) isIdle() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.viewers) == 0 && time.Since(x.asked) > restTime && time.Since(x.since) > restTime
}

// hasMoved says whether what is known of the run's owner ends the run here. Where the host
// told of a later epoch than is known here, that is on its way; and where nobody owns the run
// it may have been deleted, which the host says. Callers hold the Far's mu.
func (x *Run) hasMoved(at Place, ok bool) bool {
	if ok && at.Epoch >= x.at.Epoch {
		x.owned = time.Now()
		return at != x.at
	}
	return time.Since(x.owned) > newsTime
}

// isHere says whether the run has not ended here.
func (x *Run) isHere() bool {
	select {
	case <-x.ended:
		return false
	default:
		return true
	}
}

// finish ends the run here.
func (x *Run) finish(why error) {
	x.of.mu.Lock()
	if x.of.runs[x.id] == x {
		delete(x.of.runs, x.id)
	}
	x.of.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.over {
		return
	}
	x.over, x.err = true, why
	x.deafen()
	close(x.ended)
}

// take takes an event, and tells viewers where some were missed.
func (x *Run) take(e event, data []byte) {
	x.mu.Lock()
	counts := len(e.Viewers) > 0 || e.End != ""
	if x.link != e.Link {
		fresh := x.link == 0
		x.link, x.seq, x.parts = e.Link, 0, nil
		if fresh && counts { // the host may not have noticed that earlier viewers left
			x.seq = e.Seq - 1
		}
	}
	want := x.seq
	if counts {
		want++
	}
	missed := e.Seq != want
	x.seq = e.Seq
	var all []*viewer
	if missed {
		x.parts = nil
		for _, v := range x.viewers {
			all = append(all, v)
		}
	}
	var to []*viewer
	var m run.Message
	whole := counts && !e.More && len(e.Viewers) > 0
	switch {
	case !counts:
	case e.More:
		x.parts = append(x.parts, data...)
	case x.parts != nil:
		data, x.parts = append(x.parts, data...), nil
	}
	if whole && !missed {
		m = run.Message{Binary: e.Binary, Data: data}
		for _, n := range e.Viewers {
			if v := x.viewers[n]; v != nil {
				to = append(to, v)
			}
		}
	}
	x.mu.Unlock()
	for _, v := range all {
		v.gap()
	}
	if len(to) > 0 {
		m = x.of.prepare(m)
		for _, v := range to {
			v.send(m)
		}
	}
	switch e.End {
	case moved:
		x.finish(session.ErrMoved)
	case failed:
		x.finish(errors.New("the run failed"))
	case ended:
		x.finish(nil)
	}
}

// show takes frames for the viewers that want them.
func (x *Run) show(p picture, data []byte) {
	x.mu.Lock()
	if p.More {
		x.picture = append(x.picture, data...)
		x.mu.Unlock()
		return
	}
	if x.picture != nil {
		data, x.picture = append(x.picture, data...), nil
	}
	var to []*viewer
	for _, v := range x.viewers {
		if v.wantsFrames(p.Steer) {
			to = append(to, v)
		}
	}
	over := x.over || len(data) != p.Size // a part was lost
	x.mu.Unlock()
	if len(to) == 0 || over {
		return
	}
	m := x.of.prepare(run.Message{Binary: true, Data: data, Made: time.Unix(0, p.Made), Owned: x.isHere})
	for _, v := range to {
		v.show(m)
	}
}

// miss tells viewers whom the host does not know that they missed something, if they came in
// before it was asked.
func (x *Run) miss(unknown []uint64, asked time.Time) {
	x.mu.Lock()
	var out []*viewer
	for _, n := range unknown {
		if v := x.viewers[n]; v != nil && v.isIn(asked) {
			out = append(out, v)
		}
	}
	x.mu.Unlock()
	for _, v := range out {
		v.gap()
	}
}
