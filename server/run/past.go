package run

import (
	"context"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Curves lists what Curve returns: of every step, and of those at which the run
// was evaluated.
func Curves() []string { return append(slices.Clone(stepColumns[:]), wire.PointColumns[pointHead:]...) }

// Curve returns a lane's curve (nil: the first lane's) over the steps from..to,
// with about two points for each of so many pixels, or all of them where there
// are no more. Curves names the curves.
func (r *Run) Curve(ctx context.Context, lane *uint8, curve string, from, to uint64, pixels int) (c history.Curve, err error) {
	err = r.ask(ctx, func() error {
		l, refused := r.life.lane(lane)
		if refused != nil {
			return refused
		}
		if i := slices.Index(stepColumns[:], curve); i >= 0 {
			c = l.steps.Query(i, from, to, pixels)
			return nil
		}
		i := slices.Index(wire.PointColumns[pointHead:], curve)
		if i < 0 {
			return wire.Refuse(wire.BadValue, "", "there is no curve %.40q; there are %s", curve, strings.Join(Curves(), ", "))
		}
		c = l.evaluations.Query(i, from, to, pixels)
		return nil
	})
	return c, err
}

// Snapshots returns the steps whose weights are kept, oldest first, as the first
// lane has them.
func (r *Run) Snapshots(ctx context.Context) (steps []uint64, err error) {
	err = r.do(ctx, func() { steps = r.life.lanes[0].snapshots.Steps() })
	return steps, err
}

// FramesAt returns the grid and what every lane predicted on it by the newest
// snapshots at or before a step, under the controls and on the rows of now: a
// message of frames, one after the other. Who asks for them watches, as far as
// being idle goes.
func (r *Run) FramesAt(ctx context.Context, step uint64) (frames []byte, err error) {
	err = r.ask(ctx, func() error {
		r.watched()
		states, at := map[*lane]*engine.State{}, uint64(0)
		for _, lane := range r.life.lanes {
			s, kept, ok := lane.snapshots.At(step)
			if !ok {
				return wire.Refuse(wire.BadState, "", "lane %s has no snapshot of step %d or before", lane.name, step)
			}
			states[lane], at = s, kept
		}
		frames, err = r.frames(states, at)
		if err == nil {
			frames = append(slices.Clone(r.grid().Data), frames...)
		}
		return err
	})
	return frames, err
}
