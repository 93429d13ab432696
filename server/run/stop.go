package run

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/server/wire"
)

// An stopCondition is what a run trains up to.
type stopCondition struct {
	wire.UntilCommand
	best  map[uint8]float64 // each lane's least test NLL, by which a plateau is measured
	since uint64            // step at which one of them last fell
}

// plateauFall is by how much a test NLL must fall, in nats per row, to count.
const plateauFall = 0.01

func newStopCondition(c *wire.UntilCommand) *stopCondition {
	return &stopCondition{UntilCommand: *c, best: map[uint8]float64{}}
}

// reachedStep says that the step was reached, or nothing.
func (u *stopCondition) reachedStep(step uint64) string {
	if u.Step != nil && step >= *u.Step {
		return fmt.Sprintf("step %d was reached", *u.Step)
	}
	return ""
}

// reached says which condition the points of one step have met, or nothing.
func (u *stopCondition) reached(points []wire.Point, name func(lane uint8) string) string {
	for _, p := range meanNLL(points) {
		nll := p.nll
		if u.NLL != nil && nll <= *u.NLL {
			return fmt.Sprintf("the test NLL of model %s is at most %g", name(p.lane), *u.NLL)
		}
		best, ok := u.best[p.lane]
		if !ok {
			best = math.Inf(1)
			u.best[p.lane], u.since = best, p.step
		}
		if nll < best-plateauFall {
			u.best[p.lane], u.since = nll, p.step
		}
	}
	// Not before all lanes were looked at: the last of them may have fallen.
	if n := len(points); u.Plateau != nil && n > 0 && points[n-1].Step-u.since >= *u.Plateau {
		return fmt.Sprintf("the test NLL has not fallen by %g in %d steps", plateauFall, points[n-1].Step-u.since)
	}
	return ""
}

// An evaluated is a lane's test NLL at a step, averaged over its targets.
type evaluated struct {
	lane uint8
	step uint64
	nll  float64
}

// meanNLL returns what points come to, of which those of one lane and step stand
// together.
func meanNLL(points []wire.Point) (list []evaluated) {
	targets := 0
	for _, p := range points {
		v, _ := p.Value("test_nll")
		if n := len(list); n == 0 || list[n-1].lane != p.Lane || list[n-1].step != p.Step {
			list = append(list, evaluated{lane: p.Lane, step: p.Step})
			targets = 0
		}
		last := &list[len(list)-1]
		last.nll = (last.nll*float64(targets) + float64(v)) / float64(targets+1)
		targets++
	}
	return list
}
