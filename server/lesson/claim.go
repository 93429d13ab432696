package lesson

import (
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A Claim is what a lesson says of a model, in figures: from a step on, a figure is
// within bounds. Compared with another figure, the bounds are those of the ratio (than)
// or of the difference (minus).
type Claim struct {
	After  int      `json:"after,omitempty" doc:"Steps after which the claim holds, and continues to hold; left out in a choice, which is about the step of the pause."`
	Lane   string   `json:"lane" doc:"The lane's name; A in a lesson without lanes."`
	Figure string   `json:"figure" doc:"A scalar of frames, such as test_rmse; mean, std or epistemic of the fit at x; widest or narrowest, the largest and smallest std of the fit; clamped_share, the fraction of training rows below eps; jumps, the sum of all increases of the training loss in the second half of the steps; or correlation, that of the z-scores of the first two targets on the test rows."`
	X      *float64 `json:"x,omitempty" doc:"Where on the fit, in the input's unit; only for mean, std and epistemic."`
	Than   string   `json:"than,omitempty" doc:"The lane to divide by: the claim is about the ratio."`
	Minus  string   `json:"minus,omitempty" doc:"The lane to subtract: the claim is about the difference."`
	Other  string   `json:"other,omitempty" doc:"The figure to compare with, at the same x, if it is not the same figure; than and minus may then name the same lane."`
	Is     string   `json:"is,omitempty" doc:"Which verdict it is; only for verdict and scaled_verdict, in place of bounds." enum:"few,over,under,well"`
	Least  *float64 `json:"least,omitempty" doc:"The lower bound; without it there is none."`
	Most   *float64 `json:"most,omitempty" doc:"The upper bound; without it there is none."`
}

// pointFigures are the figures of a claim that belong to one x of the fit.
func pointFigures() []string { return []string{"mean", "std", "epistemic"} }

// wholeFigures are the figures of a claim that are neither scalars nor of one x.
func wholeFigures() []string {
	return []string{"widest", "narrowest", "clamped_share", "jumps", "correlation"}
}

// figures returns those that a claim is about: one or two.
func (c *Claim) figures() []string {
	if c.Other == "" {
		return []string{c.Figure}
	}
	return []string{c.Figure, c.Other}
}

// compared is the lane that the claim compares its own with, if there is one.
func (c *Claim) compared() string {
	if c.Than != "" {
		return c.Than
	}
	return c.Minus
}

// check says what is wrong with a claim of a lesson.
func (c *Claim) check(l *Lesson) error { return c.checkIn(l, 1, 1_000_000) }

// checkIn does so of a claim that holds from a step on which is within bounds; 0 is left out.
func (c *Claim) checkIn(l *Lesson, least, most int) error {
	has := l.has
	onFit := false
	for i, f := range c.figures() {
		at := slices.Contains(pointFigures(), f)
		if !at && !slices.Contains(wholeFigures(), f) && !slices.Contains(wire.Scalars, f) {
			return fmt.Errorf("%s: no figure is called %.60q", []string{"figure", "other"}[i], f)
		}
		onFit = onFit || at
	}
	than := c.compared()
	verdict := c.Figure == "verdict" || c.Figure == "scaled_verdict"
	switch {
	case c.After != 0 && most == 0:
		return fmt.Errorf("after: a choice is about the step of the pause, as a claim of an action is; leave it out")
	case c.After < least || c.After > most:
		return fmt.Errorf("after is %d steps; it must be from %d to %d", c.After, least, most)
	case !has(c.Lane):
		return fmt.Errorf("lane: no lane is called %.60q", c.Lane)
	case c.Than != "" && c.Minus != "":
		return fmt.Errorf("than, minus: a claim is about a ratio or a difference, not both")
	case c.Other != "" && than == "":
		return fmt.Errorf("other: it needs than or minus, the lane to compare with")
	case than != "" && (!has(than) || than == c.Lane && (c.Other == "" || c.Other == c.Figure)):
		return fmt.Errorf("%s: no other lane is called %.60q", c.relation(), than)
	case onFit != (c.X != nil):
		return fmt.Errorf("x: the figures mean, std and epistemic need an x, and no other figure has one")
	case (c.Is != "") != verdict:
		return fmt.Errorf("is: a verdict needs it, and no other figure has one")
	case c.Is != "" && !slices.ContainsFunc(wire.Verdicts, func(v wire.Verdict) bool { return v.ID == c.Is }):
		return fmt.Errorf("is: no verdict is called %.60q", c.Is)
	case verdict && (than != "" || c.Least != nil || c.Most != nil):
		return fmt.Errorf("is: a verdict is compared with nothing else, and has no bounds")
	case !verdict && c.Least == nil && c.Most == nil:
		return fmt.Errorf("least, most: one of them must be given")
	case c.Least != nil && c.Most != nil && *c.Least > *c.Most:
		return fmt.Errorf("least is %g, and most is %g", *c.Least, *c.Most)
	}
	return nil
}

// relation names the member that compares two figures.
func (c *Claim) relation() string {
	if c.Than != "" {
		return "than"
	}
	return "minus"
}

// Holds says whether the claim is true of a figure of its lane, and of the figure that it
// compares with; it returns the ratio, the difference, or the figure alone.
func (c *Claim) Holds(figure, other float64) (value float64, holds bool) {
	value = figure
	switch {
	case c.Is != "":
		return value, figure == float64(slices.IndexFunc(wire.Verdicts, func(v wire.Verdict) bool { return v.ID == c.Is }))
	case c.Than != "":
		value /= other
	case c.Minus != "":
		value -= other
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
