//go:build !race

package lesson

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
)

// inLane is a lesson with another value of one control of a lane, or of all lanes.
func inLane(l Lesson, name, control, value string) Lesson {
	l.Lanes = slices.Clone(l.Lanes)
	for i := range l.Lanes {
		if name == "" || l.Lanes[i].Name == name {
			c := map[string]json.RawMessage{}
			maps.Copy(c, l.Lanes[i].Controls)
			c[control] = json.RawMessage(value)
			l.Lanes[i].Controls = c
		}
	}
	return l
}

// tries are what the lessons propose to change, and what comes of it.
func tries() map[string]func(*testing.T, Lesson) {
	return map[string]func(*testing.T, Lesson){
		"hard-regions": func(t *testing.T, l Lesson) {
			o := train(t, acted(l), 8000)
			within(t, "the RMSE with beta 0, by that of the NLL", o.lane("β-NLL").scalar("test_rmse")/o.lane("NLL").scalar("test_rmse"), 0.8, 1.25)
		},
		"variance-collapse": func(t *testing.T, l Lesson) {
			o := train(t, acted(l), 5000)
			within(t, "the coverage with 80 % training points", o.lane("free").scalar("test_coverage"), 0.8, 1)
		},
		"one-noise-or-many": func(t *testing.T, l Lesson) {
			o := train(t, acted(l), 4000)
			within(t, "the advantage where the noise is constant", o.lane("one").scalar("test_nll")-o.lane("many").scalar("test_nll"), -0.1, 0.05)
		},
		"outliers": func(t *testing.T, l Lesson) {
			o := train(t, acted(l), 3000)
			within(t, "how far the means are apart", o.lane("Student’s t").mean(4.7)-o.lane("Gaussian").mean(4.7), -0.1, 0.1)
			within(t, "the ratio of the stds", o.lane("Student’s t").std(3)/o.lane("Gaussian").std(3), 0.75, 1.25)
		},
		"what-nobody-knows": func(t *testing.T, l Lesson) {
			relu := train(t, acted(l), 6000).lane("five networks").epistemic(0)
			within(t, "the epistemic std of relu, by that of silu", relu/train(t, l, 6000).lane("five networks").epistemic(0), 0, 0.5)
		},
		"a-faulty-sensor": func(t *testing.T, l Lesson) {
			nll := train(t, acted(l), 4000).lane("NLL")
			within(t, "the gradient of a row of the bad stretch for beta 1, by another's", nll.pull(5.5, 7.5)/nll.pull(0, 5), 2, 20)
		},
		"active-learning": func(t *testing.T, l Lesson) {
			const steps, rows = 4100, 20
			active := train(t, l, steps).acquired(-1.5, 1.5)
			random := train(t, acted(l), steps).acquired(-1.5, 1.5)
			if active.all != rows || random.all != rows || active.there < rows*7/10 || active.there < random.there+rows/5 {
				t.Errorf("of %d rows %d went into the gap, and %d of %d by chance", active.all, active.there, random.there, random.all)
			}
		},
		"sum-or-mean": func(t *testing.T, l Lesson) {
			first := train(t, l, 1)
			within(t, "the ratio of the first gradients", first.lane("sum").scalar("mean_norm")/first.lane("mean").scalar("mean_norm"), 31, 33)
			adam := train(t, acted(l), 4000)
			within(t, "the ratio of the RMSEs with Adam", adam.lane("sum").scalar("test_rmse")/adam.lane("mean").scalar("test_rmse"), 0.85, 1.15)
		},
		"independent-noise": func(t *testing.T, l Lesson) {
			noisy := train(t, acted(l), 800).lane("A").correlation(true)
			within(t, "the correlation with noise of 60 %", noisy, -0.1, 0.3)
		},
		"raw-targets": func(t *testing.T, l Lesson) {
			o := train(t, acted(l), 1)
			within(t, "the floor with standardised targets", o.lane("eps 1e-3").scalar("floor"), 0.0015, 0.003)
		},
		"the-noise-sets-the-weight": func(t *testing.T, l Lesson) {
			within(t, "the first noise of lane learned", train(t, l, 1).lane("learned").scalar("equation_noise"), 500, 1e5)
			again := train(t, l, 9500, tried{6000, 0, `{"equation_noise": "learned"}`}).lane("too small")
			within(t, "the mu of lane too small, once its noise is learned", again.scalar("parameter_1"), 3.7, 4.3)
		},
		"where-there-are-no-rows": func(t *testing.T, l Lesson) {
			again := train(t, l, 9500, tried{6000, 2, `{"equation": "d2u + mu*du + 400*u"}`}).lane("wrong equation")
			within(t, "how far lane wrong equation is off once it is right", again.off(1.0/3, 1), 0, 0.04)
		},
	}
}
