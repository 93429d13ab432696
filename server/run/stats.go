package run

import "time"

// Stats are what a run has done since it last told, and how many watch it.
type Stats struct {
	Viewers    int
	Steps      int
	Frames     int             // that were made, each for any number of viewers
	FrameBytes int             // of those, as handed to viewers
	Dropped    int             // that a viewer did not take before the next one
	Shown      []time.Duration // from each change that was applied to the frame that shows it
}

// reportStats tells what was done since it was last told.
func (r *Run) reportStats() {
	if r.options.Report != nil {
		r.stats.Viewers = len(r.viewers)
		r.options.Report(r.stats)
	}
	r.stats = Stats{}
}
