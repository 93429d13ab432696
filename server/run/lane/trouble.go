package lane

import (
	"errors"
	"fmt"
	"math"
	"reflect"
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
			what = "nearly all hidden units are stuck (saturated or dead)"
		case wire.TroubleConstant:
			what = "the prediction has become the same everywhere"
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
	cause, from := l.cause(t, s, w, d)
	w.Cause = cause
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

// suspects returns the names of the controls of loss and optimiser, those that matter where
// controls have these values: the learning rate first, as it is the likeliest.
func suspects(t wire.Table, values map[string]any) []string {
	list := []string{"lr"}
	for i := range t {
		if c := &t[i]; (c.Group == "optimiser" || c.Group == "loss") && c.Name != "lr" && t.Matters(c, values) {
			list = append(list, c.Name)
		}
	}
	return list
}

// cause returns the control that is probably to blame, and the number of steps after
// which the weights may be spoilt by it.
func (l *Lane) cause(t wire.Table, s wire.RunSettings, w *wire.Trouble, d *engine.Divergence) (*wire.ProbableCause, uint64) {
	from := min(w.Since, l.Watching.Well())
	if d != nil { // which has announced itself for some steps
		from = min(from, w.Since-min(w.Since, ahead))
	}
	if d != nil && (d.Cause == engine.CauseData || d.Cause == engine.CauseEquation) {
		return nil, from
	}
	at := l.stretchAt(w.Since)
	if at < 0 {
		return nil, from
	}
	now := l.stretches[at]
	values := func(x stretch) map[string]any {
		ls := l.Settings
		ls.LossSettings, ls.OptimizerSettings = x.loss, x.opt
		return t.Values(wire.Settings{RunSettings: s, LaneSettings: ls})
	}
	is := values(now)
	// The settings that went well before, the newest ones that tell anything.
	for i := at - 1; i >= 0; i-- {
		before := l.stretches[i]
		if before.good < before.from+proven {
			continue
		}
		was := values(before)
		for _, name := range suspects(t, is) {
			if reflect.DeepEqual(is[name], was[name]) {
				continue
			}
			if name == "lr" && before.opt.LR > now.opt.LR {
				continue
			}
			return &wire.ProbableCause{Control: name, Value: is[name], Suggested: was[name]}, min(from, now.from)
		}
	}
	if (d != nil && d.Cause == engine.CauseCollapse || w.Kind == wire.TroubleVariance) && now.loss.Eps < saferEps && now.opt.LR <= gentle && t.Matters(t.Find("eps"), is) {
		return &wire.ProbableCause{Control: "eps", Value: now.loss.Eps, Suggested: saferEps}, from
	}
	least := t.Find("lr").Min
	if now.opt.LR <= least {
		return nil, from
	}
	return &wire.ProbableCause{Control: "lr", Value: now.opt.LR, Suggested: max(least, tenth(now.opt.LR))}, from
}

// ahead is how many steps before a divergence weights count as well.
const ahead = 64

// gentle is the learning rate above which it is blamed before eps is.
const gentle = 0.01

// saferEps is what eps is set to where a smaller one did harm.
const saferEps = 1e-6

// tenth returns a tenth, with no more digits than the number had.
func tenth(v float64) float64 {
	var f float64
	if _, err := fmt.Sscan(fmt.Sprintf("%.4g", v/10), &f); err != nil {
		return v / 10
	}
	return f
}

// stretchAt returns the place of the settings that held at a step, or -1.
func (w *Watching) stretchAt(step uint64) int {
	for i, x := range slices.Backward(w.stretches) {
		if x.from < step || i == 0 {
			return i
		}
	}
	return -1
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
