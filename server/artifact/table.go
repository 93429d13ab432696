package artifact

import (
	"cmp"
	"io"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A table is columns of one length, as CSV and Parquet files have them.
type table struct {
	name    string
	columns []column
	rows    int
}

// A tableKind is a kind of file that tables are written in.
type tableKind struct {
	name, media, form string
	help              string // empty: that of the table
	write             func(t table, w io.Writer, r *capture.Capture) error
}

// tableFormats are those of all tables in all kinds of file.
func tableFormats() (list []Format) {
	for _, kind := range []tableKind{csvKind(), parquetKind()} {
		for _, t := range []struct {
			Format
			make func(*capture.Capture) table
		}{
			{Format{Of: "predictions", Help: "Each row with its predicted mean, standard deviation and 95 % interval.", Rows: true, rowsAlone: true}, predictions},
			{Format{Of: "history", Help: "Each step with its batch loss and gradient norms, and with all scores where they were computed."}, history},
		} {
			f := t.Format
			f.Name, f.File, f.Media, f.Group, f.Form = f.Of+"-"+kind.name, f.Of+"."+kind.name, kind.media, groupTable, kind.form
			f.Help = cmp.Or(kind.help, f.Help)
			if kind.help == "" {
				f.aliases = append(f.aliases, f.Of)
			}
			if f.rowsAlone {
				f.aliases = append(f.aliases, kind.name)
			}
			f.write = func(w io.Writer, r *capture.Capture) error {
				return kind.write(t.make(r), w, r)
			}
			list = append(list, f)
		}
	}
	return list
}

const parquetForm = "Parquet"

func parquetKind() tableKind {
	return tableKind{
		name: "parquet", media: "application/vnd.apache.parquet", form: parquetForm, help: "The same as the CSV file, with data types.",
		write: table.writeParquet,
	}
}

// A column has a name and one value for each row: one of the next five is set.
type column struct {
	name  string
	texts []string
	ids   []int64
	steps []uint64 // written as ids are
	wide  []float64
	thin  func(row int) float32 // what is kept in float32 is written as that

	// has says whether a row has a value; nil: all have.
	has func(row int) bool
}

func (c *column) present(row int) bool { return c.has == nil || c.has(row) }

// predictedColumns are what is predicted of a target, and what its own value makes of it.
var predictedColumns = []string{"mean", "std", "variance", "aleatoric_std", "epistemic_std", "lower_95", "upper_95", "z"}

// predictions is a table of all rows: their inputs, and each target with what is predicted
// of it, by its name where there are several. The fixed names keep to themselves: an input
// or a target that has one of them, or another's, is called by what it is besides, as in
// input_mean. Units are in the model card, so that names are those of the data.
func predictions(r *capture.Capture) table {
	n := len(r.Rows)
	id := column{name: "id", ids: make([]int64, n)}
	part := column{name: "part", texts: make([]string, n)}
	taken := map[string]bool{id.name: true, part.name: true}
	several := len(r.Data.Targets) > 1
	named := func(name string, target int) string {
		if several {
			name += "_" + r.Data.Targets[target].Name
		}
		return name
	}
	for k := range r.Data.Targets {
		for _, name := range predictedColumns {
			taken[named(name, k)] = true
		}
	}
	t := table{name: "predictions", rows: n, columns: []column{id, part}}
	for i, row := range r.Rows {
		id.ids[i], part.texts[i] = int64(row.ID), row.Part
	}
	for k, c := range r.Data.Inputs {
		in := column{name: free(taken, "input", c.Name, k+1), wide: make([]float64, n)}
		for i, row := range r.Rows {
			in.wide[i] = row.X[k]
		}
		t.columns = append(t.columns, in)
	}
	for k, c := range r.Data.Targets {
		of := func(row *capture.Row) *capture.TargetRow {
			if len(row.Targets) > 0 {
				return &row.Targets[k]
			}
			return &row.TargetRow
		}
		t.columns = append(t.columns, predicted(r.Rows, of, free(taken, "target", c.Name, k+1), func(name string) string { return named(name, k) })...)
	}
	return t
}

// predicted are the columns of one target, of which named gives those that are predicted
// their names.
func predicted(rows []capture.Row, of func(*capture.Row) *capture.TargetRow, name string, named func(string) string) []column {
	target := column{name: name, wide: make([]float64, len(rows))}
	var made []column
	for _, name := range predictedColumns {
		made = append(made, column{name: named(name), wide: make([]float64, len(rows))})
	}
	for i := range rows {
		row := of(&rows[i])
		target.wide[i] = row.Y
		z := (row.Y - row.Mean) / row.Std
		if row.Y == row.Mean {
			z = 0
		}
		reach := wire.Reach95 * row.Std
		for k, v := range []float64{row.Mean, row.Std, row.Std * row.Std, row.Aleatoric, row.Epistemic, row.Mean - reach, row.Mean + reach, z} {
			made[k].wide[i] = v
		}
	}
	return append([]column{target}, made...)
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
