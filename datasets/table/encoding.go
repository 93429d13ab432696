package table

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxValues is how many different values a column of words has at most to be an input.
// MaxEncoded is how many numbers the inputs of a row are at most, encoded.
const (
	MaxValues  = 32
	MaxEncoded = 64
)

// The kinds of sources.
const (
	OfNumber = "number" // the number that the cell holds
	OfValues = "values" // for each value a number: 1 where the cell holds it, else 0
	OfDates  = "date"   // the days since 1970-01-01, 00:00 UTC, and on each circle a sine and a cosine
)

// A Source is a column of a table and how its cells become inputs of a model.
type Source struct {
	Name string `json:"name"`
	Unit string `json:"unit,omitempty"` // empty for a bare number
	Kind string `json:"kind"`           // OfNumber, OfValues or OfDates

	// Values are the different cells of a column OfValues, as they stand there but for
	// blanks and quotes around them, 1 to MaxValues in the order of their bytes: Red and
	// red are two. A cell that is none of them makes all its numbers 0.
	Values []string `json:"values,omitempty"`

	// Layout is how dates are written, as package time has it. Circles are InYear and
	// InDay, or one of them: how far the year has gone, and the day, as an angle, on
	// which the last of December and the first of January are neighbours.
	Layout  string   `json:"layout,omitempty"`
	Circles []string `json:"circles,omitempty"`

	// Fill is there where rows that lack the column were learned from: what its numbers
	// are where a cell holds nothing, their means over the rows that have it. One number
	// more follows them, which is 1 where it holds nothing, else 0.
	Fill []float64 `json:"fill,omitempty"`
}

// An Encoding turns the cells of a row, column by column, into the numbers that a model
// takes. It depends on the table that was learned from alone, not on the order of its
// rows, and is never changed.
type Encoding []Source

// Width returns how many numbers a row becomes.
func (e Encoding) Width() int {
	n := 0
	for i := range e {
		n += e[i].width()
	}
	return n
}

func (s *Source) width() int {
	if len(s.Fill) > 0 {
		return s.own() + 1
	}
	return s.own()
}

// own returns how many numbers a cell becomes, without the one that says that there is
// nothing in it.
func (s *Source) own() int {
	switch s.Kind {
	case OfValues:
		return len(s.Values)
	case OfDates:
		return 1 + 2*len(s.Circles)
	}
	return 1
}

// Plain tells whether each number is what the cell of a column holds, so that the
// columns say it all.
func (e Encoding) Plain() bool {
	return !slices.ContainsFunc(e, func(s Source) bool { return s.Kind != OfNumber || len(s.Fill) > 0 })
}

// maxEncodedName bounds the bytes of an encoded column's name.
const maxEncodedName = 200

// Columns returns the encoded columns. That of a value is called by its column and the
// value, as in "colour=red", in what can be shown of both, and that of a circle by its
// column and the circle, as in "sold year sine"; the one that says that there is nothing
// is called as in "colour missing". Of two that would be called
// the same the second one gets a number.
func (e Encoding) Columns() []Column {
	columns := make([]Column, 0, e.Width())
	taken := map[string]bool{}
	for i := range e {
		taken[e[i].Name] = true
	}
	for i := range e {
		s := &e[i]
		add := func(end string) {
			name := fitting(s.Name+end, maxEncodedName-len("_99"))
			for was, n := name, 2; taken[name]; n++ {
				name = fmt.Sprintf("%s_%d", was, n)
			}
			taken[name] = true
			columns = append(columns, Column{Name: name})
		}
		switch s.Kind {
		case OfNumber:
			columns = append(columns, Column{s.Name, s.Unit})
		case OfDates:
			columns = append(columns, Column{s.Name, dateUnit})
			for _, circle := range s.Circles {
				add(" " + circle + " sine")
				add(" " + circle + " cosine")
			}
		case OfValues:
			for _, v := range s.Values {
				add("=" + Printable(v))
			}
		}
		if len(s.Fill) > 0 {
			add(" missing")
		}
	}
	return columns
}

// dateUnit is what dates are in.
const dateUnit = "days since 1970-01-01" //nonsense:keep a unit

// fitting returns the beginning of a text that has at most so many bytes.
func fitting(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := most - len("…")
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// maxValueText bounds the bytes of a value: what a field of a table has at most
// anywhere in the program.
const maxValueText = 4096

// Check says what is wrong with an encoding that was read from somewhere.
func (e Encoding) Check() error {
	if len(e) == 0 || e.Width() > MaxEncoded {
		return fmt.Errorf("table: the encoding has %d columns, which become %d; the range is 1 to %d", len(e), e.Width(), MaxEncoded)
	}
	seen := map[string]bool{}
	for i := range e {
		s := &e[i]
		switch {
		case s.Name == "" || seen[s.Name] || !utf8.ValidString(s.Name) || len(s.Name) > maxEncodedName || len(s.Unit) > maxEncodedName:
			return fmt.Errorf("table: the name of column %d of the encoding, %.40q, is empty, taken or too long", i+1, s.Name)
		case s.Kind != OfNumber && s.Kind != OfValues && s.Kind != OfDates:
			return fmt.Errorf("table: column %.40q of the encoding has the kind %.20q; it must be %s, %s or %s", s.Name, s.Kind, OfNumber, OfValues, OfDates)
		case s.Kind != OfValues && len(s.Values) > 0:
			return fmt.Errorf("table: column %.40q of the encoding has the kind %s and must not have values", s.Name, s.Kind)
		case s.Kind != OfDates && (s.Layout != "" || len(s.Circles) > 0):
			return fmt.Errorf("table: column %.40q of the encoding has the kind %s and must not have a layout or circles", s.Name, s.Kind)
		case s.Kind == OfDates && !slices.Contains(layouts(), s.Layout):
			return fmt.Errorf("table: column %.40q of the encoding has the unknown date layout %.40q", s.Name, s.Layout)
		}
		if len(s.Fill) > 0 && (len(s.Fill) != s.own() || slices.ContainsFunc(s.Fill, func(v float64) bool { return !(math.Abs(v) <= MaxMagnitude) })) {
			return fmt.Errorf("table: column %.40q of the encoding has %d fill values, or some that are too large; it needs %d", s.Name, len(s.Fill), s.own())
		}
		if err := checkCircles(s.Circles); err != nil {
			return fmt.Errorf("table: column %.40q of the encoding: %w", s.Name, err)
		}
		seen[s.Name] = true
		if err := s.checkValues(); err != nil {
			return fmt.Errorf("table: column %.40q of the encoding %w", s.Name, err)
		}
	}
	return nil
}

func (s *Source) checkValues() error {
	if s.Kind != OfValues {
		return nil
	}
	if n := len(s.Values); n == 0 || n > MaxValues {
		return fmt.Errorf("has %d values; it must have 1 to %d", n, MaxValues)
	}
	for i, v := range s.Values {
		switch {
		case v == "" || strings.TrimSpace(v) != v || !utf8.ValidString(v) || len(v) > maxValueText:
			return errors.New("has a value that is empty, not text, too long or surrounded by blanks")
		case i > 0 && s.Values[i-1] >= v:
			return errors.New("has values that are unsorted or repeated")
		}
	}
	return nil
}

// place returns which of the values a cell is, or -1.
func (s *Source) place(cell []byte) int {
	for i, v := range s.Values {
		if string(cell) == v {
			return i
		}
	}
	return -1
}

// alike returns two values that differ in nothing but capitals, or blanks within them.
func (s *Source) alike() (a, b string, ok bool) {
	squeezed := func(v string) string { return strings.Join(strings.Fields(v), " ") }
	for i, v := range s.Values {
		for _, w := range s.Values[:i] {
			if strings.EqualFold(squeezed(v), squeezed(w)) {
				return w, v, true
			}
		}
	}
	return "", "", false
}

// An Unseen counts the cells of a column of words that hold a value which the encoding
// does not know: they count as none of its values.
type Unseen struct {
	Column string
	Value  string // the first of them
	Rows   int
	First  int // the line of the first of them, from 1
}

// Line says what was not known, in words.
func (u *Unseen) Line() string {
	return fmt.Sprintf("column %q: %s a value that was not in the training data; it is encoded as all zeros (first: row %d, %q)",
		u.Column, number(u.Rows, "row has", "rows have"), u.First, u.Value)
}

// An origin is a source and the column of a table, from 0, in which it was found.
type origin struct {
	Source
	at    int
	fills bool // rows that lack it are taken; without Fill it is not known yet with what
}

// origins are those of all sources of a row.
type origins []origin

// encoding returns the sources.
func (o origins) encoding() Encoding {
	e := make(Encoding, len(o))
	for i := range o {
		e[i] = o[i].Source
	}
	return e
}

// lacks tells whether a cell of row i has nothing that can be encoded. A value that is
// not known can.
func (t *Table) lacks(i int, o *origin) bool {
	return t.holdsNone(i, o) && !(o.fills && t.absent(i, o))
}

// absent tells whether a cell of row i holds nothing, rather than something odd.
func (t *Table) absent(i int, o *origin) bool {
	cell := t.word(i, o.at)
	if t.nothing(cell) {
		return true
	}
	p := &t.Columns[o.at]
	return o.Kind == OfNumber && len(t.codes.numbers) > 0 && t.why(cell, p) == whyNamed
}

// holdsNone tells whether there is nothing in a cell of row i to be encoded.
func (t *Table) holdsNone(i int, o *origin) bool {
	switch o.Kind {
	case OfValues:
		return t.nothing(t.word(i, o.at))
	case OfDates:
		_, ok := t.date(i, o)
		return !ok
	}
	return math.IsNaN(t.value(i, o.at))
}

// word returns what is in a cell of row i, without white space of any kind around it.
func (t *Table) word(i, column int) []byte { return bytes.TrimSpace(t.grid.cell(i, column)) }

// nothing tells whether a cell of words says that there is none.
func (t *Table) nothing(cell []byte) bool {
	return missing(cell) || t.codes.word(cell) || !utf8.Valid(cell)
}

// encode appends the numbers of row i, NaN for a source that lacks them, and counts the
// values that are not known.
func (t *Table) encode(to []float64, i int, from origins, report *Report) []float64 {
	for k := range from {
		o := &from[k]
		switch {
		case len(o.Fill) == 0:
			to = t.encodeCell(to, i, o, report)
		case t.holdsNone(i, o) && t.absent(i, o):
			to = append(append(to, o.Fill...), 1)
			report.fill(o.Name, int(t.grid.rows[i].line))
		case t.holdsNone(i, o):
			for range o.width() {
				to = append(to, math.NaN())
			}
		default:
			to = append(t.encodeCell(to, i, o, report), 0)
		}
	}
	return to
}

// encodeCell appends the numbers of a cell of row i, NaN where it holds none.
func (t *Table) encodeCell(to []float64, i int, o *origin, report *Report) []float64 {
	switch o.Kind {
	case OfNumber:
		return append(to, t.value(i, o.at))
	case OfDates:
		return t.encodeDate(to, i, o)
	}
	fill, place := 0.0, -1
	if t.holdsNone(i, o) {
		fill = math.NaN()
	} else if place = o.place(t.word(i, o.at)); place < 0 {
		t.unseen(i, o, report)
	}
	for range o.Values {
		to = append(to, fill)
	}
	if place >= 0 {
		to[len(to)-len(o.Values)+place] = 1
	}
	return to
}

// A Filled counts the rows that lack a column, and have its means instead.
type Filled struct {
	Column string
	Rows   int
	First  int // the line of the first of them, from 1
}

// Line says what was filled in, in words.
func (f *Filled) Line() string {
	return fmt.Sprintf("column %q: %s filled with the mean of the training rows and marked (first: row %d)", f.Column, number(f.Rows, "empty cell is", "empty cells are"), f.First)
}

// fill counts a row that lacks a column.
func (r *Report) fill(column string, line int) {
	at := slices.IndexFunc(r.Filled, func(f Filled) bool { return f.Column == column })
	if at < 0 {
		at = len(r.Filled)
		r.Filled = append(r.Filled, Filled{Column: column, First: line})
	}
	r.Filled[at].Rows++
}

// learnFill finds the means that fill a source in, where some of the rows lack it. Its
// values are known.
func (t *Table) learnFill(o *origin, rows []int) {
	if !o.fills {
		return
	}
	var cell []float64
	var ignored Report
	sums, n := make([]float64, o.own()), 0
	for _, i := range rows {
		if t.holdsNone(i, o) {
			continue
		}
		cell = t.encodeCell(cell[:0], i, o, &ignored)
		for k, v := range cell {
			sums[k] += v
		}
		n++
	}
	if o.fills = n < len(rows) && n > 0; !o.fills {
		return
	}
	for k := range sums {
		sums[k] /= float64(n)
	}
	o.Fill = sums
}

// unseen notes that a cell of row i has a value that is not known.
func (t *Table) unseen(i int, o *origin, report *Report) {
	at := slices.IndexFunc(report.Unseen, func(u Unseen) bool { return u.Column == o.Name })
	if at < 0 {
		at = len(report.Unseen)
		report.Unseen = append(report.Unseen, Unseen{Column: o.Name, Value: Printable(string(t.grid.cell(i, o.at))), First: int(t.grid.rows[i].line)})
	}
	report.Unseen[at].Rows++
}

// learnValues fills in the values of words that stand in some rows.
func (t *Table) learnValues(o *origin, rows []int) {
	if o.Kind != OfValues {
		return
	}
	for _, i := range rows {
		if cell := t.word(i, o.at); !t.nothing(cell) && o.place(cell) < 0 {
			o.Values = append(o.Values, string(cell))
		}
	}
	slices.Sort(o.Values)
}

// findWords finds the columns of text that can be an input, since they hold dates, or few
// different values most of which are no numbers that are merely written in another way.
func (t *Table) findWords() {
	for k := range t.Columns {
		p := &t.Columns[k]
		if p.Numeric() || p.unclear > 0 || p.Other == 0 {
			continue
		}
		if t.findDates(k) {
			continue
		}
		odd, beyond := 0, 0
		var found Source
		for i := range t.Rows {
			cell := t.word(i, k)
			if t.nothing(cell) || found.place(cell) >= 0 {
				continue
			}
			if len(found.Values) == MaxValues {
				beyond = i + 1
				break
			}
			found.Values = append(found.Values, string(cell))
			if unread(cell, p.plan) {
				odd++
			}
		}
		switch {
		case 2*odd > len(found.Values): // there is no matter how many there are
		case beyond > 0:
			p.beyond = beyond
		default:
			p.Words = len(found.Values)
		}
	}
}

// unread tells whether a cell is a number or a date, however it is written, rather than
// a word.
func unread(cell []byte, p plan) bool {
	if lex(cell) != noNumber {
		return true
	}
	switch why := whyNot(cell, p); why {
	case whyNothing:
		return false
	case whyDate: // 18-25 is none
		return strings.Contains(string(cell), ":") || isDate(string(cell))
	}
	return true
}
