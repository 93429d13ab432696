package run

import (
	"context"

	"github.com/gnllviz/gnllviz/server/run/capture"
)

// Capture takes a lane (nil: the first) out of the run as it is now. It takes copies
// between two steps, and makes the rest of it on the caller's goroutine.
func (h *Run) Capture(ctx context.Context, lane *uint8) (*capture.Capture, error) {
	return h.takeOut(ctx, lane, true)
}

// CaptureModel is Capture without what takes time or room: Batches, Grid and Snapshots.
func (h *Run) CaptureModel(ctx context.Context, lane *uint8) (*capture.Capture, error) {
	return h.takeOut(ctx, lane, false)
}

// takeOut makes a record, whole or of the model alone.
func (h *Run) takeOut(ctx context.Context, lane *uint8, whole bool) (*capture.Capture, error) {
	var t *capture.Copy
	err := h.ask(ctx, func(r *loop) error {
		l, refused := r.present.Lane(lane)
		if refused != nil {
			return refused
		}
		r.touched = r.now()
		t = capture.Take(r.present, l, r.about())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t.Make(whole)
}

// about is what records of the run say of it.
func (r *loop) about() capture.About {
	return capture.About{
		Env: &r.env, Run: r.id, Parent: r.parent, State: r.state, Time: r.now(),
		Version: r.options.Version, Commit: r.options.Commit,
	}
}
