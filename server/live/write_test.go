package live

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A busy writer finds events and a frame waiting. Those that the run sent before it made
// the frame go first.
func TestEventsGoBeforeLaterFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := run.New("testtest", wire.Spec{}, run.Options{Paused: true})
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		go r.Serve(ctx)
		for range 20 { // of two that are ready a select takes either
			v, err := r.Watch(ctx, wire.Hello{}, false)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			if len(v.Events()) < 3 || len(v.Frames()) != 1 {
				t.Fatalf("%d events and %d frames wait", len(v.Events()), len(v.Frames()))
			}
			var sent sequence
			c := newClient(Visit{Run: idle{Live: session.Of(r)}, Meter: idle{}, Limits: Limits{Silence: time.Minute}, Log: slog.New(slog.DiscardHandler)}, &sent)
			c.watching <- v
			writing, stop := context.WithCancel(ctx)
			written := make(chan struct{})
			go func() {
				defer close(written)
				c.write(writing, ctx)
			}()
			synctest.Wait()
			stop()
			<-written
			v.Close()
			grid := false
			for _, m := range sent {
				if !m.Binary {
					continue
				}
				f, err := wire.ParseFrames(m.Data)
				if err != nil {
					t.Fatal(err)
				}
				grid = grid || f[0].Kind == wire.FrameGrid
				if f[0].Kind == wire.FrameFit && !grid {
					t.Fatal("a fit came before its grid")
				}
			}
			if !grid {
				t.Fatal("no grid came")
			}
		}
		end()
		<-r.Done()
	})
}

// A sequence is a Conn that keeps what is sent.
type sequence []run.Message

func (o *sequence) Send(m run.Message) error { *o = append(*o, m); return nil }

func (o *sequence) Next(func(string)) ([]byte, error) { select {} }
func (o *sequence) Ping([]byte) error                 { return nil }
func (o *sequence) Close(int, string)                 {}
func (o *sequence) Hurry()                            {}
func (o *sequence) Drain(error)                       {}
func (o *sequence) Drop()                             {}

// idle is a run that does not end, and a meter that counts nothing.
type idle struct{ session.Live }

func (idle) Ended() <-chan struct{}         { return nil }
func (idle) Err() error                     { return nil }
func (idle) Join()                          {}
func (idle) Leave()                         {}
func (idle) Note()                          {}
func (idle) Viewers(int)                    {}
func (idle) Sent(int, time.Duration)        {}
func (idle) Commanded(wire.Command, string) {}
