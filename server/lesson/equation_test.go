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

func theNoiseSetsTheWeight(t *testing.T, l Lesson, steps int) {
	t.Helper()
	o := train(t, l, steps)
	small, right, large, learned := o.lane("too small"), o.lane("right"), o.lane("too large"), o.lane("learned")
	more(t, "equation_rms", small, right, 20)
	more(t, "train_nll", right, small, 0.1)
	more(t, "test_nll", small, right, 0.5)
	more(t, "test_nll", small, learned, 0.5)

	within(t, "the curve of lane too large", large.off(0, 1)/math.Sqrt(spread(o)), 0.95, 1.05) // as far from the truth as 0 is
	within(t, "its std", large.std(0.5), 0.25, 0.6)
	within(t, "its mu", large.scalar("parameter_1"), 0, 2)

	within(t, "the first noise of lane learned", train(t, l, 1).lane("learned").scalar("equation_noise"), 500, 1e5)
	within(t, "its noise now", learned.scalar("equation_noise"), 0, 15)
	within(t, "its mu", learned.scalar("parameter_1"), 3.75, 4.25)
	within(t, "the mu of lane right", right.scalar("parameter_1"), 3.75, 4.25)
	within(t, "how far the curve of lane learned is off", learned.off(0, 1), 0, 0.03)

	again := train(t, l, 9500, tried{6000, small.id, `{"equation_noise": "learned"}`}).lane("too small")
	within(t, "the mu of lane too small, once its noise is learned", again.scalar("parameter_1"), 3.7, 4.3)
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

func whereThereAreNoRows(t *testing.T, l Lesson, steps int) {
	t.Helper()
	const end = 1.0 / 3 // of the rows
	o := train(t, l, steps)
	rows, equation, wrong := o.lane("rows alone"), o.lane("equation"), o.lane("wrong equation")
	for _, l := range o.lanes {
		within(t, "how far lane "+l.name+" is off among its rows", l.off(0, end), 0, 0.12)
	}
	within(t, "how far lane rows alone is off after them", rows.off(end, 1), 0.25, 1)
	within(t, "and by its std there", rows.off(end, 1)/rows.std(0.8), 0.6, 20)

	within(t, "how far lane equation is off after them", equation.off(end, 1), 0, 0.04)
	within(t, "its std there by that among the rows", equation.std(0.8)/equation.std(0.2), 0.8, 1.25)
	within(t, "its mu", equation.scalar("parameter_1"), 3.3, 4.6)

	within(t, "how far lane wrong equation is off after them", wrong.off(end, 1), 0.12, 0.4)
	within(t, "and by its std there", wrong.off(end, 1)/wrong.std(0.8), 1.7, 10)

	again := train(t, l, 9500, tried{6000, wrong.id, `{"equation": "d2u + mu*du + 400*u"}`}).lane("wrong equation")
	within(t, "how far lane wrong equation is off once it is right", again.off(end, 1), 0, 0.04)
}
