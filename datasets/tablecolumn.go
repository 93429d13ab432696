package datasets

import (
	"fmt"
	"hash/maphash"
	"math"
	"strings"
	"unicode"
)

// columns makes the columns of a table from its first record.
func columns(record []string, header bool) []TableColumn {
	c := make([]TableColumn, len(record))
	count := map[string]int{}
	for i := range c {
		if header {
			c[i].Column = withUnit(printable(record[i]))
		}
		if c[i].Name == "" {
			c[i].Name = unnamed(i)
		}
		c[i].seen = map[uint64]struct{}{}
		count[c[i].Name]++
	}
	// "speed (m/s)" and "speed (km/h)" are to be told apart by their names.
	for i := range c {
		if c[i].Unit != "" && count[c[i].Name] > 1 {
			c[i].Column = Column{Name: printable(record[i])}
		}
	}
	return c
}

// unnamed returns the name of column i, from 0, where the text gives it none.
func unnamed(i int) string { return fmt.Sprintf("col%d", i+1) }

// withUnit takes the unit from "accel (g)" or "accel [g]".
func withUnit(name string) Column {
	for _, brackets := range []string{"()", "[]"} {
		i := strings.LastIndexByte(name, brackets[0])
		if i <= 0 || name[len(name)-1] != brackets[1] {
			continue
		}
		rest, unit := strings.TrimSpace(name[:i]), strings.TrimSpace(name[i+1:len(name)-1])
		if rest != "" && unit != "" {
			return Column{rest, unit}
		}
	}
	return Column{Name: name}
}

// printable returns a text as it may be shown: without control characters and
// marks that turn the direction of writing, white space as blanks, and of 60
// characters at most.
func printable(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(s) {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsPrint(r):
			continue
		}
		if n == shownRunes {
			return b.String() + "…"
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}

// add counts a cell, and returns its number or NaN.
func (c *TableColumn) add(row int, cell string, decimal rune, seed maphash.Seed) float64 {
	if missing(cell) {
		c.Missing++
		if len(c.troubles) < listedCells {
			c.troubles = append(c.troubles, Cell{row, c.Name, printable(cell), whyMissing})
		}
		return math.NaN()
	}
	v, ok := number(cell, decimal)
	if !ok {
		c.Other++
		c.distinct(maphash.String(seed, cell))
		if len(c.troubles) < listedCells {
			c.troubles = append(c.troubles, Cell{row, c.Name, printable(cell), whyNot(cell, decimal)})
		}
		return math.NaN()
	}
	if c.Numbers == 0 {
		c.Min, c.Max = v, v
	}
	c.Min, c.Max = min(c.Min, v), max(c.Max, v)
	c.Numbers++
	c.distinct(math.Float64bits(v + 0)) // minus zero is zero
	return v
}

func (c *TableColumn) distinct(hash uint64) {
	if len(c.seen) < maxDistinct {
		c.seen[hash] = struct{}{}
		c.Distinct = len(c.seen)
	}
}
