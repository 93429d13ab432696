package run

import (
	"context"
	"fmt"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Import returns a run that continues from a model that a run made: with its rows,
// settings, history and changes, and where the model has its training's state with
// the same bits as if it had never stopped. With weights alone the optimiser begins
// with moments of zero. The run has this lane alone, so that it chooses what points are
// acquired, which in a run of several the first lane does. An error that is a
// *wire.ErrorMessage says what of the model is wrong.
func Import(id string, m *export.Model, o Options) (*Run, error) {
	r := newLoop(id, o)
	l, own, err := capture.Restore(m, &r.env, o.Table, r.dataRev+1)
	if err != nil {
		return nil, err
	}
	r.own, r.parent = own, m.Card.Run
	for i := range l.Changes {
		r.revision = max(r.revision, l.Changes[i].Revision)
	}
	l.Recipe.Revision = r.revision
	if o.Paused {
		r.state = wire.Paused
		r.reason = fmt.Sprintf("imported at step %d", l.Steps)
		if m.Card.Run != "" {
			r.reason += fmt.Sprintf(", from run %.40s, model %.40s", m.Card.Run, m.Card.Lane)
		}
		if len(m.Training.Checkpoint) == 0 {
			r.reason += "; from weights alone, so the optimiser starts from zero"
			if l.Lanes[0].Settings.Equation != "" {
				r.reason += ", and so does the noise of the equation"
			}
		}
	}
	r.become(l)
	r.sent = len(l.Points)
	return handleOf(r), nil
}

// Recall returns the record of a model that a run made, without training it.
func Recall(m *export.Model, o Options) (*capture.Capture, error) {
	e := o.Env()
	l, _, err := capture.Restore(m, &e, o.Table, 1)
	if err != nil {
		return nil, err
	}
	t := capture.Take(l, l.Lanes[0], capture.About{
		Env: &e, Run: m.Card.Run, Parent: m.Card.Parent, State: wire.Paused, Time: o.Clock()(),
		Version: o.Version, Commit: o.Commit,
	})
	return t.Make(&capture.Archive{
		States: func(kept []*lane.Kept) ([]*engine.State, func(), error) {
			return fetch(context.Background(), nil, kept)
		},
		Curve: func(*history.Series) error { return nil },
	})
}
