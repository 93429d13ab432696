package run

import (
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Stats are what a run has done since it last told.
type Stats struct {
	Steps    int
	Work     float64            // of the steps, in rows times parameters
	Trained  time.Duration      // that the steps took, and what was done between them
	Frames   int                // that were made, each for any number of viewers
	Troubles []wire.TroubleKind // of lanes whose training went wrong since
	Dropped  int                // that a viewer did not take before the next one
	Shown    []time.Duration    // from each change that was applied to the frame that shows it

	State    wire.State // of the run now
	Training bool       // it makes steps now, which a paused run may be told to
}

// reportStats tells what was done since it was last told.
func (r *loop) reportStats() {
	if r.options.Report != nil {
		r.stats.State, r.stats.Training = r.state, r.training()
		r.options.Report(r.stats)
	}
	r.stats = Stats{}
}
