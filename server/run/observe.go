package run

import (
	"context"
)

// observe has use compute something from the present on the caller's goroutine. Of one
// run one reader computes at a time. prepare, unless nil, runs on the owner's goroutine
// before, and may refuse.
func (r *Run) observe(ctx context.Context, prepare func(*glimpse) error, use func(*glimpse, []*lane) error) error {
	select {
	case r.reading <- struct{}{}:
		defer func() { <-r.reading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	var g *glimpse
	err := r.ask(ctx, func() error {
		now := glimpseOf(r.life, r.generation, r.revision, r.rate.perSecond, r.observers)
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
	lanes, err := r.observers.at(g)
	if err != nil {
		return err
	}
	return use(g, lanes)
}
