package run

import (
	"context"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/lane"
)

// observe has use compute something from the present on the caller's goroutine. Of one
// run one reader computes at a time. prepare, unless nil, runs on the owner's goroutine
// before, and may refuse.
func (h *Run) observe(ctx context.Context, prepare func(*loop, *capture.Glimpse) error, use func(*capture.Glimpse, []*lane.Lane) error) error {
	select {
	case h.reading <- struct{}{}:
		defer func() { <-h.reading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	var g *capture.Glimpse
	err := h.ask(ctx, func(r *loop) error {
		now := capture.GlimpseOf(r.present, r.generation, r.revision, r.rate.perSecond, h.observers)
		if prepare != nil {
			if err := prepare(r, now); err != nil {
				return err
			}
		}
		g = now
		return nil
	})
	if err != nil {
		return err
	}
	lanes, err := h.observers.At(g)
	if err != nil {
		return err
	}
	return use(g, lanes)
}
