package run

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/wire"
)

// snapshotBytes is what a lane's snapshots may take.
const snapshotBytes = 32 << 20

// The columns of what is recorded at every step.
var stepColumns = [...]string{"batch_loss", "mean_norm", "variance_norm"}

// A lane is one network, or an ensemble of them, in training on the rows of its
// run. It belongs to the goroutine of the run.
type lane struct {
	laneStart // its settings are those that hold now
	from      *wire.Origin

	data     *data
	ensemble *engine.Ensemble
	params   int // of all members
	look     look
	diverged error // since the last step, until its weights are put back

	steps       *history.Series   // every step
	evaluations []*history.Series // those that are points, of each target
	snapshots   *history.Ladder[*engine.State]
}

func newLane(s laneStart, of *wire.RunSettings, d *data, workers int) (*lane, error) {
	c, err := configOf(&s.settings, of.Seed, d.shape())
	if err != nil {
		return nil, err
	}
	c.Workers, c.RawTargets = workers, !of.Standardise
	var e *engine.Ensemble
	if s.state == nil {
		e, err = engine.NewEnsemble(c, s.settings.Members, d.train.x, d.train.y)
	} else {
		e, err = resume(c, &s, d)
	}
	if err != nil {
		return nil, err
	}
	l := &lane{
		laneStart: s, data: d, ensemble: e,
		steps:       history.NewSeries(len(stepColumns), 0),
		evaluations: emptyEvaluations(d),
		snapshots:   history.NewLadder[*engine.State](snapshotBytes),
	}
	for _, m := range e.Members() {
		l.params += m.Net().Params()
	}
	return l, l.obey()
}

func emptyEvaluations(d *data) (list []*history.Series) {
	for range d.set.Targets {
		list = append(list, history.NewSeries(len(wire.PointColumns)-pointHead, 0))
	}
	return list
}

// resume returns the ensemble of a state, which must be of the network that the
// settings ask for.
func resume(c engine.Config, s *laneStart, d *data) (*engine.Ensemble, error) {
	refused := func(err error) error {
		if c := (*engine.CheckpointError)(nil); errors.As(err, &c) {
			err = c.Err
		}
		return wire.Refuse(wire.BadData, "", "the training's state cannot be gone on from: %v", err)
	}
	of, members, err := engine.ReadCheckpointConfig(bytes.NewReader(s.state))
	if err != nil {
		return nil, refused(err)
	}
	if members != s.settings.Members || !reflect.DeepEqual(of.Net, c.Net) {
		return nil, wire.Refuse(wire.BadValue, "", "the state is of other networks than the settings ask for: they differ in the number of members, the inputs, the layers, the activation or the head")
	}
	e, err := engine.ResumeEnsemble(bytes.NewReader(s.state), d.train.x, d.train.y, c.Workers)
	if err != nil {
		return nil, refused(err)
	}
	return e, nil
}

// copyAs returns an independent copy with the same past.
func (l *lane) copyAs(s laneStart, step uint64) *lane {
	copied := &lane{
		laneStart: s, from: &wire.Origin{Lane: l.id, Step: step},
		data: l.data, ensemble: l.ensemble.Clone(), params: l.params, diverged: l.diverged,
		steps: l.steps.Clone(), snapshots: l.snapshots.Clone(),
	}
	for _, e := range l.evaluations {
		copied.evaluations = append(copied.evaluations, e.Clone())
	}
	return copied
}

// setData has the lane go on with other rows.
func (l *lane) setData(d *data) error {
	if err := l.ensemble.SetRows(d.train.x, d.train.y); err != nil {
		return err
	}
	l.data, l.look = d, look{}
	return nil
}

// step makes one training step, the run's number step, with the settings as they
// are now. Where it diverges the weights are as before.
func (l *lane) step(step uint64) error {
	o, err := objectiveOf(&l.settings)
	if err != nil {
		return err
	}
	h, err := hyperOf(&l.settings, l.data.train.len())
	if err != nil {
		return err
	}
	value, err := l.ensemble.Step(o.trained, h)
	var diverged *engine.Divergence
	switch {
	case errors.As(err, &diverged):
		diverged.Step = step // a lane that went back counts its own anew
		l.diverged = err
	case err != nil:
		return err
	}
	last := l.ensemble.Last()
	if diverged == nil {
		value -= last.Physics // the rows' share, as in every other curve of the loss
	} else {
		// What Last says is of the step before; of this one neither norm is a number,
		// be its loss finite or not, and so curves have a mark of it.
		last.MeanNorm, last.VarianceNorm = math.NaN(), math.NaN()
	}
	if o.summed {
		value /= float64(max(last.Rows, 1))
	}
	return l.steps.Append(step, float32(value), float32(last.MeanNorm), float32(last.VarianceNorm))
}

// keep takes a snapshot if one is due.
func (l *lane) keep(step uint64) error {
	if !history.Due(step) {
		return nil
	}
	s := l.ensemble.State()
	return l.snapshots.Keep(step, s, s.Size())
}

// batchLoss is what the last step recorded, or nothing before the first.
func (l *lane) batchLoss() float64 {
	_, values, ok := l.steps.Last()
	if !ok {
		return 0
	}
	return float64(values[0])
}

// describe is the lane as viewers are told of it.
func (l *lane) describe(t wire.Table, s wire.RunSettings) wire.Lane {
	values := t.Values(wire.Settings{RunSettings: s, LaneSettings: l.settings})
	for _, c := range t {
		if c.Run {
			delete(values, c.Name)
		}
	}
	return wire.Lane{Auto: l.automatic(t), Lane: l.id, Name: l.name, Colour: l.colour, Controls: values, Params: l.params, From: l.from, Parameters: l.parameters()}
}

// automatic is what controls that may be left to the program come to in this lane alone.
func (l *lane) automatic(t wire.Table) map[string]float64 {
	b := l.data.basis()
	all := t.Automatic(b)
	b.Equation = l.settings.Equation != ""
	own := t.Automatic(b)
	for name, v := range own {
		if all[name] == v {
			delete(own, name)
		}
	}
	return own
}

// reason says which lane diverged and why, where there are several.
func (l *lane) reason(lanes int) string {
	if lanes == 1 {
		return l.diverged.Error()
	}
	return fmt.Sprintf("lane %s: %v", l.name, l.diverged)
}
