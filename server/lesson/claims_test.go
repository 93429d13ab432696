//go:build !race

// The race detector would see the steps of a lesson, which are those of any run, some
// ten thousand times at a tenth of the speed.

package lesson

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What a lesson says is true when it is read: its claims hold after the steps that they
// name. TestLongLessonsAreTrue checks that they continue to hold.
func TestLessonsAreTrue(t *testing.T) {
	lessons, err := Read(lane.Table(), Files())
	if err != nil {
		t.Fatal(err)
	}
	tried := tries()
	for _, l := range lessons {
		if len(l.Claims) == 0 {
			t.Errorf("lesson %s has no claims", l.Slug)
		}
		t.Run(l.Slug, func(t *testing.T) {
			t.Parallel()
			isTrue(t, l, moments(l), true, true)
			if try := tried[l.Slug]; try != nil {
				try(t, l)
			}
		})
		delete(tried, l.Slug)
	}
	for slug := range tried {
		t.Errorf("there is no lesson %s", slug)
	}
}

// A further is what a lesson claims and its file cannot say in figures.
type further struct {
	after int
	holds func(t *testing.T, l Lesson, o *outcome)
}

// moments are the steps at which a lesson's claims are first to hold, in order.
func moments(l Lesson) (steps []int) {
	if l.Pause > 0 {
		steps = append(steps, l.Pause)
	}
	for _, c := range l.Claims {
		steps = append(steps, c.After)
	}
	if f, ok := furthers()[l.Slug]; ok {
		steps = append(steps, f.after)
	}
	slices.Sort(steps)
	return slices.Compact(steps)
}

// isTrue trains a lesson once and checks after each of some steps all that is to hold by
// then. With -v it tells the range of each claim's figure.
// Where the lesson's proposal is to be tried, that is done after the last step. With its own
// seed its claims are also true of the very frame that is seen where it pauses.
func isTrue(t *testing.T, l Lesson, steps []int, isTried, isOwn bool) {
	t.Helper()
	f, more := furthers()[l.Slug]
	values := make([][]float64, len(l.Claims))
	start := time.Now()
	follow(t, l, steps, nil, func(r *run.Run, step int, o *outcome) {
		for i := range l.Claims {
			c := &l.Claims[i]
			if c.After > step {
				continue
			}
			v, ok := o.claimed(c)
			values[i] = append(values[i], v)
			if !ok {
				b, _ := json.Marshal(c)
				t.Errorf("after %d steps it is %.4g: %s", step, v, b)
			}
		}
		if more && f.after <= step {
			f.holds(t, l, o)
		}
		if step == l.Pause {
			o.answers(l, false)
			seen := o.answers(l, true)
			t.Logf("at step %d, where it pauses, %d of %d answers are what is seen", step, seen.so, seen.choices)
			if o.seen = isOwn; isOwn {
				o.holds(l.Claims, "where it pauses, what is seen")
			}
			o.seen = false
		}
		if isTried && step == steps[len(steps)-1] {
			then := l.Action.do(t, r, l, step)
			o.seen, then.seen = true, true
			then.holds(l.Action.Claims, "once it is tried")
			if more, ok := seenThen()[l.Slug]; ok {
				more(t, o, then)
			}
		}
	})
	for i, v := range values {
		b, _ := json.Marshal(l.Claims[i])
		t.Logf("at first %.4g, then from %.4g to %.4g: %s", v[0], slices.Min(v), slices.Max(v), b)
	}
	t.Logf("%d steps took %.1f s", steps[len(steps)-1], time.Since(start).Seconds())
}

// holds checks claims of what is seen now.
func (o *outcome) holds(claims []Claim, when string) {
	o.t.Helper()
	for i := range claims {
		v, ok := o.claimed(&claims[i])
		b, _ := json.Marshal(claims[i])
		if !ok {
			o.t.Errorf("%s is %.4g: %s", when, v, b)
		}
		o.t.Logf("%s is %.4g: %s", when, v, b)
	}
}

// seenThen is what the sentences after a proposal say, and their figures cannot: o is what
// was seen before it.
func seenThen() map[string]func(t *testing.T, o, then *outcome) {
	return map[string]func(t *testing.T, o, then *outcome){
		"active-learning": func(t *testing.T, o, then *outcome) {
			before, after := o.acquired(-1.5, 1.5), then.acquired(-1.5, 1.5)
			if after.all != 20 || after.there >= before.there {
				t.Errorf("of %d rows %d went into the gap by chance, and before %d of %d", after.all, after.there, before.there, before.all)
			}
			within(t, "how many went into the gap by chance", float64(after.there), 7, 13)
		},
		"variance-collapse": func(t *testing.T, o, then *outcome) {
			within(t, "how much the coverage has grown", then.lane("free").scalar("test_coverage")-o.lane("free").scalar("test_coverage"), 0.05, 1)
		},
		"a-faulty-sensor": func(t *testing.T, o, then *outcome) {
			within(t, "the gradient of a row of the bad stretch for beta 1, by another's", then.lane("NLL").pull(5.5, 7.5)/then.lane("NLL").pull(0, 5), 2, 20)
			within(t, "the std of “NLL” elsewhere, by that of before", then.lane("NLL").std(2)/o.lane("NLL").std(2), 1.5, 10)
		},
		"what-nobody-knows": func(t *testing.T, o, then *outcome) {
			within(t, "the std of the five in the gap, by that of before", then.lane("five networks").std(0)/o.lane("five networks").std(0), 0, 0.5)
		},
		"the-noise-sets-the-weight": func(t *testing.T, o, then *outcome) {
			within(t, "how much the test NLL has fallen", o.lane("too small").scalar("test_nll")-then.lane("too small").scalar("test_nll"), 0.5, 100)
		},
		"raw-targets": func(t *testing.T, o, then *outcome) {
			within(t, "how much the NLL has fallen", o.lane("eps 1e-3").scalar("test_nll")-then.lane("eps 1e-3").scalar("test_nll"), 0.3, 10)
		},
	}
}

// claimed is what a claim is about, and whether the claim holds.
func (o *outcome) claimed(c *Claim) (float64, bool) {
	o.t.Helper()
	figures, than := c.figures(), math.NaN()
	if name := c.compared(); name != "" {
		than = o.lane(name).figure(figures[len(figures)-1], c.X)
	}
	return c.Holds(o.lane(c.Lane).figure(c.Figure, c.X), than)
}

// figure is one that a claim may name.
func (l *trained) figure(name string, x *float64) float64 {
	l.t.Helper()
	switch name {
	case "mean":
		return l.mean(*x)
	case "std":
		return l.std(*x)
	case "epistemic":
		return l.epistemic(*x)
	case "widest":
		return float64(slices.Max(l.fit.Columns[1]))
	case "narrowest":
		return float64(slices.Min(l.fit.Columns[1]))
	case "clamped_share":
		return l.scalar("clamped") / float64(l.data.Train)
	case "jumps":
		return l.jumps(l)
	case "correlation":
		return l.correlation(true)
	}
	return l.scalar(name)
}

func furthers() map[string]further {
	return map[string]further{
		"full-or-not": {400, func(t *testing.T, _ Lesson, o *outcome) {
			full, without := o.lane("full"), o.lane("without")
			for _, split := range []string{"train", "test"} {
				if full.scalar(split+"_nll") != without.scalar(split+"_nll") {
					t.Errorf("the %s NLL differs", split)
				}
			}
			for i := range o.x {
				if full.fit.Columns[0][i] != without.fit.Columns[0][i] || full.fit.Columns[1][i] != without.fit.Columns[1][i] {
					t.Fatalf("at x = %g the lanes predict different things", o.x[i])
				}
			}
		}},
		"active-learning": {2100, func(t *testing.T, _ Lesson, o *outcome) {
			rows := o.acquired(-1.5, 1.5)
			if rows.all < 10 || rows.all <= 25 && rows.there <= rows.all/2 {
				t.Errorf("of %d rows %d went into the gap", rows.all, rows.there)
			}
		}},
		"a-faulty-sensor": {1200, func(t *testing.T, _ Lesson, o *outcome) {
			bad := func(l *trained) float64 { return l.pull(5.5, 7.5) / l.pull(0, 5) }
			within(t, "the gradient of a row of the bad stretch for the squared error, by another's", bad(o.lane("squared error")), 3, 20)
			within(t, "and for the NLL", bad(o.lane("NLL")), 0, 0.4)
		}},
		"independent-noise": {800, func(t *testing.T, l Lesson, o *outcome) {
			lane := o.lane("A")
			for k, target := range o.data.Targets {
				within(t, "the test NLL of the "+target.Name+" above the best", lane.scoreOf(k, "test_nll")-*o.data.ByTarget[k].BestTestNLL, -0.1, 0.1)
				if v := wire.Verdicts[int(lane.scoreOf(k, "verdict"))].ID; v != "well" {
					t.Errorf("the %s is %s", target.Name, v)
				}
			}
			test := lane.correlation(true)
			within(t, "the correlation on the test rows", test, 0.7, 0.88)
			within(t, "and on the training rows", lane.correlation(false), 0.75, 0.85)
			within(t, "what it costs", -0.5*math.Log(1-test*test), 0.35, 0.65)
		}},
		"the-noise-sets-the-weight": {6000, theNoiseSetsTheWeight},
		"where-there-are-no-rows":   {3000, whereThereAreNoRows},
	}
}

func within(t *testing.T, what string, v, least, most float64) {
	t.Helper()
	if !(least <= v && v <= most) {
		t.Errorf("%s is %.4g, not from %g to %g", what, v, least, most)
	}
}
