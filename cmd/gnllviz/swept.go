package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/gnllviz/gnllviz/server/artifact/plot"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/sweep"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A swept is what came of a sweep.
type swept struct {
	Grid    sweep.Grid
	Targets []column
	Metric  string
	Out     string
	Cells   []sweep.Cell // row by row, as far as they were trained
	Seconds float64
	Done    bool
}

// score returns a cell's score, or NaN.
func (s *swept) score(c *sweep.Cell) float64 {
	part, name, _ := strings.Cut(s.Metric, ".")
	of := c.Test
	if part == "train" {
		of = c.Train
	}
	if v, ok := of[name]; ok {
		return v
	}
	return math.NaN()
}

// best returns the cell whose score is best, or nil.
func (s *swept) best() *sweep.Cell {
	f := figureOf(s.Metric)
	worse := func(c *sweep.Cell) float64 {
		switch v := s.score(c); f.Better {
		case wire.BetterHigher:
			return -v
		case wire.BetterNear:
			return math.Abs(v - f.Best)
		default:
			return v
		}
	}
	var best *sweep.Cell
	for i := range s.Cells {
		c := &s.Cells[i]
		if !math.IsNaN(s.score(c)) && (best == nil || worse(c) < worse(best)) {
			best = c
		}
	}
	return best
}

// figureOf returns what there is to say of a metric such as test.nll.
func figureOf(metric string) wire.Figure {
	_, name, _ := strings.Cut(metric, ".")
	f, _ := wire.FigureOf(name)
	return f
}

// label writes a value of an axis.
func label(raw json.RawMessage) string {
	if f, err := strconv.ParseFloat(string(raw), 64); err == nil {
		return number(f)
	}
	return strings.Trim(string(raw), `"[]`)
}

func labels(a sweep.Axis) []string {
	list := make([]string, len(a.Values))
	for i, v := range a.Values {
		list[i] = label(v)
	}
	return list
}

func (s *swept) writeJSON(w io.Writer) error {
	v := struct {
		X       sweep.Axis   `json:"x"`
		Y       sweep.Axis   `json:"y"`
		Target  column       `json:"target,omitzero"`   // where there is one
		Targets []column     `json:"targets,omitempty"` // where there are several
		Steps   int          `json:"steps"`             // of each
		Metric  string       `json:"metric"`
		State   string       `json:"state"` // done or interrupted
		Seconds float64      `json:"seconds"`
		Best    *sweep.Cell  `json:"best"` // by the metric; null where none has it
		Cells   []sweep.Cell `json:"cells"`
		Out     string       `json:"out,omitempty"`
	}{X: s.Grid.X, Y: s.Grid.Y, Steps: s.Grid.Steps, Metric: s.Metric, State: "done", Seconds: s.Seconds, Best: s.best(), Cells: s.Cells, Out: s.Out}
	if len(s.Targets) == 1 {
		v.Target = s.Targets[0]
	} else {
		v.Targets = s.Targets
	}
	if !s.Done {
		v.State = "interrupted"
	}
	if v.Cells == nil {
		v.Cells = []sweep.Cell{}
	}
	return json.NewEncoder(w).Encode(v)
}

// writeTable writes the metric of all pairs, x to the right and y downwards.
func (s *swept) writeTable(w io.Writer) error {
	g := &s.Grid
	fmt.Fprintf(w, "%s after %d steps; %s to the right, %s downwards\n\n", s.Metric, g.Steps, g.X.Control, g.Y.Control)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\t%s\t\n", strings.Join(labels(g.X), "\t"))
	next := s.Cells
	failed := 0
	for y := range g.Y.Values {
		fmt.Fprintf(t, "%s\t", label(g.Y.Values[y]))
		for x := range g.X.Values {
			switch {
			case len(next) == 0 || next[0].X != x || next[0].Y != y:
				fmt.Fprint(t, "\t") // not trained
				continue
			case math.IsNaN(s.score(&next[0])):
				fmt.Fprint(t, "-\t")
				failed++
			default:
				fmt.Fprintf(t, "%.4g\t", s.score(&next[0]))
			}
			next = next[1:]
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d trainings in %.3g s", len(s.Cells), s.Seconds)
	if failed > 0 {
		fmt.Fprintf(w, ", %d of them without that score (-)", failed)
	}
	if b := s.best(); b != nil {
		fmt.Fprintf(w, "; best %.4g with %s %s, %s %s", s.score(b), g.X.Control, label(g.X.Values[b.X]), g.Y.Control, label(g.Y.Values[b.Y]))
	}
	fmt.Fprintln(w)
	if s.Out != "" {
		fmt.Fprintf(w, "table and heat map are in %s\n", s.Out)
	}
	return nil
}

// writeCSV writes a row for each pair, with all scores.
func (s *swept) writeCSV(to io.Writer) error {
	w := csv.NewWriter(to)
	names := metricNames()
	head := []string{s.Grid.X.Control, s.Grid.Y.Control, "steps", "seconds", "failed"}
	for _, part := range []string{"train_", "test_"} {
		for _, name := range names {
			head = append(head, part+name)
		}
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for _, c := range s.Cells {
		record := []string{label(s.Grid.X.Values[c.X]), label(s.Grid.Y.Values[c.Y]), fmt.Sprint(s.Grid.Steps), number(c.Seconds), asText(c.Failed)}
		for _, scores := range []map[string]float64{c.Train, c.Test} {
			for _, name := range names {
				cell := ""
				if v, ok := scores[name]; ok {
					cell = number(v)
				}
				record = append(record, cell)
			}
		}
		if err := w.Write(record); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// writeFolder writes the table and the heat map.
func (s *swept) writeFolder(folder string) error {
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"sweep.csv", s.writeCSV},
		{"sweep.svg", func(w io.Writer) error { return s.heat(w, "svg") }},
		{"sweep.png", func(w io.Writer) error { return s.heat(w, "png") }},
	} {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			return fmt.Errorf("%s could not be made: %w", f.name, err)
		}
		if err := writeFile(filepath.Join(folder, f.name), b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// unit is that of the targets, and empty where they have several.
func (s *swept) unit() string {
	unit := s.Targets[0].Unit
	for _, c := range s.Targets {
		if c.Unit != unit {
			return ""
		}
	}
	return unit
}

// heat draws the heat map of the metric.
func (s *swept) heat(w io.Writer, kind string) error {
	g := &s.Grid
	part, _, _ := strings.Cut(s.Metric, ".")
	rows := map[string]string{"test": "test rows", "train": "training rows"}[part]
	f := figureOf(s.Metric)
	h := plot.HeatMap{
		Title: fmt.Sprintf("%s of the %s after %d steps", f.Label, rows, g.Steps),
		X:     s.control(g.X), Y: s.control(g.Y), Score: f, Unit: s.unit(),
	}
	for range g.Y.Values {
		row := make([]float64, len(g.X.Values))
		for i := range row {
			row[i] = math.NaN()
		}
		h.Cells = append(h.Cells, row)
	}
	for i := range s.Cells {
		c := &s.Cells[i]
		h.Cells[c.Y][c.X] = s.score(c)
	}
	return plot.Heat(w, kind, h)
}

func (s *swept) control(a sweep.Axis) plot.Control {
	for _, c := range lane.Table() {
		if c.Name == a.Control {
			return plot.Control{Name: c.Label, Unit: c.Unit, Values: labels(a)}
		}
	}
	return plot.Control{Name: a.Control, Values: labels(a)}
}
