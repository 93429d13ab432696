package metrics

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestEvaluateByHand(t *testing.T) {
	r, err := Evaluate([]float64{0, 1, 10}, []float64{1, 2, 1}, []float64{0, 4, 7})
	if err != nil {
		t.Fatal(err)
	}
	nll := 0.0
	for _, c := range []struct{ mean, std, y float64 }{{0, 1, 0}, {1, 2, 4}, {10, 1, 7}} {
		nll -= distuv.Normal{Mu: c.mean, Sigma: c.std}.LogProb(c.y)
	}
	for name, c := range map[string]struct{ got, want float64 }{
		"mae":       {r.MAE, 2},
		"rmse":      {r.RMSE, math.Sqrt(6)},
		"nll":       {r.NLL, nll / 3},
		"coverage":  {r.Coverage, 2. / 3},
		"sharpness": {r.Sharpness, math.Sqrt(2)},
	} {
		if math.Abs(c.got-c.want) > 1e-14 {
			t.Errorf("%s is %v, want %v", name, c.got, c.want)
		}
	}
}

// The closed form of the CRPS against its definition, the integral of
// (F(t) - 1{t >= y})².
func TestCRPSIsTheIntegral(t *testing.T) {
	for _, c := range []struct{ mean, std, y float64 }{{0, 1, 0}, {0, 1, 1.7}, {3, 0.2, 2.5}, {-4, 5, 6}} {
		r, err := Evaluate([]float64{c.mean}, []float64{c.std}, []float64{c.y})
		if err != nil {
			t.Fatal(err)
		}
		n := distuv.Normal{Mu: c.mean, Sigma: c.std}
		low := quad.Fixed(func(t float64) float64 { return n.CDF(t) * n.CDF(t) }, c.mean-12*c.std, c.y, 400, nil, 0)
		high := quad.Fixed(func(t float64) float64 { s := n.Survival(t); return s * s }, c.y, c.mean+12*c.std, 400, nil, 0)
		if want := low + high; math.Abs(r.CRPS-want) > 1e-9 {
			t.Errorf("%+v: CRPS %v, the integral says %v", c, r.CRPS, want)
		}
	}
}

func TestBadPredictionsAreRefused(t *testing.T) {
	for want, c := range map[string][3][]float64{
		"no rows":      {},
		"2 means":      {{1, 2}, {1}, {1}},
		"row 0 is -1,": {{1}, {-1}, {1}},
	} {
		if _, err := Evaluate(c[0], c[1], c[2]); err == nil || !wording.Has(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestNaNShows(t *testing.T) {
	r, err := Evaluate([]float64{math.NaN(), 1}, []float64{1, 1}, []float64{1, 1})
	if err != nil || !math.IsNaN(r.NLL) || !math.IsNaN(r.RMSE) || !math.IsNaN(r.Coverage) {
		t.Errorf("got %+v (%v), want NaN", r, err)
	}
	// A variance that has underflowed: the density is a spike beside y.
	r, err = Evaluate([]float64{0}, []float64{0}, []float64{1})
	if err != nil || !math.IsInf(r.NLL, 1) && !math.IsNaN(r.NLL) || r.MAE != 1 || r.Coverage != 0 {
		t.Errorf("got %+v (%v) for a standard deviation of 0", r, err)
	}
}

// The interval scores of single intervals are those of the formula in NumPy, on the
// predictions that uncertainty-toolbox has scored; testdata/interval_numpy.py made them.
func TestIntervalScoresAreNumPys(t *testing.T) {
	b, err := os.ReadFile("testdata/interval_numpy.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]map[string]float64
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	cases := toolboxCases(t)
	for _, c := range cases {
		r, err := Evaluate(c.Mean, c.Std, c.Y)
		if err != nil {
			t.Fatal(err)
		}
		got := r.Values()
		if len(want[c.Name]) != 4 {
			t.Errorf("%s: %d scores", c.Name, len(want[c.Name]))
		}
		for name, w := range want[c.Name] {
			if g, ok := got[name]; !ok || math.Abs(g-w) > 1e-12*w {
				t.Errorf("%s: %s is %v, not %v", c.Name, name, g, w)
			}
		}
	}
	if len(cases) != 10 {
		t.Errorf("%d cases", len(cases))
	}
}

// A row that no interval holds, of no width, costs 2/(1-level) times its distance, and
// what is not a number stays none.
func TestIntervalScoresAtTheEdges(t *testing.T) {
	r, err := Evaluate([]float64{1}, []float64{0}, []float64{4})
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range []float64{r.Interval50, r.Interval68, r.Interval90, r.Interval95} {
		if want := 3 * []float64{4, 6.25, 20, 40}[i]; math.Abs(got-want) > 1e-12*want {
			t.Errorf("interval score %d is %v, not %v", i, got, want)
		}
	}
	if r, err = Evaluate([]float64{1, math.NaN()}, []float64{1, 1}, []float64{1, 1}); err != nil || !math.IsNaN(r.Interval95) {
		t.Errorf("%v, %v", r.Interval95, err)
	}
}
