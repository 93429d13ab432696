// Package artifact has the one table of what can be made of a lane to take it
// elsewhere: models, source, tables, charts, the report, and all of it in one
// archive.
//
// Everything here is a pure function of a capture.Capture; any goroutine may call it.
package artifact

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/artifact/plot"
	"github.com/gnllviz/gnllviz/server/run/capture"
)

// A Format is one kind of file.
type Format struct {
	Name  string `json:"name"`  // by which it is asked for
	File  string `json:"file"`  // what the file is called among the others
	Media string `json:"media"` // type
	Group string `json:"group"` // model, source, table, chart or all
	Label string `json:"label"` // what it is of and in which form
	Of    string `json:"of"`    // what it is of, the same for all forms of one thing
	Form  string `json:"form"`  // in which form it is that; where that says it all, the same
	Help  string `json:"help"`  // one sentence
	Along bool   `json:"along"` // made of a fit along one input: not of a run that shows a map of two
	Rows  bool   `json:"rows"`  // rows that were learned from are in it, as numbers or drawn, unless they are left out

	aliases   []string
	alone     bool // not among the files of the archive
	rowsAlone bool // nothing is left of it without rows
	write     func(io.Writer, *capture.Capture) error
}

// Formats lists all formats, in the order in which they are offered.
func Formats() []Format {
	list := formats()
	for i := range list {
		f := &list[i]
		f.Of = cmp.Or(f.Of, f.Form)
		if f.Label = f.Form; f.Of != f.Form {
			f.Label = f.Of + ", " + f.Form
		}
	}
	return list
}

func formats() []Format {
	return []Format{
		{
			Name: "zip", File: "gnllviz.zip", Media: "application/zip", Group: "all", Form: "everything",
			Help: "One archive with all the files below, and their SHA-256.", Rows: true, alone: true, write: writeZip,
		},
		{
			Name: "json", File: "model.json", Media: "application/json", Group: "model", Form: "JSON",
			Help: "The whole of it: drop it on the page, or train on from it, with the same bits.", Rows: true, write: model(export.WriteJSON),
		},
		{
			Name: "onnx", File: "model.onnx", Media: "application/octet-stream", Group: "model", Of: "ONNX", Form: "ONNX",
			Help: "For onnxruntime and its kin: x in its own units in, mean and variance out, in double. With float32 alone it loads in runtimes that have nothing else; the model card says what that costs.", write: model(export.WriteONNX),
		},
		{
			Name: "onnx-float", File: "model_float.onnx", Media: "application/octet-stream", Group: "model", Of: "ONNX", Form: "float32",
			Help: "ONNX in float32 alone, for runtimes that have nothing else; the model card says what that costs.", write: model(export.WriteONNXFloat),
		},
		{
			Name: "safetensors", File: "model.safetensors", Media: "application/octet-stream", Group: "model", Form: "safetensors",
			Help: "The weights under PyTorch's names, with the card.", write: model(export.WriteSafetensors),
		},
		{
			Name: "torch", File: "model_torch.py", Media: "text/x-python", Group: "source", Form: "PyTorch", aliases: []string{"pytorch"},
			Help: "Python that loads the safetensors file and predicts with PyTorch.", write: model(export.WriteTorch),
		},
		{
			Name: "numpy", File: "model_numpy.py", Media: "text/x-python", Group: "source", Form: "NumPy", aliases: []string{"python"},
			Help: "Python with the weights in it, which needs NumPy alone.", write: model(export.WriteNumPy),
		},
		{
			Name: "go", File: "model.go", Media: "text/x-go", Group: "source", Form: "Go",
			Help: "Go with the weights in it, which needs nothing else.", write: model(export.WriteGo),
		},
		{
			Name: "card", File: "MODEL_CARD.md", Media: "text/markdown", Group: "source", Form: "model card", aliases: []string{"md", "markdown"},
			Help: "What the model is, where it comes from and what it is good for.", write: model(export.WriteCard),
		},
		{
			Name: "predictions-csv", File: "predictions.csv", Media: "text/csv", Group: "table", Of: "predictions", Form: "CSV", aliases: []string{"csv", "predictions"},
			Help: "Every row with its predicted mean, standard deviation and 95 % interval.", Rows: true, rowsAlone: true, write: predictionsCSV,
		},
		{
			Name: "history-csv", File: "history.csv", Media: "text/csv", Group: "table", Of: "history", Form: "CSV", aliases: []string{"history"},
			Help: "Every step with its batch loss and gradient norms, and all scores where they were taken.", write: historyCSV,
		},
		{
			Name: "predictions-parquet", File: "predictions.parquet", Media: "application/vnd.apache.parquet", Group: "table", Of: "predictions", Form: "Parquet", aliases: []string{"parquet"},
			Help: "The same as the CSV file, with types.", Rows: true, rowsAlone: true, write: predictionsParquet,
		},
		{
			Name: "history-parquet", File: "history.parquet", Media: "application/vnd.apache.parquet", Group: "table", Of: "history", Form: "Parquet",
			Help: "The same as the CSV file, with types.", write: historyParquet,
		},
		{
			Name: "report", File: "report.html", Media: "text/html", Group: "chart", Form: "report", aliases: []string{"html"},
			Help: "One page that needs no network: data, settings, changes, curves, fit, calibration, scores, card.", Rows: true, write: report,
		},
		{
			Name: "fit-svg", File: "fit.svg", Media: "image/svg+xml", Group: "chart", Of: "fit", Form: "SVG", aliases: []string{"svg"},
			Help: "Rows, predicted mean and bands.", Along: true, Rows: true, write: still(plot.Fit, plot.SVG),
		},
		{
			Name: "fit-png", File: "fit.png", Media: "image/png", Group: "chart", Of: "fit", Form: "PNG", aliases: []string{"png"},
			Help: "Rows, predicted mean and bands.", Along: true, Rows: true, write: still(plot.Fit, plot.PNG),
		},
		{
			Name: "noise-svg", File: "noise.svg", Media: "image/svg+xml", Group: "chart", Of: "noise", Form: "SVG",
			Help: "The predicted standard deviation on a log axis, and the floor under it.", Along: true, write: still(plot.Noise, plot.SVG),
		},
		{
			Name: "noise-png", File: "noise.png", Media: "image/png", Group: "chart", Of: "noise", Form: "PNG",
			Help: "The predicted standard deviation on a log axis, and the floor under it.", Along: true, write: still(plot.Noise, plot.PNG),
		},
		{
			Name: "loss-svg", File: "loss.svg", Media: "image/svg+xml", Group: "chart", Of: "loss", Form: "SVG",
			Help: "Training and test loss over the steps.", write: still(plot.Loss, plot.SVG),
		},
		{
			Name: "loss-png", File: "loss.png", Media: "image/png", Group: "chart", Of: "loss", Form: "PNG",
			Help: "Training and test loss over the steps.", write: still(plot.Loss, plot.PNG),
		},
		{
			Name: "calibration-svg", File: "calibration.svg", Media: "image/svg+xml", Group: "chart", Of: "calibration", Form: "SVG",
			Help: "The reliability curve of the test rows.", write: still(plot.Calibration, plot.SVG),
		},
		{
			Name: "calibration-png", File: "calibration.png", Media: "image/png", Group: "chart", Of: "calibration", Form: "PNG",
			Help: "The reliability curve of the test rows.", write: still(plot.Calibration, plot.PNG),
		},
		{
			Name: "fit-gif", File: "fit.gif", Media: "image/gif", Group: "chart", Of: "fit over time", Form: "GIF", aliases: []string{"gif"},
			Help: "How the fit came to be, as an animated picture.", Along: true, Rows: true, write: plot.Animation,
		},
	}
}

// Find returns the format of that name, or of one of its other names.
func Find(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == name || slices.Contains(f.aliases, name) {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("there is no format %.40q; there are %s", name, strings.Join(names, ", "))
}

// The precisions of an ONNX graph.
const (
	Double = "double"
	Float  = "float"
)

// In returns the format in a precision: of ONNX that which computes in it, and others
// as they are in Double, which is also what an empty one means.
func (f Format) In(precision string) (Format, error) {
	switch {
	case precision == "" || precision == Double && f.Name != "onnx-float":
		return f, nil
	case precision == Float && (f.Name == "onnx" || f.Name == "onnx-float"):
		return Find("onnx-float")
	case precision == Double || precision == Float:
		return f, fmt.Errorf("%s has no precision %s; onnx has", f.Name, precision)
	}
	return f, fmt.Errorf("there is no precision %.40q; there are %s and %s", precision, Double, Float)
}

// Files lists the formats that the archive has a file of each, as far as they can be
// made of a record.
func Files(r *capture.Capture) []Format {
	return slices.DeleteFunc(Formats(), func(f Format) bool { return f.alone || !f.Makes(r) })
}

// Small says whether the format is made of the model and its scores alone, in little
// time: a record needs no more for it.
func (f *Format) Small() bool {
	return f.Group == "source" || f.Name == "onnx" || f.Name == "safetensors"
}

// Makes says whether a record has what the format is made of: there is no fit over
// one input where the page shows a map of two, and no table of rows that were left out.
func (f *Format) Makes(r *capture.Capture) bool {
	return (r.Grid != nil || !f.Along) && !(r.RowsLeftOut && f.rowsAlone)
}

// Write writes a record in the format.
func (f *Format) Write(w io.Writer, r *capture.Capture) error {
	switch {
	case f.Makes(r):
	case r.RowsLeftOut && f.rowsAlone:
		return fmt.Errorf("%s is a table of the rows, which are to be left out", f.Name)
	default:
		return fmt.Errorf("%s needs a fit along one input, and the run shows a map of two: set the control slice to 1 or 2", f.Name)
	}
	if err := f.write(w, r); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	return nil
}

// model makes of a writer of models one of records.
func model(write func(io.Writer, *export.Model) error) func(io.Writer, *capture.Capture) error {
	return func(w io.Writer, r *capture.Capture) error { return write(w, r.Model) }
}
