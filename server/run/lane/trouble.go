package lane

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Trouble says what is wrong with the lane's training, or returns nil. t is the run's table,
// s its settings, and lanes how many it has.
func (l *Lane) Trouble(t wire.Table, s wire.RunSettings, lanes int) *wire.Trouble {
	v := l.Watching.Verdict()
	if v == nil && l.Diverged == nil {
		return nil
	}
	w := &wire.Trouble{Lane: l.ID, Score: wire.Number(math.NaN()), Best: wire.Number(math.NaN())}
	var what string
	var d *engine.Divergence
	if errors.As(l.Diverged, &d) {
		w.Kind, w.Since, what = wire.TroubleNotFinite, d.Step, notFinite(d)
		if m := (*engine.MemberError)(nil); errors.As(l.Diverged, &m) {
			w.Member = m.Member
		}
	} else if v != nil {
		w.Kind, w.Since, w.Score, w.Best = v.Kind, v.Since, wire.Number(v.Score), wire.Number(v.Best)
		if len(l.Ensemble.Members()) > 1 {
			w.Member = v.Member + 1
		}
		switch v.Kind {
		case wire.TroubleUnits:
			what = "most of the network no longer learns (its hidden units are saturated or dead)"
		case wire.TroubleConstant:
			what = "the prediction is nearly the same everywhere"
		case wire.TroubleMean:
			what = "the predicted mean is far outside the data"
		case wire.TroubleVariance:
			what = "every predicted variance is at its lower limit"
			if v.Ceiling {
				what = "every predicted variance is at its upper limit"
			}
		default:
			what = fmt.Sprintf("the training loss is %s; it was %s at best", wire.ShortNumber(v.Score, 3), wire.ShortNumber(v.Best, 3))
		}
	} else {
		return nil // something that should not have happened, and is told as it is
	}
	blamed, from := l.blame(t, s, w, d)
	w.Cause, w.Edit, w.Row = blamed.cause, blamed.edit, blamed.row
	w.Step = l.wellBefore(from)
	w.Text = w.Sentence(t, l.whose(w.Member, lanes), what)
	if d != nil && d.Cause == engine.CauseData {
		w.Text += " A target of the data is not finite: check the data."
	}
	return w
}

// whose is the lane, and the network of an ensemble, as a sentence begins with it: empty
// where there is one.
func (l *Lane) whose(member, lanes int) string {
	of := ""
	if member > 0 {
		of = fmt.Sprintf("network %d of %d", member, len(l.Ensemble.Members()))
	}
	switch {
	case lanes > 1 && of != "":
		return "Model " + l.Name + ", " + of
	case lanes > 1:
		return "Model " + l.Name
	case of != "":
		return "N" + of[1:]
	}
	return ""
}

// notFinite says in words which number it was.
func notFinite(d *engine.Divergence) string {
	quantity := "the " + d.Quantity
	if d.IsGradient() {
		quantity = "a gradient"
	} else if d.Quantity == "mean" || d.Quantity == "variance" {
		quantity = "a predicted " + d.Quantity
	} else if d.Quantity == "target" {
		quantity = "a target"
	}
	switch {
	case math.IsNaN(d.Value):
		return quantity + " was not a number"
	case math.IsInf(d.Value, 0):
		return quantity + " became infinite"
	}
	return fmt.Sprintf("%s reached %s", quantity, wire.ShortNumber(d.Value, 2))
}

// wellBefore returns the newest step whose weights are kept and not spoilt, at or before
// so many.
func (l *Lane) wellBefore(step uint64) uint64 {
	steps := l.Snapshots.Steps()
	for _, at := range slices.Backward(steps) {
		if at <= step && !l.Watching.Spoiled(at) {
			return at
		}
	}
	if len(steps) > 0 {
		return steps[0]
	}
	return 0
}
