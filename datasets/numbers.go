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
		return nil, &table.Error{What: fmt.Sprintf("%d inputs are chosen", len(inputs)), Cure: fmt.Sprintf("choose 1 to %d", table.MaxEncoded)}
	}
	if len(targets) == 0 || len(targets) > table.MaxTargets {
		return nil, table.TargetCount(len(targets))
	}
	n := len(y) / len(targets)
	if len(y) != n*len(targets) {
		return nil, &table.Error{What: fmt.Sprintf("%d numbers of targets are not rows of %d targets", len(y), len(targets)), Cure: "give each row one number for each target"}
	}
	if len(x) != n*len(inputs) {
		return nil, &table.Error{What: fmt.Sprintf("%d numbers of inputs for %d rows of %d inputs", len(x), n, len(inputs)), Cure: "give each row one number for each input"}
	}
	columns := slices.Concat(inputs, targets)
	var names []string
	for _, c := range columns {
		if slices.Contains(names, c.Name) {
			return nil, &table.Error{Column: c.Name, What: "there are two of this name", Cure: "give one another name"}
		}
		names = append(names, c.Name)
	}
	for _, text := range words(columns) {
		if len(text) > maxColumnName || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return nil, &table.Error{What: "the name or the unit of a column is too long or cannot be shown", Cure: fmt.Sprintf("give it a name of at most %d bytes that can be printed", maxColumnName)}
		}
	}
	for _, list := range [][]float64{x, y} {
		for _, v := range list {
			if !(math.Abs(v) <= table.MaxMagnitude) {
				return nil, &table.Error{What: fmt.Sprintf("a number is %g, and at most %g is taken", v, table.MaxMagnitude), Cure: "give the column a larger unit"}
			}
		}
	}
	s := &Set{
		Name:   "table",
		Title:  strings.Join(names[len(inputs):], ", ") + " against " + strings.Join(names[:len(inputs)], ", "),
		Help:   fmt.Sprintf("Your own table: %d rows.", n),
		Source: "a table of your own",
		Inputs: inputs, Targets: targets, X: x, Y: y,
	}
	if s.Rows() < table.MinRows {
		return nil, &table.Error{What: fmt.Sprintf("there are %d rows", s.Rows()), Cure: fmt.Sprintf("give at least %d", table.MinRows)}
	}
	rows := table.Rows{Inputs: make([]table.Column, len(inputs)), Targets: make([]table.Column, len(targets)), X: x, Y: y}
	for k, name := range names {
		if rows.Constant(k) {
			return nil, &table.Error{Column: name, What: "the same number in all rows, so there is nothing to learn from it", Cure: "choose another column"}
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
