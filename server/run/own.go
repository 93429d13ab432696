package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/wire"
)

// ownRows are a user's own rows, read and checked: of a file the numbers of the
// columns that were chosen, and nothing else, so that nothing that is made of a run
// can hold more. They are never changed.
type ownRows struct {
	spec    *wire.DataSpec // without the text of a file
	formula datasets.Formula
	set     *datasets.Set // of a file, or of two
}

// rowsOf returns the rows that a command brings, or nil.
func rowsOf(c wire.Command) *wire.DataSpec {
	switch c := c.(type) {
	case *wire.DataCommand:
		return c.Data
	case *wire.BeginCommand:
		return c.Data
	}
	return nil
}

// readOwn reads a user's own rows, which can take a while. Nil stays nil.
func readOwn(spec *wire.DataSpec, limits datasets.Limits) (*ownRows, error) {
	if spec == nil {
		return nil, nil
	}
	if refused := spec.Check(); refused != nil {
		return nil, refused
	}
	o := &ownRows{spec: spec}
	if f := spec.Formula; f != nil {
		o.formula = datasets.Formula{Mean: f.Mean, Std: f.Std, From: f.From, To: f.To, Rows: f.Rows, Inputs: f.Inputs}
		return o, nil
	}
	rows := spec.Rows
	if spec.CSV != nil {
		var err error
		if rows, err = readCSV(spec.CSV, limits); err != nil {
			return nil, badData(err)
		}
	}
	if most := limits.Rows; most > 0 && max(rows.Count-rows.Test, rows.Test) > most {
		return nil, wire.Refuse(wire.TooMuch, "", "%d rows are given, and at most %d are taken", rows.Count, most)
	}
	set, err := datasets.FromNumbers(columnsOf(rows.Inputs), datasets.Column(rows.Target), rows.X, rows.Y)
	if err != nil {
		return nil, badData(err)
	}
	kept := *rows
	kept.SHA256 = kept.Fingerprint()
	return &ownRows{spec: &wire.DataSpec{Rows: &kept}, set: set}, nil
}

// Kept returns what a run keeps of rows of a user's own: of a file the numbers of the
// columns that were chosen, and nothing else. Nil stays nil.
func Kept(spec *wire.DataSpec, limits datasets.Limits) (*wire.DataSpec, error) {
	own, err := readOwn(spec, limits)
	if err != nil || own == nil {
		return nil, err
	}
	return own.spec, nil
}

func columnsOf(list []wire.Column) []datasets.Column {
	columns := make([]datasets.Column, len(list))
	for i, c := range list {
		columns[i] = datasets.Column(c)
	}
	return columns
}

// readCSV reads files, and returns what is kept of them.
func readCSV(spec *wire.CSVSpec, limits datasets.Limits) (*wire.RowsSpec, error) {
	table, err := datasets.ReadTable(strings.NewReader(spec.Text), limits)
	if err != nil {
		return nil, err
	}
	target := table.Name(spec.Target)
	var inputs []string
	for _, head := range spec.Inputs {
		inputs = append(inputs, table.Name(head))
	}
	if len(inputs) == 0 {
		for _, c := range table.Columns {
			if c.Numeric() && c.Name != target {
				inputs = append(inputs, c.Name)
			}
		}
	}
	set, dropped, err := table.Set(target, inputs)
	if err != nil {
		return nil, err
	}
	rows := &wire.RowsSpec{Target: wire.Column(set.Target)}
	for _, c := range set.Inputs {
		rows.Inputs = append(rows.Inputs, wire.Column(c))
	}
	note(rows, dropped, "")
	if spec.Test != "" {
		train := set.Rows()
		if table, err = datasets.ReadTable(strings.NewReader(spec.Test), limits); err == nil {
			set, dropped, err = set.And(table)
		}
		if err != nil {
			return nil, fmt.Errorf("the test rows: %w", err)
		}
		rows.Test = set.Rows() - train
		note(rows, dropped, "in the file of test rows: ")
	}
	rows.Count, rows.X, rows.Y = set.Rows(), slices.Clip(set.X), slices.Clip(set.Y)
	return rows, nil
}

// note notes what was left out of a file.
func note(rows *wire.RowsSpec, d datasets.Dropped, where string) {
	rows.DroppedRows += d.Rows
	for _, c := range d.Cells.First {
		rows.Dropped = append(rows.Dropped, wire.Drop{Row: c.Row, Column: c.Column, Reason: where + c.Why})
	}
}

// split divides the rows of a set as a share and a seed do, or the two files that
// they came in.
func (o *ownRows) split(s *datasets.Set, share float64, seed uint32) (datasets.Split, error) {
	train := o.trained()
	if train == 0 {
		return s.Split(share, uint64(seed))
	}
	var split datasets.Split
	for i := range s.Rows() {
		if i < train {
			split.Train = append(split.Train, i)
		} else {
			split.Test = append(split.Test, i)
		}
	}
	return split, nil
}

// trained returns how many rows are of the first of two files, and trained on; 0 where
// there are no two files.
func (o *ownRows) trained() int {
	if o == nil || o.spec.Rows == nil || o.spec.Rows.Test == 0 {
		return 0
	}
	return o.spec.Rows.Count - o.spec.Rows.Test
}

// load makes the set that a seed gives.
func (o *ownRows) load(seed uint32) (*datasets.Set, error) {
	if o.set != nil {
		return o.set, nil
	}
	return o.formula.Set(uint64(seed))
}
