package run

import (
	"context"
)

// Record takes a lane (nil: the first) out of the run as it is now. It takes copies
// between two steps, and makes the rest of it on the caller's goroutine.
func (r *Run) Record(ctx context.Context, lane *uint8) (*Record, error) {
	return r.takeOut(ctx, lane, true)
}

// ModelRecord is Record without what takes time or room: Batches, Grid and Snapshots.
func (r *Run) ModelRecord(ctx context.Context, lane *uint8) (*Record, error) {
	return r.takeOut(ctx, lane, false)
}

// takeOut makes a record, whole or of the model alone.
func (r *Run) takeOut(ctx context.Context, lane *uint8, whole bool) (*Record, error) {
	var t *taken
	err := r.ask(ctx, func() error {
		l, refused := r.life.lane(lane)
		if refused != nil {
			return refused
		}
		r.touched = r.now()
		var err error
		t, err = takeOut(r.life, l, r.about())
		return err
	})
	if err != nil {
		return nil, err
	}
	return t.make(whole)
}

// about is what records of the run say of it.
func (r *Run) about() about {
	return about{
		env: &r.env, run: r.id, parent: r.parent, state: r.state, time: r.now(),
		version: r.options.Version, commit: r.options.Commit,
	}
}
