package run

import (
	"context"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A Status is what a run is at.
type Status struct {
	State  wire.State
	Reason string // why the state is what it is; may be empty
	Step   uint64
}

// Status says what the run is at, which takes no time worth speaking of.
func (r *Run) Status(ctx context.Context) (s Status, err error) {
	err = r.do(ctx, func() { s = r.status() })
	return s, err
}

// Await returns the run's status once it is wanted, which is asked on the run's
// goroutine: at once, and whenever the run has done something. wanted must be quick.
func (r *Run) Await(ctx context.Context, wanted func(Status) bool) (s Status, err error) {
	err = r.await(ctx, func() bool {
		s = r.status()
		return wanted(s)
	})
	return s, err
}

// A wait is for something that is asked on the run's goroutine.
type wait struct {
	holds func() bool
	held  chan struct{} // closed when it has
}

// await returns when something holds, which is asked on the run's goroutine.
func (r *Run) await(ctx context.Context, holds func() bool) error {
	w := &wait{holds, make(chan struct{})}
	if err := r.do(ctx, func() { r.waits = append(r.waits, w) }); err != nil {
		return err
	}
	select {
	case <-w.held:
		return nil
	case <-r.done:
		return ErrEnded
	case <-ctx.Done():
		// After this it is not asked any more.
		if err := r.do(context.WithoutCancel(ctx), func() {
			r.waits = slices.DeleteFunc(r.waits, func(x *wait) bool { return x == w })
		}); err != nil {
			return err
		}
		return ctx.Err()
	}
}

// ---- what follows runs on the owner's goroutine ----

func (r *Run) status() Status { return Status{r.state, r.reason, r.life.Steps} }

// answerWaits lets go whoever waits for what holds now.
func (r *Run) answerWaits() {
	if len(r.waits) == 0 {
		return
	}
	r.waits = slices.DeleteFunc(r.waits, func(w *wait) bool {
		holds := w.holds()
		if holds {
			close(w.held)
		}
		return holds
	})
}
