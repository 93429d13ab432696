package rows

import (
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Own is a user's own rows, read and checked: of a file the numbers of the
// columns that were chosen and the words that became numbers, and nothing else, so that nothing that is made of a run
// can hold more. They are never changed.
type Own struct {
	Spec    *wire.DataSpec // without the text of a file
	formula datasets.Formula
	set     *datasets.Set // of a file, or of two
	Notes   wire.DataNotes

	Encoding table.Encoding // of the set's inputs; nil where each is a column of numbers
}

// RowsOf returns the rows that a command brings, or nil.
func RowsOf(c wire.Command) *wire.DataSpec {
	switch c := c.(type) {
	case *wire.DataCommand:
		return c.Data
	case *wire.BeginCommand:
		return c.Data
	}
	return nil
}

// ReadOwn reads a user's own rows, which can take a while. Nil stays nil.
func ReadOwn(spec *wire.DataSpec, limits table.Limits) (*Own, error) {
	if spec == nil {
		return nil, nil
	}
	if refused := spec.Check(); refused != nil {
		return nil, refused
	}
	o := &Own{Spec: spec}
	if f := spec.Formula; f != nil {
		o.formula = datasets.Formula{Mean: f.Mean, Std: f.Std, From: f.From, To: f.To, Rows: f.Rows, Inputs: f.Inputs}
		return o, nil
	}
	rows := spec.Rows
	if spec.CSV != nil {
		var err error
		if rows, err = o.readCSV(spec.CSV, limits); err != nil {
			return nil, wire.AsBadData(err)
		}
	}
	if most := limits.Rows; most > 0 && max(rows.Count-rows.Test, rows.Test) > most {
		return nil, wire.Refuse(wire.TooMuch, "", "%d rows were given; at most %d are allowed", rows.Count, most)
	}
	set, err := datasets.FromNumbers(columnsOf(rows.Inputs), columnsOf(rows.TargetColumns()), rows.X, rows.Y)
	if err != nil {
		return nil, wire.AsBadData(err)
	}
	set.Title = rows.Against()
	if o.Encoding, err = encodingOf(rows); err != nil {
		return nil, wire.AsBadData(err)
	}
	kept := *rows
	kept.SHA256 = kept.Fingerprint()
	o.Spec, o.set = &wire.DataSpec{Rows: &kept}, set
	return o, nil
}

// Kept returns what a run keeps of rows of a user's own, and what there is to say of
// them: of a file the numbers of the columns that were chosen, and nothing else. Nil
// stays nil.
func Kept(spec *wire.DataSpec, limits table.Limits) (*wire.DataSpec, wire.DataNotes, error) {
	own, err := ReadOwn(spec, limits)
	if err != nil || own == nil {
		return nil, wire.DataNotes{}, err
	}
	return own.Spec, own.Notes, nil
}

// encodingOf returns the encoding of rows, nil where they have none, and refuses one
// that their inputs are not the columns of.
func encodingOf(rows *wire.RowsSpec) (table.Encoding, error) {
	if len(rows.Encoding) == 0 {
		return nil, nil
	}
	var e table.Encoding
	for _, s := range rows.Encoding {
		e = append(e, table.Source(s))
	}
	if err := e.Check(); err != nil {
		return nil, err
	}
	if !slices.EqualFunc(e.Columns(), rows.Inputs, func(a table.Column, b wire.Column) bool { return wire.Column(a) == b }) {
		return nil, wire.Refuse(wire.BadData, "", `the inputs of "rows" are not the columns that its encoding makes`)
	}
	return e, nil
}

func columnsOf(list []wire.Column) []datasets.Column {
	columns := make([]datasets.Column, len(list))
	for i, c := range list {
		columns[i] = datasets.Column(c)
	}
	return columns
}

func wireColumns(list []table.Column) []wire.Column {
	columns := make([]wire.Column, len(list))
	for i, c := range list {
		columns[i] = wire.Column(c)
	}
	return columns
}

// readCSV reads files, and returns what is kept of them.
func (o *Own) readCSV(spec *wire.CSVSpec, limits table.Limits) (*wire.RowsSpec, error) {
	options, err := table.ParseOptions(spec.Header, spec.Delimiter, spec.Decimal, spec.Missing)
	if err != nil {
		return nil, err
	}
	options.Limits, options.Circles = limits, spec.Circles
	options.Lacking = spec.Lacking
	t, err := table.Read(strings.NewReader(spec.Text), options)
	if err != nil {
		return nil, err
	}
	chosen, report, err := t.Choose(spec.TargetNames(), spec.Inputs)
	if err != nil {
		return nil, err
	}
	rows := &wire.RowsSpec{Inputs: wireColumns(chosen.Inputs), Count: chosen.Len(), X: chosen.X, Y: chosen.Y}
	rows.SetTargets(wireColumns(chosen.Targets))
	for _, s := range chosen.Encoding {
		rows.Encoding = append(rows.Encoding, wire.SourceColumn(s))
	}
	o.note(rows, &report, "")
	if spec.Test == "" {
		o.Notes.Warnings = append(o.Notes.Warnings, t.InTime()...)
		return rows, nil
	}
	options.As = t
	if t, err = table.Read(strings.NewReader(spec.Test), options); err == nil {
		chosen, report, err = t.Like(chosen)
	}
	if err != nil {
		refused := wire.Refuse(wire.BadData, "", "%v: %v", wire.Name{ID: "test", Words: "the test rows"}, err)
		refused.Field = "test"
		return nil, refused
	}
	o.note(rows, &report, "in the file of test rows: ")
	rows.Test = chosen.Len()
	rows.Count += rows.Test
	rows.X, rows.Y = slices.Concat(rows.X, chosen.X), slices.Concat(rows.Y, chosen.Y)
	return rows, nil
}

// note notes what was left out of a file: with the rows what is about chosen columns, and
// beside them what is for whoever brought the file alone.
func (o *Own) note(rows *wire.RowsSpec, r *table.Report, where string) {
	rows.DroppedRows += r.Dropped
	for _, c := range r.Cells.First {
		rows.Dropped = append(rows.Dropped, wire.Drop{Row: c.Row, Column: c.Column, Reason: where + c.Why})
	}
	for _, l := range r.LeftOut {
		o.Notes.LeftOut = append(o.Notes.LeftOut, wire.LeftOut{
			Column: l.Column, Kind: string(l.Kind), Reason: where + l.Reason, Value: l.Value, Rows: l.Rows, FirstRow: l.First,
		})
	}
	for _, u := range r.Unseen {
		o.Notes.Warnings = append(o.Notes.Warnings, where+u.Line())
	}
	for _, f := range r.Filled {
		o.Notes.Warnings = append(o.Notes.Warnings, where+f.Line())
	}
	for _, line := range r.Warnings {
		o.Notes.Warnings = append(o.Notes.Warnings, where+line)
	}
}

// split divides the rows of a set as a share and a seed do, or the two files that
// they came in.
func (o *Own) split(s *datasets.Set, share float64, seed uint32) (datasets.Split, error) {
	train := o.Trained()
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

// Trained returns how many rows are of the first of two files, and trained on; 0 where
// there are no two files.
func (o *Own) Trained() int {
	if o == nil || o.Spec.Rows == nil || o.Spec.Rows.Test == 0 {
		return 0
	}
	return o.Spec.Rows.Count - o.Spec.Rows.Test
}

// load makes the set that a seed gives.
func (o *Own) load(seed uint32) (*datasets.Set, error) {
	if o.set != nil {
		return o.set, nil
	}
	return o.formula.Set(uint64(seed))
}
