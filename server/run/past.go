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
// of the target that is shown, with about two points for each of so many pixels, or all of them where there
// are no more. Curves names the curves.
func (r *Run) Curve(ctx context.Context, lane *uint8, curve string, from, to uint64, pixels int) (c history.Curve, err error) {
	column, ofSteps := slices.Index(stepColumns[:], curve), true
	if column < 0 {
		column, ofSteps = slices.Index(wire.PointColumns[pointHead:], curve), false
	}
	if column < 0 {
		return c, wire.Refuse(wire.BadValue, "", "there is no curve %.40q; there are %s", curve, strings.Join(Curves(), ", "))
	}
	var series *history.Series
	err = r.ask(ctx, func() error {
		l, refused := r.life.lane(lane)
		if refused != nil {
			return refused
		}
		if ofSteps {
			series = l.steps.Clone() // which shares what no longer changes
		} else {
			series = l.evaluations[r.life.data.target].Clone()
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	return series.Query(column, from, to, pixels), nil
}

// Snapshots returns the steps whose weights are kept of all lanes, oldest first.
func (r *Run) Snapshots(ctx context.Context) (steps []uint64, err error) {
	err = r.do(ctx, func() { steps = r.life.snapshots() })
	return steps, err
}

// snapshots are the steps of which all lanes have one: lanes of many parameters
// keep fewer than others.
func (l *life) snapshots() []uint64 {
	steps := l.lanes[0].snapshots.Steps()
	for _, lane := range l.lanes[1:] {
		steps = slices.DeleteFunc(steps, func(step uint64) bool {
			_, at, ok := lane.snapshots.At(step)
			return !ok || at != step
		})
	}
	return steps
}

// snapshot returns the states of all lanes, in their order, at the newest moment
// at or before a step that is kept of all of them.
func (l *life) snapshot(step uint64) (states []*engine.State, at uint64, refused *wire.ErrorMessage) {
	steps := l.snapshots()
	i, exact := slices.BinarySearch(steps, step)
	if !exact {
		i--
	}
	if i < 0 {
		return nil, 0, wire.Refuse(wire.BadState, "", "there is no snapshot of step %d or before", step)
	}
	for _, lane := range l.lanes {
		s, _, _ := lane.snapshots.At(steps[i])
		states = append(states, s)
	}
	return states, steps[i], nil
}

// FramesAt returns the grid and what every lane predicted on it by the newest
// weights at or before a step that are kept of all of them, under the controls and
// on the rows of now: a message of frames, one after the other. Who asks for them
// watches, as far as being idle goes.
func (r *Run) FramesAt(ctx context.Context, step uint64) (frames []byte, err error) {
	err = r.observe(ctx, func(g *glimpse) error {
		r.watched()
		states, at, refused := r.life.snapshot(step)
		if refused != nil {
			return refused
		}
		g.states, g.step = states, at
		return nil
	}, func(g *glimpse, lanes []*lane) error {
		of, err := g.frames(lanes)
		frames = append(g.data.gridBytes(g.generation), of...)
		return err
	})
	return frames, err
}
