package datasets

import "math"

// Values returns the numbers of columns, chosen by their names, row by row: what a
// model takes. A cell of theirs that holds no number is refused, by a *CSVError that
// says where it is.
func (t *Table) Values(columns []string) ([]float64, error) {
	var chosen []int
	for _, name := range columns {
		c, err := t.column(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, c)
	}
	values := make([]float64, 0, t.Rows*len(chosen))
	for row := range t.Rows {
		for _, c := range chosen {
			v := t.value(row, c)
			if math.IsNaN(v) {
				return nil, t.noNumber(chosen)
			}
			values = append(values, v)
		}
	}
	return values, nil
}

// noNumber is about the first cell of the chosen columns that holds no number.
func (t *Table) noNumber(chosen []int) error {
	var first *Cell
	for _, c := range chosen {
		if list := t.Columns[c].troubles; len(list) > 0 && (first == nil || list[0].Row < first.Row) {
			first = &list[0]
		}
	}
	e := &CSVError{Row: first.Row, Column: first.Column, What: first.Why, Cure: "give it a number, or leave the row out"}
	if first.Value != "" {
		e.What = `"` + first.Value + `": ` + first.Why
	}
	return e
}
