package table

import (
	"bytes"
	"unicode/utf8"
)

// A form is how a number is written. Points and commas are told apart only as far as
// the cell itself tells them.
type form uint8

const (
	noNumber    form = iota
	bare             // 858: digits alone, below 1,000
	large            // 8079: digits alone, 1,000 or more
	point            // 3.25, 0.858, 8079.125: the point is a decimal mark
	comma            // 3,25
	eitherPoint      // 8.079
	eitherComma      // 8,079
	points           // 1.234.567: thousands
	commas           // 1,234,567
	pointComma       // 1.234,5
	commaPoint       // 1,234.5
	forms
	formMask form = 0x1f

	grouped form = 0x20 // besides: 1 234 or 1'234, with any decimal mark
	percent form = 0x40 // besides: 5 %
)

// lex tells how a cell without blanks around it is written. It knows no other
// notation than digits with marks, a sign before or after them or brackets around
// them, an exponent of e or d, and a percent sign.
func lex(cell []byte) form {
	// The plainest first: digits with at most one point.
	i, n := 0, len(cell)
	if n > 0 && (cell[0] == '-' || cell[0] == '+') {
		i = 1
	}
	from := i
	for i < n && cell[i]-'0' <= 9 {
		i++
	}
	lead := i - from
	if i == n {
		return ofDigits(cell[from:i])
	}
	if cell[i] == '.' && lead > 0 {
		k := i + 1
		for k < n && cell[k]-'0' <= 9 {
			k++
		}
		if k == n {
			if n-i == 4 && lead <= 3 && cell[from] != '0' {
				return eitherPoint
			}
			return point
		}
	}
	return lexSlowly(cell)
}

func ofDigits(digits []byte) form {
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	switch n := len(digits); {
	case n == 0:
		return noNumber
	case n > 3:
		return large
	}
	return bare
}

// lexSlowly is lex for what is not the plainest.
func lexSlowly(cell []byte) form {
	var room [64]byte
	body, _, extra, ok := strip(room[:0], cell)
	if !ok {
		return noNumber
	}
	exponent := bytes.IndexAny(body, "eEdD")
	digits := body
	if exponent >= 0 {
		if !isExponent(body[exponent+1:]) {
			return noNumber
		}
		digits = body[:exponent]
	}
	f, more := marks(digits)
	if f == noNumber {
		return noNumber
	}
	if exponent >= 0 {
		// What has an exponent has no thousands, so its mark is a decimal one.
		switch {
		case more != 0:
			return noNumber
		case f == eitherPoint:
			f = point
		case f == eitherComma:
			f = comma
		case f == bare || f == large:
			f = bare
		case f != point && f != comma:
			return noNumber
		}
	}
	return f | more | extra
}

func isExponent(b []byte) bool {
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 9 {
		return false
	}
	for _, d := range b {
		if d < '0' || d > '9' {
			return false
		}
	}
	return true
}

// strip takes sign, brackets and percent sign off a cell, and appends what is left,
// with every blank as ' ', every minus as '-' and every apostrophe as a straight one.
func strip(to, cell []byte) (body []byte, negative bool, extra form, ok bool) {
	if len(cell) == 0 || len(cell) > 60 {
		return nil, false, 0, false
	}
	for i := 0; i < len(cell); {
		if cell[i] < utf8.RuneSelf {
			to = append(to, cell[i])
			i++
			continue
		}
		r, n := utf8.DecodeRune(cell[i:])
		i += n
		switch r {
		case '\u2212', '\u2010', '\u2011', '\u2012', '\u2013', '\ufe63', '\uff0d':
			to = append(to, '-')
		case '\u00a0', '\u202f', '\u2009', '\u2007':
			to = append(to, ' ')
		case '\u2019':
			to = append(to, '\'')
		case '\u200e', '\u200f', '\u202a', '\u202c', '\u2060', '\ufeff', '\u200b': // marks that are not seen
		default:
			return nil, false, 0, false
		}
	}
	body = bytes.TrimSpace(to)
	if n := len(body); n > 1 && body[n-1] == '%' {
		extra = percent
		body = bytes.TrimRight(body[:n-1], " ")
	}
	if n := len(body); n > 2 && body[0] == '(' && body[n-1] == ')' {
		negative = true
		body = bytes.TrimSpace(body[1 : n-1])
		if n = len(body); n > 1 && body[n-1] == '%' && extra == 0 {
			extra = percent
			body = bytes.TrimRight(body[:n-1], " ")
		}
		return body, negative, extra, len(body) > 0 && body[0] != '-' && body[0] != '+'
	}
	n := len(body)
	switch {
	case n > 1 && (body[0] == '-' || body[0] == '+'):
		negative = body[0] == '-'
		body = bytes.TrimLeft(body[1:], " ")
	case n > 1 && body[n-1] == '-':
		negative = true
		body = bytes.TrimRight(body[:n-1], " ")
	}
	return body, negative, extra, len(body) > 0
}

// marks tells the form of digits with marks between them.
func marks(b []byte) (f, more form) {
	var (
		seen   [12]byte // the marks in their order
		counts [13]int  // digits before, between and after them
		n      int
	)
	for _, c := range b {
		switch c {
		case '.', ',', ' ', '\'':
			if n == len(seen) {
				return noNumber, 0
			}
			seen[n] = c
			n++
		default:
			if c < '0' || c > '9' {
				return noNumber, 0
			}
			counts[n]++
		}
	}
	if n == 0 {
		return ofDigits(b), 0
	}
	// Where the last mark is another than those before it, or alone, it may be the
	// decimal one.
	group := seen[0]
	same := 0
	for same < n && seen[same] == group {
		same++
	}
	digits := 0
	for _, k := range counts[:n+1] {
		digits += k
	}
	if digits == 0 || same < n-1 {
		return noNumber, 0
	}
	decimal := byte(0)
	groups := n // marks between groups
	if same == n-1 {
		decimal, groups = seen[n-1], n-1
	}
	if n == 1 && (group == '.' || group == ',') {
		switch {
		case counts[1] == 3 && counts[0] >= 1 && counts[0] <= 3 && b[0] != '0':
			if group == '.' {
				return eitherPoint, 0
			}
			return eitherComma, 0
		case group == '.':
			return point, 0
		case counts[0] == 0 && counts[1] == 0 || counts[1] == 0:
			return noNumber, 0 // 5, is rather a list than a number
		}
		return comma, 0
	}
	if groups == n {
		decimal = 0
	}
	if decimal == ' ' || decimal == '\'' || !grouping(counts[:groups+1], group, b[0]) {
		return noNumber, 0
	}
	if decimal != 0 && counts[n] == 0 {
		return noNumber, 0
	}
	switch {
	case group == ' ' || group == '\'':
		switch decimal {
		case '.':
			return point, grouped
		case ',':
			return comma, grouped
		}
		return large, grouped
	case group == '.' && decimal == ',':
		return pointComma, 0
	case group == ',' && decimal == '.':
		return commaPoint, 0
	case group == '.':
		return points, 0
	}
	return commas, 0
}

// grouping tells whether digits stand in groups as thousands do: one to three, and
// then three each, or between commas two each and three at last, as in India.
func grouping(counts []int, mark, first byte) bool {
	n := len(counts) - 1
	if n < 1 || counts[0] < 1 || counts[0] > 3 || counts[n] != 3 || first == '0' {
		return false
	}
	threes, twos := true, mark == ',' && counts[0] <= 2
	for _, k := range counts[1:n] {
		threes = threes && k == 3
		twos = twos && k == 2
	}
	return threes || twos
}
