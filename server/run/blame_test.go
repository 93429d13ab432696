package run

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// waves is a noisy sine, as a file, of which one target is another.
func waves(rows int, scale, offset, outlier float64) *wire.DataSpec {
	g := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("x,y\n")
	for i := range rows {
		x := float64(i) / 20
		y := offset + scale*(math.Sin(x)+0.1*g.NormFloat64())
		if i == 37 && outlier != 0 {
			y = outlier
		}
		fmt.Fprintf(&b, "%g,%g\n", x, y)
	}
	return &wire.DataSpec{CSV: &wire.CSVSpec{Text: b.String(), Target: "y"}}
}

// A culprit is a training that something else than its learning rate has wrecked.
type culprit struct {
	name      string
	with      string // besides, from the start
	data      *wire.DataSpec
	then      wire.Command // after 700 steps; nil: it is wrecked from the start
	patience  int          // steps until it is told at most; 0: 2000
	control   string       // that is to be blamed; empty: none
	suggested any
	restart   bool
	says      string // the end of the notice
}

func far(x, y float64) *wire.EditCommand {
	return &wire.EditCommand{Edit: wire.Edit{Add: []wire.NewRow{{X: []float64{x}, Y: y}}}}
}

func culprits(t *testing.T) []culprit {
	set := func(s string) *wire.ChangeCommand { return &wire.ChangeCommand{Set: controls(t, s)} }
	edited := "The probable cause is the change of points at step 700."
	return []culprit{
		{name: "weight decay", with: `{"decay":1}`, control: "decay", suggested: "auto", says: "The probable cause is the weight decay (1)."},
		{name: "weight decay, beside a high rate", with: `{"decay":1,"lr":0.01}`, control: "decay", suggested: "auto"},
		{name: "weight decay later", then: set(`{"decay":1}`), control: "decay", suggested: "auto"},
		{name: "clipped gradient", with: `{"clip":0.001}`, control: "clip", suggested: 0.0, says: "The probable cause is the gradient clip (0.001)."},
		{name: "gradient no longer clipped", with: `{"optimizer":"sgd","clip":1,"lr":0.1}`, then: set(`{"clip":0}`), control: "clip", suggested: 1.0, says: "The probable cause is the gradient clip (none)."},
		{name: "dropout", then: set(`{"dropout":90}`), control: "dropout", suggested: 0.0, says: "The dropout (90 %) is probably too high."},
		{name: "dropout of few units", with: `{"hidden":[4,4]}`, then: set(`{"dropout":90}`), control: "dropout", suggested: 0.0},
		{name: "momentum", with: `{"optimizer":"sgd","lr":0.03}`, then: set(`{"momentum":0.99}`), control: "momentum", suggested: 0.9},
		{name: "beta 2", then: set(`{"beta2":0}`), control: "beta2", suggested: 0.999, says: "The beta 2 (0) is probably too low."},
		{name: "beta 2 from the start", with: `{"beta2":0,"beta1":0.999}`, control: "beta2", suggested: 0.999},
		{name: "reduction", with: `{"optimizer":"sgd","lr":0.01}`, then: set(`{"reduction":"sum"}`), control: "reduction", suggested: "mean"},
		{name: "reduction from the start", with: `{"optimizer":"sgd","reduction":"sum"}`, control: "reduction", suggested: "mean"},
		{name: "batch of one", with: `{"lr":0.03}`, then: set(`{"batch":1}`), control: "batch", suggested: 32},
		{name: "optimiser", with: `{"lr":0.1}`, then: set(`{"optimizer":"sgd"}`), control: "optimizer", suggested: "adam"},
		{name: "optimiser from the start", with: `{"optimizer":"sgd","decay":0,"variance_decay":0}`, data: waves(4, 1, 0, 0), control: "optimizer", suggested: "adam"},
		{name: "optimiser, and a variance that collapses", with: `{"optimizer":"sgd","eps":0,"decay":0,"variance_decay":0}`, data: waves(8, 1, 0, 0), control: "optimizer", suggested: "adam"},
		{name: "initial variance", with: `{"optimizer":"sgd","initial_variance":0.0001}`, control: "initial_variance", suggested: 0.0, restart: true, says: "The probable cause is the initial variance (0.0001)."},
		{name: "dead units", with: `{"activation":"relu","hidden":[1,1,1,1]}`, control: "activation", suggested: "tanh", restart: true, says: "The probable cause is the activation (relu)."},
		{name: "raw targets that are large", with: `{"standardise":false}`, data: waves(120, 1e11, 1e12, 0), control: "standardise", suggested: true, restart: true, says: "The probable cause: standardise targets is off."},
		{name: "raw targets that are far away", with: `{"standardise":false}`, data: waves(120, 1e5, 1e6, 0), patience: 6000, control: "standardise", suggested: true, restart: true},
		{name: "raw targets that are small", with: `{"standardise":false}`, data: waves(120, 1e-6, 0, 0), patience: 3000, control: "standardise", suggested: true, restart: true},
		{name: "equation", then: set(`{"equation":"u - 1000","equation_noise":"fixed","equation_weight":1000}`), control: "equation", suggested: "", says: "The probable cause is the equation."},
		{name: "equation that is not finite", then: set(`{"equation":"exp(exp(u*x))","equation_noise":"fixed"}`), control: "equation", suggested: ""},
		{name: "equation that is not finite from the start", with: `{"equation":"exp(exp(u*x))","equation_noise":"fixed"}`, control: "equation", suggested: ""},
		{name: "a point far above", then: far(30, 1e6), says: edited},
		{name: "a point beyond use", then: far(30, 1e30), says: edited},
		{name: "a point far to the right", with: `{"activation":"relu"}`, then: far(1e9, 100), says: edited},
		{name: "a point moved", then: &wire.EditCommand{Edit: wire.Edit{Move: []wire.MovedRow{{Row: 30, X: []float64{30}, Y: 1e5}}}}, says: edited},
		{name: "an outlier from the start", with: `{"optimizer":"sgd"}`, data: waves(2000, 1, 0, 1e9), says: "One point is very far from all others: check the data."},
	}
}

// What is blamed is what did it; and what is offered, where anything is, makes it well.
func TestWhatElseIsBlamed(t *testing.T) {
	for _, c := range culprits(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := wire.Spec{Data: c.data}
			if c.with != "" {
				s.Controls = controls(t, c.with)
			}
			r := onItsOwn(t, s)
			if c.then != nil {
				if w := untilTrouble(r, 700); w != nil {
					t.Fatalf("before anything was done: %+v", w)
				}
				command(t, r, c.then)
			}
			w := untilTrouble(r, max(c.patience, 2000))
			if w == nil {
				t.Fatal("nothing was said")
			}
			switch {
			case c.control != "":
				if w.Cause == nil || w.Cause.Control != c.control || w.Cause.Suggested != c.suggested || w.Cause.Restart != c.restart || w.Edit != nil || w.Row != nil {
					t.Fatalf("%+v, cause %+v", w, w.Cause)
				}
			case c.then != nil:
				if w.Cause != nil || w.Edit == nil || w.Edit.Step != 700 || w.Edit.Revision != 1 || w.Row != nil {
					t.Fatalf("%+v, edit %+v", w, w.Edit)
				}
			default:
				if w.Cause != nil || w.Edit != nil || w.Row == nil || *w.Row != 37 {
					t.Fatalf("%+v", w)
				}
			}
			if !wording.Ends(w.Text, c.says) {
				t.Errorf("it says %q", w.Text)
			}
			switch {
			case w.Row != nil:
				return
			case w.Edit != nil:
				command(t, r, &wire.UndoCommand{Revision: w.Edit.Revision})
			case w.Cause.Restart:
				command(t, r, restartWith(r.wrong))
			default:
				command(t, r, goBack(w))
			}
			if again := untilTrouble(r, 300); again != nil {
				t.Errorf("with what was offered: %+v", again)
			}
		})
	}
}

// A rate that was offered and is no cure is followed by a smaller one, never by the same.
func TestOffersGoDown(t *testing.T) {
	r := onItsOwn(t, wire.Spec{Controls: controls(t, `{"lr":1,"activation":"identity","init":"he","hidden":[128,128,128,128]}`)})
	last := 1.0
	for range 3 {
		w := untilTrouble(r, 10_000)
		if w == nil {
			break
		}
		if w.Cause == nil || w.Cause.Control != "lr" || w.Cause.Value != last || w.Cause.Suggested.(float64) > last/10 {
			t.Fatalf("%+v, cause %+v", w, w.Cause)
		}
		last = w.Cause.Suggested.(float64)
		command(t, r, goBack(w))
	}
	if last > 3e-4 {
		t.Errorf("the last rate that was offered is %g", last)
	}
}
