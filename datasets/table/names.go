package table

import (
	"encoding/csv"
	"fmt"
	"strings"
	"unicode"
)

// nameColumns makes the columns of a table from the names of its header, nil without.
// Of two that are called the same the second one gets a number.
func (t *Table) nameColumns(names []string, width int) {
	t.Columns = make([]Profile, width)
	count := map[string]int{}
	for i := range t.Columns {
		c := &t.Columns[i]
		if i < len(names) {
			c.Column = withUnit(Printable(names[i]))
		}
		if c.Name == "" {
			c.Name = unnamed(i)
		}
		count[c.Name]++
	}
	// "speed (m/s)" and "speed (km/h)" are to be told apart by their names.
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Unit != "" && count[c.Name] > 1 {
			c.Column = Column{Name: Printable(names[i])}
		}
	}
	taken := map[string]bool{}
	for i := range t.Columns {
		taken[t.Columns[i].Name] = true
	}
	seen := map[string]bool{}
	for i := range t.Columns {
		c := &t.Columns[i]
		if !seen[c.Name] {
			seen[c.Name] = true
			continue
		}
		was := c.Name
		for n := 2; ; n++ {
			if c.Name = fmt.Sprintf("%s_%d", was, n); !taken[c.Name] {
				break
			}
		}
		taken[c.Name], seen[c.Name] = true, true
		t.warn("two columns are called %q; number %d was renamed to %q", was, i+1, c.Name)
	}
}

func (t *Table) warn(format string, args ...any) {
	t.Warnings = append(t.Warnings, fmt.Sprintf(format, args...))
}

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

// Printable returns a text as it may be shown: without control characters and
// marks that turn the direction of writing, white space as blanks, and of 60
// characters at most.
func Printable(s string) string {
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

// Name returns the name of the column that the first row calls so, blanks at its ends
// or not: a column whose head is "time (ms)" or "time [ms]" has the name "time" and the
// unit "ms", and is meant by name or head. What no column is called is returned as it
// is.
func (t *Table) Name(head string) string {
	head = Printable(head)
	for i := range t.Columns {
		if t.Columns[i].Name == head {
			return head
		}
	}
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Unit != "" && withUnit(head) == c.Column {
			return c.Name
		}
	}
	return head
}

// Names returns the columns that a list names: the one that is called so as a whole, commas
// included, or else those between its commas, where a name that has one is in quotes.
func (t *Table) Names(list string) []string {
	if _, err := t.find(list); err == nil {
		return []string{list}
	}
	r := csv.NewReader(strings.NewReader(list))
	r.TrimLeadingSpace = true
	records, err := r.ReadAll()
	if err != nil || len(records) != 1 {
		return strings.Split(list, ",")
	}
	return records[0]
}

// find returns the number of a column, from 0, by its name or head.
func (t *Table) find(head string) (int, error) {
	name := t.Name(head)
	var names []string
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Name == name {
			return i, nil
		}
		names = append(names, c.Name)
	}
	return 0, &Error{Column: name, What: "no column has this name", Cure: "choose one of " + strings.Join(names, ", ")}
}

// noColumn says that the table has no column of an encoding: what columns are called cannot
// be chosen there.
func (t *Table) noColumn(e Encoding, i int) error {
	columns := make([]string, len(t.Columns))
	for k := range t.Columns {
		columns[k] = t.Columns[k].Name
	}
	wants := make([]string, len(e))
	for k := range e {
		wants[k] = e[k].Name
	}
	return &Error{
		Column: e[i].Name,
		What:   "no column has this name, which the model needs (it needs " + strings.Join(wants, ", ") + "; the file has " + strings.Join(columns, ", ") + ")",
		Cure:   "add the column, or rename the one that it is",
	}
}

// column returns the number of a column of numbers, from 0, by its name or head.
func (t *Table) column(head string) (int, error) {
	k, err := t.find(head)
	if err != nil {
		return 0, err
	}
	return k, t.usable(&t.Columns[k])
}

// input returns the number of a column that can be an input, from 0, by its name or head.
func (t *Table) input(head string) (int, error) {
	k, err := t.find(head)
	if err != nil {
		return 0, err
	}
	c := &t.Columns[k]
	switch {
	case c.Words > 0, c.Date != "":
		return k, nil
	case c.twoDates[0] != "":
		return 0, t.unclearDates(k)
	case c.beyond > 0:
		i := c.beyond - 1
		return 0, &Error{
			Row: int(t.grid.rows[i].line), Column: c.Name,
			What: fmt.Sprintf("more than %d different words (%q is one too many)", MaxValues, Printable(string(t.grid.cell(i, k)))),
			Cure: "merge rare words, or choose another column",
		}
	}
	return k, t.usable(c)
}

// usable says why a column cannot be chosen.
func (t *Table) usable(c *Profile) error {
	if c.Numeric() {
		return nil
	}
	e := &Error{Column: c.Name, What: "contains text that cannot be used", Cure: "choose another column"}
	switch {
	case c.Other == 0 && c.Numbers == 0:
		e.What = "the column is empty"
		return e
	case c.unclear > 0:
		e.What = fmt.Sprintf("%s ambiguous", number(c.unclear, "cell is", "cells are"))
		e.Cure = "set the decimal mark"
	}
	for i, cell := range c.Odd {
		if c.unclear > 0 && c.odd[i] != whyTwoWays {
			continue
		}
		e.Row, e.What = cell.Row, e.What+fmt.Sprintf(": %q (%s)", cell.Value, cell.Why)
		break
	}
	return e
}
