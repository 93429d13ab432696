package lesson

import (
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A Claim is what a lesson says of a figure of a lane: that from a step on it is within
// bounds, or, where it is told than which lane, that the ratio of the two figures is.
type Claim struct {
	After  int      `json:"after" doc:"Steps after which it is so, and stays so."`
	Lane   string   `json:"lane" doc:"The lane's name."`
	Figure string   `json:"figure" doc:"A scalar of frames, such as test_rmse; or mean, std or epistemic, of the fit at x."`
	X      *float64 `json:"x,omitempty" doc:"Where on the fit, in the input's unit; of mean, std and epistemic alone."`
	Than   string   `json:"than,omitempty" doc:"Another lane: the figure divided by that lane's is what is bounded."`
	Least  *float64 `json:"least,omitempty" doc:"What it is at least; without it there is no such bound."`
	Most   *float64 `json:"most,omitempty" doc:"What it is at most; without it there is no such bound."`
}

// fitFigures are those that a claim may be about besides scalars.
func fitFigures() []string { return []string{"mean", "std", "epistemic"} }

// check says what is wrong with a claim of a lesson.
func (c *Claim) check(l *Lesson) error {
	has := func(name string) bool {
		return slices.ContainsFunc(l.Lanes, func(s wire.LaneSpec) bool { return s.Name == name })
	}
	switch onFit := slices.Contains(fitFigures(), c.Figure); {
	case c.After < 1 || c.After > 1_000_000:
		return fmt.Errorf("after is %d steps; it must be from 1 to 1000000", c.After)
	case !has(c.Lane):
		return fmt.Errorf("lane: no lane is called %.60q", c.Lane)
	case c.Than != "" && (!has(c.Than) || c.Than == c.Lane):
		return fmt.Errorf("than: no other lane is called %.60q", c.Than)
	case !onFit && !slices.Contains(wire.Scalars[:], c.Figure):
		return fmt.Errorf("figure: there is none called %.60q", c.Figure)
	case onFit != (c.X != nil):
		return fmt.Errorf("x: the figures mean, std and epistemic have an x, and no other has one")
	case c.Least == nil && c.Most == nil:
		return fmt.Errorf("least, most: one of them must be given")
	case c.Least != nil && c.Most != nil && *c.Least > *c.Most:
		return fmt.Errorf("least is %g, and most is %g", *c.Least, *c.Most)
	}
	return nil
}

// Holds says whether the claim is true of the lane's figure and of the one of the lane
// than which it is told, and what was compared.
func (c *Claim) Holds(figure, than float64) (value float64, holds bool) {
	value = figure
	if c.Than != "" {
		value /= than
	}
	least, most := math.Inf(-1), math.Inf(1)
	if c.Least != nil {
		least = *c.Least
	}
	if c.Most != nil {
		most = *c.Most
	}
	return value, least <= value && value <= most
}
