package capture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Restore makes the generation that a model is of, as it was when the model was taken out
// of it. An error that is a *wire.ErrorMessage says what of the model is wrong.
func Restore(m *export.Model, e *past.Env, limits table.Limits, revision uint32) (*past.Generation, *rows.Own, error) {
	spec, err := specOf(m)
	if err != nil {
		return nil, nil, err
	}
	own, err := rows.ReadOwn(spec.Data, limits)
	if err != nil {
		return nil, nil, err
	}
	l, err := e.FromSpec(&spec, own, revision)
	if err != nil {
		return nil, nil, err
	}
	if !SameWeights(l.Lanes[0].Ensemble, m.Members) {
		return nil, nil, wire.Refuse(wire.BadData, "", "the model's weights do not match its checkpoint; remove its member \"checkpoint\" to continue from the weights alone")
	}
	if err := l.Keep(); err != nil {
		return nil, nil, err
	}
	if err := l.Record(past.Ladder); err != nil {
		return nil, nil, err
	}
	if err := l.Remember(m.Training); err != nil {
		return nil, nil, err
	}
	if equation := m.Card.Equation; equation != nil && len(m.Training.Checkpoint) == 0 {
		l.Lanes[0].GoOnWith(equation)
	}
	for i := range l.Changes {
		c := &l.Changes[i]
		c.Lane, c.Undo = nil, false // the one lane's, or the run's
	}
	return l, own, nil
}

// specOf returns what a model's run begins with, its state included.
func specOf(m *export.Model) (wire.Spec, error) {
	var s wire.Spec
	if m.Training == nil || len(m.Training.Spec) == 0 {
		return s, wire.Refuse(wire.BadData, "", "the model has no rows and settings, so it can predict but cannot be trained further")
	}
	s, err := decodeSpec(m.Training.Spec)
	if err != nil {
		return s, err
	}
	if len(s.Lanes) != 1 || s.Lanes[0].State != nil {
		return s, wire.Refuse(wire.BadData, "", "the model's settings have %d lanes, or a checkpoint; they must have one lane and no checkpoint", len(s.Lanes))
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

// SameWeights says whether an ensemble has the weights of the members of a model.
func SameWeights(e *engine.Ensemble, members []export.Tensors) bool {
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
