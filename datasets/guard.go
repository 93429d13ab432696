package datasets

import (
	"fmt"
	"io"
	"strings"
)

// A guard lets a text through as long as it is one and keeps to the limits, and
// knows the row where it is not. Who reads through it need not fear a line
// without end.
type guard struct {
	r      io.Reader
	limits Limits
	bytes  int64 // read
	row    int   // from 1
	length int   // of the row's line so far
	cr     bool  // the last byte was a carriage return
	err    error // that ended it
}

func (g *guard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	if left := g.limits.Bytes - g.bytes; int64(len(p)) > left {
		p = p[:left+1] // one more tells whether there is more
	}
	n, err := g.r.Read(p)
	g.err = err
	for i, b := range p[:n] {
		if err := g.check(b); err != nil {
			g.err = err
			return i, err
		}
	}
	return n, g.err
}

func (g *guard) check(b byte) error {
	if g.bytes == g.limits.Bytes {
		return &CSVError{
			Row: g.row, What: fmt.Sprintf("the table goes on, and at most %.4g MB are read", float64(g.limits.Bytes)/1e6),
			Cure: "take a sample of its rows, and leave out columns that are not needed",
		}
	}
	g.bytes++
	g.length++
	if b == 0 {
		return &CSVError{Row: g.row, What: "a NUL byte, as in UTF-16, UTF-32 or a file that is no text", Cure: "save it as CSV in UTF-8"}
	}
	if g.cr && b != '\n' {
		return &CSVError{Row: g.row, What: "a carriage return without a newline", Cure: "save it as CSV with line ends of Windows or Unix"}
	}
	g.cr = b == '\r'
	if b == '\n' {
		g.row++
		g.length = 0
	} else if g.length > g.limits.line() {
		return &CSVError{
			Row: g.row, What: fmt.Sprintf("a line of more than %d bytes", g.limits.line()),
			Cure: fmt.Sprintf("keep to %d columns of %d bytes, one row a line", g.limits.Columns, g.limits.Field),
		}
	}
	return nil
}

const byteOrderMark = "\ufeff"

// byteOrder refuses what begins with the byte order mark of UTF-16 or UTF-32
// with the low byte first; with the high byte first, UTF-32 begins with NUL.
func byteOrder(text []byte) error {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if strings.HasPrefix(string(text[:min(len(text), 2)]), mark) {
			return &CSVError{Row: 1, What: "UTF-16 or UTF-32", Cure: "save the file as UTF-8"}
		}
	}
	return nil
}
