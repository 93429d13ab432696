package run

import (
	"fmt"
	"strings"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/wire"
)

// ownRows are a user's own rows, read and checked. They are never changed.
type ownRows struct {
	spec     *wire.DataSpec
	formula  datasets.Formula
	set      *datasets.Set // of a file, or of two
	train    int           // of two files: how many rows are of the first, and trained on
	dropped  []wire.Drop   // the first rows of it that were left out
	nDropped int
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
	table, err := datasets.ReadTable(strings.NewReader(spec.CSV.Text), limits)
	if err != nil {
		return nil, badData(err)
	}
	target := table.Name(spec.CSV.Target)
	var inputs []string
	for _, head := range spec.CSV.Inputs {
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
		return nil, badData(err)
	}
	o.set = set
	o.note(dropped, "")
	if spec.CSV.Test == "" {
		return o, nil
	}
	if table, err = datasets.ReadTable(strings.NewReader(spec.CSV.Test), limits); err == nil {
		o.train = set.Rows()
		o.set, dropped, err = set.And(table)
	}
	if err != nil {
		return nil, badData(fmt.Errorf("the test rows: %w", err))
	}
	o.note(dropped, "in the file of test rows: ")
	return o, nil
}

// note notes what was left out of a file.
func (o *ownRows) note(d datasets.Dropped, where string) {
	o.nDropped += d.Rows
	for _, c := range d.Cells.First {
		o.dropped = append(o.dropped, wire.Drop{Row: c.Row, Column: c.Column, Reason: where + c.Why})
	}
}

// split divides the rows of a set as a share and a seed do, or the two files that
// they came in.
func (o *ownRows) split(s *datasets.Set, share float64, seed uint32) (datasets.Split, error) {
	if o == nil || o.train == 0 {
		return s.Split(share, uint64(seed))
	}
	var split datasets.Split
	for i := range s.Rows() {
		if i < o.train {
			split.Train = append(split.Train, i)
		} else {
			split.Test = append(split.Test, i)
		}
	}
	return split, nil
}

// load makes the set that a seed gives.
func (o *ownRows) load(seed uint32) (*datasets.Set, error) {
	if o.set != nil {
		return o.set, nil
	}
	return o.formula.Set(uint64(seed))
}
