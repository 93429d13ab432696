package datasets

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
)

// WriteCSV writes the rows with as many digits as their numbers have, the inputs
// first, under a header that has the units. table.Read reads it back.
func (s *Set) WriteCSV(to io.Writer) error {
	w := csv.NewWriter(to)
	columns := slices.Concat(s.Inputs, s.Targets)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.Name
		if c.Unit != "" {
			record[i] += " (" + c.Unit + ")"
		}
	}
	if err := w.Write(record); err != nil {
		return err
	}
	for i := range s.Rows() {
		for k, v := range slices.Concat(s.Row(i), s.RowTargets(i)) {
			record[k] = strconv.FormatFloat(v, 'g', -1, 64)
		}
		if err := w.Write(record); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
