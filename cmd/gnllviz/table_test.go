package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// fromTheField is the path of a file that somebody had trouble with.
func fromTheField(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../datasets/table/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// What train does with a file of rows is told in JSON and on standard error.
func TestTrainSaysWhatItLeavesOut(t *testing.T) {
	for _, c := range []struct {
		file, target string
		more         []string
		inputs       string
		rows         int
		dropped      int
		leftOut      string // column, reason, rows and first row of the first
		said         string // on standard error
	}{
		{"01-sentinel-minus200.csv", "co", nil, "zeit temp", 60, 0, "", `column "co": -200 stands 7 times`},
		{"01-sentinel-minus200.csv", "co", []string{"--missing", "-200,-999"}, "zeit temp", 53, 7, "co,named as missing,7,2", `"co" leaves out 7 rows: named as missing (first: row 2, "-200")`},
		{"06-year-header.csv", "2020", nil, "2019", 60, 0, "region,text,60,2", "row 1 (region, 2019, 2020) holds numbers, and was taken for the names"},
		{"06-year-header.csv", "col3", []string{"--header", "no"}, "col2", 61, 0, "col1,text,61,1", `"col1" is not an input`},
		{"09-flagged-values.csv", "y", nil, "x", 47, 13, "y,a mark after the number, such as a footnote's,13,5", "13 of 60 rows are left out"},
		{"12-mostly-empty-column.csv", "y", nil, "x", 60, 0, "note_code,no number in most rows,54,3", `"note_code" is not an input`},
		{"12-mostly-empty-column.csv", "y", []string{"--features", "x,note_code"}, "x note_code", 6, 54, "note_code,nothing there,54,3", `54 of 60 rows are left out, most of them as column "note_code"`},
		{"20b-utf16.txt", "y ", nil, "x", 60, 0, "", ""},
		{"22-wide-70-columns.csv", " y", []string{"--features", " x "}, "x", 60, 0, "", ""},
		{"25-doubled-with-header.csv", "y", nil, "x", 120, 1, ",the names again,1,62", "60 of 120 rows are equal to a row before"},
	} {
		args := append([]string{"train", "--train", fromTheField(t, c.file), "--target", c.target, "--hidden", "4", "--steps", "2", "--json"}, c.more...)
		r := program(t, "", args...)
		var o struct {
			Inputs   []column
			Rows     struct{ Train, Test, Pool, Dropped int }
			LeftOut  []wire.LeftOut `json:"left_out"`
			Warnings []string
		}
		if err := json.Unmarshal([]byte(r.stdout), &o); err != nil || r.status != 0 {
			t.Errorf("%s: %d %q %v", c.file, r.status, r.stderr, err)
			continue
		}
		var inputs []string
		for _, in := range o.Inputs {
			inputs = append(inputs, in.Name)
		}
		if got := o.Rows.Train + o.Rows.Test; strings.Join(inputs, " ") != c.inputs || got != c.rows || o.Rows.Dropped != c.dropped {
			t.Errorf("%s: %d rows of %q, %d dropped; want %d, %q, %d", c.file, got, inputs, o.Rows.Dropped, c.rows, c.inputs, c.dropped)
		}
		first := ""
		if len(o.LeftOut) > 0 {
			l := o.LeftOut[0]
			b, err := json.Marshal([]any{l.Rows, l.FirstRow})
			if err != nil {
				t.Fatal(err)
			}
			first = l.Column + "," + l.Reason + "," + strings.Trim(string(b), "[]")
		}
		if first != c.leftOut {
			t.Errorf("%s: left out %q, want %q", c.file, first, c.leftOut)
		}
		if !strings.Contains(r.stderr, c.said) || c.said == "" && r.stderr != "" {
			t.Errorf("%s: said %q, want %q", c.file, r.stderr, c.said)
		}
		for _, line := range o.Warnings {
			if !strings.Contains(r.stderr, line) {
				t.Errorf("%s: standard error lacks %q", c.file, line)
			}
		}
	}
}

func TestTrainSaysWhyThereIsNothingToLearnFrom(t *testing.T) {
	r := program(t, "", "train", "--train", fromTheField(t, "24-currency.csv"), "--target", "y")
	if r.status != 2 || !strings.Contains(r.stderr, `column "x": "$1.34" in row 2: a currency sign`) || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("%d %q", r.status, r.stderr)
	}
	for flag, value := range map[string]string{"header": "perhaps", "delimiter": "x", "decimal": "5"} {
		r := program(t, "", "train", "--train", fromTheField(t, "24-currency.csv"), "--target", "y", "--"+flag, value)
		if r.status != 2 || !strings.Contains(r.stderr, "--"+flag+` "`+value+`"; say `) {
			t.Errorf("--%s: %d %q", flag, r.status, r.stderr)
		}
		if r := program(t, "", "train", "--"+flag, value); r.status != 2 || !strings.Contains(r.stderr, "--"+flag+" is about rows of your own") {
			t.Errorf("--%s alone: %d %q", flag, r.status, r.stderr)
		}
	}
}

// A sweep tells the same of its rows, once.
func TestSweepSaysWhatItLeavesOut(t *testing.T) {
	r := program(t, "", "sweep", "--train", fromTheField(t, "14-constant-column.csv"), "--target", "y", "--x", "lr=0.01,0.1", "--y", "decay=0,0.1", "--hidden", "4", "--steps", "2", "--json")
	if r.status != 0 || strings.Count(r.stderr, `column "plant" is not an input: the same number in all rows`) != 1 {
		t.Errorf("%d %q", r.status, r.stderr)
	}
}

// Rows without an input are predicted nothing, and counted.
func TestPredictWithMissingCells(t *testing.T) {
	folder := trained(t, "--train", fromTheField(t, "18-trailing-delimiter.csv"), "--target", "y")
	r := program(t, "", "predict", "--model", folder, "--input", fromTheField(t, "26-predict-missing-cell.csv"))
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if r.status != 0 || len(lines) != 4 || lines[2] != ",,,," || strings.Contains(lines[1], ",,") || strings.Contains(lines[3], ",,") {
		t.Errorf("%d %q", r.status, r.stdout)
	}
	if !strings.Contains(r.stderr, "1 of 3 rows lack an input, and have no prediction") {
		t.Errorf("said %q", r.stderr)
	}
	// The same number is one however it is written.
	var means []string
	for _, file := range []struct{ text, flag, value string }{
		{"x\n2.5\n7\n", "header", ""}, {"x;z\n2,5;1\n7;2\n", "decimal", "comma"}, {"n z x\n1 2 2.5\n3 4 7\n", "delimiter", "space"}, {"x\n2.5\n-1\n7\n", "missing", "-1"},
	} {
		r := program(t, file.text, "predict", "--model", folder, "--"+file.flag, file.value)
		if r.status != 0 {
			t.Fatalf("%q: %q", file.text, r.stderr)
		}
		rows := strings.Split(strings.TrimSpace(r.stdout), "\n")
		means = append(means, rows[1]+" "+rows[len(rows)-1])
	}
	if len(slices.Compact(means)) != 1 {
		t.Errorf("predicted %q", means)
	}
}
