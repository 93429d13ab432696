package table

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// The circles of dates.
const (
	InYear = "year"
	InDay  = "day"
)

// checkCircles refuses what are no circles, or one twice.
func checkCircles(circles []string) error {
	for i, c := range circles {
		if c != InYear && c != InDay || slices.Contains(circles[:i], c) {
			return &Error{Option: "circles", What: fmt.Sprintf("%.20q", circles), Cure: "choose year, day or both"}
		}
	}
	return nil
}

// layouts returns the ways in which dates are written, with or without a time of day.
func layouts() []string {
	var list []string
	for _, date := range dateLayouts {
		for _, clock := range clockLayouts {
			list = append(list, date+clock)
		}
	}
	return list
}

// circlesOf returns those of circles that dates of a layout can have, in whichever order
// they were asked for: without a time of day they are all at one place of the day.
func circlesOf(circles []string, layout string) (list []string) {
	for _, c := range []string{InYear, InDay} {
		if slices.Contains(circles, c) && (c == InYear || strings.Contains(layout, "04")) {
			list = append(list, c)
		}
	}
	return list
}

// tellCircles says which circles that were asked for there are not.
func (t *Table) tellCircles(from origins, report *Report) {
	dates := false
	for i := range from {
		o := &from[i]
		if o.Kind != OfDates {
			continue
		}
		dates = true
		if len(o.Circles) < len(t.circles) {
			report.Warnings = append(report.Warnings, fmt.Sprintf("column %q: its dates have no time of day, so the position in the day is not used", o.Name))
		}
	}
	if !dates && len(t.circles) > 0 {
		report.Warnings = append(report.Warnings, "no input contains dates, so circles has no effect")
	}
}

// findDates finds out whether a column holds dates and nothing else, and how they are
// written; where that can be more than one way they are none, and unclear.
func (t *Table) findDates(k int) bool {
	p := &t.Columns[k]
	var ways []string
	first := true
	for i := range t.Rows {
		cell := t.word(i, k)
		if t.nothing(cell) {
			continue
		}
		if first {
			ways, first = layouts(), false
		}
		ways = slices.DeleteFunc(ways, func(way string) bool {
			_, err := time.Parse(way, string(cell))
			return err != nil
		})
		if len(ways) == 0 {
			return false
		}
	}
	if len(ways) == 0 {
		return false
	}
	for i := range t.Rows {
		cell := string(t.word(i, k))
		at, _ := time.Parse(ways[0], cell)
		for _, way := range ways[1:] {
			if other, err := time.Parse(way, cell); err == nil && !other.Equal(at) {
				p.twoDates = [2]string{at.Format(time.DateOnly), other.Format(time.DateOnly)}
				p.beyond = i + 1
				return true
			}
		}
	}
	p.Date = ways[0]
	return true
}

// unclearDates says that dates can be read in two ways.
func (t *Table) unclearDates(k int) *Error {
	p := &t.Columns[k]
	i := p.beyond - 1
	return &Error{
		Row: int(t.grid.rows[i].line), Column: p.Name,
		What: fmt.Sprintf("%q may be %s or %s, and no other row decides it", Printable(string(t.word(i, k))), p.twoDates[0], p.twoDates[1]),
		Cure: "write dates as year-month-day",
	}
}

// date returns the date in a cell of row i.
func (t *Table) date(i int, o *origin) (at time.Time, ok bool) {
	cell := t.word(i, o.at)
	if t.nothing(cell) {
		return at, false
	}
	at, err := time.Parse(o.Layout, string(cell))
	return at, err == nil
}

// encodeDate appends the numbers of a date, NaN where there is none.
func (t *Table) encodeDate(to []float64, i int, o *origin) []float64 {
	at, ok := t.date(i, o)
	if !ok {
		for range o.own() {
			to = append(to, math.NaN())
		}
		return to
	}
	return append(to, o.OfTime(at)...)
}

// OfTime returns the numbers of a date: its days, and a sine and a cosine for each circle
// of the column.
func (s *Source) OfTime(at time.Time) []float64 {
	to := make([]float64, 0, 1+2*len(s.Circles))
	to = append(to, (float64(at.Unix())+float64(at.Nanosecond())/1e9)/86400)
	of := (float64(at.Hour()*3600+at.Minute()*60+at.Second()) + float64(at.Nanosecond())/1e9) / 86400 // the day
	for _, circle := range s.Circles {
		turn := of
		if circle == InYear {
			days := time.Date(at.Year(), time.December, 31, 0, 0, 0, 0, time.UTC).YearDay()
			turn = (float64(at.YearDay()-1) + of) / float64(days)
		}
		sin, cos := math.Sincos(2 * math.Pi * turn)
		to = append(to, sin, cos)
	}
	return to
}
