package table

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Rows are the numbers of a choice of columns: what is learned from. They know
// nothing of the text that they were read from.
type Rows struct {
	Inputs []Column
	Target Column
	X      []float64 // Len() x len(Inputs), row by row
	Y      []float64 // Len()
}

// Len returns the number of rows.
func (r *Rows) Len() int { return len(r.Y) }

// A LeftOut is what was left out for one reason: rows, or a column that was not taken
// for an input though none were named.
type LeftOut struct {
	Column string // to which it is due; empty where it is due to none
	Kind   Kind   // of the column that was left out; empty where rows were
	Reason string
	Value  string // the first cell that is to blame, as it stands
	Rows   int    // that were left out, or that the reason is about
	First  int    // the line of the first of them, from 1; 0: none
}

// A Report says what came of a choice.
type Report struct {
	Dropped  int // rows that were left out
	Cells    Cells
	LeftOut  []LeftOut
	Warnings []string
}

// Choose makes rows of a target and 1 to 16 inputs, by the names of columns or what the
// header calls them. Without inputs they are all columns of numbers but those that a
// column's Kind leaves out, and those that only repeat another one. Rows that lack a
// number are left out. The report says what was left out and what is to be known, and
// is whole where the error is nil; errors are *Error.
func (t *Table) Choose(target string, inputs []string) (*Rows, Report, error) {
	var report Report
	aim, err := t.column(target)
	if err != nil {
		return nil, report, err
	}
	var chosen []int
	if len(inputs) == 0 {
		if chosen, err = t.defaults(aim, &report); err != nil {
			return nil, report, err
		}
	} else if chosen, err = t.named(aim, inputs); err != nil {
		return nil, report, err
	}
	for _, k := range chosen {
		if c := &t.Columns[k]; c.Like != "" && len(inputs) > 0 {
			if like, _ := t.column(c.Like); like == aim || slices.Contains(chosen, like) {
				report.Warnings = append(report.Warnings, fmt.Sprintf("column %q: it has the same numbers as %q in all rows", c.Name, c.Like))
			}
		}
	}
	chosen = append(chosen, aim)
	rows := t.rows(chosen, &report)
	t.tell(chosen, &report)
	if rows.Len() < MinRows {
		what := fmt.Sprintf("%d rows are left", rows.Len())
		if len(report.Cells.First) > 0 {
			c := report.Cells.First[0]
			what += fmt.Sprintf(" after %d without a number, such as %q in row %d, column %q (%s)", report.Dropped, c.Value, c.Row, c.Column, c.Why)
		}
		return nil, report, &Error{What: what, Cure: fmt.Sprintf("give at least %d, or choose other columns", MinRows)}
	}
	for i, k := range chosen {
		if rows.Constant(i) {
			return nil, report, &Error{Column: t.Columns[k].Name, What: "the same number in all rows that are left, so there is nothing to learn from it", Cure: "choose another column"}
		}
	}
	return rows, report, nil
}

// named returns the columns of inputs that were named.
func (t *Table) named(aim int, inputs []string) ([]int, error) {
	if len(inputs) > MaxInputs {
		return nil, &Error{What: fmt.Sprintf("%d inputs are chosen", len(inputs)), Cure: fmt.Sprintf("choose 1 to %d", MaxInputs)}
	}
	var chosen []int
	for _, name := range inputs {
		k, err := t.column(name)
		switch {
		case err != nil:
			return nil, err
		case k == aim:
			return nil, &Error{Column: t.Columns[k].Name, What: "it is the target and an input", Cure: "choose it once"}
		case slices.Contains(chosen, k):
			return nil, &Error{Column: t.Columns[k].Name, What: "it is an input twice", Cure: "choose it once"}
		}
		chosen = append(chosen, k)
	}
	return chosen, nil
}

// Reason says why a column is no input where none are named, and is empty if it is
// one. Its count is that of the rows which the reason is about, its line the first's.
func (t *Table) Reason(p *Profile) (reason string, rows, line int) {
	at := func(i int) int {
		if i < 0 {
			return 0
		}
		return int(t.grid.rows[i].line)
	}
	switch p.Kind {
	case Text:
		why := "text"
		if len(p.Odd) > 0 && p.Odd[0].Why != whyNothing {
			why = p.Odd[0].Why
		}
		return why, p.Other, at(p.first[0])
	case TwoWords:
		return fmt.Sprintf("text of two values, %s and %s; write them as 0 and 1 to learn from it", p.words[0], p.words[1]), p.Other, at(p.first[0])
	case Empty:
		return "empty", p.Missing, at(p.first[1])
	case Sparse:
		first := p.first[1]
		if first < 0 || p.first[0] >= 0 && p.first[0] < first {
			first = p.first[0]
		}
		return "no number in most rows", p.Missing + p.Other, at(first)
	case Constant:
		return "the same number in all rows", p.Numbers, at(0)
	case Index:
		return "it numbers the rows", p.Numbers, at(0)
	case Unclear:
		return "numbers that can be read in two ways", p.unclear, at(p.first[0])
	}
	if p.Like != "" {
		return fmt.Sprintf("the same numbers as %q in all rows", p.Like), p.Numbers, at(0)
	}
	return "", 0, 0
}

// defaults returns the columns that are inputs where none were named.
func (t *Table) defaults(aim int, report *Report) ([]int, error) {
	var chosen []int
	for k := range t.Columns {
		p := &t.Columns[k]
		if k == aim {
			continue
		}
		reason, rows, line := t.Reason(p)
		kind := p.Kind
		switch target := t.Columns[aim].Name; {
		case reason == "" && t.Columns[aim].Like == p.Name:
			reason, rows, line = fmt.Sprintf("the same numbers as the target %q in all rows", target), p.Numbers, int(t.grid.rows[0].line)
		case reason == "" && len(chosen) == MaxInputs:
			reason, rows, line = fmt.Sprintf("more than %d inputs", MaxInputs), t.Rows, int(t.grid.rows[0].line)
		}
		if reason == "" {
			chosen = append(chosen, k)
			continue
		}
		value := ""
		if len(p.Odd) > 0 && (kind == Text || kind == TwoWords || kind == Unclear) {
			value = p.Odd[0].Value
		}
		report.LeftOut = append(report.LeftOut, LeftOut{p.Name, kind, reason, value, rows, line})
	}
	if len(chosen) > 0 {
		return chosen, nil
	}
	e := &Error{What: "no column is left to learn from", Cure: "name the inputs, or give a column of numbers"}
	for i, l := range report.LeftOut {
		if i == 3 {
			e.What += " and so on"
			break
		}
		e.What += [...]string{": ", ", ", ", "}[i] + fmt.Sprintf("column %q: ", l.Column)
		if l.Value != "" {
			e.What += fmt.Sprintf("%q in row %d: ", l.Value, l.First)
		}
		e.What += l.Reason
	}
	if len(report.LeftOut) == 0 {
		e.What = "the table has no column but the target"
	}
	return nil, e
}

// rows takes the rows whose chosen columns, of which the last is the target, all have a
// number, and reports on the others.
func (t *Table) rows(chosen []int, report *Report) *Rows {
	n := len(chosen) - 1
	rows := &Rows{Target: t.Columns[chosen[n]].Column, X: make([]float64, 0, t.Rows*n), Y: make([]float64, 0, t.Rows)}
	for _, k := range chosen[:n] {
		rows.Inputs = append(rows.Inputs, t.Columns[k].Column)
	}
	for _, l := range t.grid.leftOut {
		report.LeftOut = append(report.LeftOut, l)
		report.Dropped += l.Rows
	}
	for i := range t.Rows {
		if !t.whole(i, chosen) {
			t.report(i, chosen, report)
			continue
		}
		for _, k := range chosen[:n] {
			rows.X = append(rows.X, t.value(i, k))
		}
		rows.Y = append(rows.Y, t.value(i, chosen[n]))
	}
	return rows
}

// whole tells whether a row has all numbers.
func (t *Table) whole(i int, chosen []int) bool {
	for _, k := range chosen {
		if math.IsNaN(t.value(i, k)) {
			return false
		}
	}
	return true
}

// report notes why a row is left out.
func (t *Table) report(i int, chosen []int, report *Report) {
	report.Dropped++
	line := int(t.grid.rows[i].line)
	for _, k := range chosen {
		if !math.IsNaN(t.value(i, k)) {
			continue
		}
		p := &t.Columns[k]
		cell := t.grid.cell(i, k)
		why := t.why(cell, p)
		shown := Printable(string(cell))
		if report.Cells.Total++; len(report.Cells.First) < listedCells {
			report.Cells.First = append(report.Cells.First, Cell{line, p.Name, shown, why})
		}
		at := slices.IndexFunc(report.LeftOut, func(l LeftOut) bool { return l.Kind == "" && l.Column == p.Name && l.Reason == why })
		if at < 0 {
			if len(report.LeftOut) >= 10*MaxInputs+len(t.Columns) {
				continue
			}
			at = len(report.LeftOut)
			report.LeftOut = append(report.LeftOut, LeftOut{Column: p.Name, Reason: why, Value: shown, First: line})
		}
		report.LeftOut[at].Rows++
	}
}

// why says why a cell holds no number.
func (t *Table) why(cell []byte, p *Profile) string {
	if missing(cell) {
		return whyMissing
	}
	if t.codes.word(cell) {
		return whyNamed
	}
	if v, ok := p.plan.parse(cell, lex(cell)); ok && t.codes.number(v) {
		return whyNamed
	}
	return whyNot(cell, p.plan)
}

const whyNamed = "named as missing"

// Share of the rows from which on their loss is a warning, too.
const muchLost = 10

// tell adds the warnings about a choice.
func (t *Table) tell(chosen []int, report *Report) {
	report.Warnings = append(report.Warnings, t.Warnings...)
	for _, k := range chosen {
		report.Warnings = append(report.Warnings, t.Columns[k].notes...)
	}
	if report.Dropped*muchLost > t.Rows {
		var worst *LeftOut
		for i := range report.LeftOut {
			if l := &report.LeftOut[i]; l.Kind == "" && (worst == nil || l.Rows > worst.Rows) {
				worst = l
			}
		}
		line := fmt.Sprintf("%d of %d rows are left out", report.Dropped, t.Rows)
		if worst != nil {
			line += ", most of them as " + worst.Line()
		}
		report.Warnings = append(report.Warnings, line)
	}
}

// Notes returns all that is to be said of the table before columns are chosen.
func (t *Table) Notes() []string {
	list := slices.Clone(t.Warnings)
	for i := range t.grid.leftOut {
		list = append(list, t.grid.leftOut[i].Line())
	}
	for k := range t.Columns {
		if c := &t.Columns[k]; c.Numeric() {
			list = append(list, c.notes...)
		}
	}
	return append(list, t.InTime()...)
}

// Like returns the rows of another table whose columns, by their names, are those of
// rows that were chosen before. A column in another unit is refused, as far as both
// tables say theirs. Its errors are *Error.
func (t *Table) Like(first *Rows) (*Rows, Report, error) {
	var report Report
	var chosen []int
	for _, c := range append(slices.Clone(first.Inputs), first.Target) {
		k, err := t.column(c.Name)
		if err != nil {
			return nil, report, err
		}
		if unit := t.Columns[k].Unit; unit != c.Unit && unit != "" && c.Unit != "" {
			return nil, report, &Error{Column: c.Name, What: fmt.Sprintf("it is in %s here, and in %s in the first table", unit, c.Unit), Cure: "bring both to one unit"}
		}
		chosen = append(chosen, k)
	}
	rows := t.rows(chosen, &report)
	t.tell(chosen, &report)
	if rows.Len() == 0 {
		return nil, report, &Error{What: "no row has a number in all columns that were chosen", Cure: "give at least one"}
	}
	return rows, report, nil
}

// Values returns the numbers of columns, chosen by their names, row by row: what a
// model takes. A cell that holds no number is NaN, and its row is in the report. A
// column that hardly has numbers is refused with an *Error.
func (t *Table) Values(columns []string) ([]float64, Report, error) {
	var report Report
	var chosen []int
	for _, name := range columns {
		k, err := t.column(name)
		if err != nil {
			return nil, report, err
		}
		chosen = append(chosen, k)
	}
	values := make([]float64, 0, t.Rows*len(chosen))
	for i := range t.Rows {
		for _, k := range chosen {
			values = append(values, t.value(i, k))
		}
		if !t.whole(i, chosen) {
			t.report(i, chosen, &report)
		}
	}
	report.Warnings = append(report.Warnings, t.Warnings...)
	for _, k := range chosen {
		report.Warnings = append(report.Warnings, t.Columns[k].notes...)
	}
	return values, report, nil
}

// Constant tells whether input k has one value in all rows, or the target if k
// is the number of inputs.
func (r *Rows) Constant(k int) bool {
	n := len(r.Inputs)
	for i := range r.Y {
		if k < n && r.X[i*n+k] != r.X[k] || k == n && r.Y[i] != r.Y[0] {
			return false
		}
	}
	return true
}

// Line says what was left out, in words.
func (l *LeftOut) Line() string {
	var b strings.Builder
	if l.Column != "" {
		fmt.Fprintf(&b, "column %q ", l.Column)
	}
	if l.Kind != "" {
		fmt.Fprintf(&b, "is not an input: %s", l.Reason)
		if l.Value != "" {
			fmt.Fprintf(&b, " (%q in row %d)", l.Value, l.First)
		}
		return b.String()
	}
	if l.Column == "" {
		fmt.Fprintf(&b, "%s left out: %s (first: row %d)", number(l.Rows, "row is", "rows are"), l.Reason, l.First)
		return b.String()
	}
	fmt.Fprintf(&b, "leaves out %s: %s (first: row %d", number(l.Rows, "row", "rows"), l.Reason, l.First)
	if l.Value != "" {
		fmt.Fprintf(&b, ", %q", l.Value)
	}
	return b.String() + ")"
}
