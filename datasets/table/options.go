package table

import (
	"fmt"
	"slices"
	"strings"
)

// Limits bound what Read takes. A field of 0 or below has its default.
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
	l.Bytes = min(l.Bytes, 1<<32-2) // places in the text are kept in 32 bits
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

// Options overrule what Read would tell from the text. The zero value overrules
// nothing.
type Options struct {
	Limits    Limits
	Header    string   // "yes": the first row names the columns, "no": it does not
	Delimiter rune     // ',', ';', '\t', '|', or ' ' for runs of blanks
	Decimal   rune     // '.' or ','; the other one is then a thousands mark
	As        *Table   // by which what a column leaves open is read, as the column of that name is there
	Circles   []string // InYear, InDay or both: what dates that are inputs become besides days; InDay of those with a time of day
	Lacking   string   // DropRows, which "" is too, or FillMean: what becomes of a row that lacks an input
	Missing   []string // what stands for no value, besides empty cells, NA and the like; -200 also means -200.0
}

// What becomes of a row that lacks an input. One that lacks the target is dropped.
const (
	DropRows = "drop" // it is left out
	FillMean = "mean" // it has the mean of the others, and a mark that says so
)

// delimiters are the names that users have for delimiters.
var delimiters = map[string]rune{
	"": 0, "comma": ',', ",": ',', "semicolon": ';', ";": ';', "tab": '\t', "\t": '\t', `\t`: '\t',
	"bar": '|', "pipe": '|', "|": '|', "space": ' ', "blank": ' ', "blanks": ' ', " ": ' ',
}

// ParseOptions returns options without limits from what a user wrote: header is yes,
// no or empty; delimiter is the mark itself or comma, semicolon, tab, bar or space;
// decimal is the mark itself, comma or point. Its error is an *Error that names the option.
func ParseOptions(header, delimiter, decimal string, missing []string) (Options, error) {
	o := Options{Header: strings.ToLower(strings.TrimSpace(header))}
	var ok bool
	if o.Delimiter, ok = delimiters[strings.ToLower(delimiter)]; !ok {
		return o, &Error{Option: "delimiter", What: fmt.Sprintf("%.20q", delimiter), Cure: "choose comma, semicolon, tab, bar or space"}
	}
	if o.Decimal, ok = map[string]rune{"": 0, ".": '.', "point": '.', "dot": '.', ",": ',', "comma": ','}[strings.ToLower(strings.TrimSpace(decimal))]; !ok {
		return o, &Error{Option: "decimal", What: fmt.Sprintf("%.20q", decimal), Cure: "choose point or comma"}
	}
	for _, code := range missing {
		if code = strings.TrimSpace(code); code != "" {
			o.Missing = append(o.Missing, code)
		}
	}
	return o, o.Check()
}

// Check says what is wrong with options, in an *Error that names the option.
func (o *Options) Check() error {
	switch {
	case o.Header != "" && o.Header != "yes" && o.Header != "no":
		return &Error{Option: "header", What: fmt.Sprintf("%.20q", o.Header), Cure: "choose yes or no"}
	case o.Delimiter != 0 && !strings.ContainsRune(",;\t| ", o.Delimiter):
		return &Error{Option: "delimiter", What: fmt.Sprintf("%q", o.Delimiter), Cure: "choose comma, semicolon, tab, bar or space"}
	case o.Decimal != 0 && o.Decimal != '.' && o.Decimal != ',':
		return &Error{Option: "decimal", What: fmt.Sprintf("%q", o.Decimal), Cure: "choose point or comma"}
	case o.Lacking != "" && o.Lacking != DropRows && o.Lacking != FillMean:
		return &Error{Option: "lacking", What: fmt.Sprintf("%.20q", o.Lacking), Cure: "choose drop or mean"}
	case checkCircles(o.Circles) != nil:
		return checkCircles(o.Circles)
	case len(o.Missing) > maxCodes || slices.ContainsFunc(o.Missing, func(code string) bool { return len(code) > maxCode }):
		return &Error{Option: "missing", What: "has too many codes, or codes that are too long", Cure: fmt.Sprintf("use at most %d codes of at most %d bytes", maxCodes, maxCode)}
	}
	return nil
}

const (
	maxCodes = 20
	maxCode  = 60
)

// codes are what stands for no value besides what always does.
type codes struct {
	words   []string
	numbers []float64
}

func newCodes(list []string) codes {
	var c codes
	for _, code := range list {
		code = strings.TrimSpace(code)
		c.words = append(c.words, code)
		for _, decimal := range []byte{'.', ','} {
			f := lex([]byte(code))
			p := plan{point: isDecimal, comma: isThousands}
			if decimal == ',' {
				p = plan{point: isThousands, comma: isDecimal}
			}
			if v, ok := p.parse([]byte(code), f); ok && !slices.Contains(c.numbers, v) {
				c.numbers = append(c.numbers, v)
			}
		}
	}
	return c
}

func (c *codes) word(cell []byte) bool {
	for _, w := range c.words {
		if string(cell) == w {
			return true
		}
	}
	return false
}

func (c *codes) number(v float64) bool { return len(c.numbers) > 0 && slices.Contains(c.numbers, v) }
