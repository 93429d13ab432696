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
	"github.com/gnllviz/gnllviz/server/run/capture"
)

// A Format is one kind of file.
type Format struct {
	Name  string `json:"name" doc:"By which it is asked for."`
	File  string `json:"file" doc:"What the file is called among the others."`
	Media string `json:"media" doc:"Its type."`
	Group string `json:"group" doc:"Of what kind it is: model, source, table, chart or all."`
	Label string `json:"label" doc:"What it is of and in which form."`
	Of    string `json:"of" doc:"What it is of, the same for all forms of one thing."`
	Form  string `json:"form" doc:"In which form it is that; where that says it all, the same."`
	Help  string `json:"help" doc:"One sentence."`
	Along bool   `json:"along" doc:"Whether it is made of a fit along one input: not of a run that shows a map of two."`
	Rows  bool   `json:"rows" doc:"Whether rows that were learned from are in it, as numbers or drawn, unless they are left out."`
	Read  bool   `json:"read" doc:"Whether it can be imported as a run."`

	aliases   []string
	alone     bool // not among the files of the archive
	rowsAlone bool // nothing is left of it without rows
	ofModel   bool // made of the model alone, and its scores, in little time
	write     func(io.Writer, *capture.Capture) error
}

// The groups.
const (
	groupAll    = "all"
	groupModel  = "model"
	groupSource = "source"
	groupTable  = "table"
	groupChart  = "chart"
)

// Formats lists all formats, in the order in which they are offered.
func Formats() []Format {
	list := slices.Concat([]Format{zipFormat()}, modelFormats(), tableFormats(), chartFormats())
	for i := range list {
		f := &list[i]
		f.Of = cmp.Or(f.Of, f.Form)
		if f.Label = f.Form; f.Of != f.Form {
			f.Label = f.Of + ", " + f.Form
		}
	}
	return list
}

// modelFormats are those of the model alone.
func modelFormats() (list []Format) {
	for _, f := range export.Formats() {
		one := Format{
			Name: f.Name, File: f.File, Media: f.Media, Group: groupModel, Of: f.Of, Form: f.Form, Help: f.Help, Rows: f.Rows, Read: f.Read != nil,
			aliases: f.Aliases, ofModel: !f.Rows, // with the rows goes how it came to be
			write: func(w io.Writer, r *capture.Capture) error { return f.Write(w, r.Model) },
		}
		if f.Source {
			one.Group = groupSource
		}
		list = append(list, one)
	}
	return list
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
// time: a capture needs no more for it.
func (f *Format) Small() bool { return f.ofModel }

// Here says whether this program can make the format. One that is built with the tag lean,
// as the page's is, can make models, sources and CSV.
func (f *Format) Here() bool {
	return !Lean || f.OfModel() || f.Group == groupTable && f.Form != parquetForm
}

// OfModel says whether the format can be made of every model, whatever is known of its run.
func (f *Format) OfModel() bool { return f.Group == groupModel || f.Group == groupSource }

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
		return fmt.Errorf("%s is a table of the rows, and the rows are to be left out", f.Name)
	default:
		return fmt.Errorf("%s needs a fit along one input, and the run shows a map of two: set the control slice to 1 or 2", f.Name)
	}
	if err := f.write(w, r); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	return nil
}
