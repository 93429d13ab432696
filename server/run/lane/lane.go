package lane

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// SnapshotBytes is what a lane's snapshots may take.
const SnapshotBytes = 32 << 20

// The columns of what is recorded at every step.
var StepColumns = [...]string{"batch_loss", "mean_norm", "variance_norm"}

// A Lane is one network, or an ensemble of them, in training on the rows of its
// run. It belongs to the goroutine of the run.
type Lane struct {
	Start // its settings are those that hold now
	From  *wire.Origin

	Data     *rows.Data
	Ensemble *engine.Ensemble
	Params   int // of all members
	seen     predictions
	Diverged error // since the last step, until its weights are put back

	Watching      // what the guard knows
	Turned   bool // the last step has changed the guard's verdict
	sample   sample

	Steps       *history.Series   // every step
	Evaluations []*history.Series // those that are points, of each target
	Snapshots   *history.Ladder[*Kept]
}

// New returns a lane that begins with new weights, or where its start has a state continues
// from that. workers is how many goroutines a step may use.
func New(s Start, of *wire.RunSettings, d *rows.Data, workers int) (*Lane, error) {
	c := configOf(&s.Settings, of.Seed, d.Shape())
	c.Workers, c.RawTargets = workers, !of.Standardise
	var e *engine.Ensemble
	var err error
	if s.State == nil {
		e, err = engine.NewEnsemble(c, s.Settings.Members, d.Train.X, d.Train.Y)
	} else {
		e, err = resume(c, &s, d)
	}
	if err != nil {
		return nil, err
	}
	l := &Lane{
		Start: s, Data: d, Ensemble: e,
		Steps:       history.NewSeries(len(StepColumns), 0),
		Evaluations: EmptyEvaluations(d),
		Snapshots:   history.NewLadder[*Kept](SnapshotBytes),
	}
	for _, m := range e.Members() {
		l.Params += m.Net().Params()
	}
	return l, l.Obey()
}

// EmptyEvaluations returns a curve of evaluations for each target, with nothing in it.
func EmptyEvaluations(d *rows.Data) (list []*history.Series) {
	for range d.Set.Targets {
		list = append(list, history.NewSeries(len(wire.PointColumns)-PointHead, 0))
	}
	return list
}

// resume returns the ensemble of a state, which must be of the network that the
// settings ask for.
func resume(c engine.Config, s *Start, d *rows.Data) (*engine.Ensemble, error) {
	refused := func(err error) error {
		if c := (*engine.CheckpointError)(nil); errors.As(err, &c) {
			err = c.Err
		}
		return wire.Refuse(wire.BadData, "", "cannot resume from this checkpoint: %v", err)
	}
	of, members, err := engine.ReadCheckpointConfig(bytes.NewReader(s.State))
	if err != nil {
		return nil, refused(err)
	}
	if members != s.Settings.Members || !reflect.DeepEqual(of.Net, c.Net) {
		return nil, wire.Refuse(wire.BadValue, "", "the checkpoint does not match the settings: they differ in the number of members, the inputs, the layers, the activation or the head")
	}
	e, err := engine.ResumeEnsemble(bytes.NewReader(s.State), d.Train.X, d.Train.Y, c.Workers)
	if err != nil {
		return nil, refused(err)
	}
	return e, nil
}

// CopyAs returns an independent copy with the same past.
func (l *Lane) CopyAs(s Start, step uint64) *Lane {
	copied := &Lane{
		Start: s, From: &wire.Origin{Lane: l.ID, Step: step},
		Data: l.Data, Ensemble: l.Ensemble.Clone(), Params: l.Params, Diverged: l.Diverged,
		Watching: l.Watching.Clone(),
		Steps:    l.Steps.Clone(), Snapshots: l.Snapshots.Clone(),
	}
	for _, e := range l.Evaluations {
		copied.Evaluations = append(copied.Evaluations, e.Clone())
	}
	return copied
}

// SetData continues the training on other rows.
func (l *Lane) SetData(d *rows.Data) error {
	if err := l.Ensemble.SetRows(d.Train.X, d.Train.Y); err != nil {
		return err
	}
	if trainedOf(l.Data) != trainedOf(d) {
		l.Watching.Measure()
	}
	l.Data, l.seen = d, predictions{}
	return nil
}

// Step makes one training step, the run's number step, with the settings as they
// are now. Where it diverges the weights are as before.
func (l *Lane) Step(step uint64) error {
	l.Turned = l.settle(step - 1)
	o := ObjectiveOf(&l.Settings)
	value, err := l.Ensemble.Step(o.Trained, HyperOf(&l.Settings, l.Data.Train.Len()))
	var diverged *engine.Divergence
	switch {
	case errors.As(err, &diverged):
		diverged.Step = step // a lane that went back counts its own steps again
		l.Diverged = err
		l.Watching.wentWrong()
	case err != nil:
		return err
	}
	if diverged == nil && l.Watching.Due(step) && l.watch(step) {
		l.Turned = true
	}
	last := l.Ensemble.Last()
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
	return l.Steps.Append(step, float32(value), float32(last.MeanNorm), float32(last.VarianceNorm))
}

// Keep takes a snapshot if one is due.
func (l *Lane) Keep(step uint64) error {
	if !history.Due(step) {
		return nil
	}
	s := Keep(l.Ensemble.State())
	return l.Snapshots.Keep(step, s, s.Size())
}

// batchLoss is what the last step recorded, or nothing before the first.
func (l *Lane) batchLoss() float64 {
	_, values, ok := l.Steps.Last()
	if !ok {
		return 0
	}
	return float64(values[0])
}

// Describe is the lane as viewers are told of it.
func (l *Lane) Describe(t wire.Table, s wire.RunSettings) wire.Lane {
	values := t.Values(wire.Settings{RunSettings: s, LaneSettings: l.Settings})
	for _, c := range t {
		if c.Run {
			delete(values, c.Name)
		}
	}
	return wire.Lane{Auto: l.automatic(t), Lane: l.ID, Name: l.Name, Colour: l.Colour, Controls: values, Params: l.Params, From: l.From, Parameters: l.parameters()}
}

// automatic is what controls that may be left to the program come to in this lane alone.
func (l *Lane) automatic(t wire.Table) map[string]float64 {
	b := l.Data.Basis()
	all := t.Automatic(b)
	b.Equation = l.Settings.Equation != ""
	own := t.Automatic(b)
	for name, v := range own {
		if all[name] == v {
			delete(own, name)
		}
	}
	return own
}

// Reason says which lane diverged and why, where there are several.
func (l *Lane) Reason(lanes int) string {
	if lanes == 1 {
		return l.Diverged.Error()
	}
	return fmt.Sprintf("model %s: %v", l.Name, l.Diverged)
}
