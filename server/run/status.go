package run

import (
	"context"

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
	err = r.do(ctx, func() { s = Status{r.state, r.reason, r.life.steps} })
	return s, err
}
