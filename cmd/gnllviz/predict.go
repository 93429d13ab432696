package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine/export"
)

// predictFlags are those of predict.
type predictFlags struct {
	model, input, out string
	level             float64
	how               tableFlags
}

func predictCommand() *cobra.Command {
	p := new(predictFlags)
	c := &cobra.Command{
		Use: "predict", Short: "Predict rows of a CSV file with a trained model",
		Long: `Predict a mean and a standard deviation for each row of a CSV file.

Columns are found by the names of the model's inputs; other columns are ignored. The
output has a row for each row of the file, in the same order: the inputs, and mean, std,
lower and upper, the bounds of the central interval of --level percent. An ensemble also
gives the two parts of std, whose squares add up to its square: aleatoric, the noise of
the data, and epistemic, the disagreement of the members. A model with several targets
gives these for each, with its name: mean_east, std_east and so on.

A row with a missing input has no prediction, only empty cells, unless the model was
trained to handle such rows (train --lacking mean). Rows with a word that training did
not have, and rows outside the range of the training data, are predicted. All three
kinds are counted on standard error.`,
		Example: "  gnllviz predict --model model --input new.csv --out predictions.csv\n  gnllviz predict --model model.onnx --level 90 < new.csv",
		Args:    arguments(cobra.NoArgs),
		RunE:    func(c *cobra.Command, _ []string) error { return p.run(c) },
	}
	f := c.Flags()
	f.StringVar(&p.model, "model", "", modelUsage)
	f.StringVar(&p.input, "input", "-", "CSV `file` with the rows; - is standard input")
	f.StringVar(&p.out, "out", "-", "`file` to write; - is standard output")
	f.Float64Var(&p.level, "level", 95, "`percent` of the distribution between lower and upper, between 0 and 100")
	p.how.add(f)
	completeFiles(c, "input", "csv", "tsv", "txt", "gz")
	completeFiles(c, "out", "csv")
	return c
}

func (p *predictFlags) run(c *cobra.Command) error {
	if !(p.level > 0 && p.level < 100) {
		return mistakef("--level %g is not between 0 and 100", p.level)
	}
	if p.model == "-" && p.input == "-" {
		return mistakef("--model and --input are both standard input: give one of them as a file")
	}
	m, err := readPredictor(c, "model", p.model)
	if err != nil {
		return err
	}
	r, done, err := openInput(c, p.input)
	if err != nil {
		return mistakef("--input: %w", err)
	}
	defer done()
	options, err := p.how.options()
	if err != nil {
		return err
	}
	t, err := table.Read(r, options)
	if err != nil {
		return mistakef("--input %s: %w", p.input, err)
	}
	sources := m.Sources()
	x, report, err := t.Encode(sources)
	if err != nil {
		if !t.Header {
			err = fmt.Errorf("%w (the first row names no columns)", err)
		}
		return mistakef("--input %s: %w", p.input, err)
	}
	whole, rows := wholeRows(x, len(m.Inputs))
	if len(rows) == 0 {
		return mistakef("--input %s: no row has all inputs; %s", p.input, report.LeftOut[0].Line())
	}
	predicted, err := m.Predict(whole)
	if err != nil {
		return err
	}
	cells, err := t.Cells(sources)
	if err != nil {
		return err
	}
	lines := append(report.Warnings, otherUnits(m.Inputs, t)...)
	for _, u := range report.Unseen {
		lines = append(lines, u.Line())
	}
	for _, f := range report.Filled {
		lines = append(lines, f.Line())
	}
	for _, l := range report.LeftOut {
		lines = append(lines, l.Line())
	}
	if report.Dropped > 0 {
		lines = append(lines, fmt.Sprintf("%d of %d rows lack an input, and have no prediction", report.Dropped, t.Rows))
	}
	for _, line := range append(lines, outside(m.Inputs, whole)...) {
		fmt.Fprintln(c.ErrOrStderr(), "gnllviz:", line)
	}
	return writeOut(c, p.out, func(w io.Writer) error {
		return writePredictions(w, m, given{sources, x, cells}, rows, predicted, p.level)
	})
}

// wholeRows returns the rows of so many inputs that lack none, and which they are.
func wholeRows(x []float64, inputs int) (whole []float64, rows []int) {
	for i := 0; i < len(x); i += inputs {
		if row := x[i : i+inputs]; !slices.ContainsFunc(row, math.IsNaN) {
			whole = append(whole, row...)
			rows = append(rows, i/inputs)
		}
	}
	return whole, rows
}

// otherUnits says which columns of a table are in another unit than the model learned
// them in, as far as both say theirs.
func otherUnits(inputs []export.Column, t *table.Table) (lines []string) {
	for _, in := range inputs {
		for i := range t.Columns {
			if c := &t.Columns[i]; c.Name == in.Name && c.Unit != "" && in.Unit != "" && c.Unit != in.Unit {
				lines = append(lines, fmt.Sprintf("%s is in %s, and the model learned it in %s; the numbers are taken as they stand", in.Name, c.Unit, in.Unit))
			}
		}
	}
	return lines
}

// outside says how many rows are outside the range of the training rows, input by
// input.
func outside(inputs []export.Column, x []float64) (lines []string) {
	rows := len(x) / len(inputs)
	for k, c := range inputs {
		n := 0
		for i := k; i < len(x); i += len(inputs) {
			if x[i] < c.Min || x[i] > c.Max {
				n++
			}
		}
		if n > 0 {
			lines = append(lines, fmt.Sprintf("in %d of %d rows %q is outside %.6g to %.6g, the range the model was trained on; their predictions are guesses", n, rows, c.Name, c.Min, c.Max))
		}
	}
	return lines
}

// given are the rows of a table: their encoded numbers, and what stands in their cells.
type given struct {
	sources table.Encoding
	x       []float64
	cells   []string
}

// rows returns how many there are.
func (g *given) rows() int { return len(g.cells) / len(g.sources) }

// inputs returns what is written of the inputs of row i: numbers as they were read, and
// words and dates as they stand.
func (g *given) inputs(i int) []string {
	record := make([]string, len(g.sources))
	at := i * g.sources.Width()
	for k := range g.sources {
		s := g.sources[k : k+1]
		at += s.Width()
		filled := len(s[0].Fill) > 0 && g.x[at-1] == 1
		switch v := g.x[at-s.Width()]; {
		case s[0].Kind != table.OfNumber:
			record[k] = asText(g.cells[i*len(g.sources)+k])
		case !math.IsNaN(v) && !filled:
			record[k] = strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	return record
}

// predictionNames are the columns that are predicted, target by target, with the target's
// name where there are several.
func predictionNames(m *export.Model) (names []string) {
	parts := []string{"mean", "std", "lower", "upper"}
	if len(m.Members) > 1 {
		parts = append(parts, "aleatoric", "epistemic")
	}
	if len(m.Targets) == 1 {
		return parts
	}
	for _, c := range m.Targets {
		for _, part := range parts {
			names = append(names, part+"_"+c.Name)
		}
	}
	return names
}

// writePredictions writes inputs and what is predicted of some rows of them as CSV; what
// there is not is empty.
func writePredictions(to io.Writer, m *export.Model, g given, rows []int, p export.Prediction, level float64) error {
	w := csv.NewWriter(to)
	inputs := make([]string, len(g.sources))
	for i := range inputs {
		inputs[i] = g.sources[i].Name
	}
	made := predictionNames(m)
	// An input of such a name must not be mistaken for a prediction.
	for slices.ContainsFunc(made, func(name string) bool { return slices.Contains(inputs, name) }) {
		for i := range made {
			made[i] = "predicted_" + made[i]
		}
	}
	for i, name := range inputs {
		inputs[i] = asText(name)
	}
	if err := w.Write(append(inputs, made...)); err != nil {
		return err
	}
	z := math.Sqrt2 * math.Erfinv(level/100)
	next := 0 // of the rows that are predicted
	for at := range g.rows() {
		record := append(g.inputs(at), make([]string, len(made))...)
		if next < len(rows) && rows[next] == at {
			var row []float64
			for k := range m.Targets {
				i := next*len(m.Targets) + k
				mean, std := p.Mean[i], math.Sqrt(p.Variance[i])
				row = append(row, mean, std, mean-z*std, mean+z*std)
				if len(m.Members) > 1 {
					row = append(row, math.Sqrt(p.Aleatoric[i]), math.Sqrt(p.Epistemic[i]))
				}
			}
			for k, v := range row {
				record[len(inputs)+k] = strconv.FormatFloat(v, 'g', -1, 64)
			}
			next++
		}
		if err := w.Write(record); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// asText is a text that no spreadsheet takes for a formula.
func asText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
