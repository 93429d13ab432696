package live

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A port is a Conn between two goroutines, as a worker's MessagePort is one: it has no
// network, no deadlines and no pings.
type port struct {
	in   chan []byte // to the server
	out  chan run.Message
	gone chan struct{}
	code int // by which it was closed; read when gone is
}

func newPort() *port {
	return &port{in: make(chan []byte), out: make(chan run.Message), gone: make(chan struct{})}
}

func (p *port) Next(func(string)) ([]byte, error) {
	select {
	case b := <-p.in:
		return b, nil
	case <-p.gone:
		return nil, ErrClosed
	}
}

func (p *port) Send(m run.Message) error {
	select {
	case p.out <- m:
		return nil
	case <-p.gone:
		return ErrClosed
	}
}

func (p *port) Close(code int, _ string) { p.code = code; close(p.gone) }
func (p *port) Ping([]byte) error        { return nil }
func (p *port) Hurry()                   {}
func (p *port) Drain(error)              {}
func (p *port) Drop()                    {}

// await reads until a message of a type comes.
func (p *port) await(t *testing.T, kind string, into any) {
	t.Helper()
	for m := range p.out {
		var head struct{ Type string }
		if m.Binary || json.Unmarshal(m.Data, &head) != nil || head.Type != kind {
			continue
		}
		if err := json.Unmarshal(m.Data, into); err != nil {
			t.Fatal(err)
		}
		return
	}
}

// A served is a run with an end.
type served struct {
	idle
	ended chan struct{}
}

func (s served) Ended() <-chan struct{} { return s.ended }

// kept is a seat that nobody else is given.
type kept struct{}

func (kept) Gone() context.Context { return context.Background() }
func (kept) Settle() bool          { return true }
func (kept) Expire(error)          {}

// A viewer is served over whatever carries messages: it is told of the run, steers it
// with the key alone, sees frames, and is told when the run ends.
func TestServeWithoutANetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := run.New("testtest", wire.Spec{}, run.Options{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		of := served{idle{session.Of(r)}, make(chan struct{})}
		go func() {
			defer close(of.ended)
			r.Serve(ctx)
		}()
		p := newPort()
		left := make(chan struct{})
		go func() {
			defer close(left)
			Visit{
				Run: of, Seat: kept{}, Meter: of, Log: slog.New(slog.DiscardHandler),
				Limits: Limits{Hello: time.Minute, Silence: time.Minute, CommandRate: 10, CommandBurst: 10, HelloRate: 1},
				Steers: func(key string) bool { return key == "mine" }, Proved: func() {},
			}.Serve(t.Context(), p)
		}()
		p.in <- []byte(`{"type":"change","id":1,"set":{"eps":0.01}}`)
		var refused wire.ErrorMessage
		if p.await(t, "error", &refused); refused.Code != wire.ReadOnly || refused.ID != 1 {
			t.Errorf("before the key: %+v", refused)
		}
		p.in <- []byte(`{"type":"hello","key":"mine"}`)
		var welcome wire.WelcomeMessage
		if p.await(t, "welcome", &welcome); !welcome.Steer {
			t.Error("who has the key does not steer")
		}
		p.in <- []byte(`{"type":"change","id":2,"set":{"eps":0.01}}`)
		var ack wire.Ack
		if p.await(t, "ack", &ack); ack.ID != 2 || ack.Revision != 1 {
			t.Errorf("got %+v", ack)
		}
		for m := range p.out {
			if !m.Binary {
				continue
			}
			if f, err := wire.ParseFrames(m.Data); err != nil {
				t.Fatal(err)
			} else if f[0].Kind == wire.FrameFit && f[0].Revision >= ack.Revision {
				break
			}
		}
		end()
		for {
			select {
			case <-p.out:
				continue
			case <-p.gone:
			}
			break
		}
		if <-left; p.code != closeGoingAway {
			t.Errorf("closed with %d", p.code)
		}
		if err := p.Send(run.Message{}); !errors.Is(err, ErrClosed) {
			t.Errorf("after the close: %v", err)
		}
	})
}
