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

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine/export"
)

// predictFlags are those of predict.
type predictFlags struct {
	model, input, out string
	level             float64
}

func predictCommand() *cobra.Command {
	p := new(predictFlags)
	c := &cobra.Command{
		Use: "predict", Short: "Predict rows of a CSV file with a trained model",
		Long: `Predict a mean and a standard deviation for each row of a CSV file.

The file's columns are found by the names of the model's inputs; others are not looked
at. What is written has a row for each row, in their order: the inputs, and mean, std,
lower and upper, the bounds of the central interval of --level percent. Of an ensemble
std has two parts besides, whose squares add up to its square: aleatoric, the noise of
the data, and epistemic, what the members disagree on.

A cell that is no number is refused. Rows outside the range of the training rows are
predicted, and counted on standard error.`,
		Example: "  gnllviz predict --model model --input new.csv --out predictions.csv\n  gnllviz predict --model model.onnx --level 90 < new.csv",
		Args:    arguments(cobra.NoArgs),
		RunE:    func(c *cobra.Command, _ []string) error { return p.run(c) },
	}
	f := c.Flags()
	f.StringVar(&p.model, "model", "", modelUsage)
	f.StringVar(&p.input, "input", "-", "CSV `file` with the rows; - is standard input")
	f.StringVar(&p.out, "out", "-", "`file` to write; - is standard output")
	f.Float64Var(&p.level, "level", 95, "`percent` of the distribution between lower and upper, above 0 and below 100")
	completeFiles(c, "input", "csv", "tsv", "txt")
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
	table, err := datasets.ReadTable(r, limits())
	if err != nil {
		return mistakef("--input %s: %w", p.input, err)
	}
	x, err := table.Values(names(m.Inputs))
	if err != nil {
		if !table.Header {
			err = fmt.Errorf("%w (the first row names no columns)", err)
		}
		return mistakef("--input %s: %w", p.input, err)
	}
	predicted, err := m.Predict(x)
	if err != nil {
		return err
	}
	for _, line := range append(otherUnits(m.Inputs, table), outside(m.Inputs, x)...) {
		fmt.Fprintln(c.ErrOrStderr(), "gnllviz:", line)
	}
	return writeOut(c, p.out, func(w io.Writer) error { return writePredictions(w, m, x, predicted, p.level) })
}

func names(columns []export.Column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return list
}

// otherUnits says which columns of a table are in another unit than the model learned
// them in, as far as both say theirs.
func otherUnits(inputs []export.Column, t *datasets.Table) (lines []string) {
	for _, in := range inputs {
		for _, c := range t.Columns {
			if c.Name == in.Name && c.Unit != "" && in.Unit != "" && c.Unit != in.Unit {
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
			lines = append(lines, fmt.Sprintf("%d of %d rows have %s outside the %g to %g of the training rows; their predictions are guesses", n, rows, c.Name, c.Min, c.Max))
		}
	}
	return lines
}

// writePredictions writes inputs and what is predicted of them as CSV.
func writePredictions(to io.Writer, m *export.Model, x []float64, p export.Prediction, level float64) error {
	w := csv.NewWriter(to)
	inputs := names(m.Inputs)
	made := []string{"mean", "std", "lower", "upper"}
	if len(m.Members) > 1 {
		made = append(made, "aleatoric", "epistemic")
	}
	// An input of such a name must not be mistaken for a prediction.
	if slices.ContainsFunc(made, func(name string) bool { return slices.Contains(inputs, name) }) {
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
	for i, mean := range p.Mean {
		std := math.Sqrt(p.Variance[i])
		row := slices.Clone(x[i*len(inputs) : (i+1)*len(inputs)])
		row = append(row, mean, std, mean-z*std, mean+z*std)
		if len(m.Members) > 1 {
			row = append(row, math.Sqrt(p.Aleatoric[i]), math.Sqrt(p.Epistemic[i]))
		}
		record := make([]string, len(row))
		for k, v := range row {
			record[k] = strconv.FormatFloat(v, 'g', -1, 64)
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
