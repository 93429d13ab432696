package run

import (
	"context"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/lane"
)

// observe has use compute something from the present on the caller's goroutine. Of one
// run one reader computes at a time. prepare, unless nil, runs on the owner's goroutine
// before, and may refuse.
func (r *Run) observe(ctx context.Context, prepare func(*capture.Glimpse) error, use func(*capture.Glimpse, []*lane.Lane) error) error {
	select {
	case r.reading <- struct{}{}:
		defer func() { <-r.reading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	var g *capture.Glimpse
	err := r.ask(ctx, func() error {
		now := capture.GlimpseOf(r.life, r.generation, r.revision, r.rate.perSecond, r.observers)
		if prepare != nil {
			if err := prepare(now); err != nil {
				return err
			}
		}
		g = now
		return nil
	})
	if err != nil {
		return err
	}
	lanes, err := r.observers.At(g)
	if err != nil {
		return err
	}
	return use(g, lanes)
}
