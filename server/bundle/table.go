package bundle

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/server/run"
)

// A table is columns of one length, as CSV and Parquet files have them.
type table struct {
	name    string
	columns []column
	rows    int
}

// A column has a name and one value for each row: one of the next four is set.
type column struct {
	name  string
	texts []string
	ids   []int64
	wide  []float64
	thin  func(row int) float32 // what is kept in float32 is written as that

	// has says whether a row has a value; nil: all have.
	has func(row int) bool
}

func (c *column) present(row int) bool { return c.has == nil || c.has(row) }

// z95 is how far a central interval of 95 % reaches, in standard deviations.
const z95 = 1.959963984540054

// predictions is a table of all rows. The fixed names keep to themselves: an input
// or a target that has one of them, or another's, is called by what it is besides,
// as in input_mean. Units are in the model card, so that names are those of the
// data.
func predictions(r *run.Record) table {
	n := len(r.Rows)
	id := column{name: "id", ids: make([]int64, n)}
	part := column{name: "part", texts: make([]string, n)}
	var made []column
	for _, name := range []string{"mean", "std", "variance", "aleatoric_std", "epistemic_std", "lower_95", "upper_95", "z"} {
		made = append(made, column{name: name, wide: make([]float64, n)})
	}
	var data []column
	for _, c := range r.Data.Inputs {
		data = append(data, column{name: c.Name, wide: make([]float64, n)})
	}
	target := column{name: r.Data.Target.Name, wide: make([]float64, n)}
	for i, row := range r.Rows {
		id.ids[i], part.texts[i] = int64(row.ID), row.Part
		for k := range data {
			data[k].wide[i] = row.X[k]
		}
		target.wide[i] = row.Y
		z := (row.Y - row.Mean) / row.Std
		if row.Y == row.Mean {
			z = 0
		}
		reach := z95 * row.Std
		for k, v := range []float64{row.Mean, row.Std, row.Std * row.Std, row.Aleatoric, row.Epistemic, row.Mean - reach, row.Mean + reach, z} {
			made[k].wide[i] = v
		}
	}
	taken := map[string]bool{id.name: true, part.name: true}
	for _, c := range made {
		taken[c.name] = true
	}
	for k := range data {
		data[k].name = free(taken, "input", data[k].name, k+1)
	}
	target.name = free(taken, "target", target.name, 1)
	columns := append([]column{id, part}, data...)
	return table{name: "predictions", columns: append(append(columns, target), made...), rows: n}
}

// free returns a name that no column has yet, and takes it.
func free(taken map[string]bool, kind, name string, number int) string {
	name = cmp.Or(strings.ToValidUTF8(name, "\uFFFD"), kind+"_"+strconv.Itoa(number))
	if taken[name] {
		name = kind + "_" + name
	}
	for base, i := name, 2; taken[name]; i++ {
		name = base + "_" + strconv.Itoa(i)
	}
	taken[name] = true
	return name
}
