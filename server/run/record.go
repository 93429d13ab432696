package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Record is one lane at one moment, taken out of its run: its model and all that
// is known of how it came to be. It belongs to nobody and never changes.
type Record struct {
	Model    *export.Model
	Run      string // id
	Parent   string // id of the run that it went on from, or empty
	Lane     wire.Lane
	Controls map[string]any // of the run and of the lane, by name
	Data     wire.Data
	State    wire.State
	Step     uint64
	Changes  []wire.Change // of this generation, the run's and this lane's

	Rows        []Row  // all: training, test and pool rows
	Train, Test Scores // of several targets over all, in standard deviations of each but for the NLL

	Targets []TargetScores // of each; nil where there is one

	// Equation is what the mean is held to, as it stands; nil without one.
	Equation *export.Equation

	Points    []wire.Point // evaluations of this lane, of the target that is shown
	AllPoints []wire.Point // and of every target
	Batches   Batches

	// Private says that there are rows of the owner's, which are not for all who
	// watch. RowsLeftOut says that Rows is empty because it was to be.
	Private, RowsLeftOut bool

	Grid      *Fit       // what the lane predicts over the first input that is shown; of a map nil
	Snapshots []Snapshot // of the grid, oldest first; empty where Grid is nil
}

// The parts of the rows.
const (
	PartTrain = "train"
	PartTest  = "test"
	PartPool  = "pool"
)

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
func BatchColumns() []string { return slices.Clone(stepColumns[:]) }

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

// taken is what a record is made of: copies, made between two steps.
type taken struct {
	record *Record
	lane   *lane // a copy
	data   *data
	spec   wire.Spec

	time            time.Time // when it was taken
	version, commit string    // of the program

	objective objective
}

// about is what a record says of the run that it is of.
type about struct {
	env             *env
	run, parent     string // ids
	state           wire.State
	time            time.Time // now
	version, commit string    // of the program
}

// takeOut copies what a record of a lane is made of.
func takeOut(life *life, l *lane, a about) (*taken, error) {
	copied := l.copyAs(l.laneStart, life.steps)
	copied.from = l.from
	table := a.env.table
	rec := &Record{
		Run: a.run, Parent: a.parent, Private: life.private(), Lane: l.describe(table, life.settings), Data: life.describeData(table), State: a.state, Step: life.steps,
		Controls: table.Values(wire.Settings{RunSettings: life.settings, LaneSettings: l.settings}),
	}
	for _, c := range life.changes {
		if c.Lane == nil || *c.Lane == l.id {
			rec.Changes = append(rec.Changes, c)
		}
	}
	for _, p := range life.points {
		if p.Lane == l.id {
			rec.AllPoints = append(rec.AllPoints, p)
			if p.Target() == life.data.target+1 {
				rec.Points = append(rec.Points, p)
			}
		}
	}
	o, err := objectiveOf(&l.settings)
	if err != nil {
		return nil, err
	}
	return &taken{record: rec, lane: copied, data: life.data, spec: life.specOf(table, copied), objective: o, time: a.time, version: a.version, commit: a.commit}, nil
}

// specOf describes one lane as it is now, without its state.
func (l *life) specOf(t wire.Table, of *lane) wire.Spec {
	one := *l
	one.lanes = []*lane{of}
	s := one.spec(t)
	s.Title, s.Lesson, s.Step, s.Acquired = l.title, l.lesson, l.steps, l.acquired
	s.Lanes[0].State = nil
	return s
}

// make makes the record, whole or of the model alone.
func (t *taken) make(whole bool) (*Record, error) {
	rec, l, d := t.record, t.lane, t.data
	var inputs, targets []export.Column
	for _, c := range d.set.Inputs {
		inputs = append(inputs, columnOf(c.Name, c.Unit))
	}
	for _, c := range d.set.Targets {
		targets = append(targets, columnOf(c.Name, c.Unit))
	}
	m, err := export.New(l.ensemble, inputs, targets, d.train.x, d.train.y, t.objective.gaussian.Eps)
	if err != nil {
		return nil, err
	}
	if d.own != nil {
		m.Encoding = d.own.encoding
	}
	rec.Model = m
	if rec.Equation, err = t.equation(); err != nil {
		return nil, err
	}
	if err := t.training(m); err != nil {
		return nil, err
	}
	if err := t.rows(); err != nil {
		return nil, err
	}
	if err := m.MeasureFloat(slices.Concat(d.train.x, d.test.x, d.pool.x)); err != nil {
		return nil, err
	}
	if !whole {
		t.card(&m.Card)
		return rec, nil
	}
	steps := l.steps
	for k := range stepColumns {
		c := steps.Query(k, 0, math.MaxUint64, math.MaxInt)
		if k == 0 {
			rec.Batches.Steps = c.Steps
		} else if len(c.Steps) != len(rec.Batches.Steps) {
			// Of what is folded each column keeps other steps.
			c = at(c, rec.Batches.Steps)
		}
		rec.Batches.Values = append(rec.Batches.Values, c.Values)
	}
	if d.slice != isMap {
		if err := t.fits(); err != nil {
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
func (t *taken) training(m *export.Model) error {
	spec, rowless, err := specsOf(&t.spec)
	if err != nil {
		return err
	}
	changes, err := json.Marshal(t.record.Changes)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	var state bytes.Buffer
	if err := t.lane.ensemble.Checkpoint(&state); err != nil {
		return err
	}
	values := pointValues(t.record.AllPoints)
	h := &export.History{Columns: wire.PointColumns[1 : pointHead+values]}
	for _, p := range t.record.AllPoints {
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
func (t *taken) fits() error {
	d, inputs := t.data, len(t.data.set.Inputs)
	f := &Fit{Input: d.slice}
	for i := range d.places() {
		f.X = append(f.X, d.gridRows[i*inputs+d.slice])
	}
	now := t.predict(nil, d.gridRows)[d.target]
	f.Mean, f.Std = now.mean, now.std
	if len(t.lane.ensemble.Members()) > 1 {
		f.Epistemic = now.epistemic
	}
	if d.set.Truth != nil {
		for i := range f.X {
			mean, std := d.truth(d.gridRows[i*inputs : (i+1)*inputs])
			f.TrueMean, f.TrueStds = append(f.TrueMean, mean), append(f.TrueStds, std)
		}
	}
	if t.record.Equation != nil {
		f.Residual = make([]float64, len(f.X))
		if _, err := t.lane.ensemble.PhysicsAt(nil, f.Residual, f.X); err != nil {
			return err
		}
	}
	t.record.Grid = f
	steps := t.lane.snapshots.Steps()
	for _, i := range spread(len(steps), maxSnapshots) {
		state, _, ok := t.lane.snapshots.At(steps[i])
		if !ok {
			continue
		}
		then := t.predict(state, d.gridRows)[d.target]
		s := Snapshot{steps[i], then.mean, then.std}
		t.record.Snapshots = append(t.record.Snapshots, s)
	}
	if n := len(t.record.Snapshots); n == 0 || t.record.Snapshots[n-1].Step < t.record.Step {
		t.record.Snapshots = append(t.record.Snapshots, Snapshot{t.record.Step, f.Mean, f.Std})
	}
	return nil
}

// PointColumns names the values of Points that there is anything to say of, parameters
// of the equation by their names. Those of an equation begin with EquationSince.
func (r *Record) PointColumns() []string {
	values := pointValues(r.AllPoints)
	if r.Equation == nil { // those of one that there was have no name any more
		values = min(values, wire.PointAlways+1)
	}
	names := slices.Clone(wire.PointColumns[pointHead : pointHead+values])
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
func (r *Record) EquationSince() uint64 {
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
