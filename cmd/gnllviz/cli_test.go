package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A ran is what the real program did.
type ran struct {
	status         int
	stdout, stderr string
}

// program runs the real program, with something on its standard input.
func program(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	c := exec.CommandContext(t.Context(), built, args...)
	var stdout, stderr bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &stdout, &stderr
	c.Dir = t.TempDir() // what is written by mistake is not written here
	if err := c.Run(); c.ProcessState == nil {
		t.Fatal(err)
	}
	return ran{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// works runs the program, which must end well and say nothing is wrong.
func works(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	r := program(t, stdin, args...)
	if r.status != 0 || r.stderr != "" {
		t.Fatalf("%q: status %d, said %q", args, r.status, r.stderr)
	}
	return r.stdout
}

// warns runs the program, which must work and say one thing that holds this.
func warns(t *testing.T, said, stdin string, args ...string) string {
	t.Helper()
	r := program(t, stdin, args...)
	if r.status != 0 || strings.Count(r.stderr, "\n") != 1 || !wording.Has(r.stderr, said) {
		t.Fatalf("%q: status %d, said %q, want one line with %q", args, r.status, r.stderr, said)
	}
	return r.stdout
}

// trained returns a folder with a small network, which the test may change.
func trained(t *testing.T, args ...string) (folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "model")
	args = append([]string{"train", "--hidden", "8", "--steps", "50", "--out", folder}, args...)
	if len(args) > 7 {
		works(t, "", args...)
		return folder
	}
	// Most tests want the same one.
	small.once.Do(func() {
		works(t, "", args...)
		small.files = map[string][]byte{}
		list, err := os.ReadDir(folder)
		for _, f := range list {
			if err == nil {
				small.files[f.Name()], err = os.ReadFile(filepath.Join(folder, f.Name()))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, b := range small.files {
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// small is the folder of a network that is trained once.
var small struct {
	once  sync.Once
	files map[string][]byte
}

// poll asks until it holds: what another process does to a file cannot be waited for.
func poll(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(what)
		}
	}
}

// trainJSON is what train --json writes, as far as the tests look at it.
type trainJSON struct {
	Train, Test map[string]*float64
	Steps, From int
	Seconds     float64
	State       string
	Reason      string
	Trouble     *wire.Trouble
	Dataset     string
	Rows        struct{ Train, Test, Pool int }
	Parameters  int
	Seed        int
	Controls    map[string]any
	Auto        map[string]float64
	Out         string
	Files       []string
}

func parse(t *testing.T, text string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(into); err != nil {
		t.Fatalf("%v in %.200q", err, text)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("more than one JSON value: %.200q", text)
	}
}

func model(t *testing.T, path string) *export.Model {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := export.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func sameWeights(t *testing.T, a, b *export.Model) {
	t.Helper()
	if len(a.Members) != len(b.Members) {
		t.Fatalf("%d and %d members", len(a.Members), len(b.Members))
	}
	for i := range a.Members {
		for k := range a.Members[i] {
			if !slices.Equal(a.Members[i][k].Data, b.Members[i][k].Data) {
				t.Fatalf("member %d: %s differs", i+1, a.Members[i][k].Name)
			}
		}
	}
}

// predictions reads what predict writes.
func predictions(t *testing.T, text string) (head []string, columns map[string][]float64) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns = map[string][]float64{}
	for _, r := range records[1:] {
		for k, cell := range r {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			columns[records[0][k]] = append(columns[records[0][k]], v)
		}
	}
	return records[0], columns
}

// What train says of the test rows is what predict makes of them.
func TestTrainAndPredictAgree(t *testing.T) {
	set, err := datasets.Load("engel", 1)
	if err != nil {
		t.Fatal(err)
	}
	part := func(rows ...int) string {
		s := *set
		s.X, s.Y = nil, nil
		for _, i := range rows {
			s.X, s.Y = append(s.X, set.Row(i)...), append(s.Y, set.Y[i])
		}
		var b strings.Builder
		if err := s.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	var first, rest []int
	for i := range set.Rows() {
		if i%5 == 0 {
			first = append(first, i)
		} else {
			rest = append(rest, i)
		}
	}
	dir := t.TempDir()
	test := filepath.Join(dir, "test.csv")
	if err := os.WriteFile(test, []byte(part(first...)), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "model")
	var o trainJSON
	parse(t, works(t, part(rest...), "train", "--train", "-", "--test", test, "--target", "food", "--features", "income",
		"--ensemble", "2", "--hidden", "10,10", "--activation", "relu", "--variance", "softplus", "--loss", "beta-nll", "--full=false",
		"--epochs", "7", "--batch", "30", "--seed", "4294967295", "--out", out, "--json"), &o)
	if want := 7 * ((len(rest) + 29) / 30); o.Steps != want || o.State != "done" {
		t.Errorf("%d steps, %s; want %d, done", o.Steps, o.State, want)
	}
	if o.Rows.Train != len(rest) || o.Rows.Test != len(first) || o.Seed != math.MaxUint32 || o.Dataset != "own" || o.Out != out {
		t.Errorf("%+v", o)
	}
	if o.Controls["loss"] != "beta_nll" || o.Controls["members"] != 2.0 || o.Controls["head"] != "softplus" || o.Parameters != 2*(20+110+22) {
		t.Errorf("%d parameters, controls %v", o.Parameters, o.Controls)
	}
	for name := range (metrics.Report{}).Values() {
		if o.Test[name] == nil || o.Train[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}

	// The outside of the training rows is told of, and that is no failure.
	r := program(t, "", "predict", "--model", out, "--input", test, "--level", "80")
	if r.status != 0 {
		t.Fatal(r.stderr)
	}
	head, c := predictions(t, r.stdout)
	if want := []string{"income", "mean", "std", "lower", "upper", "aleatoric", "epistemic"}; !slices.Equal(head, want) {
		t.Fatalf("columns %q, want %q", head, want)
	}
	var y []float64
	for _, i := range first {
		y = append(y, set.Y[i])
	}
	report, err := metrics.Evaluate(c["mean"], c["std"], y)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range report.Values() {
		// The engine predicts in float32, predict in float64; shares may jump by a row.
		if said := *o.Test[name]; name != "coverage" && math.Abs(said-v) > 1e-3*max(1, math.Abs(v)) {
			t.Errorf("%s: train says %g, predict's output has %g", name, said, v)
		}
	}
	if d := math.Abs(*o.Test["nll"] - report.NLL); d > 1e-5*math.Abs(report.NLL) {
		t.Errorf("NLL %g and %g", *o.Test["nll"], report.NLL)
	}
	for i, std := range c["std"] {
		half := (c["upper"][i] - c["lower"][i]) / 2
		if math.Abs(half-1.2815515655446004*std) > 1e-9*half { // the 0.9 quantile
			t.Fatalf("row %d: std %g, half the interval %g", i, std, half)
		}
		if both := math.Hypot(c["aleatoric"][i], c["epistemic"][i]); math.Abs(both-std) > 1e-9*std {
			t.Fatalf("row %d: std %g, its parts %g", i, std, both)
		}
	}
}

func TestPredictSaysWhatIsAmiss(t *testing.T) {
	folder := trained(t)
	x := "time after impact (ms)\n"
	for _, c := range []struct{ input, want string }{
		{x + "\"\"\n\"\"\n", `column "time after impact": the column is empty`},
		{x + "six\nseven\n", `row 2, column "time after impact": contains text that cannot be used: "six" (not a number)`},
		{"time\n5\n", `column "time after impact": no column has this name, which the model needs (it needs time after impact; the file has time)`},
		{"5\n6\n", "the first row names no columns"},
		{"", "the table has no rows"},
	} {
		r := program(t, c.input, "predict", "--model", folder)
		if r.status != 2 || !wording.Has(r.stderr, c.want) || strings.Count(r.stderr, "\n") != 1 || r.stdout != "" {
			t.Errorf("%q: status %d, %q; want 2 and %q", c.input, r.status, r.stderr, c.want)
		}
	}
	// What lacks an input has a row all the same, without a prediction.
	for input, want := range map[string]string{
		x + "5\n\"\"\n":             `"time after impact" skips 1 row: empty (first: row 3)`,
		x + "5\nNA\n":               `"time after impact" skips 1 row: empty (first: row 3, "NA")`,
		x + "5\nsix\n7\n":           `"time after impact" skips 1 row: not a number (first: row 3, "six")`,
		"a," + x + "1,5\n2,\n3,7\n": `"time after impact" skips 1 row: empty (first: row 3)`,
	} {
		r := program(t, input, "predict", "--model", folder)
		rows := strings.Split(strings.TrimSpace(r.stdout), "\n")[1:]
		if r.status != 0 || !wording.Has(r.stderr, want) || !wording.Has(r.stderr, fmt.Sprintf("1 of %d rows lack an input", len(rows))) {
			t.Errorf("%q: status %d, %q, want %q", input, r.status, r.stderr, want)
		}
		if len(rows) != strings.Count(input, "\n")-1 || rows[1] != ",,,," || strings.Contains(rows[0], ",,") {
			t.Errorf("%q: predicted %q", input, rows)
		}
	}
	r := program(t, "other,time after impact\na,20\nb,99\nc,-1\n", "predict", "--model", filepath.Join(folder, "model.json"))
	if r.status != 0 || !wording.Has(r.stderr, `in 2 of 3 rows "time after impact" is outside 2.4 to 57.6, the range the model was trained on`) {
		t.Errorf("status %d, %q", r.status, r.stderr)
	}
	if _, c := predictions(t, r.stdout); !slices.Equal(c["time after impact"], []float64{20, 99, -1}) {
		t.Errorf("inputs %v", c["time after impact"])
	}
	for head, said := range map[string]bool{"time after impact (s)": true, "time after impact [ms]": false, "time after impact": false} {
		r := program(t, head+"\n20\n", "predict", "--model", folder)
		if r.status != 0 || wording.Has(r.stderr, "is in s, and the model learned it in ms") != said {
			t.Errorf("%s: status %d, %q", head, r.status, r.stderr)
		}
	}
}

// Each format is made of a model by export as train makes it.
func TestExport(t *testing.T) {
	folder := trained(t, "--data", "bowtie")
	for _, f := range artifact.Formats() {
		out := filepath.Join(t.TempDir(), "out")
		works(t, "", "export", "--model", folder, "--format", f.Name, "--out", out)
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			t.Errorf("%s is empty", f.Name)
		}
		if f.Group != "model" && f.Group != "source" || f.Name == "json" {
			continue
		}
		want, err := os.ReadFile(filepath.Join(folder, f.File))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not as train wrote it", f.Name)
		}
	}
	sameWeights(t, model(t, filepath.Join(folder, "model.json")), model(t, filepath.Join(folder, "model.onnx")))
	if page := works(t, "", "report", "--model", folder); !strings.Contains(page, "<html") {
		t.Errorf("the report is %.100q", page)
	}
	// Of weights alone there can be models and source, and nothing that needs rows.
	m := model(t, filepath.Join(folder, "model.json"))
	m.Training = nil
	var weights strings.Builder
	if err := export.WriteJSON(&weights, m); err != nil {
		t.Fatal(err)
	}
	if text := works(t, weights.String(), "export", "--model", "-", "--format", "go"); !strings.Contains(text, "package ") {
		t.Errorf("the Go source is %.100q", text)
	}
	for _, format := range []string{"report", "predictions-csv", "fit-svg"} {
		r := program(t, weights.String(), "export", "--model", "-", "--format", format)
		if r.status != 2 || !wording.Has(r.stderr, "no rows") || r.stdout != "" {
			t.Errorf("%s: status %d, %q", format, r.status, r.stderr)
		}
	}
}

// Of two inputs there is a chart of the fit along one of them, which a model that is
// trained here can be told, too.
func TestFitAlongOneOfTwoInputs(t *testing.T) {
	folder, out := trained(t, "--data", "ripple"), filepath.Join(t.TempDir(), "fit.svg")
	r := program(t, "", "export", "--model", folder, "--format", "fit-svg", "--out", out)
	if r.status == 0 || !wording.Has(r.stderr, "set the control slice to 1 or 2") {
		t.Errorf("status %d, %q", r.status, r.stderr)
	}
	works(t, "", "train", "--resume", folder, "--slice", "2", "--steps", "5")
	works(t, "", "export", "--model", folder, "--format", "fit-svg", "--out", out)
	for _, name := range []string{out, filepath.Join(folder, "fit.svg"), filepath.Join(folder, "fit.gif")} {
		if info, err := os.Stat(name); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDatasets(t *testing.T) {
	list := works(t, "", "datasets")
	var all []described
	parse(t, works(t, "", "datasets", "--json"), &all)
	if len(all) != len(datasets.Catalogue()) {
		t.Errorf("%d sets", len(all))
	}
	for _, e := range datasets.Catalogue() {
		if !strings.Contains(list, e.Name) {
			t.Errorf("the list lacks %s", e.Name)
		}
	}
	text := works(t, "", "datasets", "toy", "--csv", "--seed", "7")
	read, err := table.Read(strings.NewReader(text), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := read.Choose([]string{"y"}, []string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	want, err := datasets.Load("toy", 7)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.X, want.X) || !slices.Equal(got.Y, want.Y) {
		t.Error("the rows are others")
	}
	if one := works(t, "", "datasets", "toy"); !strings.Contains(one, want.Help) {
		t.Errorf("it says %q", one)
	}
}

// interrupt runs the program, which is to make more steps than it ever will, and sends
// it a signal once it has a checkpoint.
func interrupt(t *testing.T, signal os.Signal, args ...string) (r ran, o trainJSON) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "it's a model")
	c := exec.CommandContext(t.Context(), built, append([]string{"train", "--steps", manySteps, "--checkpoint-every", "1ms", "--json", "--out", folder}, args...)...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	poll(t, "no checkpoint was made", func() bool {
		_, err := os.Stat(filepath.Join(folder, checkpointFile))
		return err == nil
	})
	if err := c.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // the status says it
	r = ran{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	if r.status != 130 || strings.Count(r.stderr, "\n") != 1 {
		t.Fatalf("status %d, %q", r.status, r.stderr)
	}
	parse(t, r.stdout, &o)
	if o.State != "interrupted" {
		t.Fatalf("%s at step %d", o.State, o.Steps)
	}
	t.Logf("interrupted at step %d", o.Steps)
	return r, o
}

const manySteps = "50000000"

// A training that a signal ends, and that continues, comes to the same bits as one that
// nobody disturbed.
func TestInterruptedTrainingGoesOn(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		r, o := interrupt(t, signal, "--data", "sine", "--dropout", "5")
		want := fmt.Sprintf(`gnllviz train --resume '%s' --steps %d`, strings.ReplaceAll(o.Out, "'", `'\''`), 50000000-o.Steps)
		if !strings.Contains(r.stderr, want) {
			t.Errorf("it says %q, want %q", r.stderr, want)
		}
		var on trainJSON
		parse(t, works(t, "", "train", "--resume", o.Out, "--steps", "300", "--json"), &on)
		if on.From != o.Steps || on.Steps != o.Steps+300 || on.Out != o.Out {
			t.Errorf("it went on from %d to %d", on.From, on.Steps)
		}
		whole := filepath.Join(t.TempDir(), "whole")
		works(t, "", "train", "--data", "sine", "--steps", strconv.Itoa(on.Steps), "--dropout", "5", "--out", whole)
		sameWeights(t, model(t, filepath.Join(o.Out, "model.json")), model(t, filepath.Join(whole, "model.json")))
	}
}

// A training that was killed continues from its last checkpoint.
func TestKilledTrainingHasItsCheckpoint(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	c := exec.CommandContext(t.Context(), built, "train", "--data", "sine", "--steps", manySteps, "--checkpoint-every", "50ms", "--out", out)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(out, "model.json")
	poll(t, "no checkpoint was made", func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	kept := model(t, file).Card.Steps
	var on trainJSON
	parse(t, works(t, "", "train", "--resume", out, "--steps", "10", "--json"), &on)
	if kept == 0 || on.From != int(kept) || on.Steps != int(kept)+10 {
		t.Errorf("kept at step %d, it went on from %d to %d", kept, on.From, on.Steps)
	}
}

// Controls are set by the names of their flags and by their own.
func TestControlsHaveTheirNames(t *testing.T) {
	var a, b trainJSON
	parse(t, works(t, "", "train", "--data", "sine", "--variance", "softplus", "--ensemble", "2", "--variance-decay", "0", "--steps", "2", "--json"), &a)
	parse(t, works(t, "", "train", "--dataset", "sine", "--head", "softplus", "--members", "2", "--variance_decay", "0", "--steps", "2", "--json"), &b)
	if a.Controls["head"] != "softplus" || !reflect.DeepEqual(a.Controls, b.Controls) {
		t.Errorf("%v and %v", a.Controls, b.Controls)
	}
}

// The weight decay is 1 divided by the number of training rows where none is given, and
// what that comes to is told.
func TestDecayIsAutomatic(t *testing.T) {
	var auto, same, other trainJSON
	parse(t, works(t, "", "train", "--data", "mcycle", "--steps", "20", "--json"), &auto)
	parse(t, works(t, "", "train", "--data", "mcycle", "--decay", "0.009433962264150943", "--variance-decay", "auto", "--steps", "20", "--json"), &same)
	parse(t, works(t, "", "train", "--data", "mcycle", "--decay", "0.01", "--steps", "20", "--json"), &other)
	if auto.Controls["decay"] != "auto" || auto.Rows.Train != 106 || !reflect.DeepEqual(auto.Auto, map[string]float64{"decay": 1.0 / 106, "variance_decay": 1.0 / 106}) {
		t.Errorf("with %v it comes to %v", auto.Controls["decay"], auto.Auto)
	}
	if same.Controls["decay"] != 1.0/106 || !reflect.DeepEqual(same.Auto, map[string]float64{"variance_decay": 1.0 / 106}) {
		t.Errorf("with %v it comes to %v", same.Controls["decay"], same.Auto)
	}
	if *auto.Train["nll"] != *same.Train["nll"] || *auto.Train["nll"] == *other.Train["nll"] {
		t.Errorf("NLL %g, by the number %g, by another %g", *auto.Train["nll"], *same.Train["nll"], *other.Train["nll"])
	}
	if text := works(t, "", "train", "--data", "mcycle", "--steps", "1"); !wording.Has(text, "\nweight decay auto: 0.009434\nvariance decay auto: 0.009434\n") {
		t.Errorf("it says %q", text)
	}
	if text := works(t, "", "train", "--help"); !wording.Has(strings.Join(strings.Fields(text), " "), "or auto: 1 / current number of training points; 0 with an equation. (default auto)") {
		t.Errorf("the help is %q", text)
	}
}

// Where nothing is kept, that is said.
func TestInterruptedWithoutAFolderSaysSo(t *testing.T) {
	// Nothing tells when it listens. Until then it ignores the signal, as whoever
	// starts it does, and is sent it again.
	c := exec.CommandContext(t.Context(), built, "train", "--steps", manySteps)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	signal.Ignore(os.Interrupt)
	err := c.Start()
	signal.Reset(os.Interrupt)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	poll(t, "it does not end", func() bool {
		select {
		case <-ended:
			return true
		default:
			_ = c.Process.Signal(os.Interrupt) // it may have ended just now
			return false
		}
	})
	if c.ProcessState.ExitCode() != 130 || !wording.Has(stderr.String(), "nothing was saved: pass --out FOLDER to keep the model") {
		t.Errorf("status %d, %q", c.ProcessState.ExitCode(), &stderr)
	}
}

// people is a table of which two columns are learned from, and the others are private.
func people(t *testing.T, rows int) (path string) {
	t.Helper()
	text := "holder_name,account_number,age,income\n"
	for i := range rows {
		text += fmt.Sprintf("Zebulon-%03d,DE440070%04d,%d,%d.25\n", i, i, 20+i*7%61, 1000+30*(i*7%61)+i*i%97)
	}
	path = filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// folderHas says which file of a folder has one of the words, packed or not; empty if
// none has.
func folderHas(t *testing.T, folder string, words ...string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range words {
			if bytes.Contains(b, []byte(word)) {
				return fmt.Sprintf("%s has %q", e.Name(), word)
			}
		}
	}
	return ""
}

// A model whose rows were left out continues with the same bits when it is given the same
// file, and takes no other.
func TestModelsWithoutRowsGoOn(t *testing.T) {
	file := people(t, 60)
	of := []string{"--train", file, "--target", "income", "--features", "age"}
	whole, half := trained(t, append(of, "--steps", "80")...), trained(t, append(of, "--no-rows", "--steps", "50")...)
	if s := folderHas(t, whole, "Zebulon", "DE4400", "holder_name", "account_number"); s != "" {
		t.Error(s)
	}
	if s := folderHas(t, half, "Zebulon", "DE4400", "holder_name", "account_number", "1211.25"); s != "" {
		t.Errorf("without rows %s", s)
	}
	if s := folderHas(t, whole, "1211.25"); s == "" {
		t.Error("no row is found where rows are")
	}
	if r := program(t, "", "train", "--resume", half, "--steps", "30"); r.status != 2 || !strings.Contains(r.stderr, "--train FILE") {
		t.Errorf("%d %s", r.status, r.stderr)
	}
	if r := program(t, "", "train", "--resume", half, "--train", people(t, 61), "--steps", "30"); r.status != 2 || !wording.Has(r.stderr, "not the rows that the model was trained on") {
		t.Errorf("%d %s", r.status, r.stderr)
	}
	works(t, "", "train", "--resume", half, "--train", file, "--steps", "30")
	sameWeights(t, model(t, filepath.Join(whole, "model.json")), model(t, filepath.Join(half, "model.json")))
	if s := folderHas(t, half, "Zebulon", "DE4400", "1211.25"); s != "" {
		t.Errorf("after it went on %s", s)
	}
	// It predicts, and becomes other models, without them.
	works(t, "age\n30\n", "predict", "--model", half)
	works(t, "", "export", "--model", half, "--format", "onnx", "--out", filepath.Join(half, "again.onnx"))
	works(t, "", "export", "--model", whole, "--format", "json", "--no-rows", "--out", filepath.Join(half, "again.json"))
	if s := folderHas(t, half, "1211.25"); s != "" {
		t.Errorf("exported again %s", s)
	}
}

// A model of old, with the whole text of a file, still comes back; what is made of it
// has the chosen columns alone.
func TestModelsOfOldGiveNothingAway(t *testing.T) {
	file := people(t, 60)
	folder := trained(t, "--train", file, "--target", "income", "--features", "age")
	path := filepath.Join(folder, "model.json")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var old map[string]any
	if err := json.Unmarshal(b, &old); err != nil {
		t.Fatal(err)
	}
	spec := old["training"].(map[string]any)["spec"].(map[string]any)
	spec["data"] = map[string]any{"csv": map[string]any{"text": string(text), "target": "income", "inputs": []string{"age"}}}
	if b, err = json.Marshal(old); err != nil {
		t.Fatal(err)
	}
	was := filepath.Join(t.TempDir(), "old.json")
	if err := os.WriteFile(was, b, 0o600); err != nil {
		t.Fatal(err)
	}
	works(t, "", "train", "--resume", folder, "--steps", "30")
	again := filepath.Join(t.TempDir(), "again")
	works(t, "", "train", "--resume", was, "--steps", "30", "--out", again)
	sameWeights(t, model(t, filepath.Join(folder, "model.json")), model(t, filepath.Join(again, "model.json")))
	for _, format := range []string{"json", "onnx", "safetensors", "zip"} {
		works(t, "", "export", "--model", was, "--format", format, "--out", filepath.Join(again, "old."+format))
	}
	if s := folderHas(t, again, "Zebulon", "DE4400", "holder_name"); s != "" {
		t.Error(s)
	}
}

// With --resume controls that are live take other values, and others are refused.
func TestResumeWithOtherControls(t *testing.T) {
	folder := trained(t)
	var o trainJSON
	parse(t, works(t, "", "train", "--resume", folder, "--steps", "10", "--lr", "1e-5", "--out", filepath.Join(t.TempDir(), "other"), "--json"), &o)
	if o.Controls["lr"] != 1e-5 || o.Steps != 60 {
		t.Errorf("%d steps, controls %v", o.Steps, o.Controls)
	}
	if n := model(t, filepath.Join(folder, "model.json")).Card.Steps; n != 50 {
		t.Errorf("the folder that it went on from is at step %d", n)
	}
	m := model(t, filepath.Join(o.Out, "model.json"))
	if !strings.Contains(string(m.Training.Changes), `"control":"lr"`) {
		t.Errorf("the changes are %s", m.Training.Changes)
	}
}

// Files of weights alone are continued from too, but not in silence: the bits are others.
func TestResumeFromWeightsAloneSaysSo(t *testing.T) {
	folder := trained(t)
	for file, alone := range map[string]bool{"model.json": false, "model.onnx": true, "model.safetensors": true} {
		path := filepath.Join(folder, file)
		r := program(t, "", "train", "--resume", path, "--steps", "5", "--json")
		if said := wording.Has(r.stderr, path+" has weights alone"); r.status != 0 || said != alone {
			t.Errorf("%s: status %d, %q", file, r.status, r.stderr)
		}
	}
}

func TestDivergenceIsAFailure(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "model")
	r := program(t, "", "train", "--optimizer", "sgd", "--lr", "1", "--loss", "mse", "--reduction", "sum", "--activation", "identity", "--json", "--out", folder)
	var o trainJSON
	parse(t, r.stdout, &o)
	if r.status != 1 || o.State != "diverged" || o.Reason == "" || !strings.Contains(r.stderr, o.Reason) || !wording.Has(r.stderr, "training stopped at step") {
		t.Errorf("status %d, %s, %q", r.status, o.State, r.stderr)
	}
	if c := model(t, filepath.Join(folder, "model.json")).Card; c.Stopped == "" {
		t.Error("the model's card does not say why it stopped")
	}
}

// A training that is finite and wrecked is told, with the same sentence everywhere, and
// is no failure; of one that is well nothing is said.
func TestWreckedTrainingIsAWarning(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "model")
	r := program(t, "", "train", "--lr", "1", "--steps", "1000", "--json", "--out", folder)
	var o trainJSON
	parse(t, r.stdout, &o)
	if r.status != 0 || o.State != "done" || o.Trouble == nil || o.Trouble.Cause == nil || o.Trouble.Cause.Control != "lr" ||
		!strings.Contains(r.stderr, o.Trouble.Text+"\n") || !wording.Has(o.Trouble.Text, "The learning rate (1) is probably too high.") {
		t.Errorf("status %d, %+v, %q", r.status, o.Trouble, r.stderr)
	}
	report, err := os.ReadFile(filepath.Join(folder, "report.html"))
	if err != nil || !strings.Contains(string(report), o.Trouble.Text) {
		t.Errorf("the report does not say it: %v", err)
	}
	well := program(t, "", "train", "--steps", "300", "--json")
	parse(t, well.stdout, &o)
	if o = (trainJSON{}); strings.Contains(well.stderr, "warning") {
		t.Errorf("a training that is well: %q", well.stderr)
	}
}

// A file is written whole or not at all, and what cannot be written is one line.
func TestWhatCannotBeWritten(t *testing.T) {
	folder := trained(t)
	full := "/dev/full" // which takes nothing
	if _, err := os.Stat(full); err != nil {
		t.Fatalf("this test needs %s, a device of Linux: %v", full, err)
	}
	rows := "time after impact\n5\n"
	kept := filepath.Join(t.TempDir(), "kept.json")
	if err := os.WriteFile(kept, []byte("as it was"), 0o600); err != nil {
		t.Fatal(err)
	}
	filled := t.TempDir() // whose model.json has no room
	if err := os.Symlink(full, filepath.Join(filled, "model.json")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		stdin  string
		args   []string
		status int
		want   string
	}{
		{"", []string{"train", "--steps", "5", "--out", filepath.Join(kept, "folder")}, 2, "no files can be made there: not a directory"},
		{"", []string{"train", "--steps", "5", "--out", "/proc/gnllviz"}, 2, "no files can be made there"},
		{"", []string{"train", "--steps", "5", "--out", filled}, 1, "model.json: no space left on device"},
		{rows, []string{"predict", "--model", folder, "--out", full}, 1, "cannot write /dev/full: no space left on device"},
		{"", []string{"export", "--model", folder, "--format", "json", "--out", filepath.Join(kept, "x")}, 1, "not a directory"},
		{"", []string{"datasets", "toy", "--csv", "--out", full}, 1, "no space left on device"},
		{"", []string{"export", "--model", kept, "--format", "json", "--out", kept}, 2, kept},
	} {
		r := program(t, c.stdin, c.args...)
		if r.status != c.status || !wording.Has(r.stderr, c.want) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%q: status %d, %q; want %d and %q", c.args, r.status, r.stderr, c.status, c.want)
		}
	}
	if b, err := os.ReadFile(kept); err != nil || string(b) != "as it was" {
		t.Errorf("the file is now %q, %v", b, err)
	}
	// Standard output may be full, too.
	out, err := os.OpenFile(full, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p := exec.CommandContext(t.Context(), built, "datasets")
	var stderr bytes.Buffer
	p.Stdout, p.Stderr = out, &stderr
	if _ = p.Run(); p.ProcessState.ExitCode() != 1 || !wording.Has(stderr.String(), "cannot write to standard output: no space left on device") {
		t.Errorf("status %d, %q", p.ProcessState.ExitCode(), &stderr)
	}
}

// In a folder only the files of the model are replaced.
func TestFoldersKeepOtherFiles(t *testing.T) {
	folder := trained(t)
	mine := filepath.Join(folder, "mine.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	works(t, "", "train", "--resume", folder, "--steps", "5")
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]bool{"mine.txt": true}
	for _, f := range artifact.Formats() {
		ours[f.File] = true
	}
	for _, f := range list {
		if !ours[f.Name()] {
			t.Errorf("%s was left there", f.Name())
		}
	}
	if b, err := os.ReadFile(mine); err != nil || string(b) != "mine" {
		t.Errorf("the file is now %q, %v", b, err)
	}
	if n := model(t, filepath.Join(folder, "model.json")).Card.Steps; n != 55 {
		t.Errorf("the model is at step %d", n)
	}
}

func TestSweep(t *testing.T) {
	out := filepath.Join(t.TempDir(), "sweep")
	var s struct {
		X, Y  struct{ Values []json.RawMessage }
		State string
		Best  *struct {
			X, Y int
			Test map[string]float64
		}
		Cells []struct {
			X, Y   int
			Failed string
			Test   map[string]float64
		}
	}
	parse(t, works(t, "", "sweep", "--x", "decay=1e-6:1:4", "--y", "loss=gaussian-nll,beta-nll,mse", "--steps", "40", "--hidden", "8", "--out", out, "--json"), &s)
	if len(s.Cells) != 12 || s.State != "done" || fmt.Sprintf("%s", s.X.Values) != "[0.000001 0.0001 0.01 1]" {
		t.Fatalf("%d cells, x %s", len(s.Cells), s.X.Values)
	}
	for i, c := range s.Cells {
		if c.X != i%4 || c.Y != i/4 || c.Failed != "" || c.Test["nll"] < s.Best.Test["nll"] {
			t.Errorf("cell %d is %+v, and the best %+v", i, c, s.Best)
		}
	}
	// A cell is what train would make of it.
	var o trainJSON
	parse(t, works(t, "", "train", "--decay", "0.01", "--loss", "beta-nll", "--steps", "40", "--hidden", "8", "--json"), &o)
	if got := s.Cells[1*4+2].Test["nll"]; got != *o.Test["nll"] {
		t.Errorf("the sweep has NLL %g, train %g", got, *o.Test["nll"])
	}
	for name, begins := range map[string]string{"sweep.csv": "decay,loss,", "sweep.svg": "<", "sweep.png": "\x89PNG"} {
		b, err := os.ReadFile(filepath.Join(out, name))
		if err != nil || !bytes.HasPrefix(b, []byte(begins)) {
			t.Errorf("%s: %v, %.20q", name, err, b)
		}
	}
	if text := works(t, "", "sweep", "--x", "hidden=8;8,8", "--y", "full=true,false", "--steps", "3"); !wording.Has(text, "8,8") || !wording.Has(text, "4 trainings in") {
		t.Errorf("it says %q", text)
	}
}

// Files of rows are swept, too, and where nothing can be trained that is a failure.
func TestSweepOfAFile(t *testing.T) {
	rows := works(t, "", "datasets", "mcycle", "--csv")
	for _, target := range []string{"acceleration", "acceleration (g)"} {
		var s struct{ Target column }
		parse(t, warns(t, "time series", rows, "sweep", "--train", "-", "--target", target, "--x", "batch=8,16", "--y", "seed=1,2", "--steps", "5", "--json"), &s)
		if want := (column{"acceleration", "g"}); s.Target != want {
			t.Errorf("target %v, want %v", s.Target, want)
		}
	}
	// A name with a comma is one column, and else a list is several.
	var s struct{ Target column }
	comma := "\"north, east\",north,x\n1,5,1\n3,7,2\n2,5,3\n5,9,5\n4,9,4\n7,1,8\n"
	for _, target := range []string{"north, east", `"north, east"`} {
		parse(t, works(t, comma, "sweep", "--train", "-", "--target", target, "--features", "x", "--x", "batch=2,3", "--y", "seed=1,2", "--steps", "3", "--json"), &s)
		if want := (column{"north, east", ""}); s.Target != want {
			t.Errorf("target %v, want %v", s.Target, want)
		}
	}
	var several struct{ Targets []column }
	for target, names := range map[string][2]string{`"north, east",north`: {"north, east", "north"}, "north,x": {"north", "x"}} {
		parse(t, works(t, comma, "sweep", "--train", "-", "--target", target, "--x", "batch=2,3", "--y", "seed=1,2", "--steps", "3", "--json"), &several)
		if len(several.Targets) != 2 || several.Targets[0].Name != names[0] || several.Targets[1].Name != names[1] {
			t.Errorf("--target %s: targets %v", target, several.Targets)
		}
	}
	r := program(t, rows, "sweep", "--train", "-", "--target", "speed", "--x", "batch=8,16", "--y", "seed=1,2", "--steps", "5")
	if r.status != 2 || !wording.Has(r.stderr, `--train -: column "speed": no column has this name`) {
		t.Errorf("status %d, %q", r.status, r.stderr)
	}
	r = program(t, "", "sweep", "--x", "lr=0.9,1", "--y", "reduction=sum,none", "--loss", "mse", "--optimizer", "sgd", "--activation", "identity", "--steps", "100")
	if r.status != 1 || !wording.Has(r.stderr, "all 4 trainings failed, the first because") {
		t.Errorf("status %d, %q", r.status, r.stderr)
	}
}

func TestBench(t *testing.T) {
	var s speeds
	parse(t, works(t, "", "bench", "--json", "--turn", "2ms"), &s)
	if len(s.Steps) < 5 || len(s.Loss) != 3 || s.Peak <= 0 {
		t.Errorf("%+v", s)
	}
	for _, n := range s.Steps {
		if n.Steps <= 0 || n.Peak <= 0 {
			t.Errorf("%+v", n)
		}
	}
}

func TestBadFlagsAndFilesAreOneLine(t *testing.T) {
	folder := trained(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows := file("rows.csv", "a,b,y\n1,2,3\n2,3,4\n4,4,5\n1,5,6\n")
	text := file("text.csv", "a,b,y\n1,2,x\n2,3,y\n4,4,z\n1,5,x\n")
	torn, err := os.ReadFile(filepath.Join(folder, "model.json"))
	if err != nil {
		t.Fatal(err)
	}
	damaged := file("damaged.json", string(torn[:len(torn)/2]))
	newer := file("newer.json", strings.Replace(string(torn), `"version":1`, `"version":99`, 1))
	for _, c := range []struct {
		args string
		want string
	}{
		{"dance", `there is no command "dance"; gnllviz --help lists them`},
		{"trainn", "did you mean train?"},
		{"train extra", "extra"},
		{"train --bogus", "unknown flag: --bogus; gnllviz train --help lists them"},
		{"train --learning-rate 1", "unknown flag: --learning-rate; did you mean --lr?"},
		{"serve --port 1", "unknown flag: --port; did you mean --addr?"},
		{"train --dekay 1", "unknown flag: --dekay; did you mean --decay?"},
		{"train --lr", "flag needs an argument: --lr"},
		{"train --lr 5", "--lr must be from 1e-6 to 1, not 5"},
		{"train --lr fast", `--lr must be a number, not "fast"`},
		{"train --lr NaN", "--lr must be a number"},
		{"train --batch 1.5", "--batch must be a whole number"},
		{"train --variance cubic", `--variance "cubic" is none of exp`},
		{"train --ensemble 11", "--ensemble must be from 1 to 10, not 11"},
		{"train --hidden 1,2,3,4,5", "--hidden has 5 layers, not 1 to 4"},
		{"train --hidden 8,x", "--hidden must be a list of whole numbers"},
		{"train --full=maybe", "--full must be true or false"},
		{"train --speed 10", "unknown flag: --speed"},
		{"train --data nothing", `--data "nothing" is none of mcycle`},
		{"train --data own", "--train FILE"},
		{"train --steps 0", "--steps 0: there is nothing to do"},
		{"train --steps few", "--steps must be a whole number"},
		{"train --steps 10 --epochs 1", "give only one of them"},
		{"train --target y", "give them with --train FILE"},
		{"train --train nothing.csv --target y", "--train: nothing.csv: no such file or directory"},
		{"train --train " + rows, "without --target"},
		{"train --data toy --target y --train " + rows, "not both"},
		{"train --target z --train " + rows, "--train " + rows + `: column "z": no column has this name`},
		{"train --target y --features a,c --train " + rows, `column "c": no column has this name`},
		{"train --target y --train " + text, `"x" (not a number)`},
		{"train --target y --train " + rows + " --test " + text, "--test " + text + ": "},
		{"train --target y --train - --test -", "both standard input"},
		{"train --target y --train " + dir, "is a directory"},
		{"train --resume nothing", "--resume: nothing: no such file or directory"},
		{"train --resume " + damaged, damaged},
		{"train --resume " + folder + " --seed 3", "--seed cannot be changed together with --resume"},
		{"train --resume " + folder + " --train x", "--train cannot be used with --resume"},
		{"predict", "--model FOLDER|FILE is missing"},
		{"predict --model " + newer, "version 99"},
		{"predict --model " + rows, rows},
		{"predict --model " + dir, "model.json: no such file or directory"},
		{"predict --model " + folder + " --level 100", "--level 100 is not between 0 and 100"},
		{"predict --model " + folder + " --level most", "--level must be a number"},
		{"predict --model " + folder + " --input nothing.csv", "nothing.csv: no such file or directory"},
		{"predict --model - --input -", "both standard input"},
		{"export --model " + folder, "--format is missing"},
		{"export --model " + folder + " --format word", `there is no format "word"`},
		{"report --model " + damaged, damaged},
		{"datasets nothing", `there is no data set "nothing"`},
		{"datasets --csv", "say which data set"},
		{"datasets toy --csv --seed -1", "--seed must be a whole number of 0 or more"},
		{"runs --store nowhere", "there is no store in nowhere"},
		{"runs --store none", "--store none keeps no runs"},
		{"runs everything", `unknown command "everything"`},
		{"runs delete", "runs delete: name the ids of the runs"},
		{"runs delete a --store " + dir, "there is no store in " + dir},
		{"runs export", "runs export: name the id of a run"},
		{"runs export a b --format onnx", "not 2"},
		{"runs export a", "--format is missing"},
		{"runs export a --format word", `there is no format "word"`},
		{"runs export a --format json --precision float", "--precision"},
		{"backup", "--out FILE is missing"},
		{"backup --out b.tar --store " + dir, "there is no store in " + dir},
		{"restore", "restore: name a backup file"},
		{"restore nothing.tar", "nothing.tar: no such file or directory"},
		{"restore " + dir, "is a directory"},
		{"bench --fast", "unknown flag: --fast"},
		{"sweep", "--x CONTROL=VALUES is missing"},
		{"sweep --x nothing=1,2 --y lr=1e-3,1e-2", `--x: there is no control "nothing"; they are the flags that gnllviz train --help lists`},
		{"sweep --x lr=1:2 --y beta=0,1", "a range is from:to:count"},
		{"sweep --x lr=0:1:3 --y beta=0,1", "logarithmic"},
		{"sweep --x lr=1e-3,7 --y beta=0,1", "--lr must be from 1e-6 to 1, not 7"},
		{"sweep --x lr=1e-3,1e-2 --y lr=1e-3,1e-2", "two different controls"},
		{"sweep --x lr=1e-3,1e-2 --y beta=0,1 --metric nll", "--metric"},
		{"sweep --x lr=1e-3,1e-2 --y beta=0,1 --lr 0.1", "--lr is also an axis of the sweep"},
		{"sweep --x lr=1e-3,1e-2 --y beta=0,1 --steps 0", "--steps 0 is less than 1"},
	} {
		r := program(t, "", strings.Fields(c.args)...)
		if r.status != 2 || !wording.Has(r.stderr, c.want) || strings.Count(r.stderr, "\n") != 1 || r.stdout != "" {
			t.Errorf("%s: status %d, %q, wrote %.80q; want 2 and one line with %q", c.args, r.status, r.stderr, r.stdout, c.want)
		}
	}
}

func TestCompletionsKnowValues(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"train --variance ", "softplus"},
		{"train --data to", "toy"},
		{"train --act", "--activation"},
		{"train --loss ", "beta_nll"},
		{"export --format o", "onnx"},
		{"datasets eng", "engel"},
		{"runs export --format saf", "safetensors"},
		{"back", "backup"},
		{"sweep --metric test.", "test.crps"},
		{"sweep --x variance-", "variance-decay="},
		{"swe", "sweep"},
	} {
		if got := program(t, "", append([]string{"__complete"}, strings.Split(c.args, " ")...)...).stdout; !strings.Contains(got, c.want) {
			t.Errorf("%q: offers %q, without %q", c.args, got, c.want)
		}
	}
}

// Every control of the table is a flag, and every help has examples and no dead end.
func TestHelpOfCommands(t *testing.T) {
	for _, c := range command().Commands() {
		if c.Name() == "completion" || c.Name() == "help" {
			continue
		}
		text := works(t, "", c.Name(), "--help")
		if !strings.Contains(text, "Examples:\n  gnllviz ") {
			t.Errorf("the help of %s has no example", c.Name())
		}
		if !strings.Contains(text, c.Short) && !strings.Contains(text, strings.SplitN(c.Long, "\n", 2)[0]) {
			t.Errorf("the help of %s is %q", c.Name(), text)
		}
		if c.Name() == "train" || c.Name() == "sweep" {
			for _, control := range lane.Table() {
				if has := strings.Contains(text, " --"+flagOf(&control)+" ") || strings.Contains(text, "--"+flagOf(&control)+"\n"); has == forPages(control.Name) {
					t.Errorf("%s --help and --%s: %v", c.Name(), flagOf(&control), has)
				}
			}
		}
	}
	if text := works(t, "", "--version"); !strings.HasPrefix(text, "gnllviz ") {
		t.Errorf("--version says %q", text)
	}
}

// ONNX is had in double and by --precision in float32 alone, and what that costs stands
// on the card.
func TestPrecision(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "model")
	warns(t, "time series", "", "train", "--hidden", "8", "--steps", "50", "--out", folder, "--train", absolute(t, "testdata/28-unix-seconds.csv"), "--target", "y")
	float := works(t, "", "export", "--model", folder, "--format", "onnx", "--precision", "float")
	for file, same := range map[string]bool{"model_float.onnx": true, "model.onnx": false} {
		b, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil || (string(b) == float) != same {
			t.Errorf("%s is what --precision float gives: %v, %v", file, string(b) == float, err)
		}
	}
	card := works(t, "", "export", "--model", folder, "--format", "card")
	if !wording.Has(card, "its means differ by at most") {
		t.Errorf("the card does not say what float costs: %s", card)
	}
	for args, want := range map[string]string{
		"--format onnx --precision half":   `no precision "half"`,
		"--format numpy --precision float": "numpy has no precision float",
	} {
		r := program(t, "", append([]string{"export", "--model", folder}, strings.Fields(args)...)...)
		if r.status != 2 || !wording.Has(r.stderr, want) {
			t.Errorf("%s: %d %s", args, r.status, r.stderr)
		}
	}
}

// absolute is a path as it is from everywhere.
func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
