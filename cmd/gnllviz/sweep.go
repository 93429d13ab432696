package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/sweep"
	"github.com/spf13/cobra"
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

const aboutSweep = `Train a network for each pair of values of two controls, on all cores, and report the
scores. All runs use the same seed and the same rows, unless one of the axes changes them.

An axis is CONTROL=FROM:TO:COUNT, evenly spaced on the control's own scale (logarithmic
for rates and decays), or a list, CONTROL=VALUE,VALUE (for layers and texts separated
by semicolons). Controls have the names of their flags.

With --out DIR the folder gets sweep.csv, with a row of scores for each pair, and a heat
map of --metric, sweep.svg and sweep.png. A run that diverged has no scores. An
interrupt (Ctrl-C) ends the sweep and keeps the results so far.`

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
	f.StringVar(&s.metric, "metric", "test.nll", "`score` of the heat map and the best pair: test. or train. and a name from train --json")
	f.IntVar(&s.steps, "steps", defaultSteps, "`number` of steps for each run")
	f.IntVar(&s.cores, "cores", 0, "`number` of runs at a time; 0 uses all cores")
	f.StringVar(&s.out, "out", "", "`folder` for the table and the heat map; files with these names are replaced")
	f.BoolVar(&s.json, "json", false, "write one JSON object to standard output instead of a table")
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
	names := metrics.ReportNames()
	slices.Sort(names)
	return names
}

func (s *sweepFlags) run(c *cobra.Command) error {
	if err := s.controls.checkParameters(); err != nil {
		return err
	}
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
	var notes []string
	if done.Targets, notes, err = s.rows.targetsOf(g.Spec); err != nil {
		return s.rows.refused(s.controls, err)
	}
	for _, line := range notes {
		fmt.Fprintln(c.ErrOrStderr(), "gnllviz:", line)
	}
	p := newCount(c.ErrOrStderr(), len(g.X.Values)*len(g.Y.Values), "sweeping", "trainings")
	begun := time.Now()
	err = sweep.Sweep(ctx, g, runOptions(), s.cores, func(cell sweep.Cell) {
		done.Cells = append(done.Cells, cell)
		p.add()
	})
	p.finish()
	done.Seconds = time.Since(begun).Seconds()
	done.Done = err == nil
	if err != nil && !errors.Is(err, context.Canceled) {
		return s.rows.refused(s.controls, err)
	}
	slices.SortFunc(done.Cells, func(a, b sweep.Cell) int {
		if a.Y != b.Y {
			return a.Y - b.Y
		}
		return a.X - b.X
	})
	var stopped error
	switch {
	case !done.Done:
		stopped = interrupted{fmt.Sprintf("interrupted after %d of %d trainings", len(done.Cells), p.most)}
	case !slices.ContainsFunc(done.Cells, func(c sweep.Cell) bool { return c.Failed == "" }):
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
func (s *sweepFlags) grid(c *cobra.Command) (sweep.Grid, error) {
	g := sweep.Grid{Steps: s.steps}
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
		return g, mistakef("--metric %.40q is not a score: use test. or train. and one of %s", s.metric, strings.Join(metricNames(), ", "))
	case s.steps < 1:
		return g, mistakef("--steps %d is less than 1", s.steps)
	case s.cores < 0:
		return g, mistakef("--cores %d is less than 0", s.cores)
	}
	for _, a := range []sweep.Axis{g.X, g.Y} {
		if _, set := s.controls.set[a.Control]; set {
			control := s.controls.find(a.Control)
			return g, mistakef("--%s is also an axis of the sweep; leave it out", flagOf(control))
		}
	}
	g.Spec, err = s.rows.spec(c, s.controls)
	return g, err
}
