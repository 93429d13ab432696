package server

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A busy writer finds events and a frame waiting. Those that the run sent before it made
// the frame go first.
func TestEventsGoBeforeLaterFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(t.Context(), Config{Log: slog.New(slog.DiscardHandler)})
		r, err := run.New("testtest", wire.Spec{}, run.Options{Paused: true, Prepare: prepare})
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
			c := &client{conn: &sent, run: &entry{Run: r, ended: make(chan struct{})}, limits: &s.limits, log: s.log, metrics: s.metrics, watching: make(chan *run.Viewer, 1)}
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

// A sequence is a conn that keeps what is sent.
type sequence []run.Message

func (o *sequence) send(m run.Message) error { *o = append(*o, m); return nil }

func (o *sequence) next(func(string)) ([]byte, error) { select {} }
func (o *sequence) ping([]byte) error                 { return nil }
func (o *sequence) close(int, string)                 {}
func (o *sequence) hurry()                            {}
func (o *sequence) drain(error)                       {}
func (o *sequence) drop()                             {}
