package lane

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	// ahead is how many steps before a divergence weights count as well.
	ahead = 64

	// shock is the number of steps within which other rows are to blame for a wreck.
	shock = 1024
)

// A blamed is what probably made a training go wrong: a control, rows that were changed, a
// row that is far from all others, or nothing that is known.
type blamed struct {
	cause *wire.ProbableCause
	edit  *wire.ProbableEdit
	row   *uint32 // its id
}

// blame returns what is probably to blame, and the number of steps after which the weights
// may be spoilt by it: what was changed since training last went well, or else of what it
// began with that which is likeliest to do harm.
func (l *Lane) blame(t wire.Table, s wire.RunSettings, w *wire.Trouble, d *engine.Divergence) (b blamed, from uint64) {
	from = min(w.Since, l.Watching.Well())
	if d != nil { // which has announced itself for some steps
		from = min(from, w.Since-min(w.Since, ahead))
	}
	if d != nil && d.Cause == engine.CauseData {
		return b, from
	}
	at := l.stretchAt(w.Since)
	if at < 0 {
		return b, from
	}
	settings := wire.Settings{RunSettings: s, LaneSettings: l.Settings}
	if b = l.changed(t, settings, at, w.Since); b != (blamed{}) {
		return b, min(from, l.stretches[at].from)
	}
	then := l.stretches[at].within(settings)
	if then.LR <= t.Find("lr").Default.(float64) && s.Standardise {
		b.row = l.outlier()
	}
	if b.row == nil {
		b.cause = l.hazard(t, then, w, d)
	}
	if w.Kind == wire.TroubleConstant { // which it came to bit by bit
		from = min(from, l.stretches[at].from)
	}
	return b, from
}

// within returns the settings as they were in a stretch.
func (x *stretch) within(s wire.Settings) wire.Settings {
	s.LossSettings, s.OptimizerSettings, s.EquationSettings = x.loss, x.opt, x.equation
	return s
}

// changed returns what of the stretch at that place is another than in the newest one
// before it that went well, and tells anything.
func (l *Lane) changed(t wire.Table, s wire.Settings, at int, since uint64) (b blamed) {
	now := &l.stretches[at]
	is := t.Values(now.within(s))
	for i, before := range slices.Backward(l.stretches[:at]) {
		if before.wrecked || before.good < before.from+proven {
			continue
		}
		was := t.Values(before.within(s))
		for _, name := range suspects(t, is) {
			if reflect.DeepEqual(is[name], was[name]) || name == "lr" && before.opt.LR > now.opt.LR {
				continue
			}
			return blamed{cause: &wire.ProbableCause{Control: name, Value: is[name], Suggested: was[name]}}
		}
		if before.rows != now.rows {
			first := i + 1
			for l.stretches[first].rows != now.rows {
				first++
			}
			if step := l.stretches[first].from; since <= step+shock {
				return blamed{edit: &wire.ProbableEdit{Step: step}}
			}
		}
	}
	return b
}

// suspects returns the names of the controls of loss, optimiser and equation, those that
// matter where controls have these values: the learning rate first, as it is the likeliest,
// unless there is an equation, or another one.
func suspects(t wire.Table, values map[string]any) []string {
	list := []string{"equation", "lr"}
	for i := range t {
		if c := &t[i]; (c.Group == "optimiser" || c.Group == "loss" || c.Group == "equation") && !slices.Contains(list, c.Name) && t.Matters(c, values) {
			list = append(list, c.Name)
		}
	}
	return list
}

// A danger is a control that can wreck a training on the far side of its default.
type danger struct {
	control string
	above   bool // it does harm above the default, else below
}

// dangers are the controls that are blamed at a learning rate that is not too high, the
// likeliest first. Where a variance has collapsed under plain gradient descent, Adam is a
// cure, and neither a smaller rate nor a larger eps is: these take longer.
var dangers = []danger{
	{"standardise", false},
	{"reduction", true},
	{"momentum", true},
	{"beta2", false},
	{"beta1", true},
	{"alpha", false},
	{"initial_variance", true},
	{"optimizer", true},
	{"eps", false},
	{"dropout", true},
	{"batch", false},
}

// size is a value of a control as a number: of a choice the place among its options, of a
// switch 1 for on.
func size(c *wire.Control, v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case int:
		return float64(v)
	case bool:
		if v {
			return 1
		}
	case string:
		return float64(slices.IndexFunc(c.Options, func(o wire.Option) bool { return o.Value == v }))
	}
	return 0
}

// hazard returns what is likeliest to have wrecked a training that never went better with
// other settings than s, and what to set it to instead.
func (l *Lane) hazard(t wire.Table, s wire.Settings, w *wire.Trouble, d *engine.Divergence) *wire.ProbableCause {
	is := t.Values(s)
	blame := func(name string, suggested any) *wire.ProbableCause {
		return &wire.ProbableCause{Control: name, Value: is[name], Suggested: suggested, Restart: !t.Find(name).Live}
	}
	lr := t.Find("lr")
	usual := lr.Default.(float64)
	if d != nil && d.Cause == engine.CauseEquation && s.LR <= usual {
		return blame("equation", "")
	}
	if w.Kind == wire.TroubleConstant {
		if name := l.holds(); name != "" {
			return blame(name, t.Find(name).Default)
		}
	}
	v := l.Watching.Verdict()
	if usual := t.Find("activation").Default; v != nil && v.Born && is["activation"] != usual {
		return blame("activation", usual)
	}
	if s.LR > usual {
		return blame("lr", min(tenth(s.LR), usual))
	}
	for _, h := range dangers {
		c := t.Find(h.control)
		v, usual := size(c, is[h.control]), size(c, c.Default)
		harmful := v != usual && v > usual == h.above
		if h.control == "optimizer" { // what is no relative of Adam
			harmful = !t.Matters(t.Find("beta2"), is)
		}
		if harmful && t.Matters(c, is) {
			return blame(h.control, c.Default)
		}
	}
	if s.Equation != "" {
		return blame("equation", "")
	}
	if s.LR <= lr.Min {
		return nil
	}
	return blame("lr", max(lr.Min, tenth(s.LR)))
}

// holds returns the control that keeps the network from learning anything, if one may: a
// penalty that outweighs the rows, or a gradient that is cut so short that the penalty
// does.
func (l *Lane) holds() string {
	const strong, short = 0.1, 0.1
	o := &l.Settings.OptimizerSettings
	auto := wire.Basis{TrainRows: l.Data.Train.Len(), Equation: l.Settings.Equation != ""}.Decay()
	switch decay := o.Decay.Or(auto); {
	case decay >= strong && decay > auto:
		return "decay"
	case o.Clip > 0 && o.Clip < short:
		return "clip"
	}
	return ""
}

// outlying is how much farther from the median than half of all rows a target is that the
// others can hardly be told apart beside.
const outlying = 1000

// outlier returns the id of the training row with a target that is so far from all others,
// the farthest, or nil.
func (l *Lane) outlier() *uint32 {
	var row *uint32
	farthest := float64(outlying)
	d := l.Data
	targets, n := len(d.Set.Targets), d.Train.Len()
	for k := range targets {
		y := make([]float64, n)
		for i := range y {
			y[i] = d.Train.Y[i*targets+k]
		}
		middle := median(y)
		for i := range y {
			y[i] = math.Abs(d.Train.Y[i*targets+k] - middle)
		}
		half := median(slices.Clone(y))
		for i, off := range y {
			if half > 0 && off/half > farthest {
				id := d.Train.IDs[i]
				farthest, row = off/half, &id
			}
		}
	}
	return row
}

// median returns the middle one of some numbers, the larger of two, and orders them.
func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

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
