// Package session is how all who speak to a run see it: as a [Session]. A run of this
// process is one; a run elsewhere can be another, and nobody who holds a Session knows
// which. Its methods may be called from any goroutine.
package session

import (
	"context"
	"errors"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// ErrMoved is why a run has ended that another process has now.
var ErrMoved = errors.New("the run has moved to another machine")

// A Session is a run, as those see it who speak to it. Its methods wait until the run has
// answered, or return the error of the context, or [run.ErrEnded].
type Session interface {
	Live

	// Summary, State, Settings, Data and Notes say what the run is, at one moment.
	Summary(ctx context.Context) (wire.Summary, error)
	State(ctx context.Context) (wire.RunMessage, error)
	Settings(ctx context.Context) (map[string]any, error)
	Data(ctx context.Context) (wire.Data, error)
	Notes(ctx context.Context) (wire.DataNotes, error)

	// What the run did, and what it predicts.
	History(ctx context.Context, first int) (wire.HistoryMessage, error)
	Curve(ctx context.Context, lane *uint8, curve string, from, to uint64, pixels int) (history.Curve, error)
	Snapshots(ctx context.Context) ([]uint64, error)
	FramesAt(ctx context.Context, step uint64) ([]byte, error)
	Predict(ctx context.Context, lane *uint8, x [][]float64) ([]lane.Prediction, error)
	Recipe(ctx context.Context) (wire.Recipe, error)

	// Copy is the run as it is, for another that continues from it.
	Copy(ctx context.Context) (*run.Copy, error)

	// WatchFrom is Watch for a viewer elsewhere, whose messages the outlet takes by its name.
	WatchFrom(ctx context.Context, h wire.Hello, steers bool, o run.Outlet, name string) (Viewer, error)

	// Capture and CaptureModel are copies of a lane for files, of which the latter has what
	// small ones are made of.
	Capture(ctx context.Context, lane *uint8) (*capture.Capture, error)
	CaptureModel(ctx context.Context, lane *uint8) (*capture.Capture, error)
}

// Live is the part of a [Session] that viewers see.
type Live interface {
	ID() string

	// Do has a command done between two steps. steers says that whoever gives it has the
	// run's key.
	Do(ctx context.Context, c wire.Command, steers bool) (wire.Ack, error)

	// Watch adds a viewer, who finds the answer to the hello among its events.
	Watch(ctx context.Context, h wire.Hello, steers bool) (Viewer, error)
}

// A Viewer watches a run, as [run.Viewer] does.
type Viewer interface {
	// Frames has one slot: the newest frames that were not taken yet.
	Frames() <-chan run.Message

	// Events are the messages of which none is to be missed.
	Events() <-chan run.Message

	// Hello asks again for the state of the run and for history from a point on.
	Hello(ctx context.Context, h wire.Hello) error

	// Attend does a command about the viewer itself, and Do any other, with the rights that
	// the viewer came with.
	Attend(ctx context.Context, c wire.WatchCommand) (wire.Ack, error)
	Do(ctx context.Context, c wire.Command) (wire.Ack, error)

	// Close takes the viewer off the run.
	Close()
}

// Of returns a run of this process as a session.
func Of(r *run.Run) Session { return local{r} }

type local struct{ *run.Run }

func (l local) Watch(ctx context.Context, h wire.Hello, steers bool) (Viewer, error) {
	v, err := l.Run.Watch(ctx, h, steers)
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (l local) WatchFrom(ctx context.Context, h wire.Hello, steers bool, o run.Outlet, name string) (Viewer, error) {
	v, err := l.Run.WatchFrom(ctx, h, steers, o, name)
	if err != nil {
		return nil, err
	}
	return v, nil
}
