package remote

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// queueLength bounds the messages that wait for a viewer, as where its run is.
const queueLength = 256

// gapMessage is an encoded wire.GapMessage.
var gapMessage = run.Message{Data: wire.Encode(wire.GapMessage{Type: "gap"})}

// A viewer is one of this node at a run of another. What it does not take in time it loses,
// as [run.Viewer] does.
type viewer struct {
	of     *Run
	number uint64
	steers bool
	frames chan run.Message
	events chan run.Message

	mu    sync.Mutex // also makes send one piece
	wants bool       // frames
	told  bool       // something since it came in: what frames stand on
	in    time.Time  // when it came in; zero until then
	name  *string    // as it said last, for a host that has lost sight of it
}

func (v *viewer) Frames() <-chan run.Message { return v.frames }
func (v *viewer) Events() <-chan run.Message { return v.events }

// join has the host add the viewer.
func (v *viewer) join(ctx context.Context, h wire.Hello) error {
	h.Key = "" // what it is worth was decided here
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	v.mu.Lock()
	v.told, v.in = false, time.Time{}
	v.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if _, err := v.do(ctx, "/join", b); err != nil {
		return err
	}
	v.mu.Lock()
	v.in = time.Now()
	wants, name := v.wants, v.name
	v.mu.Unlock()
	if wants && name == nil {
		return nil
	}
	w := wire.WatchCommand{Name: name}
	if !wants {
		w.Frames = new(bool)
	}
	_, err = v.do(ctx, "/attend", wire.EncodeCommand(&w))
	return err
}

func (v *viewer) do(ctx context.Context, path string, command json.RawMessage) (wire.Ack, error) {
	return v.of.do(ctx, path, call{Viewer: v.number, Steers: v.steers, Command: command})
}

// Hello implements [session.Viewer]. A viewer of whom the host has lost sight comes in again.
func (v *viewer) Hello(ctx context.Context, h wire.Hello) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	_, err = v.do(ctx, "/hello", b)
	if errors.Is(err, errUnknown) {
		return v.join(ctx, h)
	}
	return err
}

// Attend implements [session.Viewer].
func (v *viewer) Attend(ctx context.Context, c wire.WatchCommand) (wire.Ack, error) {
	ack, err := v.again(ctx, "/attend", wire.EncodeCommand(&c))
	if err == nil {
		v.mu.Lock()
		defer v.mu.Unlock()
		if c.Frames != nil {
			v.wants = *c.Frames
		}
		if c.Name != nil {
			v.name = c.Name
		}
	}
	return ack, err
}

// Do implements [session.Viewer].
func (v *viewer) Do(ctx context.Context, c wire.Command) (wire.Ack, error) {
	return v.again(ctx, "/do", wire.EncodeCommand(c))
}

// again is do for a viewer of whom the host may have lost sight.
func (v *viewer) again(ctx context.Context, path string, command json.RawMessage) (wire.Ack, error) {
	ack, err := v.do(ctx, path, command)
	if !errors.Is(err, errUnknown) {
		return ack, err
	}
	if err := v.join(ctx, wire.Hello{Type: "hello"}); err != nil {
		return wire.Ack{}, err
	}
	return v.do(ctx, path, command)
}

// Close implements [session.Viewer]. A host that does not hear of it is told later which
// viewers there are.
func (v *viewer) Close() {
	v.of.remove(v)
	ctx, cancel := context.WithTimeout(v.of.of.ctx, callTime)
	defer cancel()
	select {
	case <-v.of.ended:
	default:
		_, _ = v.do(ctx, "/leave", nil)
	}
}

// isIn says whether the viewer had come in before a time.
func (v *viewer) isIn(before time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return !v.in.IsZero() && v.in.Before(before)
}

// wantsFrames says whether frames, or those that only who steers is shown, are for it.
func (v *viewer) wantsFrames(steer bool) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.wants && v.told && (v.steers || !steer)
}

// send never blocks: where the queue is full what is in it is lost, and the viewer is told.
func (v *viewer) send(m run.Message) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.told = true
	select {
	case v.events <- m:
	default:
		v.lose()
	}
}

// gap tells the viewer that it has missed something.
func (v *viewer) gap() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lose()
}

func (v *viewer) lose() {
	for {
		select {
		case <-v.events:
			continue
		default:
		}
		break
	}
	v.events <- gapMessage // nobody else sends
}

// show puts frames into the slot. One goroutine calls it.
func (v *viewer) show(m run.Message) {
	select {
	case <-v.frames:
	default:
	}
	v.frames <- m
}
