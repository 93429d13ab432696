package table

import (
	"bytes"
	"math"
	"strconv"
)

// A role is what a mark is in a column.
type role uint8

const (
	isDecimal   role = iota
	isThousands      // between thousands
	isUnclear        // either, so that 1,234 is not read
)

// A plan says how the numbers of a column are read: what a point or a comma is before
// just three digits, and which marks are none of a number.
type plan struct {
	point, comma     role // of 8.079 and 8,079
	noPoint, noComma bool // 3.25 or 3,25 is not read, since the mark is between thousands elsewhere, or the other was named
	percent          bool // all are percent
	plain            bool // only what has no percent sign is a number
}

// parse reads a number of a form. It is false for what the plan does not read, and for
// what is beyond MaxMagnitude.
func (p plan) parse(cell []byte, f form) (float64, bool) {
	if f&percent != 0 && p.plain {
		return 0, false
	}
	kind := f & formMask
	decimal := byte('.')
	switch kind {
	case noNumber:
		return 0, false
	case point, commaPoint:
		if p.noPoint {
			return 0, false
		}
	case comma, pointComma:
		decimal = ','
		if p.noComma {
			return 0, false
		}
	case points:
		if p.noComma && p.point == isDecimal {
			return 0, false
		}
		decimal = 0
	case commas:
		if p.noPoint && p.comma == isDecimal {
			return 0, false
		}
		decimal = 0
	case eitherPoint:
		if p.point == isUnclear {
			return 0, false
		}
		if p.point == isThousands {
			decimal = 0
		}
	case eitherComma:
		switch p.comma {
		case isUnclear:
			return 0, false
		case isThousands:
			decimal = 0
		default:
			decimal = ','
		}
	}
	if p.percent && f&percent == 0 && !onlyZeros(cell) {
		return 0, false
	}
	// What ParseFloat takes needs no more.
	if v, ok := exact(cell); ok && decimal == '.' {
		return v, math.Abs(v) <= MaxMagnitude
	}
	var room, clean [64]byte
	body, negative, _, ok := strip(room[:0], cell)
	if !ok {
		return 0, false
	}
	text := clean[:0]
	if negative {
		text = append(text, '-')
	}
	for _, b := range body {
		switch b {
		case decimal:
			text = append(text, '.')
		case '.', ',', ' ', '\'':
		case 'd', 'D':
			text = append(text, 'e')
		default:
			text = append(text, b)
		}
	}
	v, err := strconv.ParseFloat(string(text), 64)
	return v, err == nil && math.Abs(v) <= MaxMagnitude
}

func onlyZeros(cell []byte) bool { return bytes.Trim(cell, "0.,+-") == nil }

var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// exact reads digits with at most one point, as long as both they and the power of
// ten that divides them are exact in a float64, so that the quotient is what it
// should be to the last bit.
func exact(cell []byte) (float64, bool) {
	var mantissa uint64
	digits, after := 0, -1
	negative := false
	for i, b := range cell {
		switch {
		case b-'0' <= 9:
			mantissa = 10*mantissa + uint64(b-'0')
			if digits++; digits > 18 {
				return 0, false
			}
			if after >= 0 {
				after++
			}
		case b == '.' && after < 0:
			after = 0
		case i == 0 && (b == '-' || b == '+'):
			negative = b == '-'
		default:
			return 0, false
		}
	}
	if digits == 0 || mantissa >= 1<<53 {
		return 0, false
	}
	v := float64(mantissa)
	if after > 0 {
		v /= powers[after]
	}
	if negative {
		v = -v
	}
	return v, true
}

// A census counts the forms of a column's cells.
type census struct {
	count            [forms]int
	percent          int
	plain            int // without a percent sign
	maxBare, maxLead int // largest of digits alone below 1,000, and of what stands before a mark that can be either
	numbers          int
}

func (c *census) add(cell []byte, f form) {
	kind := f & formMask
	c.count[kind]++
	if f&grouped != 0 && kind == large {
		c.count[large]-- // it has a mark
	}
	if f&percent != 0 {
		c.percent++
	} else if cell[0] != '0' || !onlyZeros(cell) {
		c.plain++
	}
	c.numbers++
	switch kind {
	case bare:
		c.maxBare = max(c.maxBare, leading(cell))
	case eitherPoint, eitherComma:
		c.maxLead = max(c.maxLead, leading(cell))
	}
}

// leading returns the number that a cell's first digits make.
func leading(cell []byte) int {
	n := 0
	for _, b := range cell {
		switch {
		case b >= '0' && b <= '9':
			n = min(10*n+int(b-'0'), 1e6)
		case n > 0 || b == '.' || b == ',':
			return n
		}
	}
	return n
}

// commaDecimals and pointDecimals count the cells that tell for themselves what a
// comma or a point is.
func (c *census) commaDecimals() int { return c.count[comma] + c.count[pointComma] + c.count[points] }

func (c *census) pointDecimals() int { return c.count[point] + c.count[commaPoint] + c.count[commas] }

// hundreds tells whether digits alone go up to where 1,000 would have a mark: they
// are larger than what stands before the marks.
func (c *census) hundreds() bool {
	return c.count[bare] > 0 && (2*c.maxBare > 3*c.maxLead || c.maxBare >= 100 && c.maxBare > c.maxLead)
}

// plan decides how a column is read. locale is the decimal mark that all other columns
// agree on, or 0. guessed says that thousands marks were told by their place alone.
func (c *census) plan(decimal rune, locale, delimiter byte) (p plan, guessed string) {
	switch {
	case c.percent > 0 && c.percent >= c.plain:
		p.percent = true
	default:
		p.plain = true
	}
	switch decimal {
	case '.':
		p.comma, p.noComma = isThousands, true
		return p, ""
	case ',':
		p.point, p.comma, p.noPoint = isThousands, isDecimal, true
		return p, ""
	}
	n := &c.count
	// A mark between thousands is no decimal mark.
	p.noComma = n[commas]+n[commaPoint] > 0
	p.noPoint = n[points]+n[pointComma] > 0
	if p.noComma && p.noPoint {
		p = plan{point: isUnclear, comma: isUnclear, percent: p.percent, plain: p.plain}
		return p, ""
	}
	if n[eitherComma] > 0 {
		var g bool
		if p.comma, g = c.roleOfComma(locale, delimiter); g {
			guessed = ","
		}
	}
	if n[eitherPoint] > 0 {
		var g bool
		if p.point, g = c.roleOfPoint(locale, delimiter); g {
			guessed += "."
		}
	}
	return p, guessed
}

// roleOfComma decides what a comma before just three digits is; guessed says that its
// place alone tells it.
func (c *census) roleOfComma(locale, delimiter byte) (r role, guessed bool) {
	n := &c.count
	switch onPoint, onComma := c.pointDecimals() > 0, c.commaDecimals() > 0; {
	case onPoint && onComma, n[eitherPoint] > 0 && !onPoint && !onComma:
		return isUnclear, false
	case onPoint:
		return isThousands, false
	case onComma:
		return isDecimal, false
	case delimiter == ',' && locale == ',':
		return isUnclear, false
	case delimiter == ',': // so it is in quotes
		return isThousands, true
	case locale == '.':
		return isThousands, false
	case c.hundreds() && n[large] == 0:
		if locale == ',' {
			return isUnclear, false
		}
		return isThousands, true
	case locale == ',':
		return isDecimal, false
	}
	return isUnclear, false
}

// roleOfPoint is roleOfComma for a point.
func (c *census) roleOfPoint(locale, delimiter byte) (r role, guessed bool) {
	n := &c.count
	switch onPoint, onComma := c.pointDecimals() > 0, c.commaDecimals() > 0; {
	case onPoint && onComma, n[eitherComma] > 0 && !onPoint && !onComma:
		return isUnclear, false
	case onPoint:
		return isDecimal, false
	case onComma && n[points]+n[pointComma] == 0 && n[large] > 0, locale == ',' && n[large] > 0:
		return isUnclear, false
	case onComma:
		return isThousands, false
	case locale == ',':
		return isThousands, true
	case c.hundreds() && n[large] == 0:
		if locale == '.' || delimiter == ',' {
			return isUnclear, false
		}
		return isThousands, true
	case locale == '.', delimiter != ';' && delimiter != '\t', n[large] > 0:
		return isDecimal, false
	case delimiter == '\t' && n[bare] == 0:
		return isDecimal, true
	}
	return isUnclear, false
}
