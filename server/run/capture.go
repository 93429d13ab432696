package run

import (
	"context"
	"math"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/lane"
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
func (h *Run) takeOut(ctx context.Context, id *uint8, whole bool) (*capture.Capture, error) {
	var t *capture.Copy
	var from lane.Archive
	err := h.ask(ctx, func(r *loop) error {
		l, refused := r.present.Lane(id)
		if refused != nil {
			return refused
		}
		r.touched, from = r.now(), r.archive
		t = capture.Take(r.present, l, r.about())
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !whole {
		return t.Make(nil)
	}
	return t.Make(&capture.Archive{
		States: func(kept []*lane.Kept) ([]*engine.State, func(), error) {
			states, release, err := fetch(ctx, from, kept)
			if err != nil {
				return nil, nil, notFetched("earlier steps", err)
			}
			return states, release, nil
		},
		Curve: func(s *history.Series) error {
			if err := load(ctx, from, s, 0, math.MaxUint64); err != nil {
				return notFetched("the curves", err)
			}
			return nil
		},
	})
}

// about is what records of the run say of it.
func (r *loop) about() capture.About {
	return capture.About{
		Env: &r.env, Run: r.id, Parent: r.parent, State: r.state, Time: r.now(),
		Version: r.options.Version, Commit: r.options.Commit,
	}
}
