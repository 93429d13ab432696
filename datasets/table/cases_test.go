package table

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// sumY is what the targets of most files add up to, as Python reads them.
const sumY = 214.377

func TestFilesFromTheField(t *testing.T) {
	for _, c := range []struct {
		file, target string
		inputs       string // those that are taken where none are named
		rows         int
		sum          float64 // of the target
		dropped      int
		leftOut      string // the first that is left out, as a line
		said         string // one of the warnings
	}{
		{"01-sentinel-minus200.csv", "co", "zeit temp", 60, -1289.4, 0, "", `column "co": -200 occurs 7 times, far outside the rest`},
		{"03-us-thousands-semicolon.csv", "income", "age", 60, 282477, 0, "", `column "income": the comma is read as a thousands separator`},
		{"03b-us-thousands-tab.tsv", "income", "age", 60, 282477, 0, "", `the comma is read as a thousands separator`},
		{"05-us-thousands-quoted-few.csv", "spend", "age", 60, 57606, 0, "", `the comma is read as a thousands separator`},
		{"06-year-header.csv", "2020", "2019", 60, sumY, 0, `column "region" is not an input: text ("r0" in row 2)`, "row 1 (region, 2019, 2020) contains numbers, but is used as the header"},
		{"07-unicode-minus.csv", "y", "x", 60, sumY, 0, "", ""},
		{"09-flagged-values.csv", "y", "x", 47, 61.489, 13, `column "y" skips 13 rows: a mark after the number, such as a footnote (first: row 5, "11.273*")`, "13 of 60 rows were skipped, most of them because column \"y\""},
		{"11-decimal-comma-after-1000-rows.csv", "y", "n", 1700, 13900, 0, "", ""},
		{"12-mostly-empty-column.csv", "y", "x", 60, sumY, 0, `column "note_code" is not an input: most rows have no number`, ""},
		{"13-row-index.csv", "y", "x", 60, sumY, 0, `column "col1" is not an input: row numbers`, ""},
		{"14-constant-column.csv", "y", "x", 60, sumY, 0, `column "plant" is not an input: all rows have the same number`, ""},
		{"15-spaces.txt", "col2", "col1", 60, sumY, 0, "", ""},
		{"15b-aligned-with-header.txt", "y", "x", 60, sumY, 0, "", ""},
		{"16-comment-preamble.csv", "y", "x", 60, sumY, 0, "", ""},
		{"18-trailing-delimiter.csv", "y", "x", 60, sumY, 0, "", ""},
		{"18b-blank-line-of-spaces.csv", "y", "x", 60, sumY, 0, "", ""},
		{"19-inch-mark.csv", "y", "x", 60, sumY, 0, `column "part" is not an input: text with two values, pipe and pipe 5" long`, "1 quote is not closed (first: row 42) and read as text"},
		{"20-latin1-unused-column.csv", "y", "x", 60, sumY, 0, `column "Ort" is not an input: text with two values, Bonn and Köln`, "the text is not UTF-8 (first: row 3); it was read as Windows-1252"},
		{"20b-utf16.txt", "y", "x", 60, sumY, 0, "", ""},
		{"22-wide-70-columns.csv", "y", "v1 v2 v3 v4 v5 v6 v7 v8 x", 60, sumY, 0, `column "v0" is not an input: all rows have the same number`, ""},
		{"23-boolean-column.csv", "y", "x", 60, 454.377, 0, `column "on" is not an input: text with two values, FALSE and TRUE; choose it as an input to use it`, ""},
		{"25-doubled-with-header.csv", "y", "x", 120, 2 * sumY, 1, "skipped 1 row: a repeated header (first: row 62)", "60 of 120 rows are duplicates"},
	} {
		t.Run(c.file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", c.file))
			if err != nil {
				t.Fatal(err)
			}
			table, err := Read(bytes.NewReader(text), Options{Limits: Limits{Columns: 100}})
			if err != nil {
				t.Fatal(err)
			}
			rows, report, err := table.Choose([]string{c.target}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var inputs []string
			for _, in := range rows.Inputs {
				inputs = append(inputs, in.Name)
			}
			sum := 0.0
			for _, y := range rows.Y {
				sum += y
			}
			if strings.Join(inputs, " ") != c.inputs || rows.Len() != c.rows || report.Dropped != c.dropped || math.Abs(sum-c.sum) > 1e-6 {
				t.Errorf("%d rows of %q (%d dropped), of which the target adds up to %g; want %d, %q, %d, %g", rows.Len(), inputs, report.Dropped, sum, c.rows, c.inputs, c.dropped, c.sum)
			}
			first := ""
			if len(report.LeftOut) > 0 {
				first = report.LeftOut[0].Line()
			}
			if !wording.Begins(first, c.leftOut) || c.leftOut == "" && first != "" {
				t.Errorf("left out %q, want %q", first, c.leftOut)
			}
			if !slices.ContainsFunc(report.Warnings, func(s string) bool { return wording.Has(s, c.said) }) && c.said != "" {
				t.Errorf("said %q, want %q", report.Warnings, c.said)
			}
			if c.said == "" && len(report.Warnings) > 0 {
				t.Errorf("said %q", report.Warnings)
			}
		})
	}
}

func TestFilesFromTheFieldThatAreRefused(t *testing.T) {
	for _, c := range []struct{ file, target, want string }{
		{"24-currency.csv", "y", `no column can be used as an input: column "x": "$1.34" in row 2: currency signs are not supported; choose the inputs`},
		{"24-currency.csv", "x", `row 2, column "x": contains text that cannot be used: "$1.34" (currency signs are not supported); choose another column`},
	} {
		text, err := os.ReadFile(filepath.Join("testdata", c.file))
		if err != nil {
			t.Fatal(err)
		}
		table, err := Read(bytes.NewReader(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = table.Choose([]string{c.target}, nil); err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s of %s: %v, want %s", c.target, c.file, err, c.want)
		}
	}
}
