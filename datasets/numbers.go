package datasets

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gnllviz/gnllviz/datasets/table"
)

// maxColumnName bounds the bytes of a column's name or unit.
const maxColumnName = 200

// FromNumbers makes a data set of rows that were read before: x has a number for
// each input, row by row, and y one for each target. It keeps x and y. Its errors are
// *table.Error.
func FromNumbers(inputs, targets []Column, x, y []float64) (*Set, error) {
	if len(inputs) == 0 || len(inputs) > table.MaxEncoded {
		return nil, &table.Error{What: fmt.Sprintf("%d inputs chosen", len(inputs)), Cure: fmt.Sprintf("choose 1 to %d", table.MaxEncoded)}
	}
	if len(targets) == 0 || len(targets) > table.MaxTargets {
		return nil, table.TargetCount(len(targets))
	}
	n := len(y) / len(targets)
	if len(y) != n*len(targets) {
		return nil, &table.Error{What: fmt.Sprintf("%d target values do not fill rows of %d targets", len(y), len(targets)), Cure: "give one number per target in each row"}
	}
	if len(x) != n*len(inputs) {
		return nil, &table.Error{What: fmt.Sprintf("%d input values for %d rows of %d inputs", len(x), n, len(inputs)), Cure: "give one number per input in each row"}
	}
	columns := slices.Concat(inputs, targets)
	var names []string
	for _, c := range columns {
		if slices.Contains(names, c.Name) {
			return nil, &table.Error{Column: c.Name, What: "two columns have this name", Cure: "rename one of them"}
		}
		names = append(names, c.Name)
	}
	for _, text := range words(columns) {
		if len(text) > maxColumnName || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return nil, &table.Error{What: "the name or unit of a column is too long or not printable", Cure: fmt.Sprintf("use at most %d printable bytes", maxColumnName)}
		}
	}
	for _, list := range [][]float64{x, y} {
		for _, v := range list {
			if !(math.Abs(v) <= table.MaxMagnitude) {
				return nil, &table.Error{What: fmt.Sprintf("contains %g; the maximum is %g", v, table.MaxMagnitude), Cure: "use a larger unit"}
			}
		}
	}
	s := &Set{
		Name:   "table",
		Title:  strings.Join(names[len(inputs):], ", ") + " against " + strings.Join(names[:len(inputs)], ", "),
		Help:   "Rows of a table.",
		Source: fmt.Sprintf("a table of %d rows", n),
		Inputs: inputs, Targets: targets, X: x, Y: y,
	}
	if s.Rows() < table.MinRows {
		return nil, &table.Error{What: fmt.Sprintf("only %d rows", s.Rows()), Cure: fmt.Sprintf("at least %d are needed", table.MinRows)}
	}
	rows := table.Rows{Inputs: make([]table.Column, len(inputs)), Targets: make([]table.Column, len(targets)), X: x, Y: y}
	for k, name := range names {
		if rows.Constant(k) {
			return nil, &table.Error{Column: name, What: "all rows have the same number", Cure: "choose another column"}
		}
	}
	return s, nil
}

// words returns the names and the units of columns.
func words(columns []Column) []string {
	var texts []string
	for _, c := range columns {
		texts = append(texts, c.Name, c.Unit)
	}
	return texts
}
