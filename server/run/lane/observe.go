package lane

import (
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/rows"
)

// Observer returns a lane that predicts what another one does, by an ensemble that
// observes that one's. It has nothing to predict before [Lane.Observe].
func Observer(e *engine.Ensemble) *Lane { return &Lane{Ensemble: e} }

// Observe has an observer predict what the lane that it observes did at a moment: with
// its settings, its rows, its weights and what its newest step recorded, nil before the
// first.
func (l *Lane) Observe(s Start, d *rows.Data, params int, w *engine.Weights, newest []float32) error {
	if l.Data != d {
		l.Data, l.seen = d, predictions{}
	}
	l.Start, l.Params = s, params
	if err := l.Obey(); err != nil {
		return err
	}
	l.Ensemble.Observe(w)
	l.Evaluations, l.Steps = nil, history.NewSeries(len(StepColumns), 1)
	if newest == nil {
		return nil
	}
	return l.Steps.Append(1, newest...)
}
