// Package table reads tables of numbers that strangers wrote: it tells encoding,
// delimiter, header and the forms of numbers from the whole of a text, and chooses
// rows to learn from. A number is read right, or is refused, or its loss is
// reported; it is never silently taken for another one. Columns of few words become
// numbers by an Encoding.
//
// A Table and Rows are not changed once they are made, so any number of goroutines
// may read them. Nothing in this package starts a goroutine.
package table

import (
	"fmt"
	"io"
	"math"
)

// MaxMagnitude bounds the numbers of a table: a float32 still holds the square of
// one, so no variance of them is infinite.
const MaxMagnitude = 1e18

// MaxInputs is how many columns are chosen as inputs at most, MaxTargets how many as
// targets, MinRows how many rows a choice has at least, so that either part of a split
// may have two.
const (
	MaxInputs  = 16
	MaxTargets = 16
	MinRows    = 4
)

const (
	listedCells = 100  // cells that are listed one by one
	listedOdd   = 5    // odd cells that are listed of each column
	shownRows   = 10   // rows of Table.First
	shownRunes  = 60   // of a cell or a column's name
	maxDistinct = 1000 // different values that are counted
)

// A Column is a named quantity. Unit is empty for a bare number.
type Column struct{ Name, Unit string }

// A Table is a text of delimited fields, read and looked over: what a preview
// shows before targets and inputs are chosen.
type Table struct {
	Encoding  string // "utf-8", "utf-16le", "utf-16be" or "windows-1252"
	Gzip      bool   // whether the text came compressed
	Delimiter rune   // ',', ';', '\t', '|', or ' ' for runs of blanks
	Decimal   rune   // the decimal mark of most columns: '.' or ','
	Header    bool   // whether a row names the columns
	Columns   []Profile
	Rows      int        // without the header
	First     [][]string // the first 10 rows, long cells cut
	Missing   Cells
	Copies    int      // rows that are equal to one before
	Warnings  []string // what was guessed, and what was passed over

	grid   *grid       // the text in cells, to say why one is no number
	values [][]float64 // of each column, NaN where there is no number; nil where there is none at all
	codes  codes

	circles []string // of dates that are inputs
	lacking string
}

// value returns the number of a cell, both counted from 0, or NaN.
func (t *Table) value(row, column int) float64 {
	if t.values[column] == nil {
		return math.NaN()
	}
	return t.values[column][row]
}

// A Kind says what a column holds.
type Kind string

// The kinds of columns.
const (
	Number   Kind = "number"   // it can be a target or an input
	Text     Kind = "text"     // almost no cell is a number
	TwoWords Kind = "two"      // text of two different values, such as yes and no
	Empty    Kind = "empty"    // nothing in it
	Sparse   Kind = "sparse"   // numbers in less than half of the rows
	Constant Kind = "constant" // one number in all rows
	Index    Kind = "index"    // it numbers the rows
	Unclear  Kind = "unclear"  // thousands or decimals: its marks can be read either way
)

// A Profile says what there is in a column.
type Profile struct {
	Column             // without a header col1, col2 and so on
	Kind     Kind      // Number, unless the column is left out where no inputs are named
	Decimal  rune      // the decimal mark: '.' or ','
	Numbers  int       // cells that hold a finite number
	Missing  int       // cells that hold nothing
	Other    int       // all other cells
	Min, Max float64   // of the numbers; 0 where there are none
	Distinct int       // different values; not counted beyond 1,000
	Odd      []Cell    // the first 5 cells that hold something else than a number
	Like     string    // the column before it that has the same numbers in all rows, or empty
	Far      []Far     // repeated values far outside the rest
	Date     string    // how the dates of a column are written that can be an input; else empty
	Words    int       // the different values of a column of few words, which can be an input; else 0
	odd      []why     // why each of Odd is none
	unclear  int       // cells that can be read in two ways
	beyond   int       // the row, from 1, whose value is one too many for words, or a date that can be read in two ways; 0: none
	twoDates [2]string // what that date can be; empty where it is none
	sorted   bool      // the numbers never fall
	hash     uint64    // of all numbers
	plan     plan      // how its cells are read
	first    [2]int    // the rows, from 0, of its first odd and its first missing cell; -1: none
	words    []string  // at most 2 of its different texts
	falling  bool      // the numbers never rise
	notes    []string  // what is to be said where it is chosen
}

// Numeric tells whether the column can be a target or an input: most of what is not
// missing are numbers, and none of them can be read in two ways. One of words can be an
// input, too.
func (p *Profile) Numeric() bool { return p.Numbers > p.Other && p.unclear == 0 }

// A Far is a value that stands in a column again and again, far outside the rest of
// it, as codes for missing values do.
type Far struct {
	Value float64
	Count int
}

// A Cell is one whose value is not used. Row is its line in the file, from 1, so
// with a header the first data are in row 2.
type Cell struct {
	Row                int
	Column, Value, Why string
}

// Cells counts cells, and lists the first 100.
type Cells struct {
	Total int
	First []Cell
}

// An Error says what is wrong with a table and what to do about it, in words for
// whoever brought it.
type Error struct {
	Row    int    // the line in the file, from 1; 0 if it is not about a row
	Column string // empty if it is not about a column
	What   string // what is wrong
	Cure   string // what to do
	Limit  string // "bytes", "rows", "columns" or "field" where that limit is exceeded
	Option string // the member of Options that is wrong, in small letters; empty if it is about the table
}

func (e *Error) Error() string {
	where := ""
	switch {
	case e.Row > 0 && e.Column != "":
		where = fmt.Sprintf("row %d, column %q: ", e.Row, e.Column)
	case e.Row > 0:
		where = fmt.Sprintf("row %d: ", e.Row)
	case e.Column != "":
		where = fmt.Sprintf("column %q: ", e.Column)
	case e.Option != "":
		where = e.Option + " "
	}
	return where + e.What + "; " + e.Cure
}

// Read reads a table. It reads the text as it comes and stops with the first byte
// beyond the limits; cells are numbers or text, and no cell is ever evaluated. A text
// that is refused gives an *Error; other errors are the reader's, wrapped.
func Read(r io.Reader, o Options) (*Table, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	o.Limits = o.Limits.withDefaults()
	src, err := readText(r, o.Limits)
	if err != nil {
		return nil, err
	}
	g, err := layOut(src.text, &o)
	if err != nil {
		return nil, err
	}
	t := &Table{
		Encoding: src.encoding, Gzip: src.gzip, Delimiter: rune(g.delimiter), Header: g.header,
		Rows: len(g.rows), grid: g, codes: newCodes(o.Missing), circles: o.Circles, lacking: o.Lacking,
	}
	t.Warnings = append(t.Warnings, src.warnings...)
	t.Warnings = append(t.Warnings, g.warnings...)
	t.lookOver(&o)
	return t, nil
}
