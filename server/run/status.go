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

	Trouble []wire.Trouble // lanes whose training went wrong; not to be changed
}

// Status says what the run is at, which takes no time worth speaking of.
func (h *Run) Status(ctx context.Context) (s Status, err error) {
	err = h.do(ctx, func(r *loop) { s = r.status() })
	return s, err
}

// Await returns the run's status once it is wanted, which is asked on the run's
// goroutine: at once, and whenever the run has done something. wanted must be quick.
func (h *Run) Await(ctx context.Context, wanted func(Status) bool) (s Status, err error) {
	err = h.await(ctx, func(r *loop) bool {
		s = r.status()
		return wanted(s)
	})
	return s, err
}

// A wait is for something that is asked on the run's goroutine.
type wait struct {
	holds func(*loop) bool
	held  chan struct{} // closed when it has
}

// await returns when something holds, which is asked on the run's goroutine.
func (h *Run) await(ctx context.Context, holds func(*loop) bool) error {
	w := &wait{holds, make(chan struct{})}
	if err := h.do(ctx, func(r *loop) { r.waits = append(r.waits, w) }); err != nil {
		return err
	}
	select {
	case <-w.held:
		return nil
	case <-h.done:
		return ErrEnded
	case <-ctx.Done():
		// After this it is not asked any more.
		if err := h.do(context.WithoutCancel(ctx), func(r *loop) {
			r.waits = slices.DeleteFunc(r.waits, func(x *wait) bool { return x == w })
		}); err != nil {
			return err
		}
		return ctx.Err()
	}
}

// ---- what follows runs on the owner's goroutine ----

func (r *loop) status() Status { return Status{r.state, r.reason, r.present.Steps, r.wrong} }

// answerWaits lets go whoever waits for what holds now.
func (r *loop) answerWaits() {
	if len(r.waits) == 0 {
		return
	}
	r.waits = slices.DeleteFunc(r.waits, func(w *wait) bool {
		holds := w.holds(r)
		if holds {
			close(w.held)
		}
		return holds
	})
}
