//go:build !lean

package plot

import (
	"fmt"

	"github.com/gnllviz/gnllviz/server/run/capture"
)

// calibration draws, for the test rows, how many lie in each central interval over
// how many should, and how far a calibrated prediction strays from that by chance.
func calibration(r *capture.Capture) *picture {
	test := r.ShownTest()
	c := test.Curve
	title := fmt.Sprintf("%s: calibration%s after %d steps", heading(r), ofTarget(r), r.Step)
	p := newPicture(title, fmt.Sprintf(
		"Fraction of the %d test points within central intervals, over the probability of the interval. On the diagonal a prediction is calibrated, below it overconfident; the grey band contains 95 %% of calibrated predictions. Verdict: %s.",
		test.Rows, test.Verdict))
	p.width, p.height = 440, 460
	p.plot.X.Label.Text, p.plot.Y.Label.Text = "expected fraction of points", "observed fraction of test points"
	p.within(0, 1, 0, 1)
	diagonal := stroke(quiet, 0.9, 4, 4)
	if test.Rows == 0 {
		p.title += " (no test points)"
		p.plot.Add(curve{[]float64{0, 1}, []float64{0, 1}, diagonal})
		return p
	}
	low, high := c.Band()
	lane := laneColour(r)
	line := stroke(lane, 2)
	p.plot.Add(
		band{c.Expected, low, high, chance},
		curve{[]float64{0, 1}, []float64{0, 1}, diagonal},
		curve{c.Expected, c.Observed, line},
	)
	p.keys = []key{
		{name: "observed (" + test.Verdict.String() + ")", line: line},
		{name: "calibrated", line: diagonal},
		{name: "by chance, 95 %", fill: chance},
	}
	return p
}
