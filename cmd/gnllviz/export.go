package main

import (
	"io"
	"strings"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/spf13/cobra"
)

// formatFlags say as what a model is written, and where to.
type formatFlags struct {
	format, precision, out string
	noRows                 bool
}

func (x *formatFlags) add(c *cobra.Command) {
	help := "`name` of the format:"
	var words []string
	for _, f := range artifact.Formats() {
		help += " " + f.Name + ","
		words = append(words, f.Name+"\t"+f.Help)
	}
	f := c.Flags()
	f.StringVar(&x.format, "format", "", strings.TrimSuffix(help, ","))
	f.StringVar(&x.out, "out", "-", "`file` to write; - is standard output")
	f.StringVar(&x.precision, "precision", artifact.Double, "of ONNX, `double or float`: float uses only float32, for tools without double; the model card gives the loss of accuracy")
	f.BoolVar(&x.noRows, "no-rows", false, aboutRows)
	complete(c, "format", words)
	complete(c, "precision", []string{artifact.Double, artifact.Float})
}

// find returns the format that they name.
func (x *formatFlags) find(c *cobra.Command) (artifact.Format, error) {
	if x.format == "" {
		return artifact.Format{}, mistakef("--format is missing; gnllviz export --help lists the formats")
	}
	f, err := artifact.Find(x.format)
	if err != nil {
		return f, mistakef("--format: %w", err)
	}
	if c.Flags().Changed("precision") {
		if f, err = f.In(x.precision); err != nil {
			return f, mistakef("--precision: %w", err)
		}
	}
	return f, nil
}

// showable refuses to write what is no text to a terminal.
func showable(c *cobra.Command, f artifact.Format, out string) error {
	if (out == "" || out == "-") && !isText(f.Media) && onTerminal(c.OutOrStdout()) {
		return mistakef("%s cannot be shown in a terminal: give --out FILE, or use a pipe", f.Name)
	}
	return nil
}

func exportCommand() *cobra.Command {
	var model string
	var to formatFlags
	c := &cobra.Command{
		Use: "export", Short: "Write a trained model in another format",
		Long: `Write a model, or a table, chart or report of it, in another format.

Every model can be written as a model or as source code. Tables, charts, the report and
the archive need the training data, which model.json and the archive contain unless
they were left out.

JSON and the archive contain the training data: of your own file, the targets and the
features, and no other column. Tables of predictions contain them, too, and the report
and pictures of the fit show them. --no-rows leaves them out. ONNX, safetensors and
source code never contain rows.`,
		Example: "  gnllviz export --model model --format onnx --out model.onnx\n  gnllviz export --model model.json --format go > model.go",
		Args:    arguments(cobra.NoArgs),
	}
	c.Flags().StringVar(&model, "model", "", modelUsage)
	to.add(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		f, err := to.find(c)
		if err != nil {
			return err
		}
		return exportModel(c, model, f, to.out, to.noRows)
	}
	return c
}

func reportCommand() *cobra.Command {
	var model, out string
	var noRows bool
	c := &cobra.Command{
		Use: "report", Short: "Write the report of a trained model",
		Long: `Write a report as one HTML page that works offline: data, settings, changes, curves,
fit, calibration, scores and the model card. It needs the training data, which
model.json and the archive contain unless they were left out. The report contains rows
for its charts; --no-rows leaves them out.`,
		Example: "  gnllviz report --model model --out report.html",
		Args:    arguments(cobra.NoArgs),
	}
	c.Flags().StringVar(&model, "model", "", modelUsage)
	c.Flags().StringVar(&out, "out", "-", "`file` to write; - is standard output")
	c.Flags().BoolVar(&noRows, "no-rows", false, "leave the training data out of its charts")
	completeFiles(c, "out", "html")
	c.RunE = func(c *cobra.Command, _ []string) error {
		f, err := artifact.Find("report")
		if err != nil {
			return err
		}
		return exportModel(c, model, f, out, noRows)
	}
	return c
}

// exportModel writes a model in a format, with the rows that belong to it or without.
func exportModel(c *cobra.Command, path string, f artifact.Format, out string, noRows bool) error {
	if err := showable(c, f, out); err != nil {
		return err
	}
	m, err := readModel(c, "model", path)
	if err != nil {
		return err
	}
	rec, err := recordFor(f, m)
	if err != nil {
		return mistakef("--model %s: %s: %w", path, f.Name, err)
	}
	if noRows {
		rec = rec.WithoutRows()
	}
	return writeOut(c, out, func(w io.Writer) error { return f.Write(w, rec) })
}

// recordFor returns of a model what a format is made of: the model itself, or the run
// that it is of.
func recordFor(f artifact.Format, m *export.Model) (*capture.Capture, error) {
	if f.OfModel() {
		return &capture.Capture{Model: m}, nil
	}
	return run.Recall(m, runOptions())
}

// isText tells whether a media type is one that a terminal shows.
func isText(media string) bool {
	return strings.HasPrefix(media, "text/") || media == "application/json" || media == "image/svg+xml"
}
