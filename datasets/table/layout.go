package table

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// A grid is a text in rows of cells.
type grid struct {
	text      []byte
	delimiter byte
	header    bool
	names     []string // of the columns; nil without a header
	width     int      // columns
	cells     []span
	rows      []row
	leftOut   []LeftOut // rows that are none
	warnings  []string
}

// A row is a record of the text.
type row struct {
	line  int32
	first uint32 // of its cells
	n     int32  // cells
	gap   bool   // a blank line or a comment stands before it
}

// cell returns what is in a cell; one that the row does not have is empty.
func (g *grid) cell(r, column int) []byte { return g.at(&g.rows[r], column) }

func (g *grid) at(r *row, column int) []byte {
	if column >= int(r.n) {
		return nil
	}
	s := g.cells[int(r.first)+column]
	if s.from == s.to {
		return nil
	}
	if c := g.text[s.from]; c != '"' && c != '=' {
		return g.text[s.from:s.to]
	}
	return content(g.text, s)
}

// filled returns how many cells a row has up to its last one that is not empty.
func (g *grid) filled(r *row) int {
	for n := int(r.n); n > 0; n-- {
		if len(g.at(r, n-1)) > 0 {
			return n
		}
	}
	return 0
}

// nothing tells whether a row has nothing but delimiters.
func (g *grid) nothing(r *row) bool {
	for _, s := range g.cells[r.first : int(r.first)+int(r.n)] {
		if s.from != s.to {
			return false
		}
	}
	return true
}

func (g *grid) warn(format string, args ...any) {
	g.warnings = append(g.warnings, fmt.Sprintf(format, args...))
}

// layOut tells the dialect of a text and cuts it into rows.
func layOut(text []byte, o *Options) (*grid, error) {
	g := &grid{text: text}
	c := newCutter(text, 0)
	c.takeSep(o)
	c.comments = commentMarks(text[c.at:])
	guess, err := tell(text[c.at:], c.comments, o)
	if err != nil {
		return nil, err
	}
	c.delimiter, c.width = guess.delimiter, guess.width
	g.delimiter = guess.delimiter
	notes, err := g.cut(c, o.Limits)
	if err != nil {
		return nil, err
	}
	if len(g.rows) == 0 {
		return nil, &Error{What: "the table has no rows", Cure: "add rows of numbers, with or without a header"}
	}
	h := g.findHeader(guess, notes, o)
	if err := g.keep(h, o.Limits); err != nil {
		return nil, err
	}
	if c.stray > 0 {
		g.warn("%s not closed (first: row %d) and read as text", number(c.stray, "quote is", "quotes are"), c.strayLine)
	}
	if len(g.rows) == 0 {
		return nil, &Error{What: "the table has no rows", Cure: "add rows of numbers, with or without a header"}
	}
	if len(g.rows) > o.Limits.Rows {
		return nil, tooManyRows(int(g.rows[o.Limits.Rows].line), o.Limits)
	}
	return g, nil
}

// takeSep passes over a first line such as sep=; and obeys it.
func (c *cutter) takeSep(o *Options) {
	end, next := c.lineEnd(0)
	line := bytes.Trim(c.text[:end], "\" \r")
	if len(line) < 4 || !bytes.EqualFold(line[:4], []byte("sep=")) {
		return
	}
	rest := strings.Trim(string(c.text[bytes.IndexByte(c.text, '=')+1:end]), "\"\r")
	if d, ok := delimiters[rest]; ok && d != 0 || rest == "\t" {
		if o.Delimiter == 0 {
			o.Delimiter = d
		}
		c.at, c.line = next, 1
	}
}

// A note is a comment right before the first row, in which the names may stand.
type note struct {
	text []byte
	line int
}

// cut cuts the text into records.
func (g *grid) cut(c *cutter, l Limits) (last note, err error) {
	lines := bytes.Count(g.text, []byte{'\n'}) + 1
	g.rows = make([]row, 0, min(lines, l.Rows+slack))
	if c.delimiter != ' ' { // no slice grows, as it would take several times its room
		g.cells = make([]span, 0, lines+bytes.Count(g.text, []byte{c.delimiter}))
	}
	gap, inside, first := false, 0, 0
	for {
		from, before := len(g.cells), c.line
		var line int
		var ok bool
		if g.cells, line, ok = c.next(g.cells); !ok {
			break
		}
		gap = gap || line > before+1
		if c.comment {
			if len(g.rows) == 0 {
				last = note{g.text[g.cells[from].from:g.cells[from].to], line}
			} else if inside++; first == 0 {
				first = line
			}
			g.cells = g.cells[:from]
			gap = true
			continue
		}
		n := len(g.cells) - from
		for i, s := range g.cells[from:] {
			if int(s.to-s.from) > l.Field {
				if cell := content(g.text, s); len(cell) > l.Field {
					return last, &Error{
						Row: line, Column: unnamed(i), What: fmt.Sprintf("a field has %d bytes; the maximum is %d", len(cell), l.Field),
						Cure: "shorten it, or close the quote before it", Limit: "field",
					}
				}
			}
		}
		if n > l.Columns {
			r := row{line: int32(line), first: uint32(from), n: int32(n)}
			if filled := g.filled(&r); filled > l.Columns {
				return last, &Error{
					Row: line, What: fmt.Sprintf("%d columns; the maximum is %d", filled, l.Columns),
					Cure: "remove columns that are not needed", Limit: "columns",
				}
			}
			n = l.Columns
			g.cells = g.cells[:from+n]
		}
		if len(g.rows) > l.Rows+slack {
			return last, tooManyRows(line, l)
		}
		g.rows = append(g.rows, row{int32(line), uint32(from), int32(n), gap})
		gap = false
	}
	if inside > 0 {
		g.warn("skipped %s among the rows (first: row %d)", number(inside, "comment", "comments"), first)
	}
	return last, nil
}

// commentMarks returns the marks that begin comments in a text. Where a mark begins
// most lines after the first that is none, it is a part of the data.
func commentMarks(text []byte) []byte {
	var marks []byte
	for _, mark := range []string{"#", "%", "!", "//"} {
		began, with, lines := false, 0, 0
		for rest := text; len(rest) > 0 && lines < 10_000; {
			end := bytes.IndexAny(rest[:min(len(rest), 1<<16)], "\r\n")
			line := rest
			if end >= 0 {
				line, rest = rest[:end], rest[end+1:]
			} else {
				rest = nil
			}
			line = bytes.TrimSpace(line)
			if len(line) == 0 {
				continue
			}
			marked := bytes.HasPrefix(line, []byte(mark))
			if began = began || !marked; began {
				lines++
				if marked {
					with++
				}
			}
		}
		if began && 2*with < lines {
			marks = append(marks, mark[0])
		}
	}
	return marks
}

// A heading is where the rows begin, and what is known of their columns.
type heading struct {
	names []string
	row   int // of the names; -1: none
	first int // row of data
	width int
}

// keep takes the rows from the heading on, and leaves out what is no row.
func (g *grid) keep(h heading, l Limits) error {
	width := h.width
	g.names = h.names
	g.header = h.names != nil
	if skipped := h.first; skipped > 0 {
		if h.row >= 0 {
			skipped = h.row
		}
		if skipped > 0 {
			g.warn("skipped %s before the table (first: row %d)", number(skipped, "line", "lines"), g.rows[0].line)
		}
	}
	var names *row
	if h.row >= 0 {
		names = &g.rows[h.row]
	}
	rows := g.rows[h.first:]
	// What is empty at the end is none, unless it is in quotes, and what is said under a
	// table is no part of it.
	for len(rows) > 0 && g.nothing(&rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	end := len(rows)
	for end > 1 && len(rows)-end < 10 && g.footer(&rows[end-1], width) {
		end--
	}
	if end < len(rows) {
		g.warn("skipped %s after the table (first: row %d, %q)", number(len(rows)-end, "line", "lines"), rows[end].line, Printable(string(g.at(&rows[end], 0))))
	}
	rows = rows[:end]
	again, short, long := 0, 0, 0
	var shortest, longest, doubled *row
	kept := rows[:0]
	for i := range rows {
		r := rows[i]
		switch {
		case names != nil && g.equal(&r, names):
			if again++; doubled == nil {
				doubled = &row{line: r.line}
			}
			continue
		case int(r.n) > width && g.filled(&r) > width, g.delimiter == ' ' && int(r.n) != width:
			if long++; longest == nil {
				longest = &row{line: r.line, n: int32(g.filled(&r))}
			}
			continue
		case int(r.n) < width && (int(r.n) < width-1 || !g.trailing(h)):
			if short++; shortest == nil {
				shortest = &row{line: r.line, n: r.n}
			}
		}
		kept = append(kept, r)
	}
	if long > 0 && long*100 > len(rows) {
		return &Error{
			Row: int(longest.line), What: fmt.Sprintf("%d fields, but the first row has %d", longest.n, width),
			Cure: "use the same number in every row, and quote fields that contain the delimiter",
		}
	}
	if long > 0 {
		g.leftOut = append(g.leftOut, LeftOut{Reason: fmt.Sprintf("%d fields instead of the %d of the table", longest.n, width), Rows: long, First: int(longest.line)})
	}
	if short > 0 {
		g.warn("%s fewer than the %d fields of the table (first: row %d, with %d); the missing ones are empty", number(short, "row has", "rows have"), width, shortest.line, shortest.n)
	}
	if again > 0 {
		g.leftOut = append(g.leftOut, LeftOut{Reason: "a repeated header", Rows: again, First: int(doubled.line)})
	}
	g.rows = kept
	if width > 1 && len(h.names) > 0 && h.names[0] == "" && g.firstEmpty() { // before a bar at the beginning of each line
		for i := range kept {
			kept[i].first++
			kept[i].n--
		}
		g.names, width = g.names[1:], width-1
	}
	g.width = width
	return nil
}

// firstEmpty tells whether nothing stands in the first column.
func (g *grid) firstEmpty() bool {
	for i := range g.rows {
		if r := &g.rows[i]; r.n == 0 || g.cells[r.first].from != g.cells[r.first].to {
			return false
		}
	}
	return true
}

// trailing tells whether the last column has no name, so that a row may do without it.
func (g *grid) trailing(h heading) bool { return h.names != nil && h.names[h.width-1] == "" }

func (g *grid) equal(a, b *row) bool {
	if a.n != b.n {
		return false
	}
	for i := range int(a.n) {
		if !bytes.Equal(g.at(a, i), g.at(b, i)) {
			return false
		}
	}
	return true
}

// sums are the words with which a line of sums begins.
var sums = []string{"total", "totals", "sum", "mean", "average", "avg", "avg.", "median", "count", "summe", "gesamt", "mittelwert", "mittel", "somme", "moyenne", "total:", "sum:", "mean:", "average:", "end", "eof"}

// footer tells whether a row at the end of a table is not one of its own: a text with
// fewer fields, a line of sums, a rule.
func (g *grid) footer(r *row, width int) bool {
	first := g.at(r, 0)
	n := g.filled(r)
	if n == 0 {
		return g.nothing(r)
	}
	if slices.Contains(sums, strings.ToLower(string(first))) {
		return true
	}
	text := lex(first) == noNumber && !missing(first)
	for i := 1; i < n; i++ {
		text = text && lex(g.at(r, i)) == noNumber
	}
	return text && width > 1 && n < width && (n == 1 || g.delimiter == ' ' || int(r.n) < width)
}
