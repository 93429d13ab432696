package run

import (
	"context"
	"math"

	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Copy is a run as it was at one moment: its lanes with their weights, rows, settings,
// history and changes, but nothing that could be undone. It shares nothing that changes
// with the run. It is for one run, which [From] makes of it.
type Copy struct {
	// Private says that it has rows of the owner's, which are not for all who watch.
	Private bool

	parent   string // id of the run that it is of
	present  *past.Generation
	own      *rows.Own
	revision uint32
	paused   bool
}

// Copy returns the run as it is now.
func (h *Run) Copy(ctx context.Context) (*Copy, error) {
	var c *Copy
	var from lane.Archive
	err := h.do(ctx, func(r *loop) {
		r.touched, from = r.now(), r.archive
		c = &Copy{
			Private: r.present.Private(), parent: r.id, present: r.present.Copy(), revision: r.revision,
			own:    r.present.Data.Own, // others that were given before are nobody's who sees these
			paused: r.state == wire.Paused,
		}
	})
	if err != nil {
		return nil, err
	}
	// What is in this run's part of the store is not in that of the other.
	own := map[*lane.Kept]*lane.Kept{} // lanes may have some in common
	for _, l := range c.present.Lanes {
		if err := load(ctx, from, l.Steps, 0, math.MaxUint64); err != nil {
			return nil, notFetched("the run was not copied: a curve of it", err)
		}
		l.Snapshots, err = history.Map(l.Snapshots, func(k *lane.Kept) (*lane.Kept, error) {
			if own[k] != nil {
				return own[k], nil
			}
			states, release, err := fetch(ctx, from, []*lane.Kept{k})
			if err != nil {
				return nil, err
			}
			defer release()
			own[k] = lane.Keep(states[0])
			return own[k], nil
		})
		if err != nil {
			return nil, notFetched("the run was not copied: an earlier step of it", err)
		}
	}
	return c, nil
}

// From returns a run that continues from the copy of another, bit for bit as that one
// would have, and plays or is paused as that one was. An error that is a
// *wire.ErrorMessage says why there is no room for it.
func From(id string, c *Copy, o Options) (*Run, error) {
	r := newLoop(id, o)
	g := c.present
	if err := r.admitLife(g.Data, g.Starts()); err != nil {
		return nil, err
	}
	r.own, r.parent, r.revision = c.own, c.parent, c.revision
	if o.Paused || c.paused {
		r.state = wire.Paused
	}
	r.become(g)
	r.sent = len(g.Points)
	r.judge()
	return handleOf(r), nil
}
