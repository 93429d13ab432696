package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/web"
)

// An outcome is what came of a training.
type outcome struct {
	*capture.Capture
	At      run.Status
	From    uint64  // step with which it began
	Seconds float64 // that it took
	Out     string  // folder, or empty
	Files   []string
	Resumed string // the model that it continued from, or empty
	Notes   wire.DataNotes
}

// A column is as it stands in JSON.
type column struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
}

// scores are those of one part of the rows by their names; null is not finite.
type scores map[string]*float64

func scoresOf(s *capture.Scores) scores {
	m := scores{}
	if s.Rows == 0 {
		return m
	}
	for name, v := range s.Values() {
		m[name] = nil
		if v-v == 0 {
			m[name] = &v
		}
	}
	return m
}

// targetScores are those of one of several targets.
type targetScores struct {
	Target  string `json:"target"`
	Unit    string `json:"unit"`
	Train   scores `json:"train"`
	Test    scores `json:"test"`
	Verdict string `json:"verdict"`
}

// writeJSON writes the outcome as one object.
func (o *outcome) writeJSON(w io.Writer) error {
	var v struct {
		// Of several targets these are over all, in standard deviations of each but for the
		// NLL, and ByTarget has those of each in its unit.
		Train    scores         `json:"train"`
		Test     scores         `json:"test"`
		ByTarget []targetScores `json:"by_target,omitempty"`

		Steps   uint64  `json:"steps"` // in all
		From    uint64  `json:"from"`  // step with which it began
		Seconds float64 `json:"seconds"`

		State  string `json:"state"` // done, interrupted or diverged
		Reason string `json:"reason,omitempty"`

		Dataset string   `json:"dataset"`
		Inputs  []column `json:"inputs"`
		Target  column   `json:"target,omitzero"`   // where there is one
		Targets []column `json:"targets,omitempty"` // where there are several
		Rows    struct {
			Train   int `json:"train"`
			Test    int `json:"test"`
			Pool    int `json:"pool"`
			Dropped int `json:"dropped"`
		} `json:"rows"`
		LeftOut    []wire.LeftOut `json:"left_out"`
		Warnings   []string       `json:"warnings"`
		Parameters int            `json:"parameters"`
		Seed       uint64         `json:"seed"`
		Trouble    *wire.Trouble  `json:"trouble"` // what went wrong with the training; null if nothing did
		Verdict    string         `json:"verdict"` // on the calibration of the test rows
		Controls   map[string]any `json:"controls"`

		Equation *export.Equation `json:"equation,omitempty"` // that the mean was held to

		Auto  map[string]float64 `json:"auto"` // what those controls come to that are "auto"
		Out   string             `json:"out,omitempty"`
		Files []string           `json:"files,omitempty"`
	}
	v.Train, v.Test = scoresOf(&o.Train), scoresOf(&o.Test)
	for i := range o.Targets {
		of := &o.Targets[i]
		v.ByTarget = append(v.ByTarget, targetScores{of.Target.Name, of.Target.Unit, scoresOf(&of.Train), scoresOf(&of.Test), of.Test.Verdict.String()})
	}
	v.Steps, v.From, v.Seconds = o.Step, o.From, o.Seconds
	v.State, v.Trouble = o.state(), o.Trouble
	if o.At.State == wire.Diverged {
		v.Reason = o.At.Reason
	}
	m := o.Model
	v.Dataset = o.Data.Name
	for _, c := range m.Inputs {
		v.Inputs = append(v.Inputs, column{c.Name, c.Unit})
	}
	for _, c := range m.Targets {
		v.Targets = append(v.Targets, column{c.Name, c.Unit})
	}
	if len(v.Targets) == 1 {
		v.Target, v.Targets = v.Targets[0], nil
	}
	v.Rows.Train, v.Rows.Test, v.Rows.Pool, v.Rows.Dropped = o.Data.Train, o.Data.Test, o.Data.Pool, o.Data.DroppedRows
	// Lists in JSON, not null.
	v.LeftOut, v.Warnings = append([]wire.LeftOut{}, o.Notes.LeftOut...), append([]string{}, o.Notes.Warnings...)
	v.Parameters, v.Seed, v.Verdict = m.Card.Parameters, m.Card.Seed, o.Test.Verdict.String()
	v.Controls = o.Controls
	delete(v.Controls, "speed") // not asked for here
	v.Equation = o.Equation
	v.Auto = o.automatic()
	v.Out, v.Files = o.Out, o.Files
	return json.NewEncoder(w).Encode(&v)
}

// automatic returns what the controls come to that are "auto", by name.
func (o *outcome) automatic() map[string]float64 {
	m := map[string]float64{}
	table := lane.Table()
	for name, v := range o.Data.Auto {
		if o.Controls[name] == wire.Auto && table.Matters(table.Find(name), o.Controls) {
			m[name] = v
			if own, ok := o.Lane.Auto[name]; ok {
				m[name] = own
			}
		}
	}
	return m
}

// state says how the training ended.
func (o *outcome) state() string {
	switch {
	case o.At.State == wire.Diverged:
		return "diverged"
	case o.At.Reason == "": // paused for no reason of the run's own
		return "interrupted"
	}
	return "done"
}

// writeTable writes the outcome for people.
func (o *outcome) writeTable(w io.Writer) error {
	m, d := o.Model, &o.Data
	var inputs []string
	for _, s := range m.Sources() {
		if s.Kind == table.OfValues {
			s.Name += fmt.Sprintf(" (%d values)", len(s.Values))
		}
		inputs = append(inputs, s.Name)
	}
	targets := make([]string, len(m.Targets))
	for i, c := range m.Targets {
		targets[i] = c.Name
	}
	fmt.Fprintf(w, "%s: %s of %s\n", d.Name, strings.Join(targets, ", "), strings.Join(inputs, ", "))
	fmt.Fprintf(w, "%d training rows, %d test rows, %d parameters, seed %d\n", d.Train, d.Test, m.Card.Parameters, m.Card.Seed)
	auto := o.automatic()
	for _, name := range slices.Sorted(maps.Keys(auto)) {
		c := lane.Table().Find(name)
		fmt.Fprintf(w, "%s %s: %.4g\n", c.Label, wire.Auto, auto[name])
	}
	if d.DroppedRows > 0 {
		fmt.Fprintf(w, "%d of %d rows were skipped\n", d.DroppedRows, d.Train+d.Test+d.Pool+d.DroppedRows)
	}
	fmt.Fprintf(w, "%d steps in %.3g s (%s)\n\n", o.Step-o.From, o.Seconds, o.state())
	for i := range o.Targets {
		of := &o.Targets[i]
		fmt.Fprintf(w, "%s:\n", of.Target.Name)
		if err := writeScores(w, &of.Train, &of.Test); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	if len(o.Targets) > 0 {
		fmt.Fprintln(w, "over all targets, but for the nll in standard deviations of each:")
	}
	if err := writeScores(w, &o.Train, &o.Test); err != nil {
		return err
	}
	if e := o.Equation; e != nil {
		writeEquation(w, e)
	}
	if o.Out != "" {
		fmt.Fprintf(w, "%d files are in %s\n", len(o.Files), o.Out)
	}
	return nil
}

// writeScores writes the scores of both parts of the rows as a table.
func writeScores(w io.Writer, trainScores, testScores *capture.Scores) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "\ttraining\ttest\t\n")
	train, test := trainScores.Values(), testScores.Values()
	for _, name := range []string{"nll", "crps", "rmse", "mae", "r2", "coverage", "mace", "sharpness"} {
		fmt.Fprintf(t, "%s\t%.4g\t%.4g\t\n", name, train[name], test[name])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	verdict := "it is " + testScores.Verdict.String()
	switch testScores.Verdict {
	case metrics.TooFewRows:
		verdict = "its calibration cannot be judged: they are too few"
	case metrics.WellCalibrated:
		verdict += " on average"
	}
	_, err := fmt.Fprintf(w, "\non the test rows %s\n", verdict)
	return err
}

// writeEquation writes how an equation is obeyed.
func writeEquation(w io.Writer, e *export.Equation) {
	equation := e.Residual
	if !strings.Contains(equation, "=") {
		equation += " = 0"
	}
	if e.RMS == nil {
		fmt.Fprintf(w, "the residual of the equation %s has no finite value", equation)
	} else {
		fmt.Fprintf(w, "the equation %s has a residual of %.4g (root mean square)", equation, *e.RMS)
	}
	if e.Noise != nil && e.RMS != nil {
		fmt.Fprintf(w, " and a learned standard deviation of %.4g", *e.Noise)
	}
	fmt.Fprintln(w)
	for _, p := range e.Parameters {
		fmt.Fprintf(w, "  %s = %.5g", p.Name, p.Value)
		if p.Spread > 0 {
			fmt.Fprintf(w, " ± %.2g over the members", p.Spread)
		}
		fmt.Fprint(w, map[bool]string{true: ", learned", false: ", given"}[p.Learned])
		if p.True != nil {
			fmt.Fprintf(w, "; in truth %.5g", *p.True)
		}
		fmt.Fprintln(w)
	}
}

// writeFolder writes all files of a record into a folder, and returns the names of those
// that are there. The model that training can continue from comes first; the others are
// made and put on the disk side by side. One that cannot be made keeps no other from
// being; what this build of the program has not the means for is no failure, and missing
// says so.
func writeFolder(folder string, rec *capture.Capture) (names []string, missing, err error) {
	if err := writeCheckpoint(folder, rec); err != nil {
		return nil, nil, err
	}
	names = []string{checkpointFile}
	formats := slices.DeleteFunc(artifact.Files(rec), isCheckpoint)
	failures := make([]error, len(formats))
	var writers sync.WaitGroup
	for i, f := range formats {
		writers.Go(func() { failures[i] = writeFormat(folder, f, rec) })
	}
	writers.Wait()
	failed := 0
	for i, f := range formats {
		switch {
		case failures[i] == nil:
			names = append(names, f.File)
		case errors.Is(failures[i], web.ErrNotBuilt):
			missing = failures[i]
		default:
			err = cmp.Or(err, failures[i])
			failed++
		}
	}
	if failed > 1 {
		err = fmt.Errorf("%w (and so %d more files)", err, failed-1)
	}
	return names, missing, err
}

func isCheckpoint(f artifact.Format) bool { return f.File == checkpointFile }

// writeCheckpoint writes the file that training continues from.
func writeCheckpoint(folder string, rec *capture.Capture) error {
	formats := artifact.Files(rec)
	return writeFormat(folder, formats[slices.IndexFunc(formats, isCheckpoint)], rec)
}

func writeFormat(folder string, f artifact.Format, rec *capture.Capture) error {
	var b bytes.Buffer
	if err := f.Write(&b, rec); err != nil {
		return fmt.Errorf("%s could not be made: %w", f.File, err)
	}
	return writeFile(filepath.Join(folder, f.File), b.Bytes())
}
