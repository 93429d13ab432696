package datasets

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	maxInputs = 16
	minRows   = 4 // so that either part of a split may have two
)

// Dropped says what Table.Set left out.
type Dropped struct {
	Rows  int   // that lack a number in a chosen column
	Cells Cells // that are to blame
}

// Set makes a data set of a target and 1 to 16 inputs, chosen by the columns'
// names. Rows without a number in one of them are left out, and reported. Its
// errors are *CSVError.
func (t *Table) Set(target string, inputs []string) (*Set, Dropped, error) {
	if len(inputs) == 0 || len(inputs) > maxInputs {
		return nil, Dropped{}, &CSVError{What: fmt.Sprintf("%d inputs are chosen", len(inputs)), Cure: fmt.Sprintf("choose 1 to %d", maxInputs)}
	}
	if slices.Contains(inputs, target) {
		return nil, Dropped{}, &CSVError{Column: target, What: "it is the target and an input", Cure: "choose it once"}
	}
	var chosen []int // columns: the inputs, then the target
	for i, name := range append(slices.Clone(inputs), target) {
		if slices.Contains(inputs[:min(i, len(inputs))], name) {
			return nil, Dropped{}, &CSVError{Column: name, What: "it is an input twice", Cure: "choose it once"}
		}
		c, err := t.column(name)
		if err != nil {
			return nil, Dropped{}, err
		}
		chosen = append(chosen, c)
	}
	s := &Set{
		Name:   "table",
		Title:  target + " against " + strings.Join(inputs, ", "),
		Source: "a table of your own",
		Target: t.Columns[chosen[len(inputs)]].Column,
	}
	for _, c := range chosen[:len(inputs)] {
		s.Inputs = append(s.Inputs, t.Columns[c].Column)
	}
	dropped := t.fill(s, chosen)
	s.Help = fmt.Sprintf("Your own table: %d rows.", s.Rows())
	if s.Rows() < minRows {
		what := fmt.Sprintf("%d rows are left", s.Rows())
		if dropped.Rows > 0 {
			c := dropped.Cells.First[0]
			what += fmt.Sprintf(" after %d without a number, such as %q in row %d, column %q (%s)", dropped.Rows, c.Value, c.Row, c.Column, c.Why)
		}
		return nil, dropped, &CSVError{What: what, Cure: fmt.Sprintf("give at least %d, or choose other columns", minRows)}
	}
	for k, c := range chosen {
		if s.constant(k) {
			return nil, dropped, &CSVError{Column: t.Columns[c].Name, What: "the same number in all rows that are left, so there is nothing to learn from it", Cure: "choose another column"}
		}
	}
	return s, dropped, nil
}

// And returns a set with the rows of s, then those of the same columns, by their
// names, of another table t, of which it reports what it left out. A column in another
// unit is refused, as far as both tables say theirs. Its errors are *CSVError.
func (s *Set) And(t *Table) (*Set, Dropped, error) {
	var chosen []int
	for _, c := range append(slices.Clone(s.Inputs), s.Target) {
		k, err := t.column(c.Name)
		if err != nil {
			return nil, Dropped{}, err
		}
		if unit := t.Columns[k].Unit; unit != c.Unit && unit != "" && c.Unit != "" {
			return nil, Dropped{}, &CSVError{Column: c.Name, What: fmt.Sprintf("it is in %s here, and in %s in the first table", unit, c.Unit), Cure: "bring both to one unit"}
		}
		chosen = append(chosen, k)
	}
	both := *s
	both.X, both.Y = slices.Clone(s.X), slices.Clone(s.Y)
	dropped := t.fill(&both, chosen)
	if both.Rows() == s.Rows() {
		return nil, dropped, &CSVError{What: "no row has a number in all columns that were chosen", Cure: "give at least one"}
	}
	return &both, dropped, nil
}

// fill gives a set the rows whose chosen columns all have a number.
func (t *Table) fill(s *Set, chosen []int) Dropped {
	var d Dropped
	for row := range t.Rows {
		if slices.ContainsFunc(chosen, func(c int) bool { return math.IsNaN(t.value(row, c)) }) {
			d.Rows++
			continue
		}
		for _, c := range chosen[:len(s.Inputs)] {
			s.X = append(s.X, t.value(row, c))
		}
		s.Y = append(s.Y, t.value(row, chosen[len(s.Inputs)]))
	}
	for _, i := range chosen {
		c := &t.Columns[i]
		d.Cells.Total += c.Missing + c.Other
		d.Cells.First = append(d.Cells.First, c.troubles...)
	}
	slices.SortStableFunc(d.Cells.First, func(a, b Cell) int { return a.Row - b.Row })
	d.Cells.First = d.Cells.First[:min(len(d.Cells.First), listedCells)]
	return d
}

// constant tells whether input k has one value in all rows, or the target if k
// is the number of inputs.
func (s *Set) constant(k int) bool {
	for i := range s.Y {
		if k < len(s.Inputs) && s.Row(i)[k] != s.Row(0)[k] || k == len(s.Inputs) && s.Y[i] != s.Y[0] {
			return false
		}
	}
	return true
}

// Name returns the name of the column that the first row calls so: a column whose
// head is "time (ms)" or "time [ms]" has the name "time" and the unit "ms", and is
// meant by name or head.
// What no column is called is returned as it is.
func (t *Table) Name(head string) string {
	for _, c := range t.Columns {
		if c.Name == head {
			return head
		}
	}
	for _, c := range t.Columns {
		if c.Unit != "" && withUnit(head) == c.Column {
			return c.Name
		}
	}
	return head
}

// column returns the number of a column of numbers, from 0, by its name.
func (t *Table) column(name string) (int, error) {
	found := -1
	var names []string
	for i, c := range t.Columns {
		names = append(names, c.Name)
		if c.Name != name {
			continue
		}
		if found >= 0 {
			return 0, &CSVError{Column: name, What: "there are two of this name", Cure: "give one another name in the first row"}
		}
		found = i
	}
	if found < 0 {
		return 0, &CSVError{Column: printable(name), What: "there is none of this name", Cure: "choose among " + strings.Join(names, ", ")}
	}
	c := &t.Columns[found]
	if c.Numeric() {
		return found, nil
	}
	e := &CSVError{Column: name, What: "hardly any cell is a number", Cure: "choose a column of numbers"}
	if c.Other == 0 {
		e.What = "it is empty"
	}
	for _, cell := range c.troubles {
		if cell.Why != whyMissing {
			e.Row, e.What = cell.Row, e.What+fmt.Sprintf(": %q (%s)", cell.Value, cell.Why)
			break
		}
	}
	return 0, e
}
