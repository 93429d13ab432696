package capture

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What follows is about who gets rows of an owner's, and who does not.

// WithoutRows returns the record with nothing in it of which a row could be read:
// what is made of it can be given to anybody.
func (r *Capture) WithoutRows() *Capture {
	without := *r
	without.RowsLeftOut = true
	without.Rows = nil
	d := &without.Data
	d.IDs, d.X, d.Y, d.IsTest = []uint32{}, make([][]float64, len(d.X)), []float64{}, []bool{}
	d.AllY = make([][]float64, len(d.AllY))
	without.Model = r.Model.WithoutRows()
	return &without
}

// Shown returns the record with those rows alone that a page shows: what is made of
// it can be given to whoever watches the run.
func (r *Capture) Shown() *Capture {
	if !r.Private {
		return r
	}
	shown := *r
	ids := make(map[uint32]bool, len(r.Data.IDs))
	for _, id := range r.Data.IDs {
		ids[id] = true
	}
	shown.Rows = slices.DeleteFunc(slices.Clone(r.Rows), func(row Row) bool { return !ids[row.ID] })
	shown.Model = r.Model.WithoutRows()
	return &shown
}

// specsOf encodes a spec, as it is and without rows.
func specsOf(s *wire.Spec) (whole, rowless []byte, err error) {
	if whole, err = json.Marshal(s); err != nil {
		return nil, nil, fmt.Errorf("run: %w", err)
	}
	without := s.WithoutRows()
	if rowless, err = json.Marshal(without); err != nil {
		return nil, nil, fmt.Errorf("run: %w", err)
	}
	return whole, rowless, nil
}

// Settle has a model that was read keep no more of a file than the numbers of the
// columns that were chosen, as newer models do, and know its spec without rows, which
// formats other than JSON carry. A model without a spec stays as it is. An error that
// is a *wire.ErrorMessage says what of the spec is wrong.
func Settle(m *export.Model, limits table.Limits) error {
	if m.Training == nil || len(m.Training.Spec) == 0 {
		return nil
	}
	s, err := decodeSpec(m.Training.Spec)
	if err != nil {
		return err
	}
	if s.Data != nil && s.Data.CSV != nil {
		own, err := rows.ReadOwn(s.Data, limits)
		if err != nil {
			return err
		}
		s.Data = own.Spec
	}
	m.Training.Spec, m.Training.Rowless, err = specsOf(&s)
	return err
}

// RowsLeftOut returns what is known of the rows that were left out of a model, or nil
// where it has what it takes to train on.
func RowsLeftOut(m *export.Model) *wire.RowsSpec {
	if m.Training == nil {
		return nil
	}
	s, err := decodeSpec(m.Training.Spec)
	if err != nil || s.Data == nil || s.Data.Rows == nil || !s.Data.Rows.LeftOut() {
		return nil
	}
	return s.Data.Rows
}

// GiveRows gives a model the rows again that were left out of it: the columns that it
// knows of the text of a file, and if it was trained on two of the second, read as the
// files' spec has it, whose columns do not matter. An error that is a *wire.ErrorMessage says what is wrong with them.
func GiveRows(m *export.Model, files wire.CSVSpec, limits table.Limits) error {
	want := RowsLeftOut(m)
	if want == nil {
		return wire.Refuse(wire.BadState, "", "the model has its rows already, or was not trained on a file")
	}
	if (want.Test > 0) != (files.Test != "") {
		if want.Test > 0 {
			return wire.Refuse(wire.BadData, "", "the model was trained on two files; give the file of test rows, too")
		}
		return wire.Refuse(wire.BadData, "", "the model was trained on one file, without one of test rows")
	}
	files.Target, files.Targets, files.Inputs = "", nil, want.Sources()
	for _, c := range want.TargetColumns() {
		files.Targets = append(files.Targets, c.Name)
	}
	files.Circles, files.Lacking = nil, ""
	for _, s := range want.Encoding { // what was chosen stands at dates that can have it
		if len(s.Fill) > 0 {
			files.Lacking = table.FillMean
		}
		for _, circle := range s.Circles {
			if !slices.Contains(files.Circles, circle) {
				files.Circles = append(files.Circles, circle)
			}
		}
	}
	own, err := rows.ReadOwn(&wire.DataSpec{CSV: &files}, limits)
	if err != nil {
		return err
	}
	if got := own.Spec.Rows; got.SHA256 != want.SHA256 {
		return wire.Refuse(wire.BadData, "", "these are not the rows that the model was trained on: they are %d rows with the fingerprint %.12s, it had %d with %.12s; give the same file, unchanged", got.Count, got.SHA256, want.Count, want.SHA256)
	}
	s, err := decodeSpec(m.Training.Spec)
	if err != nil {
		return err
	}
	s.Data = own.Spec
	m.Training.Spec, m.Training.Rowless, err = specsOf(&s)
	return err
}
