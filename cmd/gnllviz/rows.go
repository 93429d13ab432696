package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// limits bound what files of rows may have: more than a server takes of strangers,
// and less than what would fill the memory.
func limits() table.Limits {
	return table.Limits{Bytes: 150e6, Rows: 200_000, Columns: 1000, Field: 4096}
}

// rowFlags say which rows are learned from: a set of the catalogue, which is a
// control, or files.
type rowFlags struct {
	train, test, target string
	features, circles   []string
	lacking             string
	how                 tableFlags
}

// tableFlags overrule what is told from the text of a table.
type tableFlags struct {
	header, delimiter, decimal string
	missing                    []string
}

// tableFlagNames are their names.
var tableFlagNames = []string{"header", "delimiter", "decimal", "missing"}

func (t *tableFlags) add(f *pflag.FlagSet) {
	f.StringVar(&t.header, "header", "", "`yes or no`: whether the first row has the names of the columns (default: detected)")
	f.StringVar(&t.delimiter, "delimiter", "", "`mark` between fields, or comma, semicolon, tab, bar or space (default: detected)")
	f.StringVar(&t.decimal, "decimal", "", "decimal `mark`, or point or comma (default: detected for each column)")
	f.StringSliceVar(&t.missing, "missing", nil, "`codes` for missing values, such as -200, besides empty cells, NA and similar")
}

// options checks the flags, so that a mistake in them is one whatever the file has.
func (t *tableFlags) options() (table.Options, error) {
	o, err := table.ParseOptions(t.header, t.delimiter, t.decimal, t.missing)
	if err != nil {
		return o, badOption(err)
	}
	o.Limits = limits()
	return o, nil
}

// badOption is a mistake in one of the options of tables, whose flags have their names.
func badOption(err error) error {
	if e := (*table.Error)(nil); errors.As(err, &e) && e.Option != "" {
		return mistakef("--%s %s; %s", e.Option, e.What, e.Cure)
	}
	return mistake{err}
}

// rowGroup is the help's group that data controls are in, too.
const rowGroup = "data"

func addRows(c *cobra.Command) *rowFlags {
	r := new(rowFlags)
	f := c.Flags()
	f.StringVar(&r.train, "train", "", "CSV `file` with your own data, instead of --data; - is standard input. With --test all its rows are used for training, otherwise --train-share percent. With --resume only for a model whose rows were left out")
	f.StringVar(&r.test, "test", "", "CSV `file` of test rows, with the same columns")
	f.StringVar(&r.target, "target", "", "`columns` to predict, a,b,c, at most 16; put a name with a comma in quotes, or give it alone")
	f.StringSliceVar(&r.features, "features", nil, "input `columns`, a,b,c, of numbers, dates or at most 32 words (default: all other columns of numbers)")
	f.StringSliceVar(&r.circles, "circles", nil, "`year,day` or one of them: also gives dates as position in the year or the day, so that December is next to January, and evening to morning")
	f.StringVar(&r.lacking, "lacking", "", "`drop or mean`: leave out rows with a missing feature (default), or fill in the mean and add an input that marks them")
	r.how.add(f)
	inGroup(f, rowGroup, append([]string{"train", "test", "target", "features", "circles", "lacking"}, tableFlagNames...)...)
	for _, name := range []string{"train", "test"} {
		completeFiles(c, name, "csv", "tsv", "txt")
	}
	return r
}

// completeFiles offers files with these ends after a flag.
func completeFiles(c *cobra.Command, flag string, ends ...string) {
	if err := c.MarkFlagFilename(flag, ends...); err != nil {
		panic("gnllviz: " + err.Error())
	}
}

// spec reads the files, and returns what a run begins with.
func (r *rowFlags) spec(c *cobra.Command, cs *controls) (wire.Spec, error) {
	s := wire.Spec{Controls: cs.set}
	if r.train == "" {
		for _, name := range append([]string{"test", "target", "features", "circles", "lacking"}, tableFlagNames...) {
			if c.Flags().Changed(name) {
				return s, mistakef("--%s needs data of your own: give them with --train FILE", name)
			}
		}
		return s, nil
	}
	switch {
	case c.Flags().Changed("data"):
		return s, mistakef("--data and --train: use a built-in data set or your own file, not both")
	case r.target == "":
		return s, mistakef("--train %s without --target: name the columns to predict", r.train)
	case r.train == "-" && r.test == "-":
		return s, mistakef("--train and --test are both standard input: give one of them as a file")
	}
	csv, err := r.files(c)
	if err != nil {
		return s, err
	}
	s.Data = &wire.DataSpec{CSV: csv}
	return s, nil
}

// files reads the files, which are there.
func (r *rowFlags) files(c *cobra.Command) (csv *wire.CSVSpec, err error) {
	o, err := r.how.options()
	if err != nil {
		return nil, err
	}
	o.Circles, o.Lacking = r.circles, r.lacking
	if err := o.Check(); err != nil {
		return nil, badOption(err)
	}
	csv = &wire.CSVSpec{
		Target: r.target, Inputs: r.features, Circles: r.circles, Lacking: r.lacking,
		Header: r.how.header, Delimiter: r.how.delimiter, Decimal: r.how.decimal, Missing: r.how.missing,
	}
	if csv.Text, err = readText(c, "train", r.train); err != nil {
		return nil, err
	}
	if r.test != "" {
		if csv.Test, err = readText(c, "test", r.test); err != nil {
			return nil, err
		}
	}
	if strings.Contains(r.target, ",") {
		// What cannot be read is refused by whoever makes rows of it.
		if t, err := table.Read(strings.NewReader(csv.Text), o); err == nil {
			if names := t.Names(r.target); len(names) > 1 {
				csv.Target, csv.Targets = "", names
			} else {
				csv.Target = names[0]
			}
		}
	}
	return csv, nil
}

// readText reads a file of rows, and returns it in UTF-8; - is standard input.
func readText(c *cobra.Command, flag, path string) (string, error) {
	r, done, err := openInput(c, path)
	if err != nil {
		return "", mistakef("--%s: %w", flag, err)
	}
	defer done()
	text, err := table.Decode(r, limits().Bytes)
	if err != nil {
		return "", mistakef("--%s %s: %w", flag, path, err)
	}
	return text, nil
}

// openInput opens a file to read; - is standard input.
func openInput(c *cobra.Command, path string) (r io.Reader, done func(), err error) {
	if path == "-" {
		return c.InOrStdin(), func() {}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	// Nothing is lost if a file that was read is not closed well.
	return f, func() { _ = f.Close() }, nil
}

// maxLines is how many lines tell what was left out.
const maxLines = 20

// noteLines are notes on rows, in lines for people.
func noteLines(n wire.DataNotes) []string {
	lines := slices.Clone(n.Warnings)
	for i, l := range n.LeftOut {
		if i == maxLines {
			lines = append(lines, fmt.Sprintf("and so on, for %d more columns and reasons; --json lists them all", len(n.LeftOut)-i))
			break
		}
		out := table.LeftOut{Column: l.Column, Kind: table.Kind(l.Kind), Reason: l.Reason, Value: l.Value, Rows: l.Rows, First: l.FirstRow}
		line := out.Line()
		if !slices.ContainsFunc(n.Warnings, func(w string) bool { return strings.HasSuffix(w, line) }) { // which says it already
			lines = append(lines, line)
		}
	}
	return lines
}

// targetsOf returns the columns that are learned, and what is to be said of the rows.
func (r *rowFlags) targetsOf(s wire.Spec) (targets []column, notes []string, err error) {
	if s.Data == nil {
		name := lane.Table().Defaults().Dataset
		if raw, ok := s.Controls["dataset"]; ok {
			if err := json.Unmarshal(raw, &name); err != nil {
				return nil, nil, err
			}
		}
		d, err := describe(name)
		return d.Targets, nil, err
	}
	kept, said, err := rows.Kept(s.Data, limits())
	if err != nil {
		return nil, nil, err
	}
	for _, c := range kept.Rows.TargetColumns() {
		targets = append(targets, column(c))
	}
	return targets, noteLines(said), nil
}

// testField is what refusals call the file of --test.
const testField = "test"

// refused is a mistake about what a run was to be made of, with the file that it is
// about.
func (r *rowFlags) refused(cs *controls, err error) error {
	var e *wire.ErrorMessage
	if r.train == "" || !errors.As(err, &e) || e.Code != wire.BadData {
		return cs.refused(err)
	}
	file := func(id string) string {
		if id == testField {
			return "--test " + r.test
		}
		return id
	}
	if reason, named := e.Naming(file); named {
		return mistake{refusal(reason)}
	}
	return mistakef("--train %s: %s", r.train, e.Reason)
}

// Points of history, as run.Options.Ladder has them: to be drawn, and where there is
// nothing to be drawn for.
const (
	ladderKept   = 100
	ladderUnkept = 10
)

// runOptions are those of runs that nobody watches: they never idle, their steps
// may be long, and scores in between, which take longer than most steps, are few.
func runOptions() run.Options {
	o := run.Options{Paused: true, Idle: forever, Table: limits(), Bounds: lane.Bounds{Free: true}, Ladder: ladderKept}
	o.Version, o.Commit = version()
	return o
}
