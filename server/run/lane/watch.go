package lane

import (
	"math"
	"reflect"
	"slices"

	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/run/guard"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// twoStds is how far a constant is off that is so bad that a training that is worse has
// gone wrong, in standard deviations of the target.
const twoStds = 2

// watchRows is at how many training rows the guard looks: few, as it must cost nothing.
const watchRows = 64

// maxStretches is how many settings are remembered, the newest.
const maxStretches = 16

// proven is how many steps settings must have gone well to be gone back to.
const proven = Close

// Close is the number of steps between two looks in doubt.
const Close = guard.Close

// A Watching is what the guard knows of a lane, and the settings under which it went well.
type Watching struct {
	guard.Watch
	stretches []stretch // oldest first; the last one holds
}

// A stretch is the steps under one setting of loss, optimiser and equation, on the same rows.
type stretch struct {
	from     uint64 // step before the first
	good     uint64 // last one at which all was well, from..; 0: none
	wrecked  bool   // training went wrong in it
	loss     wire.LossSettings
	opt      wire.OptimizerSettings
	equation wire.EquationSettings
	rows     trained
}

// A trained tells the rows that are trained on from those before and after: undo, which
// leaves edits, leaves what is known since as well.
type trained struct {
	edits int
	noise float64
}

func trainedOf(d *rows.Data) trained { return trained{d.Edits.Len(), d.Noise} }

// sameEquation says whether two equations and what they are weighed by are the same.
func equallyHeld(a, b *wire.EquationSettings) bool {
	return a.Equation == b.Equation && (a.Equation == "" || reflect.DeepEqual(a, b))
}

// alike says whether two stretches have the same settings.
func (x *stretch) alike(o *stretch) bool {
	return x.loss == o.loss && x.opt == o.opt && equallyHeld(&x.equation, &o.equation)
}

// stretch returns one that begins after so many steps.
func (l *Lane) stretch(from uint64) stretch {
	s := &l.Settings
	return stretch{from: from, loss: s.LossSettings, opt: s.OptimizerSettings, equation: s.EquationSettings, rows: trainedOf(l.Data)}
}

// Clone returns a copy that goes its own way.
func (w *Watching) Clone() Watching {
	return Watching{w.Watch.Clone(), append([]stretch(nil), w.stretches...)}
}

// Back returns what was known at an earlier moment, going on at a step.
func (w *Watching) Back(to *Watching, step uint64) Watching {
	c := to.Clone()
	c.Watch = w.Watch.Back(to.Watch, step)
	return c
}

// settle notes the settings that hold for the step after so many. Where they are others,
// or the rows are, the lane is looked at once more: up to here those before went well, or
// did not. It says whether that has changed the guard's verdict.
func (l *Lane) settle(steps uint64) (turned bool) {
	w, now := &l.Watching, l.stretch(steps)
	n := len(w.stretches)
	if n > 0 {
		last := &w.stretches[n-1]
		alike := last.alike(&now)
		if alike && last.rows == now.rows {
			return w.Fresh() && l.watch(steps)
		}
		if last.loss != now.loss {
			w.Measure()
		}
		if w.Well() != steps { // which is known, or what it came to was left
			turned = l.watch(steps)
		}
		if !alike {
			w.Closely(steps)
		}
		if steps < last.from+proven { // a slider on its way
			now.from = last.from
			*last = now
			return turned
		}
	} else {
		w.Closely(steps)
	}
	if n == maxStretches {
		w.forget()
	}
	w.stretches = append(w.stretches, now)
	return w.Fresh() && l.watch(steps) || turned
}

// forget makes room for another stretch: of those that differ from the next one in their
// rows alone the oldest goes, or else the oldest of all.
func (w *Watching) forget() {
	i := 0
	for j := range len(w.stretches) - 1 {
		if w.stretches[j].alike(&w.stretches[j+1]) {
			i = j
			break
		}
	}
	w.stretches = slices.Delete(slices.Clone(w.stretches), i, i+1)
}

// wentWell notes that the settings have gone well up to a step.
func (w *Watching) wentWell(step uint64) {
	if n := len(w.stretches); n > 0 {
		w.stretches[n-1].good = step
	}
}

// wentWrong notes that training has gone wrong under the present settings.
func (w *Watching) wentWrong() {
	if n := len(w.stretches); n > 0 {
		w.stretches[n-1].wrecked = true
	}
}

// sample is what the guard looks at: some training rows, standardised.
type sample struct {
	of       *rows.Data
	x, y     []float32
	spread   []float64 // standard deviation of each target
	constant []float32 // mean of each target
	mean     []float32
	variance []float32
}

// sampleOf copies the rows again if they have changed.
func (l *Lane) sampleOf() *sample {
	s := &l.sample
	if s.of == l.Data {
		return s
	}
	d := l.Data
	inputs, targets := len(d.Set.Inputs), len(d.Set.Targets)
	var x, y []float64
	for _, i := range rows.Spread(d.Train.Len(), watchRows) {
		x = append(x, d.Train.X[i*inputs:(i+1)*inputs]...)
		y = append(y, d.Train.Y[i*targets:(i+1)*targets]...)
	}
	*s = sample{of: d, x: l.Ensemble.Inputs(x), y: l.Ensemble.Targets(y)}
	s.mean, s.variance = make([]float32, len(s.y)), make([]float32, len(s.y))
	n := float64(len(s.y) / targets)
	for k := range targets {
		sum, squares := 0.0, 0.0
		for i := k; i < len(s.y); i += targets {
			sum += float64(s.y[i])
		}
		sum /= n
		for i := k; i < len(s.y); i += targets {
			squares += (float64(s.y[i]) - sum) * (float64(s.y[i]) - sum)
		}
		std := math.Sqrt(squares / n)
		if !(std > 0) {
			std = 1
		}
		s.constant, s.spread = append(s.constant, float32(sum)), append(s.spread, std)
	}
	return s
}

// weighted is the loss that weighs rows by their variance: its value says nothing.
const weighted = "beta_nll"

// judged is the loss by which a training is judged: what is trained, or the likelihood
// itself where the value of what is trained says nothing.
func (o *Objective) judged(k loss.Kind) loss.Loss {
	if k.String() == weighted {
		return o.Gaussian
	}
	return o.mean
}

// watch looks at the lane after a step, and says whether the guard's verdict is another.
func (l *Lane) watch(step uint64) bool {
	o := ObjectiveOf(&l.Settings)
	judged := o.judged(l.Settings.Loss)
	s, targets := l.sampleOf(), len(l.Data.Set.Targets)
	score := func() float64 { return judged.Gradients(nil, nil, s.mean, s.y, s.variance) }

	constant := func(off float64) float64 {
		for i := range s.mean {
			k := i % targets
			s.mean[i] = s.constant[k] + float32(off*s.spread[k])
			s.variance[i] = float32(max((1+off*off)*s.spread[k]*s.spread[k], o.Gaussian.Eps))
		}
		return score()
	}
	scale := guard.Scale{Constant: constant(0)}
	scale.Margin = max(constant(twoStds)-scale.Constant, 1e-6)

	var signs []guard.Signs
	floor := float32(o.Gaussian.Eps)
	held := l.holds() != ""
	for _, t := range l.Ensemble.Members() {
		g := guard.Signs{Idle: t.Vitals(s.mean, s.variance, s.x), Floor: true, Ceiling: true, Held: held}
		var square float64
		squares := make([]float64, targets)
		for i, v := range s.variance {
			g.Floor = g.Floor && v <= floor
			g.Ceiling = g.Ceiling && v > 1e8
			d := float64(s.mean[i]) - float64(s.y[i])
			squares[i%targets] += d * d
		}
		for k, v := range squares {
			sum := 0.0
			for i := k; i < len(s.mean); i += targets {
				sum += float64(s.mean[i])
			}
			sum /= float64(len(s.y) / targets)
			for i := k; i < len(s.mean); i += targets {
				g.Spread = max(g.Spread, math.Abs(float64(s.mean[i])-sum)/s.spread[k])
			}
			square = max(square, math.Sqrt(v/float64(len(s.y)/targets))/s.spread[k])
			if math.IsNaN(v) {
				square = math.Inf(1)
			}
		}
		g.RMS, g.Score = square, score()
		signs = append(signs, g)
	}
	changed := l.Watching.See(step, scale, signs)
	if l.Watching.Verdict() != nil {
		l.Watching.wentWrong()
	}
	if !l.Watching.Doubt() {
		l.Watching.wentWell(step)
	}
	return changed
}
