package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/wire"
)

// restore makes the generation that a model is of, as it was when the model was taken out
// of it. An error that is a *wire.ErrorMessage says what of the model is wrong.
func restore(m *export.Model, e *env, limits table.Limits, revision uint32) (*life, *ownRows, error) {
	spec, err := specOf(m)
	if err != nil {
		return nil, nil, err
	}
	own, err := readOwn(spec.Data, limits)
	if err != nil {
		return nil, nil, err
	}
	l, err := e.spec(&spec, own, revision)
	if err != nil {
		return nil, nil, err
	}
	if !sameWeights(l.lanes[0].ensemble, m.Members) {
		return nil, nil, wire.Refuse(wire.BadData, "", "the model's weights are not those of its training's state; take its member \"checkpoint\" out to go on from the weights alone")
	}
	if err := l.keep(); err != nil {
		return nil, nil, err
	}
	if err := l.record(ladder); err != nil {
		return nil, nil, err
	}
	if err := l.remember(m.Training); err != nil {
		return nil, nil, err
	}
	if equation := m.Card.Equation; equation != nil && len(m.Training.Checkpoint) == 0 {
		l.lanes[0].goOnWith(equation)
	}
	for i := range l.changes {
		c := &l.changes[i]
		c.Lane, c.Undo = nil, false // the one lane's, or the run's
	}
	return l, own, nil
}

// specOf returns what a model's run begins with, its state included.
func specOf(m *export.Model) (wire.Spec, error) {
	var s wire.Spec
	if m.Training == nil || len(m.Training.Spec) == 0 {
		return s, wire.Refuse(wire.BadData, "", "the model has no rows and settings with it, so that it can predict, but not be trained on")
	}
	s, err := decodeSpec(m.Training.Spec)
	if err != nil {
		return s, err
	}
	if len(s.Lanes) != 1 || s.Lanes[0].State != nil {
		return s, wire.Refuse(wire.BadData, "", "the model's settings are of %d lanes, or have a state of their own; they must be of one", len(s.Lanes))
	}
	state, err := m.Checkpoint()
	if err != nil {
		return s, wire.Refuse(wire.BadData, "", "%v", err)
	}
	s.Lanes[0].State = state
	return s, nil
}

// decodeSpec reads the spec of a model.
func decodeSpec(b []byte) (s wire.Spec, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, wire.Refuse(wire.BadData, "", "the model's settings cannot be read: %.200v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return s, wire.Refuse(wire.BadData, "", "more follows after the model's settings")
	}
	return s, nil
}

func sameWeights(e *engine.Ensemble, members []export.Tensors) bool {
	if len(e.Members()) != len(members) {
		return false
	}
	for i, m := range e.Members() {
		for _, t := range m.Net().Tensors() {
			other := members[i].Find(t.Name)
			if other == nil || !slices.Equal(t.Data, other.Data) {
				return false
			}
		}
	}
	return true
}

// maxRevision is the largest number of a change that a model may bring: many more can
// follow it.
const maxRevision = 1 << 31

// remember has a life of one lane begin with the history and the changes of the
// model that it goes on from.
func (l *life) remember(t *export.Training) error {
	if len(t.Changes) > 0 {
		if err := json.Unmarshal(t.Changes, &l.changes); err != nil {
			return wire.Refuse(wire.BadData, "", "the model's changes cannot be read: %.200v", err)
		}
		l.changes = l.changes[max(0, len(l.changes)-wire.MaxChanges):]
		for _, c := range l.changes {
			if c.Revision > maxRevision || c.Step > l.steps {
				return wire.Refuse(wire.BadData, "", "the model's change %d, at step %d, cannot be", c.Revision, c.Step)
			}
		}
	}
	if t.History == nil {
		return nil
	}
	// Programs that knew of no equations, or of one target alone, wrote fewer columns.
	columns := wire.PointColumns[1:]
	if n := len(t.History.Columns); n < 1+wire.PointAlways || n > len(columns) || !slices.Equal(t.History.Columns, columns[:n]) {
		return wire.Refuse(wire.BadData, "", "the model's history has the columns %.200q, not %q", t.History.Columns, columns)
	}
	lane, now := l.lanes[0], l.points // of this moment
	lane.evaluations, l.points = emptyEvaluations(l.data), nil
	for _, row := range t.History.Rows {
		p := wire.Point{Lane: lane.id, Step: uint64(row[0])}
		if row[0] < 0 || p.Step >= l.steps {
			continue // the present one is there already
		}
		for i := range p.Values {
			p.Values[i] = float32(math.NaN())
		}
		for i, v := range row[1:] {
			p.Values[i] = float32(v)
		}
		if p.Target() > len(lane.evaluations) {
			return wire.Refuse(wire.BadData, "", "the model's history is of target %d, and it has %d", p.Target(), len(lane.evaluations))
		}
		if err := lane.evaluations[p.Target()-1].Append(p.Step, p.Values[:]...); err != nil {
			return wire.Refuse(wire.BadData, "", "the model's history: %v", err)
		}
		l.points = append(l.points, p)
	}
	for _, p := range now {
		if err := lane.evaluations[p.Target()-1].Append(p.Step, p.Values[:]...); err != nil {
			return fmt.Errorf("run: %w", err)
		}
	}
	l.points = append(l.points, now...)
	return nil
}
