package artifact

import (
	"bufio"
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"github.com/gnllviz/gnllviz/server/run/capture"
)

func csvKind() tableKind {
	return tableKind{name: "csv", media: "text/csv", form: "CSV", write: func(t table, w io.Writer, _ *capture.Capture) error { return t.writeCSV(w) }}
}

// writeCSV writes the table with a line of names before it. Numbers are the shortest
// that read back as they were: as float64, and what was kept in float32 as float32.
// Those that are not finite are NaN, inf and -inf, and where there is no value the
// cell is empty.
func (t table) writeCSV(w io.Writer) error {
	b := bufio.NewWriter(w)
	c := csv.NewWriter(b)
	cells := make([]string, len(t.columns))
	for i := range t.columns {
		cells[i] = text(t.columns[i].name)
	}
	if err := c.Write(cells); err != nil {
		return err
	}
	for row := range t.rows {
		for i := range t.columns {
			cells[i] = t.columns[i].cell(row)
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	return b.Flush()
}

func (c *column) cell(row int) string {
	switch {
	case !c.present(row):
		return ""
	case c.texts != nil:
		return text(c.texts[row])
	case c.ids != nil:
		return strconv.FormatInt(c.ids[row], 10)
	case c.steps != nil:
		return strconv.FormatUint(c.steps[row], 10)
	case c.thin != nil:
		return number(float64(c.thin(row)), 32)
	}
	return number(c.wide[row], 64)
}

func number(v float64, bits int) string {
	switch {
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return strconv.FormatFloat(v, 'g', -1, bits)
}

// text is a cell of words as it is safe to open: a spreadsheet takes one that begins
// with one of these for a formula, and one with an apostrophe before it for words.
func text(s string) string {
	if s == "" {
		return s
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', 0:
		return "'" + s
	}
	return s
}
