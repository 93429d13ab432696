package table

import (
	"fmt"
	"slices"
	"strings"
)

// Rows are the numbers of a choice of columns: what is learned from. They know
// nothing of the text that they were read from but the words that Encoding has.
type Rows struct {
	Inputs   []Column // encoded
	Targets  []Column
	X        []float64 // Len() x len(Inputs), row by row
	Y        []float64 // Len() x len(Targets), row by row
	Encoding Encoding  // of which Inputs are the columns; nil where all are plain numbers
}

// Len returns the number of rows.
func (r *Rows) Len() int { return len(r.Y) / max(len(r.Targets), 1) }

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
	Unseen   []Unseen // values that an encoding does not know
	Filled   []Filled // rows that lack something that is filled in
	Warnings []string
}

// Choose makes rows of 1 to 16 targets and 1 to 16 inputs, by the names of columns or what
// the header calls them. A target holds numbers, an input numbers, dates, or at most MaxValues different words.
// Without inputs they are all columns of numbers but those that a column's Kind leaves
// out, and those that only repeat another one. Rows that lack a number or a word are
// left out, or by Options.Lacking filled in. The report says what was left out and what is to be known, and
// is whole where the error is nil; errors are *Error.
func (t *Table) Choose(targets, inputs []string) (*Rows, Report, error) {
	var report Report
	aims, err := t.aims(targets)
	if err != nil {
		return nil, report, err
	}
	var chosen []int
	if len(inputs) == 0 {
		if chosen, err = t.defaults(aims, &report); err != nil {
			return nil, report, err
		}
	} else if chosen, err = t.named(aims, inputs); err != nil {
		return nil, report, err
	}
	looked := aims
	if len(inputs) > 0 {
		looked = slices.Concat(chosen, aims)
	}
	for _, k := range looked {
		if c := &t.Columns[k]; c.Like != "" {
			if like, _ := t.column(c.Like); slices.Contains(looked, like) {
				report.Warnings = append(report.Warnings, fmt.Sprintf("column %q has the same numbers as %q in all rows", c.Name, c.Like))
			}
		}
	}
	from := t.originsOf(chosen)
	whole := t.wholeRows(from, aims, &report)
	for k := range from {
		t.learnValues(&from[k], whole)
		t.learnFill(&from[k], whole)
	}
	t.tell(from, aims, &report)
	t.tellCircles(from, &report)
	if len(whole) < MinRows {
		what := fmt.Sprintf("only %d rows are complete", len(whole))
		if len(report.Cells.First) > 0 {
			c := report.Cells.First[0]
			what += fmt.Sprintf("; %d were skipped, the first for %q in row %d, column %q (%s)", report.Dropped, c.Value, c.Row, c.Column, c.Why)
		}
		return nil, report, &Error{What: what, Cure: fmt.Sprintf("at least %d are needed; choose other columns, or add rows", MinRows)}
	}
	if err := from.fit(); err != nil {
		return nil, report, err
	}
	rows := t.rows(whole, from, aims, &report)
	n := 0
	for k := range from {
		o := &from[k]
		if rows.Constant(n) {
			return nil, report, constant(o.Name, o.Kind)
		}
		n += o.width()
	}
	for k, aim := range aims {
		if rows.Constant(n + k) {
			return nil, report, constant(t.Columns[aim].Name, OfNumber)
		}
	}
	return rows, report, nil
}

// aims returns the columns of targets.
func (t *Table) aims(targets []string) ([]int, error) {
	if len(targets) == 0 || len(targets) > MaxTargets {
		return nil, TargetCount(len(targets))
	}
	var list []int
	for _, name := range targets {
		k, err := t.column(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(list, k) {
			return nil, &Error{Column: t.Columns[k].Name, What: "chosen twice as a target", Cure: "choose it once"}
		}
		list = append(list, k)
	}
	return list, nil
}

// TargetCount says that there cannot be so many targets.
func TargetCount(n int) *Error {
	return &Error{What: fmt.Sprintf("%d targets chosen", n), Cure: fmt.Sprintf("choose 1 to %d", MaxTargets)}
}

// constant says that a column teaches nothing.
func constant(name, kind string) *Error {
	what := map[string]string{OfNumber: "number", OfValues: "word", OfDates: "date"}[kind]
	return &Error{Column: name, What: "all complete rows have the same " + what, Cure: "choose another column"}
}

// fit says where the inputs become too many numbers.
func (o origins) fit() error {
	e := o.encoding()
	if e.Width() <= MaxEncoded {
		return nil
	}
	most := slices.MaxFunc(o, func(a, b origin) int { return a.width() - b.width() })
	return &Error{
		Column: most.Name, What: fmt.Sprintf("the %d inputs become %d columns, %d of them from this one; the maximum is %d", len(o), e.Width(), most.width(), MaxEncoded),
		Cure: "choose fewer inputs, or merge rare words",
	}
}

// originsOf returns the sources that columns of the table are, without their values.
func (t *Table) originsOf(chosen []int) origins {
	var from origins
	for _, k := range chosen {
		c := &t.Columns[k]
		o := origin{Source{Name: c.Name, Unit: c.Unit, Kind: OfNumber}, k, t.lacking == FillMean}
		switch {
		case c.Words > 0:
			o.Kind = OfValues
		case c.Date != "":
			o.Kind, o.Unit, o.Layout, o.Circles = OfDates, "", c.Date, circlesOf(t.circles, c.Date)
		}
		from = append(from, o)
	}
	return from
}

// named returns the columns of inputs that were named.
func (t *Table) named(aims []int, inputs []string) ([]int, error) {
	if len(inputs) > MaxInputs {
		return nil, &Error{What: fmt.Sprintf("%d inputs chosen", len(inputs)), Cure: fmt.Sprintf("choose 1 to %d", MaxInputs)}
	}
	var chosen []int
	for _, name := range inputs {
		k, err := t.input(name)
		switch {
		case err != nil:
			return nil, err
		case slices.Contains(aims, k):
			return nil, &Error{Column: t.Columns[k].Name, What: "chosen as a target and as an input", Cure: "choose it once"}
		case slices.Contains(chosen, k):
			return nil, &Error{Column: t.Columns[k].Name, What: "chosen twice as an input", Cure: "choose it once"}
		}
		chosen = append(chosen, k)
	}
	return chosen, nil
}

// nameIt is what to do with a column of words or dates.
const nameIt = "; choose it as an input to use it"

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
		if len(p.odd) > 0 && p.odd[0] != whyNothing {
			why = p.Odd[0].Why
		}
		if p.Words > 1 && p.Distinct < p.Numbers+p.Other { // else they are names
			why = fmt.Sprintf("text with %d different values%s", p.Words, nameIt)
		}
		if p.Date != "" {
			why = "dates" + nameIt
		}
		return why, p.Other, at(p.first[0])
	case TwoWords:
		why := fmt.Sprintf("text with two values, %s and %s", p.words[0], p.words[1])
		if p.Words > 0 {
			why += nameIt
		}
		if p.Date != "" {
			why = "two dates" + nameIt
		}
		return why, p.Other, at(p.first[0])
	case Empty:
		return "empty", p.Missing, at(p.first[1])
	case Sparse:
		first := p.first[1]
		if first < 0 || p.first[0] >= 0 && p.first[0] < first {
			first = p.first[0]
		}
		return "most rows have no number", p.Missing + p.Other, at(first)
	case Constant:
		return "all rows have the same number", p.Numbers, at(0)
	case Index:
		return "row numbers", p.Numbers, at(0)
	case Unclear:
		return "ambiguous numbers", p.unclear, at(p.first[0])
	}
	if p.Like != "" {
		return fmt.Sprintf("the same numbers as %q in all rows", p.Like), p.Numbers, at(0)
	}
	return "", 0, 0
}

// defaults returns the columns that are inputs where none were named.
func (t *Table) defaults(aims []int, report *Report) ([]int, error) {
	var chosen []int
	for k := range t.Columns {
		p := &t.Columns[k]
		if slices.Contains(aims, k) {
			continue
		}
		reason, rows, line := t.Reason(p)
		kind := p.Kind
		like := slices.IndexFunc(aims, func(aim int) bool { return t.Columns[aim].Like == p.Name })
		switch {
		case reason == "" && like >= 0:
			reason, rows, line = fmt.Sprintf("the same numbers as the target %q in all rows", t.Columns[aims[like]].Name), p.Numbers, int(t.grid.rows[0].line)
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
	e := &Error{What: "no column can be used as an input", Cure: "choose the inputs, or add a column of numbers"}
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
		e.What = "the table has no columns besides the target"
		if len(aims) > 1 {
			e.What += "s"
		}
	}
	return nil, e
}

// wholeRows returns the rows that have all inputs and targets, and reports on the
// others.
func (t *Table) wholeRows(from origins, aims []int, report *Report) []int {
	needed := slices.Clone(from)
	for _, aim := range aims {
		needed = append(needed, origin{Source{Name: t.Columns[aim].Name, Kind: OfNumber}, aim, false})
	}
	for _, l := range t.grid.leftOut {
		report.LeftOut = append(report.LeftOut, l)
		report.Dropped += l.Rows
	}
	whole := make([]int, 0, t.Rows)
	for i := range t.Rows {
		if t.whole(i, needed) {
			whole = append(whole, i)
		} else {
			t.report(i, needed, report)
		}
	}
	return whole
}

// rows encodes rows, and reports on values that are not known.
func (t *Table) rows(whole []int, from origins, aims []int, report *Report) *Rows {
	e := from.encoding()
	rows := &Rows{Inputs: e.Columns(), X: make([]float64, 0, len(whole)*e.Width()), Y: make([]float64, 0, len(whole)*len(aims))}
	for _, aim := range aims {
		rows.Targets = append(rows.Targets, t.Columns[aim].Column)
	}
	if !e.Plain() {
		rows.Encoding = e
	}
	for _, i := range whole {
		rows.X = t.encode(rows.X, i, from, report)
		for _, aim := range aims {
			rows.Y = append(rows.Y, t.value(i, aim))
		}
	}
	return rows
}

// whole tells whether a row has all that is needed.
func (t *Table) whole(i int, needed origins) bool {
	for k := range needed {
		if t.lacks(i, &needed[k]) {
			return false
		}
	}
	return true
}

// report notes why a row is left out.
func (t *Table) report(i int, needed origins, report *Report) {
	report.Dropped++
	line := int(t.grid.rows[i].line)
	for n := range needed {
		o := &needed[n]
		if !t.lacks(i, o) {
			continue
		}
		p := &t.Columns[o.at]
		cell := t.word(i, o.at)
		why := t.why(cell, p)
		if o.Kind == OfDates && !t.nothing(cell) {
			why = whyOtherDate
		}
		reason := why.of(cell)
		shown := Printable(string(cell))
		if report.Cells.Total++; len(report.Cells.First) < listedCells {
			report.Cells.First = append(report.Cells.First, Cell{line, p.Name, shown, reason})
		}
		at := slices.IndexFunc(report.LeftOut, func(l LeftOut) bool { return l.Kind == "" && l.Column == p.Name && l.Reason == reason })
		if at < 0 {
			if len(report.LeftOut) >= 10*MaxInputs+len(t.Columns) {
				continue
			}
			at = len(report.LeftOut)
			report.LeftOut = append(report.LeftOut, LeftOut{Column: p.Name, Reason: reason, Value: shown, First: line})
		}
		report.LeftOut[at].Rows++
	}
}

// why says why a cell holds no number.
func (t *Table) why(cell []byte, p *Profile) why {
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

// Share of the rows from which on their loss is a warning, too.
const muchLost = 10

// tell adds the warnings about a choice.
func (t *Table) tell(from origins, aims []int, report *Report) {
	t.tellColumns(from, report)
	for _, aim := range aims {
		report.Warnings = append(report.Warnings, t.Columns[aim].notes...)
	}
	if report.Dropped*muchLost > t.Rows {
		var worst *LeftOut
		for i := range report.LeftOut {
			if l := &report.LeftOut[i]; l.Kind == "" && (worst == nil || l.Rows > worst.Rows) {
				worst = l
			}
		}
		line := fmt.Sprintf("%d of %d rows were skipped", report.Dropped, t.Rows)
		if worst != nil {
			line += ", most of them because " + worst.Line()
		}
		report.Warnings = append(report.Warnings, line)
	}
}

// tellColumns adds what is to be said of the table and of its inputs.
func (t *Table) tellColumns(from origins, report *Report) {
	report.Warnings = append(report.Warnings, t.Warnings...)
	for k := range from {
		o := &from[k]
		if o.Kind == OfNumber { // what is said of a column is about its numbers
			report.Warnings = append(report.Warnings, t.Columns[o.at].notes...)
		} else if a, b, ok := o.alike(); ok {
			report.Warnings = append(report.Warnings, fmt.Sprintf("column %q: %q and %q count as different values; use one spelling if they are the same", o.Name, a, b))
		}
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
// rows that were chosen before, encoded as these are. A column in another unit is
// refused, as far as both tables say theirs. Its errors are *Error.
func (t *Table) Like(first *Rows) (*Rows, Report, error) {
	var report Report
	from, err := t.locate(first.encoding())
	if err != nil {
		return nil, report, err
	}
	sameUnit := func(name, want string, at int) error {
		if unit := t.Columns[at].Unit; unit != want && unit != "" && want != "" {
			return &Error{Column: name, What: fmt.Sprintf("the unit is %s here, but %s in the first table", unit, want), Cure: "convert one of them"}
		}
		return nil
	}
	for k := range from {
		if err := sameUnit(from[k].Name, from[k].Unit, from[k].at); err != nil {
			return nil, report, err
		}
	}
	var aims []int
	for _, c := range first.Targets {
		aim, err := t.column(c.Name)
		if err == nil {
			err = sameUnit(c.Name, c.Unit, aim)
		}
		if err != nil {
			return nil, report, err
		}
		aims = append(aims, aim)
	}
	rows := t.rows(t.wholeRows(from, aims, &report), from, aims, &report)
	t.tell(from, aims, &report)
	if rows.Len() == 0 {
		return nil, report, &Error{What: "no row has a number in every chosen column", Cure: "add complete rows, or choose other columns"}
	}
	return rows, report, nil
}

// encoding returns that of the rows, where they are plain numbers, too.
func (r *Rows) encoding() Encoding {
	if r.Encoding != nil {
		return r.Encoding
	}
	return PlainEncoding(r.Inputs)
}

// PlainEncoding returns the encoding of columns of numbers.
func PlainEncoding(columns []Column) Encoding {
	e := make(Encoding, len(columns))
	for i, c := range columns {
		e[i] = Source{Name: c.Name, Unit: c.Unit, Kind: OfNumber}
	}
	return e
}

// locate finds the columns of an encoding, by their names.
func (t *Table) locate(e Encoding) (origins, error) {
	from := make(origins, len(e))
	for i := range e {
		k, err := t.find(e[i].Name)
		if err != nil {
			return nil, t.noColumn(e, i)
		}
		if e[i].Kind == OfNumber { // else whatever stands in it
			if err := t.usable(&t.Columns[k]); err != nil {
				return nil, err
			}
		}
		from[i] = origin{e[i], k, len(e[i].Fill) > 0}
	}
	return from, nil
}

// Encode returns the numbers that an encoding makes of the rows, row by row: what a
// model takes. Where a cell holds nothing that can be encoded its numbers are NaN, and
// its row is in the report. A column of numbers that hardly has any is refused with an
// *Error.
func (t *Table) Encode(e Encoding) ([]float64, Report, error) {
	var report Report
	from, err := t.locate(e)
	if err != nil {
		return nil, report, err
	}
	values := make([]float64, 0, t.Rows*e.Width())
	for i := range t.Rows {
		values = t.encode(values, i, from, &report)
		if !t.whole(i, from) {
			t.report(i, from, &report)
		}
	}
	t.tellColumns(from, &report)
	return values, report, nil
}

// Values returns the numbers of columns, chosen by their names, as Encode does.
func (t *Table) Values(columns []string) ([]float64, Report, error) {
	var e Encoding
	for _, name := range columns {
		e = append(e, Source{Name: name, Kind: OfNumber})
	}
	return t.Encode(e)
}

// Cells returns what stands in the columns of an encoding, row by row, as it stands
// but for blanks and quotes around it.
func (t *Table) Cells(e Encoding) ([]string, error) {
	from, err := t.locate(e)
	if err != nil {
		return nil, err
	}
	cells := make([]string, 0, t.Rows*len(e))
	for i := range t.Rows {
		for k := range from {
			cells = append(cells, string(t.word(i, from[k].at)))
		}
	}
	return cells, nil
}

// Constant tells whether input k has one value in all rows, or a target if k is the number
// of inputs or more.
func (r *Rows) Constant(k int) bool {
	values, width := r.X, len(r.Inputs)
	if k >= width {
		values, width, k = r.Y, len(r.Targets), k-width
	}
	for i := k; i < len(values); i += width {
		if values[i] != values[k] {
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
		fmt.Fprintf(&b, "skipped %s: %s (first: row %d)", number(l.Rows, "row", "rows"), l.Reason, l.First)
		return b.String()
	}
	fmt.Fprintf(&b, "skips %s: %s (first: row %d", number(l.Rows, "row", "rows"), l.Reason, l.First)
	if l.Value != "" {
		fmt.Fprintf(&b, ", %q", l.Value)
	}
	return b.String() + ")"
}
