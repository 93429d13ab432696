//go:build interop

package artifact

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/runtest"
	"github.com/gnllviz/gnllviz/server/wire"
)

// reader prints a Parquet file as JSON: its columns with their types, its values as
// Python writes numbers, and the card.
const reader = `
import json, sys
import pyarrow.parquet as pq
f = pq.ParquetFile(sys.argv[1])
t = f.read()
t.validate(full=True)
json.dump({
    "names": t.column_names,
    "types": [str(x) for x in t.schema.types],
    "columns": [["" if v is None else str(v) for v in c.to_pylist()] for c in t.columns],
    "card": json.loads(f.metadata.metadata[b"gnllviz.card"]),
}, sys.stdout)
`

// Another program than the one that wrote it reads the very same numbers.
func TestPyarrowReadsParquet(t *testing.T) {
	program := os.Getenv("GNLLVIZ_PYTHON")
	if program == "" {
		program = "../../engine/export/testdata/interop/venv/bin/python" // that make interop makes
	}
	trained := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","members":2,"hidden":[8]}`, 60)
	for name, c := range map[string]struct {
		of    table
		write func(io.Writer, *capture.Capture) error
		r     *capture.Capture
	}{
		"predictions": {predictions(trained), predictionsParquet, trained},
		"history":     {history(trained), historyParquet, trained},
		"hostile":     {write: predictionsParquet, r: runtest.Capture(t, hostile(), `{"speed":"max","hidden":[4]}`, 5)},
	} {
		if c.of.rows == 0 {
			c.of = predictions(c.r)
		}
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.write(&b, c.r); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "table.parquet")
			if err := os.WriteFile(file, b.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			python := exec.Command(program, "-c", reader, file)
			var said bytes.Buffer
			python.Stderr = &said
			out, err := python.Output()
			if err != nil {
				t.Fatalf("%v: %s\nmake interop installs pyarrow", err, &said)
			}
			var read struct {
				Names, Types []string
				Columns      [][]string
				Card         export.Card
			}
			if err := json.Unmarshal(out, &read); err != nil {
				t.Fatal(err)
			}
			if read.Card.DataSHA256 != c.r.Model.Card.DataSHA256 || read.Card.Run != "example" {
				t.Errorf("the card is of run %q", read.Card.Run)
			}
			var names []string
			for k := range c.of.columns {
				col := &c.of.columns[k]
				names = append(names, col.name)
				want := map[bool]string{col.texts != nil: "string", col.ids != nil || col.steps != nil: "int64", col.wide != nil: "double", col.thin != nil: "float"}[true]
				if read.Types[k] != want {
					t.Errorf("%s has the type %s, not %s", col.name, read.Types[k], want)
				}
				for i, got := range read.Columns[k] {
					if !sameCell(col, i, got) {
						t.Fatalf("%s of row %d is %q, not %q", col.name, i, got, col.cell(i))
					}
				}
				if len(read.Columns[k]) != c.of.rows {
					t.Errorf("%s has %d rows of %d", col.name, len(read.Columns[k]), c.of.rows)
				}
			}
			if !slices.Equal(read.Names, names) {
				t.Errorf("columns %q, not %q", read.Names, names)
			}
		})
	}
}

// sameCell compares a cell with what Python wrote of it: numbers as numbers.
func sameCell(c *column, row int, got string) bool {
	switch {
	case !c.present(row):
		return got == ""
	case c.texts != nil:
		return got == c.texts[row]
	}
	want := c.cell(row)
	if c.thin != nil {
		want = number(float64(c.thin(row)), 64) // Python has floats of 64 bits alone
	}
	var a, b float64
	if strings.EqualFold(got, want) {
		return true
	}
	return json.Unmarshal([]byte(got), &a) == nil && json.Unmarshal([]byte(want), &b) == nil && a == b
}
