package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/chart/plot"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// sweepFlags are those of sweep.
type sweepFlags struct {
	controls *controls
	rows     *rowFlags
	x, y     string
	metric   string
	steps    int
	cores    int
	out      string
	json     bool
}

const aboutSweep = `Train a network for each pair of values of two controls, on all cores, and say how each
predicts. All are from one seed and on the same rows, unless an axis says otherwise.

An axis is CONTROL=FROM:TO:COUNT, evenly spaced on the control's own scale, which for
rates and decays is logarithmic, or a list, CONTROL=VALUE,VALUE (layers are parted by
semicolons). Controls are named as their flags are.

With --out DIR the folder has sweep.csv, a row for each pair with all scores, and a heat
map of --metric, sweep.svg and sweep.png. Where a training diverged it has no scores. An
interrupt (Ctrl-C) ends the sweep and keeps what there is.`

const sweepExamples = `  gnllviz sweep --data mcycle --x decay=1e-6:1:7 --y variance-decay=1e-6:1:7 --out phases
  gnllviz sweep --data toy --loss beta-nll --x lr=1e-4:1e-1:7 --y beta=0,0.25,0.5,0.75,1 --json
  gnllviz sweep --x 'hidden=16;64;64,64' --y activation=tanh,relu,silu --metric test.crps`

func sweepCommand() *cobra.Command {
	s := new(sweepFlags)
	c := &cobra.Command{
		Use: "sweep", Short: "Train a grid over two controls", Long: aboutSweep, Example: sweepExamples,
		Args: arguments(cobra.NoArgs),
	}
	f := c.Flags()
	f.SortFlags = false
	// Without a short name cobra's completions do not find a flag of one letter.
	f.StringVarP(&s.x, "x", "x", "", "`control=values` from left to right")
	f.StringVarP(&s.y, "y", "y", "", "`control=values` from bottom to top")
	f.StringVar(&s.metric, "metric", "test.nll", "`score` of the heat map and of the best pair: test or train, a point, and the name that train --json has")
	f.IntVar(&s.steps, "steps", defaultSteps, "`number` of steps of each training")
	f.IntVar(&s.cores, "cores", 0, "`number` of trainings at a time; 0 is as many as the machine has cores")
	f.StringVar(&s.out, "out", "", "`folder` for the table and the heat map; files of their names are replaced, others left alone")
	f.BoolVar(&s.json, "json", false, "write one JSON object to standard output in place of a table")
	inGroup(f, "sweep", "x", "y", "metric", "steps", "cores", "out", "json")
	s.rows = addRows(c)
	s.controls = addControls(c)
	var axes, words []string
	for _, control := range s.controls.table {
		if !forPages(control.Name) && control.Name != "slice" { // which changes no score
			axes = append(axes, flagOf(&control)+"=\t"+control.Help)
		}
	}
	for _, part := range []string{"test.", "train."} {
		for _, name := range metricNames() {
			words = append(words, part+name)
		}
	}
	for _, axis := range []string{"x", "y"} {
		if err := c.RegisterFlagCompletionFunc(axis, cobra.FixedCompletions(axes, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace)); err != nil {
			panic("gnllviz: " + err.Error())
		}
	}
	complete(c, "metric", words)
	c.RunE = func(c *cobra.Command, _ []string) error { return s.run(c) }
	return c
}

// metricNames lists the scores of a part of the rows.
func metricNames() []string {
	names := []string{"coverage_50", "coverage_68", "coverage_90"}
	for name := range (metrics.Report{}).Values() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *sweepFlags) run(c *cobra.Command) error {
	g, err := s.grid(c)
	if err != nil {
		return err
	}
	if s.out != "" {
		if err := makeFolder(s.out); err != nil {
			return err
		}
	}
	ctx, stop := untilSignal(c)
	defer stop()
	done := &swept{Grid: g, Metric: s.metric, Out: s.out}
	if done.Target, err = s.rows.targetOf(g.Spec); err != nil {
		return s.rows.refused(s.controls, err)
	}
	p := newCount(c.ErrOrStderr(), len(g.X.Values)*len(g.Y.Values))
	begun := time.Now()
	err = run.Sweep(ctx, g, runOptions(), s.cores, func(cell run.Cell) {
		done.Cells = append(done.Cells, cell)
		p.add()
	})
	p.finish()
	done.Seconds = time.Since(begun).Seconds()
	done.Done = err == nil
	if err != nil && !errors.Is(err, context.Canceled) {
		return s.rows.refused(s.controls, err)
	}
	slices.SortFunc(done.Cells, func(a, b run.Cell) int {
		if a.Y != b.Y {
			return a.Y - b.Y
		}
		return a.X - b.X
	})
	var stopped error
	switch {
	case !done.Done:
		stopped = interrupted{fmt.Sprintf("interrupted after %d of %d trainings", len(done.Cells), p.most)}
	case !slices.ContainsFunc(done.Cells, func(c run.Cell) bool { return c.Failed == "" }):
		stopped = fmt.Errorf("all %d trainings failed, the first because: %s", p.most, done.Cells[0].Failed)
	}
	var kept error
	if s.out != "" {
		kept = done.writeFolder(s.out)
	}
	write := done.writeTable
	if s.json {
		write = done.writeJSON
	}
	return errors.Join(stopped, kept, writeOut(c, "", write))
}

// grid returns what is to be trained.
func (s *sweepFlags) grid(c *cobra.Command) (run.Grid, error) {
	g := run.Grid{Steps: s.steps}
	var err error
	if g.X, err = s.controls.axis("x", s.x); err != nil {
		return g, err
	}
	if g.Y, err = s.controls.axis("y", s.y); err != nil {
		return g, err
	}
	part, name, _ := strings.Cut(s.metric, ".")
	switch {
	case part != "test" && part != "train" || !slices.Contains(metricNames(), name):
		return g, mistakef("--metric %.40q is no score: write test. or train. and one of %s", s.metric, strings.Join(metricNames(), ", "))
	case s.steps < 1:
		return g, mistakef("--steps %d is less than 1", s.steps)
	case s.cores < 0:
		return g, mistakef("--cores %d is less than 0", s.cores)
	}
	for _, a := range []run.Axis{g.X, g.Y} {
		if _, set := s.controls.set[a.Control]; set {
			control := s.controls.find(a.Control)
			return g, mistakef("--%s is given, and is an axis of the sweep, too", flagOf(control))
		}
	}
	g.Spec, err = s.rows.spec(c, s.controls)
	return g, err
}

// A swept is what came of a sweep.
type swept struct {
	Grid    run.Grid
	Target  column
	Metric  string
	Out     string
	Cells   []run.Cell // row by row, as far as they were trained
	Seconds float64
	Done    bool
}

// score returns a cell's score, or NaN.
func (s *swept) score(c *run.Cell) float64 {
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
func (s *swept) best() *run.Cell {
	f := figureOf(s.Metric)
	worse := func(c *run.Cell) float64 {
		switch v := s.score(c); f.Better {
		case wire.BetterHigher:
			return -v
		case wire.BetterNear:
			return math.Abs(v - f.Best)
		default:
			return v
		}
	}
	var best *run.Cell
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
	for _, f := range wire.Figures() {
		if f.ID == name {
			return f
		}
	}
	// Coverage at other levels than 95 %, such as coverage_50.
	f := wire.Figure{ID: name, Label: strings.ReplaceAll(name, "_", " "), Better: wire.BetterLower}
	if share, ok := strings.CutPrefix(name, "coverage_"); ok {
		if percent, err := strconv.ParseFloat(share, 64); err == nil {
			f.Better, f.Best = wire.BetterNear, percent/100
		}
	}
	return f
}

// label writes a value of an axis.
func label(raw json.RawMessage) string {
	if f, err := strconv.ParseFloat(string(raw), 64); err == nil {
		return number(f)
	}
	return strings.Trim(string(raw), `"[]`)
}

func labels(a run.Axis) []string {
	list := make([]string, len(a.Values))
	for i, v := range a.Values {
		list[i] = label(v)
	}
	return list
}

func (s *swept) writeJSON(w io.Writer) error {
	v := struct {
		X       run.Axis   `json:"x"`
		Y       run.Axis   `json:"y"`
		Target  column     `json:"target"`
		Steps   int        `json:"steps"` // of each
		Metric  string     `json:"metric"`
		State   string     `json:"state"` // done or interrupted
		Seconds float64    `json:"seconds"`
		Best    *run.Cell  `json:"best"` // by the metric; null where none has it
		Cells   []run.Cell `json:"cells"`
		Out     string     `json:"out,omitempty"`
	}{s.Grid.X, s.Grid.Y, s.Target, s.Grid.Steps, s.Metric, "done", s.Seconds, s.best(), s.Cells, s.Out}
	if !s.Done {
		v.State = "interrupted"
	}
	if v.Cells == nil {
		v.Cells = []run.Cell{}
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

// A count shows how many of some things are done.
type count struct {
	to         io.Writer
	done, most int
	told       time.Time
	bar        interface {
		Add(int) error
		Finish() error
	}
}

func newCount(to io.Writer, most int) *count {
	c := &count{to: to, most: most, told: time.Now()}
	if onTerminal(to) && os.Getenv("TERM") != "dumb" {
		c.bar = newBar(to, int64(most), "sweeping", "trainings")
	}
	return c
}

func (c *count) add() {
	c.done++
	if c.bar != nil {
		_ = c.bar.Add(1) // a terminal that cannot be written to is no reason to stop
		return
	}
	if now := time.Now(); now.Sub(c.told) >= lineEvery {
		c.told = now
		fmt.Fprintf(c.to, "%d of %d trainings\n", c.done, c.most)
	}
}

func (c *count) finish() {
	if c.bar != nil {
		_ = c.bar.Finish()
	}
}

// heat draws the heat map of the metric.
func (s *swept) heat(w io.Writer, kind string) error {
	g := &s.Grid
	part, _, _ := strings.Cut(s.Metric, ".")
	rows := map[string]string{"test": "test rows", "train": "training rows"}[part]
	f := figureOf(s.Metric)
	h := plot.HeatMap{
		Title: fmt.Sprintf("%s of the %s after %d steps", f.Label, rows, g.Steps),
		X:     s.control(g.X), Y: s.control(g.Y), Score: f, Unit: s.Target.Unit,
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

func (s *swept) control(a run.Axis) plot.Control {
	for _, c := range run.Table() {
		if c.Name == a.Control {
			return plot.Control{Name: c.Label, Unit: c.Unit, Values: labels(a)}
		}
	}
	return plot.Control{Name: a.Control, Values: labels(a)}
}
