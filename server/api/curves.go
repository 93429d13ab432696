package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// curveRoutes are those about what a run was.
type curveRoutes struct {
	*core
}

func (a curveRoutes) register(to *API) {
	register(to, look("curves", "listCurves", "Name the curves", "The names that GET /api/runs/{id}/curve takes.",
		`["batch_loss","test_nll"]`), a.getCurves)
	register(to, look("curve", "getCurve", "One quantity over the steps",
		"As many points as can be seen on so many pixels: each stretch of steps gives its least and its greatest value, so that no spike is lost. "+
			"A shorter range has more detail, down to every step of the newest million.",
		`{"steps":[1001,1002],"values":[0.4312,null],"of":2,"not_finite":1,"full":true}`), a.getCurve)
	register(to, look("snapshots", "listSnapshots", "The steps whose weights are kept",
		"Ascending; later ones are further apart. The command return goes back to one, and GET /api/runs/{id}/frames shows it.", `[0,1,2,3,4]`), a.getSnapshots)
	frames := look("frames", "getFrames", "What the lanes predicted at an earlier step",
		"Frames one after the other, as the websocket sends them: the grid, the truth if it is known, and a frame of each lane, with its weights at that step and the current controls. "+
			"A frame is little-endian: a header of 40 bytes (magic GNLL, version, kind, lane, flags as bytes; generation and revision as uint32, step as uint64, data revision and count as uint32, "+
			"columns and scalars as uint16, and 4 bytes of zero), then the scalars, then the columns, all float32. Kind 1 is the grid (x), 2 the truth and 3 a fit (mean, standard deviation).", "")
	frames.media = "application/octet-stream"
	register(to, frames, a.getFrames)
}

// maxPixels bounds the width of a curve that is asked for: no screen has more. A
// pixel has three values at most.
const maxPixels = 8192

type curveRequest struct {
	request
	Lane   whole  `query:"lane" doc:"Whose curve; without it the first lane's." example:"0"`
	Curve  string `query:"curve" doc:"Which curve, as GET /api/runs/{id}/curves names them." example:"batch_loss" required:"true"`
	From   whole  `query:"from" doc:"The first step; without it the first that is kept." example:"1000"`
	To     whole  `query:"to" doc:"The last step; without it the newest." example:"2000"`
	Pixels whole  `query:"pixels" doc:"For how many pixels: about two points are answered for each, or all where there are no more. At most 8192; without it 1000." example:"800"`
	Gone   whole  `query:"gone" doc:"1 answers with an empty curve, not with an error, where there is no such lane any more: a page hears of that a moment later." example:"1"`
}

// A curve is one quantity over the steps.
type curve struct {
	Steps     []uint64 `json:"steps" doc:"Strictly ascending."`
	Values    floats   `json:"values" doc:"The value at each step; null where it is not finite."`
	Of        int      `json:"of" doc:"How many points were recorded in the range."`
	NotFinite int      `json:"not_finite" doc:"How many of them are not finite."`
	Full      bool     `json:"full" doc:"Every point that was recorded in the range is here. Else the extremes are, and the first that is not finite, of each pixel: ask for a shorter range to see more."`
}

// floats are written with as many digits as a float32 has, and null where they
// are not finite.
type floats []float32

// MarshalJSON implements [json.Marshaler].
func (v floats) MarshalJSON() ([]byte, error) {
	b := []byte{'['}
	for i, f := range v {
		if i > 0 {
			b = append(b, ',')
		}
		if x := float64(f); math.IsNaN(x) || math.IsInf(x, 0) {
			b = append(b, "null"...)
		} else {
			b = strconv.AppendFloat(b, x, 'g', -1, 32)
		}
	}
	return append(b, ']'), nil
}

func (a curveRoutes) getCurve(ctx context.Context, q *curveRequest) (*body[curve], error) {
	x, done, err := a.lookAt(ctx, &q.request)
	if err != nil {
		return nil, err
	}
	defer done()
	lane, err := q.Lane.lane()
	if err != nil {
		return nil, err
	}
	from, err := q.From.read("from", 0, math.MaxUint64)
	if err != nil {
		return nil, err
	}
	to, err := q.To.read("to", math.MaxUint64, math.MaxUint64)
	if err != nil {
		return nil, err
	}
	if from > to {
		return nil, problem.New(http.StatusBadRequest, fmt.Sprintf("from %d is after to %d", from, to))
	}
	pixels, err := q.Pixels.read("pixels", 1000, maxPixels)
	if err != nil {
		return nil, err
	}
	gone, err := q.Gone.read("gone", 0, 1)
	if err != nil {
		return nil, err
	}
	c, err := x.Curve(ctx, lane, q.Curve, from, to, int(pixels))
	var refused *wire.ErrorMessage
	if gone == 1 && errors.As(err, &refused) && refused.Code == wire.UnknownLane {
		return &body[curve]{curve{Steps: []uint64{}, Values: floats{}, Full: true}}, nil
	}
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	answer := curve{Steps: c.Steps, Values: c.Values, Of: c.Of, NotFinite: c.NotFinite, Full: c.Full}
	if answer.Steps == nil {
		answer.Steps = []uint64{} // a list in JSON, not null
	}
	return &body[curve]{answer}, nil
}

func (a curveRoutes) getCurves(_ context.Context, q *request) (*body[[]string], error) {
	if _, err := a.theRun(q); err != nil {
		return nil, err
	}
	return &body[[]string]{run.Curves()}, nil
}

func (a curveRoutes) getSnapshots(ctx context.Context, q *request) (*body[[]uint64], error) {
	x, done, err := a.lookAt(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	steps, err := x.Snapshots(ctx)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	return &body[[]uint64]{append([]uint64{}, steps...)}, nil
}

type framesRequest struct {
	request
	Step whole `query:"step" doc:"Of which step: the newest snapshot at or before it is shown. Without it the newest of all." example:"800"`
}

func (a curveRoutes) getFrames(ctx context.Context, q *framesRequest) (*file, error) {
	x, done, err := a.lookAt(ctx, &q.request)
	if err != nil {
		return nil, err
	}
	defer done()
	step, err := q.Step.read("step", math.MaxUint64, math.MaxUint64)
	if err != nil {
		return nil, err
	}
	frames, err := x.FramesAt(ctx, step)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	return &file{Type: "application/octet-stream", Body: frames}, nil
}
