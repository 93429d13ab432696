package run

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A run that this process may not train makes no step and shows nothing, and a frame that was
// made before says so; when it may again it goes on where it was.
func TestNotOwned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var owned atomic.Bool
		owned.Store(true)
		r, err := New("testtest", wire.Spec{}, Options{Idle: time.Hour, Owned: owned.Load})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go r.Serve(ctx)
		defer func() { cancel(); <-r.Done() }()
		at := func() uint64 {
			s, err := r.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return s.Step
		}
		v := comes(t, r, true)
		time.Sleep(time.Second)
		if at() == 0 {
			t.Fatal("it makes no steps")
		}
		late := <-v.Frames()
		owned.Store(false)
		if late.Owned == nil || late.Owned() {
			t.Error("a frame of before may still be shown")
		}
		stood := at()
		told[wire.HistoryMessage](t, v, "history")
		for len(v.Frames()) > 0 {
			<-v.Frames()
		}
		time.Sleep(10 * time.Second)
		if now := at(); now != stood {
			t.Errorf("it went from step %d to %d", stood, now)
		}
		if n := len(v.Frames()) + len(told[wire.HistoryMessage](t, v, "history")); n > 0 {
			t.Errorf("it showed %d frames and points", n)
		}
		owned.Store(true)
		time.Sleep(time.Second)
		if now := at(); now <= stood || now > stood+400 {
			t.Errorf("a second later it is at step %d, after %d", now, stood)
		}
		if len(v.Frames()) == 0 {
			t.Error("it shows nothing")
		}
	})
}
