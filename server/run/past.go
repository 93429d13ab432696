package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Curves lists what Curve returns: of every step, and of those at which the run
// was evaluated.
func Curves() []string {
	return append(slices.Clone(lane.StepColumns[:]), wire.PointColumns[lane.PointHead:]...)
}

// Curve returns a lane's curve (nil: the first lane's) over the steps from..to,
// of the target that is shown, with about two points for each of so many pixels, or all of them where there
// are no more. Curves names the curves.
func (h *Run) Curve(ctx context.Context, ln *uint8, curve string, from, to uint64, pixels int) (c history.Curve, err error) {
	column, ofSteps := slices.Index(lane.StepColumns[:], curve), true
	if column < 0 {
		column, ofSteps = slices.Index(wire.PointColumns[lane.PointHead:], curve), false
	}
	if column < 0 {
		return c, wire.Refuse(wire.BadValue, "", "there is no curve %.40q; there are %s", curve, strings.Join(Curves(), ", "))
	}
	var series *history.Series
	var archive lane.Archive
	err = h.ask(ctx, func(r *loop) error {
		l, refused := r.present.Lane(ln)
		if refused != nil {
			return refused
		}
		if ofSteps {
			archive = r.archive
			series = l.Steps.Clone() // which shares what no longer changes
		} else {
			series = l.Evaluations[r.present.Data.Target].Clone()
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	if err := load(ctx, archive, series, from, to); err != nil {
		return c, notFetched("the curve", err)
	}
	return series.Query(column, from, to, pixels), nil
}

// Snapshots returns the steps whose weights are kept of all lanes, oldest first.
func (h *Run) Snapshots(ctx context.Context) (steps []uint64, err error) {
	err = h.do(ctx, func(r *loop) { steps = r.present.Snapshots() })
	return steps, err
}

// FramesAt returns the grid and what every lane predicted on it by the newest
// weights at or before a step that are kept of all of them, under the controls and
// on the present rows: a message of frames, one after the other. Who asks for them
// watches, as far as being idle goes.
//
// A class that follows a presenter asks for the same ones at once: those that were made
// last are kept, and are not to be changed.
func (h *Run) FramesAt(ctx context.Context, step uint64) (frames []byte, err error) {
	for try := range fetchTries {
		if frames, err = h.framesAt(ctx, step, try == fetchTries-1); !errors.Is(err, past.ErrAway) {
			break
		}
	}
	return frames, err
}

// framesAt is FramesAt, or returns past.ErrAway where there is another snapshot of the step
// now and this is not the last try.
func (h *Run) framesAt(ctx context.Context, step uint64, last bool) (frames []byte, err error) {
	var kept []*lane.Kept
	var at uint64
	var from lane.Archive
	err = h.ask(ctx, func(r *loop) error {
		var refused *wire.ErrorMessage
		kept, at, refused = r.present.Snapshot(step)
		from = r.archive
		return wire.AsError(refused)
	})
	if err != nil {
		return nil, err
	}
	states, release, err := fetch(ctx, from, kept)
	if err != nil {
		return nil, notFetched(fmt.Sprintf("step %d", at), err)
	}
	defer release()
	err = h.observe(ctx, func(r *loop, g *capture.Glimpse) error {
		r.watched()
		if now, _, _ := r.present.Snapshot(step); !slices.Equal(now, kept) {
			if last {
				return wire.Refuse(wire.BadState, "", "what is kept of step %d changes too fast to be shown", step)
			}
			return past.ErrAway
		}
		g.States, g.Step = states, at
		if h.shown.frames != nil && h.shown.of == momentOf(g) {
			frames = h.shown.frames
			return errShown
		}
		return nil
	}, func(g *capture.Glimpse, lanes []*lane.Lane) error {
		of, err := g.Frames(lanes)
		if err == nil {
			frames = append(g.Data.GridBytes(g.Generation), of...)
			h.shown = pastFrames{momentOf(g), frames}
		}
		return err
	})
	if errors.Is(err, errShown) {
		err = nil
	}
	return frames, err
}

// pastFrames are the frames of an earlier step, and what they were made of.
type pastFrames struct {
	of     shownMoment
	frames []byte
}

// A shownMoment is all on which frames of an earlier step depend.
type shownMoment struct {
	generation, revision, data uint32
	step                       uint64
}

func momentOf(g *capture.Glimpse) shownMoment {
	return shownMoment{g.Generation, g.Revision, g.Data.Revision, g.Step}
}

// errShown says that frames were made already.
var errShown = errors.New("run: made already")
