package datasets

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"unicode/utf8"
)

// Limits bound what ReadTable takes. A field of 0 or below has its default.
type Limits struct {
	Bytes   int64 // of the whole text; 5 million
	Rows    int   // without the header; 100,000
	Columns int   // 64
	Field   int   // bytes of one field; 1,024
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 5e6
	}
	if l.Rows <= 0 {
		l.Rows = 1e5
	}
	if l.Columns <= 0 {
		l.Columns = 64
	}
	if l.Field <= 0 {
		l.Field = 1024
	}
	return l
}

// line returns the bytes that a line can have: fields whose every character is
// a doubled quote, with their own quotes, a blank and the delimiter.
func (l Limits) line() int { return l.Columns * (2*l.Field + 4) }

const (
	listedCells = 100  // cells that are listed one by one
	shownRows   = 10   // rows of Table.First
	shownRunes  = 60   // of a cell or a column's name
	maxDistinct = 1000 // different values that are counted
)

// A Table is a text of delimited fields, read and looked over: what a preview
// shows before a target and inputs are chosen. It is never changed, so any
// number of goroutines may read it.
type Table struct {
	Delimiter rune // ',', ';', '\t' or '|'
	Decimal   rune // the decimal mark: '.' or ','
	Header    bool // whether the first row names the columns
	Columns   []TableColumn
	Rows      int        // without the header
	First     [][]string // the first 10 rows, long cells cut
	Missing   Cells      // empty ones, NA, N/A, null, nan, ? and -

	// Rows x len(Columns), row by row, NaN where there is no number; in blocks,
	// as a slice that grows would take several times its room.
	blocks [][]float64
}

const blockRows = 1024

// value returns what is in a cell, both counted from 0.
func (t *Table) value(row, column int) float64 {
	return t.blocks[row/blockRows][row%blockRows*len(t.Columns)+column]
}

// A TableColumn says what there is in a column.
type TableColumn struct {
	Column           // without a header col1, col2 and so on
	Numbers  int     // cells that hold a finite number
	Missing  int     // cells that hold nothing
	Other    int     // all other cells
	Min, Max float64 // of the numbers; 0 where there are none
	Distinct int     // different values; not counted beyond 1,000

	troubles []Cell // the first that hold no number
	seen     map[uint64]struct{}
}

// Numeric tells whether the column may be chosen: most of what is not missing
// are numbers.
func (c *TableColumn) Numeric() bool { return c.Numbers > c.Other }

// A Cell is one whose value is not used. Row is its line in the file, from 1,
// so with a header the first data are in row 2.
type Cell struct {
	Row                int
	Column, Value, Why string
}

// Cells counts cells, and lists the first 100.
type Cells struct {
	Total int
	First []Cell
}

// A CSVError says what is wrong with a table and what to do about it, in words
// for whoever brought it.
type CSVError struct {
	Row    int    // the line in the file, from 1; 0 if it is not about a row
	Column string // empty if it is not about a column
	What   string // what is wrong
	Cure   string // what to do
}

func (e *CSVError) Error() string {
	where := ""
	switch {
	case e.Row > 0 && e.Column != "":
		where = fmt.Sprintf("row %d, column %q: ", e.Row, e.Column)
	case e.Row > 0:
		where = fmt.Sprintf("row %d: ", e.Row)
	case e.Column != "":
		where = fmt.Sprintf("column %q: ", e.Column)
	}
	return where + e.What + "; " + e.Cure
}

// ReadTable reads UTF-8 text of fields between commas, semicolons, tabs or bars,
// quoted as RFC 4180 has it. Which delimiter, whether decimals have a comma, and
// whether the first row is a header, it tells from the first 64 KB. It reads as
// the text comes and stops with the first byte beyond the limits. Cells are
// numbers or text; no cell is ever evaluated. A text that is refused gives a
// *CSVError, other errors are the reader's, wrapped.
func ReadTable(r io.Reader, l Limits) (*Table, error) {
	l = l.withDefaults()
	text := bufio.NewReaderSize(&guard{r: r, limits: l, row: 1}, 1<<16)
	sample, err := text.Peek(1 << 16)
	if e := byteOrder(sample); e != nil {
		return nil, e
	}
	if err != nil && err != io.EOF {
		return nil, readError(err)
	}
	if mark := len(byteOrderMark); len(sample) >= mark && string(sample[:mark]) == byteOrderMark {
		sample = sample[mark:]
		if _, err := text.Discard(mark); err != nil {
			return nil, readError(err)
		}
	}
	t := sniff(sample, err == io.EOF)
	records := newReader(text, t.Delimiter)
	records.ReuseRecord = true
	seed := maphash.MakeSeed()
	for {
		record, err := records.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, readError(err)
		}
		row, _ := records.FieldPos(0)
		if err := t.add(row, record, l, seed); err != nil {
			return nil, err
		}
	}
	if t.Rows == 0 {
		return nil, &CSVError{What: "the table has no rows", Cure: "give it rows of numbers, with or without a first row of names"}
	}
	for i := range t.Columns {
		t.Columns[i].seen = nil
	}
	return t, nil
}

// newReader reads records as ReadTable takes them.
func newReader(r io.Reader, delimiter rune) *csv.Reader {
	c := csv.NewReader(r)
	c.Comma = delimiter
	c.FieldsPerRecord = -1                 // counted by add, whose error tells more
	c.TrimLeadingSpace = delimiter != '\t' // "1, 2"; but two tabs hold an empty field
	return c
}

// add takes a record, the first of which makes the columns.
func (t *Table) add(row int, record []string, l Limits, seed maphash.Seed) error {
	first := t.Columns == nil
	if len(record) > l.Columns {
		return &CSVError{
			Row: row, What: fmt.Sprintf("%d columns, and at most %d are read", len(record), l.Columns),
			Cure: "leave out those that are not needed",
		}
	}
	if !first && len(record) != len(t.Columns) {
		return &CSVError{
			Row: row, What: fmt.Sprintf("%d fields where the first row has %d", len(record), len(t.Columns)),
			Cure: "give every row the same number, and put fields that contain the delimiter in quotes",
		}
	}
	name := func(i int) string {
		if first {
			return unnamed(i)
		}
		return t.Columns[i].Name
	}
	for i, cell := range record {
		if len(cell) > l.Field {
			return &CSVError{
				Row: row, Column: name(i), What: fmt.Sprintf("a field of %d bytes, and at most %d are read", len(cell), l.Field),
				Cure: "shorten it, and look whether a quote before it is not closed",
			}
		}
		if !utf8.ValidString(cell) {
			return &CSVError{Row: row, Column: name(i), What: "text that is not UTF-8", Cure: "save the file as UTF-8"}
		}
	}
	if first {
		t.Columns = columns(record, t.Header)
		if t.Header {
			return nil
		}
	}
	if t.Rows == l.Rows {
		return &CSVError{Row: row, What: fmt.Sprintf("the table goes on, and at most %d rows are read", l.Rows), Cure: "take a sample of them"}
	}
	if t.Rows%blockRows == 0 {
		t.blocks = append(t.blocks, make([]float64, 0, blockRows*len(record)))
	}
	t.Rows++
	block := &t.blocks[len(t.blocks)-1]
	for i, cell := range record {
		if missing(cell) {
			t.Missing.Total++
			if len(t.Missing.First) < listedCells {
				t.Missing.First = append(t.Missing.First, Cell{row, t.Columns[i].Name, printable(cell), whyMissing})
			}
		}
		*block = append(*block, t.Columns[i].add(row, cell, t.Decimal, seed))
	}
	if t.Rows <= shownRows {
		shown := make([]string, len(record))
		for i, cell := range record {
			shown[i] = printable(cell)
		}
		t.First = append(t.First, shown)
	}
	return nil
}

const whyMissing = "nothing there"

// readError says in the words of a table what a csv.Reader or what lies below
// it ran into.
func readError(err error) error {
	var refused *CSVError
	if errors.As(err, &refused) {
		return refused
	}
	var e *csv.ParseError
	if !errors.As(err, &e) {
		return fmt.Errorf("datasets: reading a table: %w", err)
	}
	if errors.Is(e.Err, csv.ErrBareQuote) {
		return &CSVError{
			Row: e.Line, What: fmt.Sprintf("a quote in a field without quotes, at byte %d", e.Column),
			Cure: `put the field in quotes and write "" for the quote`,
		}
	}
	return &CSVError{
		Row: e.StartLine, What: "a field in quotes whose quote is not closed, or is followed by more than the delimiter",
		Cure: `close it, and write "" for a quote within`,
	}
}
