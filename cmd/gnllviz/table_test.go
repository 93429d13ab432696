package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
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
		{"01-sentinel-minus200.csv", "co", nil, "zeit temp", 60, 0, "", `column "co": -200 occurs 7 times`},
		{"01-sentinel-minus200.csv", "co", []string{"--missing", "-200,-999"}, "zeit temp", 53, 7, "co 7 2: declared as missing", `"co" skips 7 rows: declared as missing (first: row 2, "-200")`},
		{"06-year-header.csv", "2020", nil, "2019", 60, 0, "region 60 2: text", "row 1 (region, 2019, 2020) contains numbers, but is used as the header"},
		{"06-year-header.csv", "col3", []string{"--header", "no"}, "col2", 61, 0, "col1 61 1: text", `"col1" is not an input`},
		{"09-flagged-values.csv", "y", nil, "x", 47, 13, "y 13 5: a mark after the number, such as a footnote", "13 of 60 rows were skipped"},
		{"12-mostly-empty-column.csv", "y", nil, "x", 60, 0, "note_code 54 3: most rows have no number", `"note_code" is not an input`},
		{"12-mostly-empty-column.csv", "y", []string{"--features", "x,note_code"}, "x note_code", 6, 54, "note_code 54 3: empty", `54 of 60 rows were skipped, most of them because column "note_code"`},
		{"20b-utf16.txt", "y ", nil, "x", 60, 0, "", ""},
		{"22-wide-70-columns.csv", " y", []string{"--features", " x "}, "x", 60, 0, "", ""},
		{"25-doubled-with-header.csv", "y", nil, "x", 120, 1, " 1 62: a repeated header", "60 of 120 rows are duplicates"},
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
		first, reason := "", ""
		if len(o.LeftOut) > 0 {
			l := o.LeftOut[0]
			first, reason = fmt.Sprint(l.Column, " ", l.Rows, " ", l.FirstRow), l.Reason
		}
		if place, want, _ := strings.Cut(c.leftOut, ": "); first != place || !wording.Is(reason, want) {
			t.Errorf("%s: left out %q %q, want %q", c.file, first, reason, c.leftOut)
		}
		if !wording.Has(r.stderr, c.said) || c.said == "" && r.stderr != "" {
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
	if r.status != 2 || !wording.Has(r.stderr, `column "x": "$1.34" in row 2: currency signs`) || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("%d %q", r.status, r.stderr)
	}
	for flag, value := range map[string]string{"header": "perhaps", "delimiter": "x", "decimal": "5"} {
		r := program(t, "", "train", "--train", fromTheField(t, "24-currency.csv"), "--target", "y", "--"+flag, value)
		if r.status != 2 || !wording.Has(r.stderr, "--"+flag+` "`+value+`"; choose `) {
			t.Errorf("--%s: %d %q", flag, r.status, r.stderr)
		}
		if r := program(t, "", "train", "--"+flag, value); r.status != 2 || !wording.Has(r.stderr, "--"+flag+" needs data of your own") {
			t.Errorf("--%s alone: %d %q", flag, r.status, r.stderr)
		}
	}
}

// A sweep tells the same of its rows, once.
func TestSweepSaysWhatItLeavesOut(t *testing.T) {
	r := program(t, "", "sweep", "--train", fromTheField(t, "14-constant-column.csv"), "--target", "y", "--x", "lr=0.01,0.1", "--y", "decay=0,0.1", "--hidden", "4", "--steps", "2", "--json")
	if r.status != 0 || !wording.Has(r.stderr, `column "plant" is not an input: all rows have the same number`) || strings.Count(r.stderr, `"plant"`) != 1 {
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
	if !wording.Has(r.stderr, "1 of 3 rows lack an input, and have no prediction") {
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

// shades is a table with columns of words, of which two are learned from.
func shades(t *testing.T, rows int) string {
	t.Helper()
	text := "holder_name,shade,on,a,y\n"
	for i := range rows {
		text += fmt.Sprintf("Zebulon%d,%s,%s,%d,%d.5\n", i%9, []string{`"deep, red"`, "blue", "=1+2"}[i%3], []string{"yes", "no"}[i%2], i, 100*(i%3)+i%11)
	}
	path := filepath.Join(t.TempDir(), "shades.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A model that learned from words predicts from the raw table, in every format that can
// be read, and nothing is known of the words of other columns.
func TestPredictTakesWords(t *testing.T) {
	file := shades(t, 90)
	of := []string{"--train", file, "--target", "y", "--features", "shade,a,on"}
	folder := trained(t, append(of, "--steps", "80")...)
	if s := folderHas(t, folder, "Zebulon", "holder_name"); s != "" {
		t.Error(s)
	}
	card, err := os.ReadFile(filepath.Join(folder, "MODEL_CARD.md"))
	if err != nil || !strings.Contains(string(card), "| shade | deep, red | shade=deep, red |") {
		t.Errorf("%v, the card is %s", err, card)
	}
	table := "on,a,shade\nno,3,\"deep, red\"\nyes,4,blue\nno,5,=1+2\nyes,4,Blue\nyes,,blue\nyes,7,\n"
	var first string
	for _, model := range []string{folder, "model.json", "model.onnx", "model.safetensors"} {
		path := folder
		if model != folder {
			path = filepath.Join(folder, model)
		}
		r := program(t, table, "predict", "--model", path)
		lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
		if r.status != 0 || len(lines) != 7 || lines[0] != "shade,a,on,mean,std,lower,upper" {
			t.Fatalf("%s: %d %q %q", model, r.status, r.stdout, r.stderr)
		}
		for i, begins := range []string{`"deep, red",3,no,`, "blue,4,yes,", "'=1+2,5,no,", "Blue,4,yes,", "blue,,yes,,,,", ",7,yes,,,,"} {
			if !strings.HasPrefix(lines[i+1], begins) || strings.HasSuffix(lines[i+1], ",,,,") != (i > 3) {
				t.Errorf("%s: row %d is %q", model, i+1, lines[i+1])
			}
		}
		for _, said := range []string{
			`column "shade": 1 row has a value that was not in the training data; it is encoded as all zeros (first: row 5, "Blue")`,
			`2 of 6 rows lack an input`, `column "shade" skips 1 row: empty (first: row 7)`,
		} {
			if !wording.Has(r.stderr, said) {
				t.Errorf("%s: said %q, not %q", model, r.stderr, said)
			}
		}
		if first == "" {
			first = r.stdout
		}
		if r.stdout != first {
			t.Errorf("%s predicts %q, and the first one %q", model, r.stdout, first)
		}
	}
	if r := program(t, "a,on\n1,yes\n", "predict", "--model", folder); r.status != 2 || !wording.Has(r.stderr, `column "shade": no column has this name`) {
		t.Errorf("%d %q", r.status, r.stderr)
	}
	// Without rows it continues from the same file alone.
	half := trained(t, append(of, "--steps", "50", "--no-rows")...)
	other := filepath.Join(t.TempDir(), "other.csv")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, bytes.ReplaceAll(text, []byte("blue"), []byte("bleu")), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := program(t, "", "train", "--resume", half, "--train", other, "--steps", "30"); r.status != 2 || !wording.Has(r.stderr, "not the rows that the model was trained on") {
		t.Errorf("%d %q", r.status, r.stderr)
	}
	works(t, "", "train", "--resume", half, "--train", file, "--steps", "30")
	sameWeights(t, model(t, filepath.Join(folder, "model.json")), model(t, filepath.Join(half, "model.json")))
}

func TestTrainRefusesWordsWithWhatToDo(t *testing.T) {
	text := "name,y\n"
	for i := range 80 {
		text += fmt.Sprintf("n%d,%d\n", i%40, i)
	}
	r := program(t, text, "train", "--train", "-", "--target", "y", "--features", "name")
	if r.status != 2 || !wording.Has(r.stderr, `row 34, column "name": more than 32 different words ("n32" is one too many); merge rare words`) {
		t.Errorf("%d %q", r.status, r.stderr)
	}
	r = program(t, text, "train", "--train", "-", "--target", "y")
	if r.status != 2 || !wording.Has(r.stderr, "choose the inputs") {
		t.Errorf("%d %q", r.status, r.stderr)
	}
}

// A model that learned from dates takes them as they were written.
func TestPredictTakesDates(t *testing.T) {
	text := "sold,y\n"
	for i := range 60 {
		text += fmt.Sprintf("%d/%d/2024,%d\n", 1+i%12, 1+i%28, i*i%17)
	}
	file := filepath.Join(t.TempDir(), "sales.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := trained(t, "--train", file, "--target", "y", "--features", "sold", "--circles", "year", "--steps", "50")
	r := program(t, "sold\n3/14/2024\n2024-03-14\n", "predict", "--model", folder)
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if r.status != 0 || len(lines) != 3 || lines[0] != "sold,mean,std,lower,upper" || !strings.HasPrefix(lines[1], "3/14/2024,") || lines[2] != "2024-03-14,,,," {
		t.Errorf("%d %q %q", r.status, r.stdout, r.stderr)
	}
	if !wording.Has(r.stderr, `column "sold" skips 1 row: not a date in the format of the others (first: row 3, "2024-03-14")`) {
		t.Errorf("said %q", r.stderr)
	}
	if r := program(t, "", "train", "--train", file, "--target", "y", "--features", "sold", "--circles", "week"); r.status != 2 || !wording.Has(r.stderr, `--circles ["week"]; choose year, day or both`) {
		t.Errorf("%d %q", r.status, r.stderr)
	}
	if r := program(t, "", "train", "--circles", "year"); r.status != 2 || !wording.Has(r.stderr, "--circles needs data of your own") {
		t.Errorf("%d %q", r.status, r.stderr)
	}
}

// By choice rows that lack a feature are learned from, and predicted.
func TestPredictFillsWhatIsLacking(t *testing.T) {
	text := "a,s,y\n"
	for i := range 60 {
		a, s := fmt.Sprint(i), []string{"red", "blue"}[i%2]
		if i%5 == 0 {
			a = ""
		}
		text += fmt.Sprintf("%s,%s,%d\n", a, s, i*i%17)
	}
	file := filepath.Join(t.TempDir(), "gaps.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "model")
	said := `column "a": 12 empty cells are filled with the mean of the training rows and marked (first: row 2)`
	warns(t, said, "", "train", "--train", file, "--target", "y", "--features", "a,s", "--lacking", "mean", "--hidden", "8", "--steps", "50", "--out", folder)
	r := program(t, "a,s\n,red\n3,\n4,blue\n", "predict", "--model", folder)
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if r.status != 0 || len(lines) != 4 || !strings.HasPrefix(lines[1], ",red,") || strings.HasSuffix(lines[1], ",,") || lines[2] != "3,,,,," || !strings.HasPrefix(lines[3], "4,blue,") {
		t.Errorf("%d %q", r.status, r.stdout)
	}
	for _, want := range []string{`column "a": 1 empty cell is filled with the mean`, `column "s" skips 1 row: empty`} {
		if !wording.Has(r.stderr, want) {
			t.Errorf("said %q, not %q", r.stderr, want)
		}
	}
	if r := program(t, "", "train", "--train", file, "--target", "y", "--lacking", "zero"); r.status != 2 || !wording.Has(r.stderr, `--lacking "zero"; choose drop or mean`) {
		t.Errorf("%d %q", r.status, r.stderr)
	}
}
