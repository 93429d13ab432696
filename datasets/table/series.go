package table

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// timeNames are words in the names of columns that tell of time.
var timeNames = []string{
	"time", "date", "datetime", "timestamp", "year", "years", "yr", "month", "week", "day", "days", "hour", "hours", "minute", "second", "seconds", "quarter", "period",
	"t", "ts", "epoch", "zeit", "datum", "jahr", "monat", "tag", "stunde", "uhrzeit", "temps", "année", "annee", "mois", "jour", "fecha", "tiempo", "año", "ano",
}

// InTime returns a warning where the rows stand in the order of a time: test rows that
// are drawn at random then lie between training rows. It is nil where they do not.
func (t *Table) InTime() []string {
	if t.Rows < 8 {
		return nil
	}
	for k := range t.Columns {
		c := &t.Columns[k]
		timed := false
		for _, word := range strings.FieldsFunc(strings.ToLower(c.Name), func(r rune) bool { return !unicode.IsLetter(r) }) {
			timed = timed || slices.Contains(timeNames, word)
		}
		switch {
		case timed && c.Kind == Number && (c.sorted || c.falling) && c.Distinct > 2, (c.Kind == Text || c.Kind == Sparse) && t.datesInOrder(k):
		default:
			continue
		}
		return []string{fmt.Sprintf("the rows are sorted by %q and may be a time series; test rows drawn at random lie between training rows and do not measure forecasts: for that, give the last rows as a file of their own, with gnllviz train --test FILE", c.Name)}
	}
	return nil
}

var dateLayouts = []string{
	"2006-1-2", "2006/1/2", "2.1.2006", "2/1/2006", "1/2/2006", "2006-01", "2006/01", "Jan 2006", "2 Jan 2006", "02-Jan-2006", "01/2006",
	"2.1.06", "2/1/06", "1/2/06",
}

var clockLayouts = []string{"", " 15:04", " 15:04:05", "T15:04", "T15:04:05", "T15:04:05Z07:00", " 15:04:05Z07:00", " 3:04:05 PM", " 3:04 PM"}

// datesInOrder tells whether a column holds dates that only rise, or only fall.
func (t *Table) datesInOrder(k int) bool {
	for _, date := range dateLayouts {
		for _, clock := range clockLayouts {
			if t.inOrder(k, date+clock) {
				return true
			}
		}
	}
	return false
}

func (t *Table) inOrder(k int, layout string) bool {
	var first, last time.Time
	up, down, n := true, true, 0
	for i := range t.Rows {
		cell := t.grid.cell(i, k)
		if missing(cell) {
			continue
		}
		at, err := time.Parse(layout, string(cell))
		if err != nil {
			return false
		}
		if n == 0 {
			first = at
		} else {
			up, down = up && !at.Before(last), down && !at.After(last)
		}
		if n++; !up && !down {
			return false
		}
		last = at
	}
	return n > 2 && !first.Equal(last)
}

// isDate tells whether a text is a date, with or without a time of day.
func isDate(text string) bool {
	return slices.ContainsFunc(layouts(), func(layout string) bool {
		_, err := time.Parse(layout, text)
		return err == nil
	})
}
