package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
)

// The exported source is compiled, vetted and run, all kinds in one module, and
// predicts the same bits.
func TestGoSourceIsExact(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "go.mod", []byte("module m\n\ngo 1.26\n"))
	var imports, calls strings.Builder
	var want [][]float64
	names := sortedKinds()
	models := kinds()
	for i, name := range names {
		m, _, x := models[name](t)
		if i == 0 {
			m.Inputs[0].Name, m.Inputs[0].Unit = hostile, hostile
			m.Targets[0].Name, m.Card.Dataset, m.Card.Limits = hostile, hostile, hostile
			m.Members[0][0].Data[0] = float32(math.Copysign(0, -1))
			m.Members[0][0].Data[1] = 1e-40
		}
		if i%2 == 1 {
			m.Eps = floor
		}
		var b bytes.Buffer
		if err := WriteGo(&b, m); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if formatted, err := format.Source(b.Bytes()); err != nil || !bytes.Equal(formatted, b.Bytes()) {
			t.Errorf("%s is not as gofmt has it: %v", name, err)
		}
		write(t, dir, fmt.Sprintf("k%d/model.go", i), b.Bytes())
		fmt.Fprintf(&imports, "\tk%d \"m/k%d\"\n", i, i)
		p, err := m.Predict(x)
		if err != nil {
			t.Fatal(err)
		}
		n, targets := len(m.Inputs), len(m.Targets)
		for r := range len(x) / n {
			row := fmt.Sprintf("%#v", x[r*n:(r+1)*n])
			if targets > 1 {
				at := func(list []float64) []float64 { return list[r*targets : (r+1)*targets] }
				if len(m.Members) > 1 {
					want = append(want, slices.Concat(at(p.Mean), at(p.Variance), at(p.Aleatoric), at(p.Epistemic)))
					fmt.Fprintf(&calls, "\t{\n\t\tp := k%d.PredictParts(%s)\n\t\tshow(slices.Concat(p.Mean[:], p.Variance[:], p.Aleatoric[:], p.Epistemic[:])...)\n\t}\n", i, row)
				} else {
					want = append(want, slices.Concat(at(p.Mean), at(p.Variance)))
					fmt.Fprintf(&calls, "\t{\n\t\tmean, variance := k%d.Predict(%s)\n\t\tshow(slices.Concat(mean[:], variance[:])...)\n\t}\n", i, row)
				}
			} else if len(m.Members) > 1 {
				want = append(want, []float64{p.Mean[r], p.Variance[r], p.Aleatoric[r], p.Epistemic[r]})
				fmt.Fprintf(&calls, "\t{\n\t\tp := k%d.PredictParts(%s)\n\t\tshow(p.Mean, p.Variance, p.Aleatoric, p.Epistemic)\n\t}\n", i, row)
			} else {
				want = append(want, []float64{p.Mean[r], p.Variance[r]})
				fmt.Fprintf(&calls, "\tshow(k%d.Predict(%s))\n", i, row)
			}
			if r == 9 {
				break
			}
		}
	}
	program := fmt.Sprintf(`package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"

%s)

func show(v ...float64) {
	var bits []string
	for _, f := range v {
		bits = append(bits, fmt.Sprint(math.Float64bits(f)))
	}
	if err := json.NewEncoder(os.Stdout).Encode(bits); err != nil {
		panic(err)
	}
}

func main() {
%s}
`, imports.String(), calls.String())
	write(t, dir, "main.go", []byte(program))
	goTool(t, dir, "vet", "./...")
	out := goTool(t, dir, "run", ".")
	d := json.NewDecoder(bytes.NewReader(out))
	for i, w := range want {
		var got []string
		if err := d.Decode(&got); err != nil {
			t.Fatal(err)
		}
		var bits []string
		for _, v := range w {
			bits = append(bits, fmt.Sprint(math.Float64bits(v)))
		}
		if !slices.Equal(got, bits) {
			t.Fatalf("row %d of all: the exported source predicts %v, not %v", i, got, bits)
		}
	}
}

// rawRows are rows of the raw table of a model of words: what the sources make of them is
// what the reader of tables does.
var rawRows = [][]string{
	{`a,"b"`, "1.5", "2024-02-29 18:00:00Z", "L"},
	{"赤\n|<b>", "-2e3", "1969-12-31 6:05:01+02:00", "XL"},
	{"  赤\n|<b>\u00a0", " 3 ", " 2023-12-31 23:59:59.5Z ", "L"},
	{"mauve", "4", "1970-01-01 00:00:00Z", ""},
	{`A,"B"`, "5", "1970-1-2 00:00:00-11:30", "L"},
	{"", "6", "1970-01-01 00:00:00Z", "L"},
	{"n/A", "7", "1970-01-01 00:00:00Z", "L"},
	{`\N`, "8", "1970-01-01 00:00:00Z", "L"},
	{`a,"b"`, "", "1970-01-01 00:00:00Z", "L"},
	{"x", "NA", "1970-01-01 00:00:00Z", "L"},
	{`a,"b"`, "9", "1970-01-01", "L"},
	{`a,"b"`, "9", "", "L"},
	{`a,"b"`, "9", "1970-02-30 00:00:00Z", "L"},
	{`a,"b"`, "oops", "1970-01-01 00:00:00Z", "s"},
}

// readRows is what the reader of tables makes of rawRows: nil of a row that lacks a cell.
func readRows(t *testing.T, m *Model) (x [][]float64) {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := errors.Join(w.Write([]string{"colour", "x2", "when", "size"}), w.WriteAll(rawRows)); err != nil {
		t.Fatal(err)
	}
	read, err := table.Read(&b, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	values, _, err := read.Encode(m.Encoding)
	if err != nil || read.Rows != len(rawRows) {
		t.Fatalf("%d rows, %v", read.Rows, err)
	}
	for row := range slices.Chunk(values, m.Encoding.Width()) {
		if slices.ContainsFunc(row, math.IsNaN) {
			row = nil
		}
		x = append(x, row)
	}
	return x
}

// The exported source makes of the raw table what the reader of tables does.
func TestGoSourceEncodes(t *testing.T) {
	m, _, _ := kinds()["words"](t)
	want := readRows(t, m)
	dir := t.TempDir()
	write(t, dir, "go.mod", []byte("module m\n\ngo 1.26\n"))
	var b bytes.Buffer
	if err := WriteGo(&b, m); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "model/model.go", b.Bytes())
	write(t, dir, "main.go", []byte(fmt.Sprintf(`package main

import (
	"encoding/json"
	"os"

	"m/model"
)

type answer struct {
	X      []float64
	Unseen int
	Error  string
	Mean   float64
}

func main() {
	var answers []answer
	for _, cells := range append(%#v, nil) {
		var a answer
		var err error
		if a.X, a.Unseen, err = model.Encode(cells); err != nil {
			a.Error = err.Error()
		} else {
			a.Mean, _ = model.Predict(a.X)
		}
		answers = append(answers, a)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		panic(err)
	}
}
`, rawRows)))
	goTool(t, dir, "vet", "./...")
	var answers []struct {
		X      []float64
		Unseen int
		Error  string
		Mean   float64
	}
	if err := json.Unmarshal(goTool(t, dir, "run", "."), &answers); err != nil {
		t.Fatal(err)
	}
	if got := answers[len(rawRows)].Error; got != "model: 0 cells of a row of 4 columns" {
		t.Errorf("of no cells: %q", got)
	}
	for i, x := range want {
		a := answers[i]
		if !slices.Equal(a.X, x) || (a.Error != "") != (x == nil) || (a.Unseen > 0) != (x != nil && (x[0]+x[1] == 0 || x[9]+x[10] == 0)) {
			t.Errorf("of %q: %+v, where the table has %v", rawRows[i], a, x)
		}
		if x == nil {
			continue
		}
		if p, err := m.Predict(x); err != nil || p.Mean[0] != a.Mean {
			t.Errorf("of %q: %v, where Predict has %v, %v", rawRows[i], a.Mean, p.Mean, err)
		}
	}
	for i, want := range map[int]string{5: `column "colour": there is nothing in it`, 11: `column "when": there is nothing in it`, 13: `column "x2": "oops" is no number`, 12: `column "when": "1970-02-30 00:00:00Z" is no date such as 2006-1-2 15:04:05Z07:00`} {
		if !strings.Contains(answers[i].Error, want) {
			t.Errorf("of %q: %q, want %q", rawRows[i], answers[i].Error, want)
		}
	}
}

// hostile is a name that tries to be more than a name.
const hostile = "coding: utf-7 +AAo-raise SystemExit+AAo- a\"; import os\n\"\"\"\\\n*/ func init() {} /*\r//go:embed\u2028#`'\x00 <b>|{{.}} \xff"

// floor is an eps that some variances of kinds lie below, and some above.
const floor = 0.3

func sortedKinds() []string {
	var names []string
	for name := range kinds() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func write(t testing.TB, dir, name string, b []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

// goTool runs the go tool on a module that stands alone, and returns its output.
func goTool(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	c := exec.Command("go", args...)
	c.Dir, c.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%.3000s", strings.Join(args, " "), err, &stderr)
	}
	return out
}

// A float32 comes back from its digits, whether these are read as float32 or first
// as float64.
func TestShortestIsExact(t *testing.T) {
	for _, v := range []float32{0.1, 1e-45, math.MaxFloat32, -3.4e-38, 16777217, 7.038531e-26, 0} {
		s := string(shortest(nil, v))
		var wide float64
		if _, err := fmt.Sscan(s, &wide); err != nil || float32(wide) != v {
			t.Errorf("%s is not %v", s, v)
		}
	}
}

func TestSourceOfNoModel(t *testing.T) {
	if err := WriteGo(&bytes.Buffer{}, &Model{Net: engine.NetConfig{Inputs: 1}}); err == nil {
		t.Error("a model without layers was written")
	}
}
