package capture

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Capture is one lane at one moment, taken out of its run: its model and all that
// is known of how it came to be. It belongs to nobody and never changes.
type Capture struct {
	Model    *export.Model
	Run      string // id
	Parent   string // id of the run that it continued from, or empty
	Lane     wire.Lane
	Controls map[string]any // of the run and of the lane, by name
	Data     wire.Data
	State    wire.State
	Trouble  *wire.Trouble // what went wrong with the lane's training, or nil
	Step     uint64
	Changes  []wire.Change // of this generation, the run's and this lane's

	Rows        []Row  // all: training, test and pool rows
	Train, Test Scores // of several targets over all, in standard deviations of each but for the NLL

	Targets []TargetScores // of each; nil where there is one

	// Equation is what the mean is held to, as it stands; nil without one.
	Equation *export.Equation

	Curves

	// Private says that there are rows of the owner's, which are not for all who
	// watch. RowsLeftOut says that Rows is empty because it was to be.
	Private, RowsLeftOut bool

	Grid      *Fit       // what the lane predicts over the first input that is shown; of a map nil
	Snapshots []Snapshot // of the grid, oldest first; empty where Grid is nil
}

// Size is about what is in memory to make files of the capture, in bytes: itself, the table
// of its history, and the columns of a Parquet file.
func (r *Capture) Size() int {
	const (
		point = 2 * 160 // in Points and AllPoints, and as the model has it
		step  = 80      // of Batches, the table and the columns
		row   = 400
		least = 2 << 20 // what else there is, and a report
	)
	params := r.Lane.Params
	return least + point*len(r.AllPoints) + step*len(r.Batches.Steps) + row*len(r.Rows) + 16*params
}

// Curves are what was recorded of the lane.
type Curves struct {
	Points    []wire.Point // evaluations, of the target that is shown
	AllPoints []wire.Point // and of every target
	Batches   Batches
}

// A Row is a row of the data and what the model makes of it, in their units.
type Row struct {
	ID   uint32
	Part string // PartTrain, PartTest or PartPool
	X    []float64

	TargetRow             // of the target that is shown
	Targets   []TargetRow // of every target; nil where there is one
}

// Batches are what was recorded at every step that is kept: the newest million at
// full resolution.
type Batches struct {
	Steps  []uint64
	Values [][]float32 // for each of Columns a list as long as Steps
}

// BatchColumns names the columns of Batches.
func BatchColumns() []string { return slices.Clone(lane.StepColumns[:]) }

// A Fit is what was predicted of the target that is shown along an input while the others stand at their means.
type Fit struct {
	Input              int // counted from 0
	X, Mean, Std       []float64
	Epistemic          []float64 // standard deviation; nil of a single network
	TrueMean, TrueStds []float64 // nil where the truth is not known
	Residual           []float64 // of the equation, in its unit; nil without one
}

// A Snapshot is what was predicted on the grid at an earlier step.
type Snapshot struct {
	Step      uint64
	Mean, Std []float64
}

// maxSnapshots is how many snapshots a record has at most, evenly taken.
const maxSnapshots = 60

// Copy is what a record is made of: copies, made between two steps.
type Copy struct {
	Record *Capture
	lane   *lane.Lane // a copy
	data   *rows.Data
	spec   wire.Spec

	time            time.Time // when it was taken
	version, commit string    // of the program

	objective lane.Objective
}

// About is what a record says of the run that it is of.
type About struct {
	Env             *past.Env
	Run, Parent     string // ids
	State           wire.State
	Time            time.Time // now
	Version, Commit string    // of the program
}

// Take copies what a record of a lane is made of.
func Take(g *past.Generation, l *lane.Lane, a About) *Copy {
	copied := l.CopyAs(l.Start, g.Steps)
	copied.From = l.From
	table := a.Env.Table
	rec := &Capture{
		Run: a.Run, Parent: a.Parent, Private: g.Private(), Lane: l.Describe(table, g.Settings), Data: g.DescribeData(table), State: a.State, Step: g.Steps,
		Trouble:  l.Trouble(table, g.Settings, 1),
		Controls: table.Values(wire.Settings{RunSettings: g.Settings, LaneSettings: l.Settings}),
	}
	for _, c := range g.Changes {
		if c.Lane == nil || *c.Lane == l.ID {
			c.By = nil // who made it is nobody's business but of those who watch
			rec.Changes = append(rec.Changes, c)
		}
	}
	for _, p := range g.Points {
		if p.Lane == l.ID {
			rec.AllPoints = append(rec.AllPoints, p)
			if p.Target() == g.Data.Target+1 {
				rec.Points = append(rec.Points, p)
			}
		}
	}
	return &Copy{
		Record: rec, lane: copied, data: g.Data, spec: g.SpecOf(table, copied), objective: lane.ObjectiveOf(&l.Settings),
		time: a.Time, version: a.Version, commit: a.Commit,
	}
}

// An Archive is how what is not in memory comes there.
type Archive struct {
	States func([]*lane.Kept) (states []*engine.State, release func(), err error) // until release is called
	Curve  func(*history.Series) error
}

// Make makes the record: whole with an archive, and of the model alone without one.
func (t *Copy) Make(from *Archive) (*Capture, error) {
	rec, l, d := t.Record, t.lane, t.data
	var inputs, targets []export.Column
	for _, c := range d.Set.Inputs {
		inputs = append(inputs, columnOf(c.Name, c.Unit))
	}
	for _, c := range d.Set.Targets {
		targets = append(targets, columnOf(c.Name, c.Unit))
	}
	m, err := export.New(l.Ensemble, inputs, targets, d.Train.X, d.Train.Y, t.objective.Gaussian.Eps)
	if err != nil {
		return nil, err
	}
	if d.Own != nil {
		m.Encoding = d.Own.Encoding
	}
	rec.Model = m
	if rec.Equation, err = t.equation(); err != nil {
		return nil, err
	}
	if err := t.training(m); err != nil {
		return nil, err
	}
	if err := t.Rows(); err != nil {
		return nil, err
	}
	if err := m.MeasureFloat(slices.Concat(d.Train.X, d.Test.X, d.Pool.X)); err != nil {
		return nil, err
	}
	if from == nil {
		t.card(&m.Card)
		return rec, nil
	}
	steps := l.Steps
	if err := from.Curve(steps); err != nil {
		return nil, err
	}
	for k := range lane.StepColumns {
		c := steps.Query(k, 0, math.MaxUint64, math.MaxInt)
		if k == 0 {
			rec.Batches.Steps = c.Steps
		} else if len(c.Steps) != len(rec.Batches.Steps) {
			// Of what is folded each column keeps other steps.
			c = at(c, rec.Batches.Steps)
		}
		rec.Batches.Values = append(rec.Batches.Values, c.Values)
	}
	if d.Slice != rows.IsMap {
		if err := t.fits(from); err != nil {
			return nil, err
		}
	}
	t.card(&m.Card)
	return rec, nil
}

func columnOf(name, unit string) export.Column { return export.Column{Name: name, Unit: unit} }

// at returns a curve's values at given steps, NaN where there is none.
func at(c history.Curve, steps []uint64) history.Curve {
	values := make([]float32, len(steps))
	k := 0
	for i, step := range steps {
		for k < len(c.Steps) && c.Steps[k] < step {
			k++
		}
		values[i] = float32(math.NaN())
		if k < len(c.Steps) && c.Steps[k] == step {
			values[i] = c.Values[k]
		}
	}
	c.Steps, c.Values = steps, values
	return c
}

// training fills in what it takes to train on.
func (t *Copy) training(m *export.Model) error {
	spec, rowless, err := specsOf(&t.spec)
	if err != nil {
		return err
	}
	changes, err := json.Marshal(t.Record.Changes)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	var state bytes.Buffer
	if err := t.lane.Ensemble.Checkpoint(&state); err != nil {
		return err
	}
	values := pointValues(t.Record.AllPoints)
	h := &export.History{Columns: wire.PointColumns[1 : lane.PointHead+values]}
	for _, p := range t.Record.AllPoints {
		row := []float64{float64(p.Step)}
		for _, v := range p.Values[:values] {
			row = append(row, float64(v))
		}
		h.Rows = append(h.Rows, row)
	}
	m.Training = &export.Training{Spec: spec, Rowless: rowless, Checkpoint: state.Bytes(), History: h, Changes: changes}
	return nil
}

// fits predicts along the input that is shown, now and at earlier steps.
func (t *Copy) fits(from *Archive) error {
	d, inputs := t.data, len(t.data.Set.Inputs)
	f := &Fit{Input: d.Slice}
	for i := range d.Places() {
		f.X = append(f.X, d.GridRows[i*inputs+d.Slice])
	}
	now := t.predict(nil, d.GridRows)[d.Target]
	f.Mean, f.Std = now.mean, now.std
	if len(t.lane.Ensemble.Members()) > 1 {
		f.Epistemic = now.epistemic
	}
	if d.Set.Truth != nil {
		for i := range f.X {
			mean, std := d.Truth(d.GridRows[i*inputs : (i+1)*inputs])
			f.TrueMean, f.TrueStds = append(f.TrueMean, mean), append(f.TrueStds, std)
		}
	}
	if t.Record.Equation != nil {
		f.Residual = make([]float64, len(f.X))
		if _, err := t.lane.Ensemble.PhysicsAt(nil, f.Residual, f.X); err != nil {
			return err
		}
	}
	t.Record.Grid = f
	steps := t.lane.Snapshots.Steps()
	var of []uint64
	var kept []*lane.Kept
	for _, i := range rows.Spread(len(steps), maxSnapshots) {
		k, at, _ := t.lane.Snapshots.At(steps[i])
		of, kept = append(of, at), append(kept, k)
	}
	states, release, err := from.States(kept)
	if err != nil {
		return err
	}
	defer release()
	for i, step := range of {
		then := t.predict(states[i], d.GridRows)[d.Target]
		s := Snapshot{step, then.mean, then.std}
		t.Record.Snapshots = append(t.Record.Snapshots, s)
	}
	if n := len(t.Record.Snapshots); n == 0 || t.Record.Snapshots[n-1].Step < t.Record.Step {
		t.Record.Snapshots = append(t.Record.Snapshots, Snapshot{t.Record.Step, f.Mean, f.Std})
	}
	return nil
}

// PointColumns names the values of Points that there is anything to say of, parameters
// of the equation by their names. Those of an equation begin with EquationSince.
func (r *Capture) PointColumns() []string {
	values := pointValues(r.AllPoints)
	if r.Equation == nil { // those of one that there was have no name any more
		values = min(values, wire.PointAlways+1)
	}
	names := slices.Clone(wire.PointColumns[lane.PointHead : lane.PointHead+values])
	for i, q := range r.Lane.Parameters {
		if k := slices.Index(names, wire.ParameterColumn(i)); k >= 0 {
			names[k] = "parameter_" + q.Name
		}
	}
	return names
}

// EquationSince returns the step from which on points are of the present equation: what
// was learned before is of another, or of none. An undo after a change of it may have
// brought another back, which changes do not say.
func (r *Capture) EquationSince() uint64 {
	since, changed := uint64(0), false
	for _, c := range r.Changes {
		switch {
		case c.Kind == wire.ControlChange && c.Control == "equation", changed && (c.Kind == wire.UndoChange || c.Kind == wire.RedoChange):
			since, changed = c.Step, true
		}
	}
	return since
}

// pointValues is how many values of points there is anything to say of: those of an
// equation only where there was one.
func pointValues(points []wire.Point) int {
	n := wire.PointAlways
	for _, p := range points {
		for i := n; i < len(p.Values); i++ {
			if v := p.Values[i]; v-v == 0 {
				n = i + 1
			}
		}
	}
	return n
}
