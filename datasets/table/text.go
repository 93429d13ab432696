package table

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// A source is a text as it came, in UTF-8.
type source struct {
	text     []byte
	encoding string
	gzip     bool
	warnings []string
}

// Decode returns a text in UTF-8, as Read would see it, within a bound of bytes. It
// is for those who must keep a text: one that is decoded is read as the original is.
func Decode(r io.Reader, most int64) (string, error) {
	s, err := readText(r, Limits{Bytes: most, Rows: math32, Columns: 1 << 16, Field: 1 << 14}.withDefaults())
	if err != nil {
		return "", err
	}
	return string(s.text), nil
}

const math32 = 1<<31 - 1

// readText reads a text to its end, or to the first byte beyond the limits.
func readText(r io.Reader, l Limits) (*source, error) {
	s := &source{encoding: "utf-8"}
	raw := &counted{r: r, left: l.Bytes}
	text := bufio.NewReaderSize(raw, 1<<15)
	if head, _ := text.Peek(2); string(head) == "\x1f\x8b" {
		z, err := gzip.NewReader(text)
		if err != nil {
			return nil, packed(raw, err)
		}
		s.gzip = true
		text = bufio.NewReaderSize(z, 1<<15)
	}
	head, err := text.Peek(4)
	if err != nil && err != io.EOF {
		return nil, s.readError(raw, err)
	}
	var from io.Reader = text
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")):
		return nil, &Error{Row: 1, What: "UTF-32 is not supported", Cure: "save the file as UTF-8"}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		s.encoding = "utf-16le"
		from = transform.NewReader(text, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		s.encoding = "utf-16be"
		from = transform.NewReader(text, unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM).NewDecoder())
	}
	if s.text, err = readAll(from, l); err != nil {
		return nil, s.readError(raw, err)
	}
	s.text = bytes.TrimPrefix(s.text, []byte("\ufeff"))
	s.text = bytes.TrimRight(s.text, "\x1a") // the end of a file, as DOS had it
	if !utf8.Valid(s.text) {
		s.decode(l)
	}
	return s, nil
}

// readError tells what the text is refused for from what else went wrong.
func (s *source) readError(raw *counted, err error) error {
	var refused *Error
	switch {
	case errors.As(err, &refused):
		return refused
	case s.gzip && (raw.err == nil || raw.err == io.EOF):
		return packed(raw, err)
	}
	return fmt.Errorf("table: reading a text: %w", err)
}

func packed(raw *counted, err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		return refused
	}
	if raw.err != nil && raw.err != io.EOF {
		return fmt.Errorf("table: reading a text: %w", raw.err)
	}
	return &Error{What: "the gzip file is damaged or incomplete", Cure: "compress the file again, or send it uncompressed"}
}

// A counted reader refuses what continues beyond so many bytes, of which it takes one.
type counted struct {
	r    io.Reader
	left int64
	err  error
}

func (c *counted) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	// What is decoded is counted too, so one byte more than the limit is let through.
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	if len(p) == 0 {
		return 0, io.EOF
	}
	n, err := c.r.Read(p)
	c.left -= int64(n)
	c.err = err
	return n, err
}

// decode makes UTF-8 of what is none: text of Windows, or of Latin-1, which is the
// same but for characters that no table has. Where most of what is not ASCII is
// UTF-8 all the same, that stays.
func (s *source) decode(l Limits) {
	bad, good, first := 0, 0, 0
	for i := 0; i < len(s.text); {
		if s.text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(s.text[i:])
		if r == utf8.RuneError && n <= 1 {
			if bad == 0 {
				first = 1 + bytes.Count(s.text[:i], []byte("\n"))
			}
			bad++
		} else {
			good++
		}
		i += n
	}
	mixed := good > bad
	out := make([]byte, 0, len(s.text)+len(s.text)/16+16)
	for i := 0; i < len(s.text); {
		b := s.text[i]
		if b < utf8.RuneSelf {
			out = append(out, b)
			i++
			continue
		}
		r, n := utf8.DecodeRune(s.text[i:])
		if !mixed || r == utf8.RuneError && n <= 1 {
			r, n = windows1252(b), 1
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	s.text = out
	if mixed {
		s.warnings = append(s.warnings, fmt.Sprintf("%s not UTF-8 (first: row %d) and read as Windows-1252", number(bad, "byte is", "bytes are"), first))
		return
	}
	s.encoding = "windows-1252"
	s.warnings = append(s.warnings, fmt.Sprintf("the text is not UTF-8 (first: row %d); it was read as Windows-1252", first))
}

// others are what windows1252 has where Latin-1 has control characters: what the WHATWG's
// Encoding Standard says, but for bytes that mean nothing.
const others = "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ"

var otherRunes = []rune(others)

// windows1252 decodes a byte. charmap has it, too, and with it the tables of all encodings
// that there are, which a page would have to fetch.
func windows1252(b byte) rune {
	if b >= 0x80 && b < 0xa0 {
		return otherRunes[b-0x80]
	}
	return rune(b)
}

// readAll reads a text in pieces, each of which is checked, so that most of what is
// refused is never read.
func readAll(r io.Reader, l Limits) ([]byte, error) {
	g := &guard{limits: l, line: 1}
	var pieces [][]byte
	piece := make([]byte, 0, 1<<15)
	for {
		n, err := r.Read(piece[len(piece):cap(piece)])
		if e := g.check(piece[len(piece) : len(piece)+n]); e != nil {
			return nil, e
		}
		piece = piece[:len(piece)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(piece) == cap(piece) {
			pieces = append(pieces, piece)
			piece = make([]byte, 0, min(2*cap(piece), 1<<18))
		}
	}
	return bytes.Join(append(pieces, piece), nil), nil
}

// A guard sees a text go by and knows the line where it is not one, or beyond the
// limits.
type guard struct {
	limits Limits
	bytes  int64
	line   int // from 1
	length int // of the line so far
	quoted bool
	rows   int // at least so many were there
}

// slack is how many lines more than rows a text may have: names, comments and what
// stands before them.
const slack = 1024

func (g *guard) check(p []byte) error {
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		line := p
		if end >= 0 {
			line = p[:end+1]
		}
		if i := bytes.IndexByte(line, 0); i >= 0 {
			return &Error{Row: g.line, What: "a NUL byte: this is not a text file, or it is in UTF-16 or UTF-32", Cure: "save it as CSV in UTF-8"}
		}
		if g.bytes+int64(len(line)) > g.limits.Bytes {
			return &Error{
				Row: g.line, What: fmt.Sprintf("the table is larger than the maximum of %.4g MB", float64(g.limits.Bytes)/1e6),
				Cure: "use a sample of the rows, or remove columns that are not needed", Limit: "bytes",
			}
		}
		g.bytes += int64(len(line))
		g.length += len(line)
		if g.length > g.limits.line() {
			// Lines may end with carriage returns alone.
			if i := bytes.LastIndexByte(line, '\r'); i >= 0 && len(line) <= g.limits.line() {
				g.length = len(line) - i
			} else {
				return &Error{
					Row: g.line, What: fmt.Sprintf("a line has more than %d bytes", g.limits.line()),
					Cure: fmt.Sprintf("the maximum is %d columns of %d bytes, one row per line", g.limits.Columns, g.limits.Field), Limit: "field",
				}
			}
		}
		if bytes.Count(line, []byte{'"'})%2 == 1 {
			g.quoted = !g.quoted
		}
		if end >= 0 {
			if !g.quoted && len(bytes.TrimSpace(line)) > 0 {
				if g.rows++; g.rows > g.limits.Rows+slack {
					return tooManyRows(g.line, g.limits)
				}
			}
			g.line++
			g.length = 0
		}
		p = p[len(line):]
	}
	return nil
}

func tooManyRows(line int, l Limits) *Error {
	return &Error{Row: line, What: fmt.Sprintf("the table has more than the maximum of %d rows", l.Rows), Cure: "use a sample of them", Limit: "rows"}
}

// number returns a count with the word for one or for more.
func number(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
