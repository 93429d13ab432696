package datasets

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// readCSV fills X and Y from a file whose first line names its columns.
func (s *Set) readCSV(r io.Reader, target string, inputs ...string) error {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	header, err := c.Read()
	if err != nil {
		return fmt.Errorf("reading the header: %w", err)
	}
	var columns []int
	for _, name := range append(inputs, target) {
		i := slices.Index(header, name)
		if i < 0 {
			return fmt.Errorf("there is no column %q among %q", name, header)
		}
		columns = append(columns, i)
	}
	for row := 1; ; row++ {
		record, err := c.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		for k, i := range columns {
			v, err := strconv.ParseFloat(record[i], 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("row %d: %q is not a finite number", row, record[i])
			}
			if k < len(inputs) {
				s.X = append(s.X, v)
			} else {
				s.Y = append(s.Y, v)
			}
		}
	}
}
