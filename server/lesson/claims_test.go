//go:build !race

// The race detector would see the steps of a lesson, which are those of any run, some
// ten thousand times at a tenth of the speed.

package lesson

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What the lessons' sentences say is so, by a generous margin, soon, and in
// TestLongLessonsAreTrue still after so many steps as they make in twenty seconds.
func TestLessonsAreTrue(t *testing.T) {
	lessonsAreTrue(t, func(soon, _ int) int { return soon })
}

// lessonsAreTrue trains each lesson for one of two numbers of steps and checks what it
// claims.
func lessonsAreTrue(t *testing.T, at func(soon, late int) int) {
	lessons, err := Read(lane.Table(), Files())
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]func(*testing.T, Lesson){
		"what-eps-does": func(t *testing.T, l Lesson) {
			o := train(t, l, at(2400, 6000))
			small, right, large := o.lane("too small"), o.lane("right"), o.lane("too large")
			if a, b := o.leaps(small), o.leaps(right); a < 2*b {
				t.Errorf("the loss of lane too small leaps by %.3g, that of lane right by %.3g", a, b)
			}
			if s, floor := right.std(-3), right.scalar("floor"); s > 0.3*floor || floor > 0.03 {
				t.Errorf("before the clamp the std of lane right is %.3g, its floor %.3g", s, floor)
			}
			if n, of := large.scalar("clamped"), float64(o.data.Train); n < 0.7*of {
				t.Errorf("%g of %g variances of lane too large are clamped", n, of)
			}
			more(t, "test_nll", large, right, 0.5)
		},
		"full-or-not": func(t *testing.T, l Lesson) {
			o := train(t, l, at(400, 1000))
			full, without := o.lane("full"), o.lane("without")
			for _, split := range []string{"train", "test"} {
				if d := full.scalar(split+"_loss") - without.scalar(split+"_loss"); math.Abs(d-0.919) > 0.001 {
					t.Errorf("the %s loss is shifted by %g", split, d)
				}
				if full.scalar(split+"_nll") != without.scalar(split+"_nll") {
					t.Errorf("the %s NLL differs", split)
				}
			}
			for i := range o.x {
				if full.fit.Columns[0][i] != without.fit.Columns[0][i] || full.fit.Columns[1][i] != without.fit.Columns[1][i] {
					t.Fatalf("at x = %g the lanes predict different things", o.x[i])
				}
			}
		},
		"hard-regions": func(t *testing.T, l Lesson) {
			o := train(t, l, 6000)
			plain, beta := o.lane("NLL"), o.lane("β-NLL")
			if a, b := plain.scalar("test_rmse"), beta.scalar("test_rmse"); a < 3*b {
				t.Errorf("the RMSE is %.3g with the NLL and %.3g with beta-NLL", a, b)
			}
			if widest := plain.widest(); widest < 0.2 {
				t.Errorf("the NLL's largest standard deviation is %.3g", widest)
			}
		},
		"variance-collapse": func(t *testing.T, l Lesson) {
			o := train(t, l, at(3000, 5000))
			free, held := o.lane("free"), o.lane("with decay")
			if train, test := free.scalar("train_nll"), free.scalar("test_nll"); test < train+20 {
				t.Errorf("the NLL is %.3g on training and %.3g on test rows", train, test)
			}
			more(t, "test_nll", free, held, 10)
			more(t, "train_nll", held, free, 0.5)
			more(t, "test_coverage", held, free, 0.1)
			if c := held.scalar("test_coverage"); c > 0.9 {
				t.Errorf("with decay the coverage is %.3g, which is enough", c)
			}
			if s := free.narrowest(); s > 1 {
				t.Errorf("the least standard deviation is %.3g g", s)
			}
		},
		"one-noise-or-many": func(t *testing.T, l Lesson) {
			o := train(t, l, at(2000, 4000))
			one, many := o.lane("one"), o.lane("many")
			within(t, "the one std", one.std(6), 17, 27)
			within(t, "the std before the impact", many.std(6), 0.5, 4)
			within(t, "the std after it", many.widest(), 25, 60)
			more(t, "test_nll", one, many, 0.15)
			more(t, "train_nll", one, many, 0.2)
			within(t, "the ratio of the RMSEs", one.scalar("test_rmse")/many.scalar("test_rmse"), 0.85, 1.15)
		},
		"outliers": func(t *testing.T, l Lesson) {
			o := train(t, l, at(1200, 3000))
			gauss, student := o.lane("Gaussian"), o.lane("Student’s t")
			within(t, "the Gaussian mean at 4.7, where the many are at -1", gauss.mean(4.7), -0.85, 0)
			within(t, "Student's mean there", student.mean(4.7), -1.15, -0.88)
			within(t, "the Gaussian std", gauss.std(3), 0.35, 0.9)
			within(t, "Student's scale", student.std(3), 0.05, 0.22)
			more(t, "test_nll", student, gauss, 2)
		},
		"what-nobody-knows": func(t *testing.T, l Lesson) {
			o := train(t, l, at(3000, 4000))
			one, five := o.lane("one network"), o.lane("five networks")
			within(t, "one network's std in the gap", one.std(0), 0.02, 0.2)
			within(t, "what five say there, by the one", five.std(0)/one.std(0), 3, 100)
			within(t, "of which is epistemic", five.epistemic(0)/five.std(0), 0.8, 1)
			within(t, "and on an island", five.epistemic(-2.5)/five.std(-2.5), 0, 0.4)
			within(t, "the difference of the test NLL", one.scalar("test_nll")-five.scalar("test_nll"), -0.15, 0.15)
		},
		"calibration": func(t *testing.T, l Lesson) {
			o := train(t, l, 5500)
			free, held := o.lane("free"), o.lane("with decay")
			if v := wire.Verdicts[int(free.scalar("verdict"))].ID; v != "over" {
				t.Errorf("lane free is %s", v)
			}
			if v := wire.Verdicts[int(held.scalar("verdict"))].ID; v != "well" {
				t.Errorf("lane with decay is %s", v)
			}
			if a, b := math.Abs(free.scalar("test_coverage")-0.95), math.Abs(held.scalar("test_coverage")-0.95); a < b+0.05 {
				t.Errorf("the coverage is off by %.3g without and %.3g with decay", a, b)
			}
			within(t, "the factor", free.scalar("scale_factor"), 1.3, 3)
			within(t, "the factor with decay", held.scalar("scale_factor"), 0.85, 1.15)
			within(t, "the miscalibration that the factor leaves", free.scalar("scaled_miscal_area")/free.scalar("test_miscal_area"), 0, 0.75)
			within(t, "what the factor takes off the NLL", free.scalar("test_nll")-free.scalar("scaled_nll"), 0.2, 10)
		},
		"active-learning": func(t *testing.T, l Lesson) {
			rows := at(10, 20) // one every 200 steps
			last := 200*rows + 100
			early, o := train(t, l, 180), train(t, l, last)
			active := o.acquired(-1.5, 1.5)
			l.Set["acquire_by"] = json.RawMessage(`"random"`)
			random := train(t, l, last).acquired(-1.5, 1.5)
			if active.all != rows || random.all != rows || active.there < rows*7/10 || active.there < random.there+rows/5 {
				t.Errorf("of %d rows %d went into the gap, and %d of %d by chance", active.all, active.there, random.there, random.all)
			}
			was, is := early.lane("A"), o.lane("A")
			if is.epistemic(0) > was.epistemic(0)/2 {
				t.Errorf("the epistemic std in the gap went from %.3g to %.3g", was.epistemic(0), is.epistemic(0))
			}
			// It says so of twenty rows.
			within(t, "how far the mean is from the wave", is.mean(0.8)-math.Sin(1.6), -0.2*float64(at(2, 1)), 0.2*float64(at(2, 1)))
		},
		"a-faulty-sensor": func(t *testing.T, l Lesson) {
			o := train(t, l, at(1200, 3000))
			nll, mse := o.lane("NLL"), o.lane("squared error")
			within(t, "the std at the bad stretch", nll.std(6.5), 6, 12)
			within(t, "the std elsewhere", nll.std(2), 0.3, 0.8)
			truth := 20 + 5*math.Sin(0.8*6.5)
			if a, b := truth-nll.mean(6.5), truth-mse.mean(6.5); a < 0 || a > b-2 {
				t.Errorf("the mean is %.3g °C from the truth with the NLL and %.3g with the squared error", a, b)
			}
			bad := func(l *trained) float64 { return l.pull(5.5, 7.5) / l.pull(0, 5) }
			within(t, "the pull of a row of the bad stretch for the squared error, by another's", bad(mse), 3, 20)
			within(t, "and for the NLL", bad(nll), 0, 0.4)
		},
		"sum-or-mean": func(t *testing.T, l Lesson) {
			o := train(t, l, 1500)
			sum, mean := o.lane("sum"), o.lane("mean")
			if a, b := sum.scalar("train_rmse"), mean.scalar("train_rmse"); a > 0.6*b {
				t.Errorf("the RMSE is %.3g with the sum and %.3g with the mean", a, b)
			}
			within(t, "the sum's mean in the crash", sum.mean(20), -140, -85)
			within(t, "the mean's", mean.mean(20), -60, 10)
			within(t, "the difference of the losses", mean.scalar("train_loss")-sum.scalar("train_loss"), 0.4, 2)
			first := train(t, l, 1)
			within(t, "the ratio of the first gradients", first.lane("sum").scalar("mean_norm")/first.lane("mean").scalar("mean_norm"), 31, 33)
		},
		"independent-noise": func(t *testing.T, l Lesson) {
			steps := at(800, 6000)
			for seed := 1; seed <= 3; seed++ {
				l.Set["seed"], l.Set["noise"] = json.RawMessage(strconv.Itoa(seed)), json.RawMessage("0")
				o := train(t, l, steps)
				lane := o.lane("A")
				for k, target := range o.data.Targets {
					within(t, "the test NLL of the "+target.Name+" above the best", lane.scoreOf(k, "test_nll")-*o.data.ByTarget[k].BestTestNLL, -0.1, 0.1)
					if v := wire.Verdicts[int(lane.scoreOf(k, "verdict"))].ID; v != "well" {
						t.Errorf("with seed %d the %s is %s", seed, target.Name, v)
					}
				}
				test, trained := lane.correlation(true), lane.correlation(false)
				within(t, "the correlation on the test rows", test, 0.7, 0.88)
				within(t, "and on the training rows", trained, 0.75, 0.85)
				within(t, "what it costs", -0.5*math.Log(1-test*test), 0.35, 0.65)
				t.Logf("seed %d, step %d: correlation %.3f, training %.3f, cost %.2f nats", seed, steps, test, trained, -0.5*math.Log(1-test*test))
				l.Set["noise"] = json.RawMessage("60")
				noisy := train(t, l, steps).lane("A").correlation(true)
				within(t, "the correlation with noise of 60 %", noisy, -0.1, 0.3)
				t.Logf("with noise %.3f, cost %.2f", noisy, -0.5*math.Log(1-noisy*noisy))
			}
		},
		"raw-targets": func(t *testing.T, l Lesson) {
			o := train(t, l, at(2000, 5000))
			high, low := o.lane("eps 1e-3"), o.lane("eps 1e-6")
			within(t, "the floor of 1e-3", high.scalar("floor"), 0.0315, 0.0317)
			within(t, "the share of variances that it clamps", high.scalar("clamped")/float64(o.data.Train), 0.99, 1)
			within(t, "the noise that the other lane finds in the middle", low.std(0), 0.003, 0.012)
			within(t, "and at the side", low.std(2.5), 0.009, 0.03)
			more(t, "test_nll", high, low, 0.3)
			l.Set["standardise"] = json.RawMessage("true")
			within(t, "the floor with standardised targets", train(t, l, 1).lane("eps 1e-3").scalar("floor"), 0.0015, 0.003)
		},
		"the-noise-sets-the-weight": func(t *testing.T, l Lesson) {
			for seed := range at(1, 3) {
				l.Set["seed"] = json.RawMessage(strconv.Itoa(seed + 1))
				theNoiseSetsTheWeight(t, l, at(6000, 60_000))
			}
		},
		"where-there-are-no-rows": func(t *testing.T, l Lesson) {
			for seed := range at(1, 3) {
				l.Set["seed"] = json.RawMessage(strconv.Itoa(seed + 1))
				whereThereAreNoRows(t, l, at(3000, 30_000))
			}
		},
	}
	for _, l := range lessons {
		claim := claims[l.Slug]
		if len(l.Claims) > 0 {
			claim = func(t *testing.T, l Lesson) { holds(t, l, at) }
		}
		if claim == nil {
			t.Errorf("nobody has checked what the lesson %s claims", l.Slug)
			continue
		}
		delete(claims, l.Slug)
		t.Run(l.Slug, func(t *testing.T) {
			t.Parallel()
			claim(t, l)
		})
	}
	for slug := range claims {
		t.Errorf("there is no lesson %s", slug)
	}
}

// holds checks the claims that a lesson's own file makes: soon, each when it is to be so
// for the first time, and late, each after many more steps.
func holds(t *testing.T, l Lesson, at func(soon, late int) int) {
	byStep := map[int][]Claim{}
	for _, c := range l.Claims {
		step := at(c.After, max(12_000, 4*c.After))
		byStep[step] = append(byStep[step], c)
	}
	for step, claims := range byStep {
		o := train(t, l, step)
		for _, c := range claims {
			than := math.NaN()
			if c.Than != "" {
				than = o.figure(c.Than, &c)
			}
			if v, ok := c.Holds(o.figure(c.Lane, &c), than); !ok {
				b, _ := json.Marshal(c)
				t.Errorf("after %d steps it is %.4g: %s", step, v, b)
			}
		}
	}
}

// figure is what a claim is about, of a lane.
func (o *outcome) figure(lane string, c *Claim) float64 {
	l := o.lane(lane)
	switch c.Figure {
	case "mean":
		return l.mean(*c.X)
	case "std":
		return l.std(*c.X)
	case "epistemic":
		return l.epistemic(*c.X)
	}
	return l.scalar(c.Figure)
}

// more wants a scalar of one lane to be larger than another's by a margin.
func more(t *testing.T, scalar string, a, b *trained, margin float64) {
	t.Helper()
	if x, y := a.scalar(scalar), b.scalar(scalar); !(x > y+margin) {
		t.Errorf("%s is %.4g in lane %s and %.4g in lane %s", strings.ReplaceAll(scalar, "_", " "), x, a.name, y, b.name)
	}
}

func within(t *testing.T, what string, v, least, most float64) {
	t.Helper()
	if !(least <= v && v <= most) {
		t.Errorf("%s is %.4g, not from %g to %g", what, v, least, most)
	}
}
