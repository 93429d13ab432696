//go:build !race

package lesson

import (
	"math"
	"testing"
)

// spring is the true position of the oscillators.
func spring(x float64) float64 {
	w := math.Sqrt(396)
	return math.Exp(-2*x) * (math.Cos(w*x) + 2/w*math.Sin(w*x))
}

// off is the root of the mean squared distance of the mean from the oscillators' truth
// between two x.
func (l *trained) off(from, to float64) float64 {
	sum, n := 0.0, 0
	for i, x := range l.x {
		if x := float64(x); from <= x && x <= to {
			d := float64(l.fit.Columns[0][i]) - spring(x)
			sum, n = sum+d*d, n+1
		}
	}
	return math.Sqrt(sum / float64(n))
}

// theNoiseSetsTheWeight checks what is claimed of the whole curve.
func theNoiseSetsTheWeight(t *testing.T, _ Lesson, o *outcome) {
	t.Helper()
	within(t, "the curve of lane too large", o.lane("too large").off(0, 1)/math.Sqrt(spread(o)), 0.95, 1.05) // as far from the truth as 0 is
	within(t, "how far the curve of lane learned is off", o.lane("learned").off(0, 1), 0, 0.03)
}

// spread is the mean square of the truth.
func spread(o *outcome) float64 {
	sum, n := 0.0, 0
	for _, x := range o.x {
		if 0 <= x && x <= 1 {
			sum, n = sum+spring(float64(x))*spring(float64(x)), n+1
		}
	}
	return sum / float64(n)
}

// whereThereAreNoRows checks what is claimed of the curves among the rows and after them.
func whereThereAreNoRows(t *testing.T, _ Lesson, o *outcome) {
	t.Helper()
	const end = 1.0 / 3 // of the rows
	rows, equation, wrong := o.lane("points alone"), o.lane("equation"), o.lane("wrong equation")
	for _, l := range o.lanes {
		within(t, "how far lane "+l.name+" is off among its rows", l.off(0, end), 0, 0.12)
	}
	within(t, "how far lane points alone is off after them", rows.off(end, 1), 0.25, 1)
	within(t, "and by its std there", rows.off(end, 1)/rows.std(0.8), 0.6, 20)
	within(t, "how far lane equation is off after them", equation.off(end, 1), 0, 0.04)
	within(t, "its std there by that among the rows", equation.std(0.8)/equation.std(0.2), 0.8, 1.25)
	within(t, "how far lane wrong equation is off after them", wrong.off(end, 1), 0.12, 0.4)
	within(t, "and by its std there", wrong.off(end, 1)/wrong.std(0.8), 1.3, 10)
}
