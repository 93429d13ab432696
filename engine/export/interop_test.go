//go:build interop

package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/engine"
)

// A taken is an exported model in a folder, with rows and what the engine predicts
// for them.
type taken struct {
	name    string
	model   *Model
	want    Prediction
	Folder  string    `json:"folder"`
	File    string    `json:"file"` // ONNX
	Inputs  int       `json:"inputs"`
	Targets int       `json:"targets"`
	X       []float64 `json:"x"` // values that float32 holds
}

// takeAll exports a model of every kind.
func takeAll(t *testing.T) []taken {
	t.Helper()
	dir := t.TempDir()
	var list []taken
	models := kinds()
	for i, name := range sortedKinds() {
		m, e, x := models[name](t)
		if i == 0 {
			m.Inputs[0].Name, m.Targets[0].Name, m.Card.Author = hostile, hostile, hostile
		}
		if i%2 == 1 {
			m.Eps = floor
		}
		list = append(list, take(t, filepath.Join(dir, name), name, m, e, x))
	}
	return list
}

func take(t *testing.T, folder, name string, m *Model, e *engine.Ensemble, x []float64) taken {
	t.Helper()
	for i, v := range x {
		x[i] = float64(float32(v))
	}
	for file, f := range map[string]func(*bytes.Buffer) error{
		"model.onnx":        func(b *bytes.Buffer) error { return WriteONNX(b, m) },
		"model.safetensors": func(b *bytes.Buffer) error { return WriteSafetensors(b, m) },
		"model_torch.py":    func(b *bytes.Buffer) error { return WriteTorch(b, m) },
		"model_numpy.py":    func(b *bytes.Buffer) error { return WriteNumPy(b, m) },
	} {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatalf("%s: %s: %v", name, file, err)
		}
		write(t, folder, file, b.Bytes())
	}
	return taken{name, m, fromEngine(e, x, m.Eps), folder, filepath.Join(folder, "model.onnx"), len(m.Inputs), len(m.Targets), x}
}

// tool has a program answer in JSON, asked in JSON.
func tool(t *testing.T, question, answer any, name string, args ...string) {
	t.Helper()
	in, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(name, args...)
	c.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %s: %v (make interop installs what it needs)\n%s", name, strings.Join(args, " "), err, &stderr)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
}

// python is the Python that make interop makes.
func python() string {
	if p := os.Getenv("GNLLVIZ_PYTHON"); p != "" {
		return p
	}
	return filepath.FromSlash("testdata/interop/venv/bin/python")
}

// ONNX files predict in onnxruntime what the engine predicts.
func TestONNXRuntimeAgrees(t *testing.T) {
	list := takeAll(t)
	type outputs struct{ Mean, Variance, Aleatoric, Epistemic []float64 }
	var answers []struct{ All, One outputs }
	tool(t, list, &answers, "node", "testdata/interop/onnx.mjs")
	if len(answers) != len(list) {
		t.Fatalf("%d answers for %d models", len(answers), len(list))
	}
	var worst float64
	for i, k := range list {
		t.Run(k.name, func(t *testing.T) {
			ensemble := len(k.model.Members) > 1
			for _, o := range []outputs{answers[i].All, answers[i].One} {
				if (o.Aleatoric != nil) != ensemble || (o.Epistemic != nil) != ensemble {
					t.Fatalf("aleatoric and epistemic variances are there: %v", o.Aleatoric != nil)
				}
				if !ensemble {
					o.Aleatoric, o.Epistemic = k.want.Aleatoric, k.want.Epistemic
				}
				n := len(o.Mean)
				want := Prediction{k.want.Mean[:n], k.want.Variance[:n], k.want.Aleatoric[:min(n, len(o.Aleatoric))], k.want.Epistemic[:min(n, len(o.Epistemic))]}
				o.Aleatoric, o.Epistemic = o.Aleatoric[:min(n, len(o.Aleatoric))], o.Epistemic[:min(n, len(o.Epistemic))]
				agree(t, k.model, Prediction(o), want)
				for r, v := range o.Variance {
					worst = max(worst, math.Abs(v/want.Variance[r]-1))
				}
			}
			if len(answers[i].All.Mean) != len(k.X)/k.Inputs*k.Targets || len(answers[i].One.Mean) != 3*k.Targets {
				t.Error("not all rows came back")
			}
		})
	}
	t.Logf("variances are at most %.2g apart, relative to themselves", worst)
}

// The graph is as exact as Predict where the engine itself is not: a log-variance of
// 60 is exact to 4e-6 as float32, and so the variance; what a softplus gives of a
// raw value far below 0 is lost in 1+exp(raw).
func TestONNXIsExactAtExtremes(t *testing.T) {
	dir := t.TempDir()
	var list []taken
	for _, head := range engine.Heads() {
		for _, shift := range []float32{-90, -60, -30, -17, 17, 30, 60, 90} {
			m, e, x := trained(t, engine.NetConfig{Hidden: []int{32, 32}, Head: head, Activation: engine.SiLU}, 2)
			m.Eps, m.Targets[0].Std = 0, 1
			if head != engine.Fixed {
				m.Members[0].Find("var.bias").Data[0] += shift
			}
			name := fmt.Sprintf("%v%v", head, shift)
			k := take(t, filepath.Join(dir, name), name, m, e, x)
			var err error
			if k.want, err = m.Predict(k.X); err != nil {
				t.Fatal(err)
			}
			list = append(list, k)
		}
	}
	var answers []struct{ All Prediction }
	tool(t, list, &answers, "node", "testdata/interop/onnx.mjs")
	for i, k := range list {
		for _, part := range []struct {
			name      string
			got, want []float64
		}{{"mean", answers[i].All.Mean, k.want.Mean}, {"variance", answers[i].All.Variance, k.want.Variance}, {"aleatoric", answers[i].All.Aleatoric, k.want.Aleatoric}} {
			for r, w := range part.want {
				// A product of a softplus is 1e-16 of 1 at least.
				if g := part.got[r]; !(math.Abs(g-w) <= 1e-7*math.Abs(w)+1e-44) {
					t.Fatalf("%s: %s of row %d is %v, not %v", k.name, part.name, r, g, w)
				}
			}
		}
	}
}

// The checker of ONNX passes every file, and the exported Python predicts with
// PyTorch and with NumPy what the engine predicts, and to the last digits what
// Predict does.
func TestPythonAgrees(t *testing.T) {
	list := takeAll(t)
	var answers []struct {
		IR           int
		Opset        []int
		Producer     string
		Texts        map[string]string
		Torch, NumPy [][]float64
	}
	tool(t, list, &answers, python(), "testdata/interop/check.py")
	if len(answers) != len(list) {
		t.Fatalf("%d answers for %d models", len(answers), len(list))
	}
	for i, k := range list {
		t.Run(k.name, func(t *testing.T) {
			a := answers[i]
			if a.IR != 8 || len(a.Opset) != 1 || a.Opset[0] != 17 || a.Producer != "gnllviz" {
				t.Errorf("IR %d, opset %d, producer %q", a.IR, a.Opset, a.Producer)
			}
			if a.Texts["gnllviz.seed"] != "7" || !strings.Contains(a.Texts["gnllviz.model"], `"card"`) || a.Texts["gnllviz.task"] != "heteroscedastic regression" {
				t.Errorf("metadata %.300v", a.Texts)
			}
			p, err := k.model.Predict(k.X)
			if err != nil {
				t.Fatal(err)
			}
			for _, values := range [][][]float64{a.Torch, a.NumPy} {
				got := Prediction{Mean: values[0], Variance: values[1], Aleatoric: p.Aleatoric, Epistemic: p.Epistemic}
				if len(k.model.Members) > 1 {
					got.Aleatoric, got.Epistemic = values[2], values[3]
				} else if len(values) != 2 {
					t.Fatalf("%d results of a single network", len(values))
				}
				want := k.want
				if len(k.model.Members) == 1 {
					want.Aleatoric, want.Epistemic = p.Aleatoric, p.Epistemic
				}
				agree(t, k.model, got, want)
				for r := range p.Mean {
					if math.Abs(got.Mean[r]-p.Mean[r]) > 1e-9*math.Abs(p.Mean[r]) || math.Abs(got.Variance[r]-p.Variance[r]) > 1e-9*p.Variance[r] {
						t.Fatalf("row %d: mean %v and variance %v, where Predict has %v and %v", r, got.Mean[r], got.Variance[r], p.Mean[r], p.Variance[r])
					}
				}
			}
		})
	}
}

// Both Python files also read rows from the standard input.
func TestPythonReadsRows(t *testing.T) {
	models := kinds()
	name := sortedKinds()[0]
	m, e, x := models[name](t)
	dir := t.TempDir()
	k := take(t, dir, name, m, e, x)
	var rows string
	for r := range 4 {
		for i, v := range x[r*k.Inputs:][:k.Inputs] {
			if i > 0 {
				rows += ","
			}
			rows += number(v)
		}
		rows += "\n"
	}
	heads := strings.Join(names(m), ",") + "\n"
	for _, args := range [][]string{{"model_torch.py", "model.safetensors"}, {"model_numpy.py"}} {
		abs, err := filepath.Abs(python())
		if err != nil {
			t.Fatal(err)
		}
		read := func(rows string) (string, error) {
			c := exec.Command(abs, args...)
			c.Dir, c.Stdin = dir, strings.NewReader(rows)
			out, err := c.CombinedOutput()
			return string(out), err
		}
		for _, first := range []string{heads, "\ufeff" + heads, "\ufeff", ""} {
			out, err := read(first + rows)
			if err != nil {
				t.Fatalf("%v: %v\n%s", args, err, out)
			}
			lines := strings.Fields(out)
			if len(lines) != 5 || !strings.HasPrefix(lines[0], "mean,variance") {
				t.Fatalf("%v after %q: %s", args, first, out)
			}
			for r, line := range lines[1:] {
				var mean float64
				if _, err := fmt.Sscanf(line, "%g,", &mean); err != nil || math.Abs(mean-k.want.Mean[r]) > tolerance*math.Abs(k.want.Mean[r]) {
					t.Errorf("%v: row %d is %s, not %v", args, r, line, k.want.Mean[r])
				}
			}
		}
		if out, err := read("1,nothing\n" + rows); err == nil || !strings.HasPrefix(out, "line 1 has no column ") {
			t.Errorf("%v takes a line without the inputs' names: %v, %s", args, err, out)
		}
	}
}

// Both Python files write of several targets a column for each of their moments.
func TestPythonWritesTargets(t *testing.T) {
	m, e, x := trained(t, engine.NetConfig{Hidden: []int{8}, Outputs: 3}, 2)
	dir := t.TempDir()
	k := take(t, dir, "targets", m, e, x)
	abs, err := filepath.Abs(python())
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Predict(k.X)
	if err != nil {
		t.Fatal(err)
	}
	rows := "x1\n"
	for _, v := range k.X {
		rows += number(v) + "\n"
	}
	for _, args := range [][]string{{"model_torch.py", "model.safetensors"}, {"model_numpy.py"}} {
		c := exec.Command(abs, args...)
		c.Dir, c.Stdin, c.Env = dir, strings.NewReader(rows), append(os.Environ(), "PYTHONIOENCODING=utf-8")
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v, %s", args, err, out)
		}
		table, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
		if err != nil || len(table) != len(k.X)+1 {
			t.Fatalf("%v: %d lines, %v", args, len(table), err)
		}
		for i, part := range [][]float64{p.Mean, p.Variance, p.Aleatoric, p.Epistemic} {
			for j, target := range m.Targets {
				column := 4*j + i
				if want := []string{"mean", "variance", "aleatoric", "epistemic"}[i] + "_" + target.Name; table[0][column] != want {
					t.Fatalf("%v: column %d is %s, not %s", args, column, table[0][column], want)
				}
				for r, line := range table[1:] {
					want := part[3*r+j]
					if got, err := strconv.ParseFloat(line[column], 64); err != nil || math.Abs(got-want) > 1e-9*math.Abs(want) {
						t.Fatalf("%v: row %d of %s is %s, not %g", args, r, table[0][column], line[column], want)
					}
				}
			}
		}
	}
}

func names(m *Model) (list []string) {
	for _, c := range m.Inputs {
		list = append(list, c.Name)
	}
	return list
}

// Both Python files find the columns by their names, as predict does, whatever others
// there are and however they are divided, and refuse a table that lacks one.
func TestPythonFindsColumns(t *testing.T) {
	m, e, x := trained(t, engine.NetConfig{Inputs: 2, Hidden: []int{8}}, 1)
	m.Inputs[0].Name, m.Inputs[1].Name = `größe "x", y`, "2019"
	dir := t.TempDir()
	k := take(t, dir, "named", m, e, x)
	abs, err := filepath.Abs(python())
	if err != nil {
		t.Fatal(err)
	}
	a, b := number(k.X[0]), number(k.X[1])
	for name, c := range map[string]struct{ table, refused string }{
		"as they were":        {"\"größe \"\"x\"\", y\",2019\n" + a + "," + b + "\n", ""},
		"another order":       {"2019,\"größe \"\"x\"\", y\"\n" + b + "," + a + "\n", ""},
		"other columns":       {"who,2019,note,\"größe \"\"x\"\", y\"\nann," + b + ",," + a + "\n\n", ""},
		"units and semicolon": {"2019 (ms);\"größe \"\"x\"\", y [m]\";z\n" + b + ";" + a + ";7\n", ""},
		"one is not there":    {"2020,\"größe \"\"x\"\", y\"\n" + b + "," + a + "\n", "no column '2019'"},
		"one is there twice":  {"2019,2019,\"größe \"\"x\"\", y\"\n1,2,3\n", "2 columns '2019'"},
		"a cell is empty":     {"2019,\"größe \"\"x\"\", y\"\n1,\n", "line 2, column"},
		"no names, too many":  {"1,2,3\n", "no names"},
		"another file":        {"day,rain\n1,2\n", "no column"},
	} {
		for _, args := range [][]string{{"model_torch.py", "model.safetensors"}, {"model_numpy.py"}} {
			run := exec.Command(abs, args...)
			run.Dir, run.Stdin = dir, strings.NewReader(c.table)
			run.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
			out, err := run.CombinedOutput()
			if c.refused != "" {
				if err == nil || !strings.Contains(string(out), c.refused) {
					t.Errorf("%v, %s: %v, %s", args, name, err, out)
				}
				continue
			}
			var mean float64
			if err == nil {
				_, err = fmt.Sscanf(string(out), "mean,variance\n%g,", &mean)
			}
			if err != nil || math.Abs(mean-k.want.Mean[0]) > tolerance*math.Abs(k.want.Mean[0]) {
				t.Errorf("%v, %s: %v, %s, want %v", args, name, err, out, k.want.Mean[0])
			}
		}
	}
}

// Both Python files make of the raw table what the reader of tables does, from a file and
// by encode.
func TestPythonTakesWords(t *testing.T) {
	m, e, x := kinds()["words"](t)
	dir := t.TempDir()
	take(t, dir, "words", m, e, x)
	abs, err := filepath.Abs(python())
	if err != nil {
		t.Fatal(err)
	}
	want, unseen := readRows(t, m), 0
	var rows bytes.Buffer
	var whole [][]float64
	w := csv.NewWriter(&rows)
	if err := w.Write([]string{"who", "x2 (ms)", "when", "size", "colour"}); err != nil {
		t.Fatal(err)
	}
	for i, row := range want {
		if row == nil {
			continue
		}
		whole = append(whole, row)
		if row[0]+row[1] == 0 {
			unseen++
		}
		if err := w.Write([]string{"Ann", rawRows[i][1], rawRows[i][2], rawRows[i][3], rawRows[i][0]}); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	run := func(stdin string, args ...string) (stdout, stderr string, err error) {
		c := exec.Command(abs, args...)
		c.Dir, c.Stdin = dir, strings.NewReader(stdin)
		c.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
		var said bytes.Buffer
		c.Stderr = &said
		out, err := c.Output()
		return string(out), said.String(), err
	}
	p, err := m.Predict(slices.Concat(whole...))
	if err != nil {
		t.Fatal(err)
	}
	question, err := json.Marshal(rawRows)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"model_torch.py", "model.safetensors"}, {"model_numpy.py"}} {
		out, said, err := run(rows.String(), args...)
		lines := strings.Fields(out)
		if err != nil || len(lines) != len(whole)+1 {
			t.Fatalf("%v: %v, %s%s", args, err, out, said)
		}
		for i, line := range lines[1:] {
			var mean float64
			if _, err := fmt.Sscanf(line, "%g,", &mean); err != nil || math.Abs(mean-p.Mean[i]) > 1e-9*math.Abs(p.Mean[i]) {
				t.Errorf("%v: row %d is %s, not %v", args, i, line, p.Mean[i])
			}
		}
		if !strings.Contains(said, fmt.Sprintf("column 'colour': rows whose value was not there in training: %d", unseen)) {
			t.Errorf("%v said %q", args, said)
		}
		if _, said, err := run("colour,x2,when,size\n\"a,\"\"b\"\"\",1,1970-02-30 00:00:00Z,L\n", args...); err == nil || !strings.Contains(said, "column 'when': '1970-02-30 00:00:00Z' is no date") {
			t.Errorf("%v takes a date that is none: %v, %q", args, err, said)
		}
		if _, said, err := run("colour,x2,when,size\nNA,1,1970-01-01 00:00:00Z,L\n", args...); err == nil || !strings.Contains(said, "line 2, column 'colour': there is nothing in it") {
			t.Errorf("%v takes a row without a word: %v, %q", args, err, said)
		}
		// Row by row, as those that lack one are refused.
		module := strings.TrimSuffix(args[0], ".py")
		out, said, err = run(string(question), "-c", "import json, sys, "+module+` as m
answers = []
for row in json.load(sys.stdin):
    try:
        answers.append(m.encode([row])[0][0])
    except ValueError:
        answers.append(None)
print(json.dumps(answers))`)
		var answers [][]float64
		if err := errors.Join(err, json.Unmarshal([]byte(out), &answers)); err != nil || !slices.EqualFunc(answers, want, sameRow) {
			t.Errorf("%v: encode gives %v, want %v; %v %s", args, answers, want, err, said)
		}
	}
}

// sameRow compares rows, of which sines and cosines may differ in the last digits.
func sameRow(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(b)) })
}
