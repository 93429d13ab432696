package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/spf13/cobra"
)

const (
	// defaultSteps is how long is trained where nothing else is said: long enough for
	// the sets of the catalogue.
	defaultSteps = 5000

	// forever is how long a run may go unwatched here.
	forever = 100 * 365 * 24 * time.Hour

	// defaultKeep is how often a checkpoint is written: what a power cut takes at most.
	defaultKeep = time.Minute
)

// trainFlags are those of train.
type trainFlags struct {
	controls *controls
	rows     *rowFlags
	steps    uint64
	epochs   uint64
	out      string
	resume   string
	keep     time.Duration
	json     bool
	noRows   bool
}

const aboutTrain = `Train a network or an ensemble, and report how well it predicts.

The data are a built-in data set (--data) or your own CSV file (--train with --target).
All other settings are those of the page, under the same names. Scores are in the
target's unit, over all rows; the NLL includes its constant.

With --out DIR the folder gets all files that the page offers for download: the model
in several formats, predictions, history, charts and the report. Files with these names
are replaced, others are left alone. model.json and the tables of predictions contain
the training data, and the report and pictures of the fit show them: of your own file,
the target and the features, and no other column. --no-rows leaves them out. The
different words of a feature with words are part of the model, and stay.

If the training goes wrong, for example because the learning rate is too high, a warning
on standard error says what is wrong, since which step, and the probable cause; --json has
it as "trouble". The exit status stays 0, unless a number stopped being finite.

A long training writes a checkpoint, model.json, every minute, so that --resume can
continue if the machine fails. An interrupt (Ctrl-C) stops after the current step and
saves what has been trained. --resume continues exactly, bit for bit, except from ONNX
and safetensors: they have weights alone, so the optimiser starts from zero. Controls
that can change during training can be given a new value with --resume. A model whose
rows were left out needs them again: --resume MODEL --train FILE accepts only the same
file. The rows are then left out again.`

const trainExamples = `  gnllviz train --data mcycle --out model
  gnllviz train --train rows.csv --target y --features a,b --hidden 50,50 --lr 0.01 --epochs 40
  gnllviz train --data toy --variance softplus --loss beta-nll --beta 0.5 --ensemble 5 --json
  gnllviz datasets engel --csv | gnllviz train --train - --target food
  gnllviz train --resume model --steps 10000 --lr 0.001`

func trainCommand() *cobra.Command {
	t := new(trainFlags)
	c := &cobra.Command{
		Use: "train", Short: "Train without a browser", Long: aboutTrain, Example: trainExamples,
		Args: arguments(cobra.NoArgs),
	}
	f := c.Flags()
	f.SortFlags = false
	f.Uint64Var(&t.steps, "steps", 0, fmt.Sprintf("`number` of steps (default %d, unless --epochs is given); with --resume the number of further steps", defaultSteps))
	f.Uint64Var(&t.epochs, "epochs", 0, "number of `epochs`, each of which uses every training row once")
	f.StringVar(&t.out, "out", "", "`folder` for the model and its files (default with --resume FOLDER: that folder)")
	f.StringVar(&t.resume, "resume", "", "continue training a model: a `folder` made by --out, or a file")
	f.DurationVar(&t.keep, "checkpoint-every", defaultKeep, "with --out, `time` between checkpoints of a long training; 0 saves only at the end")
	f.BoolVar(&t.noRows, "no-rows", false, aboutRows)
	f.BoolVar(&t.json, "json", false, "write one JSON object to standard output instead of a table")
	inGroup(f, "training", "steps", "epochs", "out", "resume", "checkpoint-every", "no-rows", "json")
	t.rows = addRows(c)
	t.controls = addControls(c)
	c.RunE = func(c *cobra.Command, _ []string) error { return t.run(c) }
	return c
}

func (t *trainFlags) run(c *cobra.Command) error {
	if c.Flags().Changed("steps") && c.Flags().Changed("epochs") {
		return mistakef("--steps and --epochs: give only one of them")
	}
	for _, name := range []string{"steps", "epochs"} {
		if c.Flags().Changed(name) && t.steps+t.epochs == 0 {
			return mistakef("--%s 0: there is nothing to do", name)
		}
	}
	if err := t.controls.checkParameters(); err != nil {
		return err
	}
	r, err := t.begin(c)
	if err != nil {
		return err
	}
	signalled, stop := untilSignal(c)
	defer stop()
	if t.out != "" {
		if err := makeFolder(t.out); err != nil {
			return err
		}
	}
	// The run outlives the signal: what it has come to is wanted.
	ctx, end := context.WithCancel(c.Context())
	go r.Serve(ctx)
	defer func() { end(); <-r.Done() }()

	notes, err := t.notes(ctx, c, r)
	if err != nil {
		return err
	}
	if err := t.warnOfUnused(ctx, c, r); err != nil {
		return err
	}
	from, err := r.Status(ctx)
	if err != nil {
		return err
	}
	steps, err := t.stepsOf(ctx, r)
	if err != nil {
		return err
	}
	goal := from.Step + steps
	if goal > wire.MaxStep {
		return mistakef("%d steps and %d more: a run has at most %d", from.Step, steps, uint64(wire.MaxStep))
	}
	begun := time.Now()
	at, err := follow(ctx, signalled, r, goal, newProgress(c.ErrOrStderr(), from.Step, goal), t.checkpoints(ctx, c, r))
	if err != nil {
		return err
	}
	seconds := time.Since(begun).Seconds()

	rec, err := r.Capture(ctx, nil)
	if err != nil {
		return err
	}
	if w := rec.Trouble; w != nil && at.State != wire.Diverged { // which is an error, and told as one
		fmt.Fprintln(c.ErrOrStderr(), "gnllviz: warning:", w.Text)
	}
	if t.noRows {
		rec = rec.WithoutRows()
	}
	o := outcome{Capture: rec, At: at, From: from.Step, Seconds: seconds, Out: t.out, Resumed: t.resume, Notes: notes}
	var missing, kept error
	if t.out != "" {
		o.Files, missing, kept = writeFolder(t.out, rec)
	}
	if missing != nil {
		fmt.Fprintln(c.ErrOrStderr(), "gnllviz:", oneLine(missing))
	}
	write := o.writeTable
	if t.json {
		write = o.writeJSON
	}
	return errors.Join(t.verdict(&o, goal), kept, writeOut(c, "", write))
}

// warnOfUnused tells of flags that have no effect with the settings of the run.
func (t *trainFlags) warnOfUnused(ctx context.Context, c *cobra.Command, r *run.Run) error {
	if len(t.controls.set) == 0 {
		return nil
	}
	values, err := r.Settings(ctx)
	if err != nil {
		return err
	}
	for _, line := range t.controls.unused(values) {
		fmt.Fprintln(c.ErrOrStderr(), "gnllviz: warning:", line)
	}
	return nil
}

// notes tells what was left out of the rows of the user's own, and what else there is to
// know of them, before they are trained on.
func (t *trainFlags) notes(ctx context.Context, c *cobra.Command, r *run.Run) (wire.DataNotes, error) {
	if t.resume != "" {
		return wire.DataNotes{}, nil // as it was told then
	}
	n, err := r.Notes(ctx)
	for _, line := range noteLines(n) {
		fmt.Fprintln(c.ErrOrStderr(), "gnllviz:", line)
	}
	return n, err
}

// verdict returns what is to be said of a training that did not come to its end.
func (t *trainFlags) verdict(o *outcome, goal uint64) error {
	switch left := goal - o.At.Step; {
	case o.At.State == wire.Diverged:
		return fmt.Errorf("training stopped at step %d of %d: %s", o.At.Step, goal, o.At.Reason)
	case left == 0:
		return nil
	case len(o.Files) > 0:
		return interrupted{fmt.Sprintf("interrupted at step %d of %d; continue with: gnllviz train --resume %s%s --steps %d", o.At.Step, goal, quoted(t.out), t.rowsAgain(o), left)}
	default:
		return interrupted{fmt.Sprintf("interrupted at step %d of %d; nothing was saved: pass --out FOLDER to keep the model", o.At.Step, goal)}
	}
}

// rowsAgain is what it takes to continue with a model besides, where its rows were left out.
func (t *trainFlags) rowsAgain(o *outcome) string {
	if capture.RowsLeftOut(o.Model) == nil || t.rows.train == "" {
		return ""
	}
	again := " --train " + quoted(t.rows.train)
	if t.rows.test != "" {
		again += " --test " + quoted(t.rows.test)
	}
	return again
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool { return strings.ContainsRune(" '\"\\$&;()<>|*?`~#!", r) }) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// runOptions are those of a run whose history is kept, or not.
func (t *trainFlags) runOptions() run.Options {
	o := runOptions()
	if t.out == "" {
		o.Ladder = ladderUnkept
	}
	return o
}

// begin makes the run that is to train.
func (t *trainFlags) begin(c *cobra.Command) (*run.Run, error) {
	if t.resume != "" {
		return t.goOn(c)
	}
	spec, err := t.rows.spec(c, t.controls)
	if err != nil {
		return nil, err
	}
	spec.Controls = atFullSpeed(spec.Controls)
	r, err := run.New(newID(), spec, t.runOptions())
	if err != nil {
		return nil, t.rows.refused(t.controls, err)
	}
	return r, nil
}

// goOn makes the run of a model that continues, with the controls that were given.
func (t *trainFlags) goOn(c *cobra.Command) (*run.Run, error) {
	for _, name := range []string{"target", "features", "circles", "lacking"} {
		if c.Flags().Changed(name) {
			return nil, mistakef("--%s cannot be used with --resume: the model has its own", name)
		}
	}
	for name := range t.controls.set {
		if control := t.controls.find(name); !control.Live {
			return nil, mistakef("--%s cannot be changed together with --resume", flagOf(control))
		}
	}
	m, err := readModel(c, "resume", t.resume)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(t.resume); err == nil && info.IsDir() {
		t.out = cmp.Or(t.out, filepath.Clean(t.resume))
	}
	if err := t.giveRows(c, m); err != nil {
		return nil, err
	}
	if m.Training != nil {
		var spec wire.Spec
		if err := json.Unmarshal(m.Training.Spec, &spec); err == nil { // else Import says why not
			spec.Controls = atFullSpeed(spec.Controls)
			if m.Training.Spec, err = json.Marshal(spec); err != nil {
				return nil, fmt.Errorf("--resume %s: %w", t.resume, err)
			}
		}
	}
	r, err := run.Import(newID(), m, t.runOptions())
	if err != nil {
		return nil, mistakef("--resume %s: %w", t.resume, err)
	}
	if len(m.Training.Checkpoint) == 0 {
		fmt.Fprintf(c.ErrOrStderr(), "gnllviz: %s has weights alone, so the optimiser starts from zero; use %s or the archive to continue exactly\n", t.resume, checkpointFile)
	}
	return r, nil
}

// giveRows gives a model the rows again that were left out of it.
func (t *trainFlags) giveRows(c *cobra.Command, m *export.Model) error {
	rows := capture.RowsLeftOut(m)
	switch {
	case rows == nil && t.rows.train+t.rows.test != "":
		return mistakef("--train cannot be used with --resume: the model has its rows")
	case rows == nil:
		for _, name := range tableFlagNames {
			if c.Flags().Changed(name) {
				return mistakef("--%s cannot be used with --resume: the model has its rows", name)
			}
		}
		return nil
	case t.rows.train == "" && rows.Test > 0:
		return mistakef("--resume %s: its rows were left out; give the same files again with --train FILE --test FILE", t.resume)
	case t.rows.train == "":
		return mistakef("--resume %s: its rows were left out; give the same file again with --train FILE", t.resume)
	case t.rows.train == "-" && (t.rows.test == "-" || t.resume == "-"):
		return mistakef("--train -: standard input cannot be used twice: give one of them as a file")
	}
	files, err := t.rows.files(c)
	if err != nil {
		return err
	}
	if err := capture.GiveRows(m, *files, limits()); err != nil {
		return t.rows.refused(t.controls, err)
	}
	if !c.Flags().Changed("no-rows") {
		t.noRows = true // as before
	}
	return nil
}

// atFullSpeed returns controls of a run with nobody to look at single steps.
func atFullSpeed(set map[string]json.RawMessage) map[string]json.RawMessage {
	set = maps.Clone(set)
	if set == nil {
		set = map[string]json.RawMessage{}
	}
	set["speed"] = json.RawMessage(`"` + wire.SpeedMax.String() + `"`)
	return set
}

// newID returns a run's id.
func newID() string { return strings.ToLower(rand.Text()[:16]) }

// stepsOf sets the controls that were given to a run that continues, and returns how many
// steps it is to make.
func (t *trainFlags) stepsOf(ctx context.Context, r *run.Run) (uint64, error) {
	if t.resume != "" && len(t.controls.set) > 0 {
		if _, err := r.Do(ctx, &wire.ChangeCommand{Set: t.controls.set}, true); err != nil {
			return 0, t.controls.refused(err)
		}
	}
	if t.epochs == 0 {
		return cmp.Or(t.steps, defaultSteps), nil
	}
	d, err := r.Data(ctx)
	if err != nil {
		return 0, err
	}
	settings, err := r.Settings(ctx)
	if err != nil {
		return 0, err
	}
	epoch := math.Ceil(float64(d.Train) / float64(settings["batch"].(int)))
	if float64(t.epochs)*epoch > wire.MaxStep {
		return 0, mistakef("--epochs %d: these are more steps than a run can have (%d)", t.epochs, uint64(wire.MaxStep))
	}
	return t.epochs * uint64(epoch), nil
}

// checkpoints returns what is to be called now and then while the run trains: it
// writes a checkpoint when one is due. One that cannot be written is no reason to stop,
// and is told.
func (t *trainFlags) checkpoints(ctx context.Context, c *cobra.Command, r *run.Run) func() {
	last := time.Now()
	return func() {
		if t.out == "" || t.keep <= 0 || time.Since(last) < t.keep {
			return
		}
		rec, err := r.Capture(ctx, nil)
		if err == nil && t.noRows {
			rec = rec.WithoutRows()
		}
		if err == nil {
			err = writeCheckpoint(t.out, rec)
		}
		if err != nil {
			fmt.Fprintln(c.ErrOrStderr(), "gnllviz: no checkpoint:", err)
		}
		last = time.Now()
	}
}

// follow has a run train up to a step, and shows how it goes; keep is called all the
// while. Where signalled ends first, or the run diverges, that is the end of it.
func follow(ctx, signalled context.Context, r *run.Run, goal uint64, p *progress, keep func()) (run.Status, error) {
	defer p.finish()
	if _, err := r.Do(ctx, &wire.UntilCommand{Step: &goal}, true); err != nil {
		return run.Status{}, err
	}
	begun := time.Now()
	for {
		at, err := r.Status(ctx)
		if err != nil || at.State != wire.Playing {
			return at, err
		}
		if err := p.show(ctx, r, at.Step); err != nil {
			return at, err
		}
		keep()
		// Asked a hundred times in all while it is short, and often enough for a bar
		// to run smoothly when it is long.
		wait := min(max(time.Since(begun)/100, time.Millisecond), 100*time.Millisecond)
		select {
		case <-time.After(wait):
		case <-signalled.Done():
			_, err := r.Do(ctx, &wire.PauseCommand{}, true)
			if err != nil {
				return at, err
			}
			return r.Status(ctx)
		}
	}
}
