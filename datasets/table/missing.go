package table

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// missingMarks and missingWords say that there is no value; the latter are in lower case,
// and stand in capitals, too.
var (
	missingMarks = [...]string{"--", "---", "..", "...", "–", "—", `\N`, "?", "-", "."}
	missingWords = [...]string{"na", "n/a", "nan", "null", "#n/a", "#na", "<na>", "none", "nil", "n.a.", "-nan"}
)

// Missing returns what a cell holds that has no value, besides nothing. Capitals make no
// difference.
func Missing() []string { return slices.Concat(missingMarks[:], missingWords[:]) }

// missing tells whether a cell, without blanks around it, says that there is no
// value.
func missing(cell []byte) bool {
	switch len(cell) {
	case 0:
		return true
	case 1:
		return cell[0] == '?' || cell[0] == '-' || cell[0] == '.'
	}
	if len(cell) > 8 || cell[0] < 0x80 && cell[0]-'0' <= 9 {
		return false
	}
	for _, m := range &missingMarks {
		if string(cell) == m {
			return true
		}
	}
	for _, m := range &missingWords {
		if len(m) == len(cell) && strings.EqualFold(string(cell), m) {
			return true
		}
	}
	return false
}

// A why is why a cell is no number of its column.
type why uint8

const (
	whyMissing why = iota
	whyNamed
	whyOtherDate
	whyTwoWays
	whyBeyond
	whyInfinite
	whyHex
	whyUnderscore
	whyCurrency
	whyPercent
	whyNoPercent
	whyBound
	whyMark
	whyUnit
	whyQuotes
	whyDate
	whyOtherMark
	whyMarks
	whyNothing
)

var whys = [...]string{
	whyMissing:    "empty",
	whyNamed:      "declared as missing",
	whyOtherDate:  "not a date in the format of the others",
	whyTwoWays:    "%s could also be read as %s; set the decimal mark",
	whyBeyond:     "larger than 1e+18; use a larger unit",
	whyInfinite:   "not finite",
	whyHex:        "hexadecimal numbers are not supported",
	whyUnderscore: "underscores are not supported",
	whyCurrency:   "currency signs are not supported",
	whyPercent:    "a percent sign, unlike most of the column",
	whyNoPercent:  "no percent sign, unlike most of the column",
	whyBound:      "a bound such as <1 is not a number",
	whyMark:       "a mark after the number, such as a footnote",
	whyUnit:       "a word or unit beside the number",
	whyQuotes:     "single quotes are not supported",
	whyDate:       "a date or time in an unsupported format",
	whyOtherMark:  "a different decimal mark from the rest of the column",
	whyMarks:      "marks that are neither decimal nor thousands separators",
	whyNothing:    "not a number",
}

// of puts it in words for people.
func (w why) of(cell []byte) string {
	if w == whyTwoWays {
		return fmt.Sprintf(whys[w], cell, strings.NewReplacer(",", "", ".", "").Replace(string(cell)))
	}
	return whys[w]
}

// whyNot says why a cell that is not missing is no number in a column.
func whyNot(cell []byte, p plan) why {
	if f := lex(cell); f != noNumber {
		kind := f & formMask
		switch {
		case f&percent != 0 && p.plain:
			return whyPercent
		case f&percent == 0 && p.percent && !onlyZeros(cell):
			return whyNoPercent
		case kind == eitherPoint && p.point == isUnclear, kind == eitherComma && p.comma == isUnclear:
			return whyTwoWays
		}
		if _, ok := (plan{}).parse(cell, f); ok || kind >= points {
			return whyOtherMark
		}
		if kind == comma || kind == point {
			return whyOtherMark
		}
		return whyBeyond
	}
	text := strings.ToLower(string(cell))
	bare := strings.TrimLeft(text, "+-−( ")
	switch {
	case bare == "inf" || bare == "infinity" || bare == "∞":
		return whyInfinite
	case strings.HasPrefix(bare, "0x"):
		return whyHex
	case strings.ContainsAny(text, "$€£¥₹₽"):
		return whyCurrency
	case strings.IndexAny(text, "<>≤≥~≈±") == 0:
		return whyBound
	case len(text) > 2 && text[0] == '\'' && reads(strings.Trim(text, "'")):
		return whyQuotes
	case dateLike(text):
		return whyDate
	}
	if strings.Contains(text, "_") && reads(strings.ReplaceAll(text, "_", "")) {
		return whyUnderscore
	}
	note := strings.TrimRight(text, "0123456789)]")
	if n := len(note); n > 1 && n < len(text)-1 && (note[n-1] == '[' || note[n-1] == '(') && reads(note[:n-1]) {
		return whyMark
	}
	digits := strings.TrimRight(text, "*†‡§¹²³⁴⁵⁶⁷⁸⁹°#^abcdefghijklmnopqrstuvwxyzµ/%()[] ")
	switch rest := strings.TrimSpace(text[len(digits):]); {
	case rest == "" || digits == "" || !reads(digits):
	case strings.Trim(rest, "*†‡§¹²³⁴⁵⁶⁷⁸⁹#^[]") == "" || len(rest) == 1 && text[len(digits)] != ' ' || strings.Trim(rest, "()[]abcdefghijklmnopqrstuvwxyz") == "" && len(rest) == 3 && (rest[0] == '(' || rest[0] == '['):
		return whyMark
	case isCurrency(rest):
		return whyCurrency
	default:
		return whyUnit
	}
	if i := strings.IndexAny(text, "0123456789"); i > 0 && isCurrency(strings.TrimSpace(text[:i])) {
		return whyCurrency
	}
	if strings.Trim(strings.TrimPrefix(text, "-"), "0123456789.,'’ \u00a0\u202f") == "" && strings.ContainsAny(text, "0123456789") {
		return whyMarks
	}
	return whyNothing
}

func isCurrency(s string) bool {
	switch s {
	case "usd", "eur", "gbp", "chf", "sek", "nok", "dkk", "kr", "kr.", "rs", "rs.", "us", "zł":
		return true
	}
	return false
}

// reads tells whether a text is a number.
func reads(s string) bool { return lex(bytes.TrimSpace([]byte(s))) != noNumber }

// dateLike tells whether a text looks like a date or a time of day: groups of digits
// between dashes, slashes, colons or points.
func dateLike(s string) bool {
	digits, marks, dots := 0, 0, 0
	for i := range len(s) {
		switch b := s[i]; {
		case b-'0' <= 9:
			digits++
		case strings.IndexByte("-/:", b) >= 0 && i > 0 && i < len(s)-1:
			marks++
		case b == '.' && i > 0 && i < len(s)-1:
			dots++
		case b == 't' || b == 'z' || b == ' ' || b == '+':
		default:
			return false
		}
	}
	return digits >= 3 && (marks > 0 || dots > 1) && len(s) > 3 && s[0]-'0' <= 9
}
