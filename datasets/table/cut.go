package table

import (
	"bytes"
	"slices"
)

// A span is where a cell stands in the text, without blanks around it; what is in
// quotes has them.
type span struct{ from, to uint32 }

// A cutter cuts a text into records of fields.
//
// Quotes are as RFC 4180 has them; a quote that is not, as in 5" pipe, is a
// character like any other, and counted.
type cutter struct {
	text      []byte
	delimiter byte   // ' ': runs of blanks and tabs
	comments  []byte // marks that make comments of the lines that begin with them: #, %, ! and / for //
	width     int    // fields that a line should have, to tell stray quotes by; 0: not known

	at, line    int  // of the next record; lines are counted from 0 here, and told from 1
	carriage    bool // lines end with carriage returns alone
	stray       int  // quotes without a partner
	strayLine   int  // the first one's
	comment     bool // whether the record is one
	start, stop int  // of the record
}

func newCutter(text []byte, delimiter byte) *cutter {
	return &cutter{text: text, delimiter: delimiter, carriage: bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0}
}

// lineEnd returns where the line that begins at a place ends, and the next begins.
func (c *cutter) lineEnd(at int) (end, next int) {
	mark := byte('\n')
	if c.carriage {
		mark = '\r'
	}
	i := bytes.IndexByte(c.text[at:], mark)
	if i < 0 {
		return len(c.text), len(c.text)
	}
	end, next = at+i, at+i+1
	for end > at && c.text[end-1] == '\r' {
		end--
	}
	return end, next
}

// next appends the spans of the next record, of which blank lines and rules are none. line is
// its number in the file, from 1.
func (c *cutter) next(to []span) (record []span, line int, ok bool) {
	for c.at < len(c.text) {
		end, next := c.lineEnd(c.at)
		body := bytes.TrimSpace(c.text[c.at:end])
		c.line++
		if len(body) == 0 || isRule(body) {
			c.at = next
			continue
		}
		line = c.line
		c.start, c.stop = c.at, end
		c.comment = c.isComment(body)
		switch {
		case c.comment:
			to = append(to, span{uint32(c.at), uint32(end)})
			c.at = next
		case bytes.IndexByte(body, '"') < 0:
			to = c.plain(to, c.at, end)
			c.at = next
		default:
			to = c.quoted(to, end, next)
		}
		return to, line, true
	}
	return to, 0, false
}

// isRule tells whether a line is drawn, as under the names of a table for people.
func isRule(line []byte) bool {
	if b := line[0]; len(line) < 5 || b != '-' && b != '=' && b != '+' && b != '|' && b != ':' {
		return false
	}
	if !bytes.Contains(line, []byte("---")) && !bytes.Contains(line, []byte("===")) {
		return false
	}
	return len(bytes.Trim(line, "-=+|: ")) == 0
}

func (c *cutter) isComment(line []byte) bool {
	for _, mark := range c.comments {
		if line[0] != mark || mark == '/' && !bytes.HasPrefix(line, []byte("//")) {
			continue
		}
		// A column may be called #.
		rest := bytes.TrimLeft(line[1:], " ")
		return mark == '/' || len(rest) == 0 || rest[0] != c.delimiter || c.delimiter == ' '
	}
	return false
}

// trim returns the span without blanks at its ends.
func (c *cutter) trim(from, to int) span {
	for from < to && (c.text[from] == ' ' || c.text[from] == '\t' || c.text[from] == '\r' || c.text[from] == '\n') {
		from++
	}
	for from < to && (c.text[to-1] == ' ' || c.text[to-1] == '\t' || c.text[to-1] == '\r' || c.text[to-1] == '\n') {
		to--
	}
	return span{uint32(from), uint32(to)}
}

// plain cuts a line without quotes.
func (c *cutter) plain(to []span, at, end int) []span {
	if c.delimiter == ' ' {
		for {
			for at < end && blank(c.text[at]) {
				at++
			}
			if at == end {
				return to
			}
			from := at
			for at < end && !blank(c.text[at]) {
				at++
			}
			to = append(to, span{uint32(from), uint32(at)})
		}
	}
	from := at
	for i := at; i < end; i++ {
		if c.text[i] == c.delimiter {
			to = append(to, c.trim(from, i))
			from = i + 1
		}
	}
	return append(to, c.trim(from, end))
}

func blank(b byte) bool { return b == ' ' || b == '\t' }

// quoted cuts a record with quotes, which may continue over lines.
func (c *cutter) quoted(to []span, end, next int) []span {
	at := c.at
	for {
		for at < end && (c.text[at] == ' ' || c.text[at] == '\t' && c.delimiter != '\t') {
			at++
		}
		if c.delimiter == ' ' && at == end {
			break
		}
		from, open := at, at
		if bytes.HasPrefix(c.text[at:end], []byte(`="`)) { // as Excel writes what is to stay text
			open++
		}
		if open < end && c.text[open] == '"' {
			if stop, ok := c.closing(open, end); ok {
				to = append(to, span{uint32(from), uint32(stop)})
				if stop > end { // beyond the line
					end, next = c.lineEnd(stop)
				}
				at = stop
				for at < end && (c.text[at] == ' ' || c.text[at] == '\t' && c.delimiter != '\t') {
					at++
				}
				if at < end && c.delimiter != ' ' {
					at++ // the delimiter, after which there is a field, if an empty one
					continue
				}
				if at == end {
					break
				}
				continue
			}
		}
		for at < end && c.text[at] != c.delimiter && (c.delimiter != ' ' || c.text[at] != '\t') {
			if c.text[at] == '"' {
				if c.stray == 0 {
					c.strayLine = c.line
				}
				c.stray++
			}
			at++
		}
		to = append(to, c.trim(from, at))
		if at == end {
			break
		}
		at++
	}
	c.line += bytes.Count(c.text[c.stop:min(next, len(c.text))], []byte{'\n'})
	if c.stop < next && next <= len(c.text) && !c.carriage && c.text[next-1] == '\n' {
		c.line-- // the record's own line end is counted with the line
	}
	c.at, c.stop = next, end
	return to
}

// maxQuoted bounds how far the end of a field in quotes is looked for.
const maxQuoted = 1 << 16

// closing returns what follows the quote that closes a field, whose opening quote is
// at a place in a line that ends at end. A field of several lines is none if these
// look like rows of their own.
func (c *cutter) closing(open, end int) (stop int, ok bool) {
	for i := open + 1; i < min(len(c.text), open+maxQuoted); i++ {
		k := bytes.IndexByte(c.text[i:min(len(c.text), open+maxQuoted)], '"')
		if k < 0 {
			return 0, false
		}
		if i += k; i+1 < len(c.text) && c.text[i+1] == '"' {
			i++
			continue
		}
		stop = i + 1
		after := stop
		for after < len(c.text) && blank(c.text[after]) && c.text[after] != c.delimiter {
			after++
		}
		switch {
		case after == len(c.text), c.text[after] == c.delimiter, c.text[after] == '\n', c.text[after] == '\r':
		case c.delimiter == ' ' && after > stop:
		default:
			return 0, false
		}
		return stop, stop <= end || !c.rowsWithin(end, stop)
	}
	return 0, false
}

// rowsWithin tells whether a field in quotes that continues over lines has swallowed
// rows: its first line, and each that lies within it, has the fields of a row, and
// numbers among them.
func (c *cutter) rowsWithin(end, stop int) bool {
	if c.width < 2 {
		return false
	}
	at := c.at
	for {
		fields := c.plain(nil, at, end)
		if len(fields) != c.width || !slices.ContainsFunc(fields, func(s span) bool { return lex(c.text[s.from:s.to]) != noNumber }) {
			return false
		}
		_, at = c.lineEnd(end)
		if at >= stop {
			return true
		}
		if end, _ = c.lineEnd(at); end >= stop {
			return true
		}
	}
}

// content returns what is in a cell: without its quotes, and with single ones for
// doubled ones within. It may be a view of the text.
func content(text []byte, s span) []byte {
	cell := text[s.from:s.to]
	if len(cell) > 3 && cell[0] == '=' && cell[1] == '"' && cell[len(cell)-1] == '"' {
		cell = cell[1:]
	}
	if len(cell) < 2 || cell[0] != '"' || cell[len(cell)-1] != '"' {
		return cell
	}
	cell = cell[1 : len(cell)-1]
	if bytes.IndexByte(cell, '"') >= 0 {
		cell = bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
	}
	cell = bytes.TrimSpace(cell)
	// ="1.5" within quotes of its own.
	if len(cell) > 3 && cell[0] == '=' && cell[1] == '"' && cell[len(cell)-1] == '"' {
		cell = cell[2 : len(cell)-1]
	}
	return cell
}
