// Package guard tells a training that is wrecked from one that goes up and down: it looks
// at a lane now and then, and says since when nothing is learned any more. It knows
// neither networks nor runs, only the signs that whoever trains gives it.
//
// A Watch belongs to the goroutine of its lane. What it says depends on the steps and the
// signs alone, so a replay says the same.
package guard

import (
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	// Every is the number of steps between two looks at a training that is well, and
	// Close while there is doubt.
	Every, Close = 128, 16

	// enough is the weight of bad looks, those that are well taken off, from which on a
	// training is wrecked.
	enough = 20

	// relapses is how often the number of good looks that end a verdict doubles, each time
	// that the training has gone wrong again: who goes up and down is not told so each time.
	relapses = 4

	// Within is the number of steps within which a training that is wrecked from one step
	// on, at every look, is said to be so.
	Within = Every + Close*enough

	// late is the number of steps after which a mean that has always been far off the data
	// counts as wrecked, and one that never moved under settings that hold it.
	late, held = 5000, 1000

	idle  = 0.98 // share of a layer's units that are idle, from which on it is stuck
	even  = 0.1  // spread of the means below which they are nearly the same everywhere
	level = 1e-3 // and below which they are the same
	far   = 5    // root mean square of the mean's error, in standard deviations of the target
	awful = 30   // margins from which on a look counts twice
)

// Signs are what a look sees of one network of a lane, on some training rows.
type Signs struct {
	Score float64 // the loss by which it is judged, averaged over the rows
	RMS   float64 // root mean square of the mean's error, in standard deviations of the target; of several targets the largest
	Idle  float64 // of the hidden layer that is most idle: share of its units and rows at which the activation is flat

	Spread float64 // of the means over the rows, from their middle to the farthest, in standard deviations of the target; of several targets the largest

	Floor, Ceiling bool // every variance is at the floor, or at the most that the head allows

	Held bool // the settings can keep the network from learning anything
}

// A Scale is what scores are measured by.
type Scale struct {
	Constant float64 // score of the best constant: the mean and the variance of the target
	Margin   float64 // by how much a constant that is two standard deviations off, and knows it, is worse
}

// A Verdict says what is wrong with a training.
type Verdict struct {
	Kind    wire.TroubleKind
	Member  int     // of an ensemble, counted from 0
	Ceiling bool    // of variances: they are at the most that the head allows, not at the floor
	Born    bool    // of units: they were idle at the first look
	Since   uint64  // step of the first bad look
	Score   float64 // when it was found
	Best    float64 // score before
}

// A Watch is what is known of a lane's training. Its zero value is ready.
type Watch struct {
	measured bool
	begun    uint64    // step of the look that the others are measured by
	first    []measure // of each network, what it then showed
	best     []measure // and the best since
	weight   int
	ended    int    // verdicts that ended by themselves, up to relapses
	since    uint64 // step of the first bad look
	well     uint64 // step of the last good look before it
	verdict  *Verdict
	closely  uint64 // step up to which it looks as in doubt
	spoiled  []span
}

// A measure is the best that one network has shown.
type measure struct {
	score, rms float64
	idle       bool
}

// A span is a stretch of steps whose weights are not to go back to.
type span struct{ from, to uint64 }

// Fresh says whether the next look is to be made before the next step: it is what others
// are measured by.
func (w *Watch) Fresh() bool { return !w.measured }

// Measure has the next look measure the others: the loss, or the rows, are others.
func (w *Watch) Measure() { w.measured = false }

// Due says whether a look is due after a step.
func (w *Watch) Due(step uint64) bool {
	if w.weight > 0 || step <= w.closely {
		return step%Close == 0
	}
	return step%Every == 0
}

// Closely has looks follow one another as in doubt for a while from a step on: something
// was changed.
func (w *Watch) Closely(step uint64) { w.closely = step + Every }

// Doubt says whether the last looks were bad.
func (w *Watch) Doubt() bool { return w.weight > 0 }

// Well returns the step of the last look at which nothing was wrong.
func (w *Watch) Well() uint64 { return w.well }

// Verdict says what is wrong, or returns nil.
func (w *Watch) Verdict() *Verdict { return w.verdict }

// See takes what a look has seen of each network after a step, and says whether the
// verdict is another.
func (w *Watch) See(step uint64, s Scale, of []Signs) (changed bool) {
	if !w.measured || len(w.best) != len(of) {
		w.measure(step, s, of)
	}
	var worst Verdict
	weight := -1
	for i := range of {
		if bad, kind := w.bad(i, step, s, &of[i]); bad > weight {
			weight = bad
			worst = Verdict{
				Kind: kind, Member: i, Score: of[i].Score, Best: w.best[i].score,
				Ceiling: of[i].Ceiling, Born: kind == wire.TroubleUnits && w.first[i].idle,
			}
		}
		b := &w.best[i]
		b.score, b.rms = least(b.score, of[i].Score), least(b.rms, of[i].RMS)
	}
	switch {
	case weight < 0 && w.weight > 0:
		w.weight--
	case weight > 0:
		if w.weight == 0 {
			w.since = step
		}
		w.weight = min(w.weight+weight, w.full())
	}
	if w.weight == 0 {
		w.well = step
	}
	switch was := w.verdict != nil; {
	case was && w.weight == 0:
		w.spoil(step)
		w.verdict, w.ended = nil, min(w.ended+1, relapses)
		return true
	case !was && w.weight == enough:
		worst.Since = w.since
		w.verdict = &worst
		w.weight = w.full()
		return true
	}
	return false
}

// full is the most that bad looks weigh together: how many good ones it takes to forget them.
func (w *Watch) full() int {
	if w.verdict == nil {
		return enough
	}
	return enough << w.ended
}

// measure makes what is seen the measure of what follows. Of a training that is wrecked
// already a constant is.
func (w *Watch) measure(step uint64, s Scale, of []Signs) {
	w.measured, w.begun = true, step
	w.best = make([]measure, len(of))
	for i := range of {
		m := measure{of[i].Score, of[i].RMS, of[i].Idle >= idle}
		if w.weight > 0 {
			m.score, m.rms = least(m.score, s.Constant), least(m.rms, 1)
		}
		w.best[i] = m
	}
	w.first = slices.Clone(w.best)
}

// bad returns the weight of a look at one network, -1 where it is well, and why.
func (w *Watch) bad(member int, step uint64, s Scale, now *Signs) (int, wire.TroubleKind) {
	best, since := w.best[member], step-w.begun
	limit := s.Constant + s.Margin
	if over := best.score - s.Constant; over > 0 {
		limit += 3 * over
	}
	high := !(now.Score <= limit)
	leeway := max(1, best.rms)
	if since >= late {
		leeway = 1
	}
	off := !(now.RMS <= far*leeway)
	stuck := now.Idle >= idle && (now.Score >= s.Constant-0.1*s.Margin || now.Score >= best.score+s.Margin)
	learned := best.score < s.Constant-0.1*s.Margin
	flat := (learned && now.Spread < even || now.Held && now.Spread < level && since >= held) && now.Score >= s.Constant-0.02*s.Margin
	weight := -1
	switch {
	case !high && !off && !stuck && !flat:
		return -1, ""
	case !(now.Score <= limit+awful*s.Margin):
		weight = 2
	default:
		weight = 1
	}
	switch {
	case stuck:
		return weight, wire.TroubleUnits
	case flat && !high && !off:
		return weight, wire.TroubleConstant
	case now.Floor || now.Ceiling:
		return weight, wire.TroubleVariance
	case off:
		return weight, wire.TroubleMean
	}
	return weight, wire.TroubleLoss
}

// spoil notes that what was trained since the first bad look is not to go back to.
func (w *Watch) spoil(step uint64) {
	if w.weight == 0 && w.verdict == nil {
		return
	}
	w.spoiled = append(slices.Clip(w.spoiled), span{w.since, step})
}

// Spoiled says whether the weights of a step were wrecked.
func (w *Watch) Spoiled(step uint64) bool {
	return slices.ContainsFunc(w.spoiled, func(s span) bool { return s.from <= step && step <= s.to })
}

// Return tells the watch that training continues at a step with the weights of the earlier
// step to, which are given as much time as those that training began with. If what was
// trained between them went wrong, as it is known to have where it diverged, none of it is
// offered again.
func (w *Watch) Return(to, step uint64, diverged bool) {
	from := to + 1
	if w.weight > 0 || w.verdict != nil {
		from, diverged = min(from, w.since), true
	}
	if diverged {
		w.spoiled = append(slices.Clip(w.spoiled), span{from, step})
	}
	w.weight, w.ended, w.verdict, w.well = 0, 0, nil, step
	w.begun, w.best = step, slices.Clone(w.first)
}

// Clone returns a watch that goes its own way.
func (w *Watch) Clone() Watch {
	c := *w
	c.first, c.best = slices.Clone(w.first), slices.Clone(w.best)
	return c
}

// Back returns the watch of an earlier moment, which goes on at a step with what w knows
// of the steps between.
func (w *Watch) Back(to Watch, step uint64) Watch {
	w.spoil(step)
	c := to.Clone()
	c.spoiled = w.spoiled
	return c
}

// least returns the smaller of two numbers, the other where one is none.
func least(a, b float64) float64 {
	switch {
	case math.IsNaN(a):
		return b
	case math.IsNaN(b):
		return a
	}
	return min(a, b)
}
