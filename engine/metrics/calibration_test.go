package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// sample draws predictions whose standard deviations are the true ones times a
// factor.
func sample(seed uint64, rows int, factor float64) (mean, std, y []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range rows {
		m, s := r.NormFloat64(), math.Exp(r.NormFloat64())
		mean, std, y = append(mean, m), append(std, factor*s), append(y, m+s*r.NormFloat64())
	}
	return mean, std, y
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		rows   int
		factor float64
		want   Verdict
	}{
		{10, 1, TooFewRows},
		{500, 1, WellCalibrated},
		{500, 0.5, Overconfident},
		{500, 2, Underconfident},
		{100, 0.5, Overconfident},
		{100, 3, Underconfident},
	} {
		if got := must(Judge(sample(1, c.rows, c.factor))); got != c.want {
			t.Errorf("%d rows, standard deviations times %g: %s, want %s", c.rows, c.factor, got, c.want)
		}
	}
	// The rule's promise: calibrated predictions are blamed about once in
	// thirty times.
	for _, rows := range []int{20, 100, 1000} {
		blamed := 0
		for seed := range uint64(500) {
			if must(Judge(sample(seed, rows, 1))) != WellCalibrated {
				blamed++
			}
		}
		t.Logf("%d rows: %d of 500 calibrated predictions were blamed", rows, blamed)
		if blamed > 30 {
			t.Errorf("%d rows: %d of 500 calibrated predictions were blamed", rows, blamed)
		}
	}
}

func TestCoverageAndItsError(t *testing.T) {
	const rows = 400
	outside := 0
	for seed := range uint64(200) {
		mean, std, y := sample(seed, rows, 1)
		c := must(Cover(0.9, mean, std, y))
		if math.Abs(c.Observed-0.9) > Z95*c.Error {
			outside++
		}
		sum := 0.0
		for _, s := range std {
			sum += 2 * 1.6448536269514722 * s
		}
		if want := sum / rows; math.Abs(c.Width-want) > 1e-12*want {
			t.Fatalf("mean width %v, want %v", c.Width, want)
		}
	}
	if outside > 20 {
		t.Errorf("%d of 200 coverages lie outside their own 95 %% bounds", outside)
	}
}

func TestPITIsUniformWhenCalibrated(t *testing.T) {
	h := must(NewHistogram(must(PIT(sample(1, 5000, 1))), 10))
	for i, n := range h.Counts {
		if float64(n) < h.Low-30 || float64(n) > h.High+30 {
			t.Errorf("bin %d has %d, expected %g (%g to %g)", i, n, h.Expected, h.Low, h.High)
		}
	}
	// Overconfident predictions pile up at the ends, underconfident ones in the
	// middle.
	over := must(NewHistogram(must(PIT(sample(1, 5000, 0.4))), 10))
	under := must(NewHistogram(must(PIT(sample(1, 5000, 3))), 10))
	if over.Counts[0] < 2*over.Counts[5] || under.Counts[5] < 2*under.Counts[0] {
		t.Errorf("overconfident %v, underconfident %v", over.Counts, under.Counts)
	}
}

func TestStdFactorUndoesAFactor(t *testing.T) {
	mean, std, y := sample(1, 5000, 0.25)
	best := must(StdFactor(mean, std, y))
	if math.Abs(best-4) > 0.15 {
		t.Errorf("%v, want 4", best)
	}
	// No factor nearby has a smaller NLL.
	at := func(factor float64) float64 {
		scaled := make([]float64, len(std))
		for i := range std {
			scaled[i] = factor * std[i]
		}
		return must(Evaluate(mean, scaled, y)).NLL
	}
	if least := at(best); at(0.99*best) <= least || at(1.01*best) <= least {
		t.Error("the factor is not that of the least NLL")
	}
}

func TestIsotonicCalibratesOthers(t *testing.T) {
	fit := must(FitIsotonic(sample(1, 3000, 0.4)))
	pit := must(PIT(sample(2, 3000, 0.4)))
	for _, p := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		below, raw := 0.0, 0.0
		for _, v := range pit {
			if fit.Probability(v) <= p {
				below++
			}
			if v <= p {
				raw++
			}
		}
		if got := below / 3000; math.Abs(got-p) > 0.025 {
			t.Errorf("probability %g: %.3f of the rows have less (%.3f before)", p, got, raw/3000)
		}
	}
	last := 0.0
	for p := 0.0; p <= 1; p += 0.001 {
		q := fit.Probability(p)
		if q < last || q > 1 {
			t.Fatalf("the map falls or leaves 0 to 1 at %g: %g after %g", p, q, last)
		}
		last = q
	}
	if got := (Isotonic{}).Probability(0.3); got != 0.3 {
		t.Errorf("the zero value makes %g of 0.3", got)
	}
}

func TestWhatIsAmissIsSaid(t *testing.T) {
	one := []float64{1}
	for want, f := range map[string]func() error{
		"no rows":     func() error { _, err := Evaluate(nil, nil, nil); return err },
		"2 means":     func() error { _, err := Cover(0.5, []float64{1, 2}, one, one); return err },
		"row 0 is -1": func() error { _, err := PIT(one, []float64{-1}, one); return err },
		"level 1":     func() error { _, err := Cover(1, one, one, one); return err },
		"at 1 levels": func() error { _, err := Calibrate(Intervals, 1, one, one, one); return err },
		`of "other"`:  func() error { _, err := Calibrate("other", 3, one, one, one); return err },
		"0 bins":      func() error { _, err := NewHistogram(one, 0); return err },
		"no factor":   func() error { _, err := StdFactor(one, []float64{0}, one); return err },
		"NaN":         func() error { _, err := FitIsotonic(one, one, []float64{math.NaN()}); return err },
	} {
		if err := f(); err == nil || !wording.Has(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

// A run that has diverged must not pass for a calibrated one.
func TestNaNHasNoVerdict(t *testing.T) {
	mean, std, y := sample(1, 100, 1)
	mean[50] = math.NaN()
	if v, err := Judge(mean, std, y); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("the verdict is %q (%v), want an error with NaN", v, err)
	}
}

// Report, Cover and Calibrate agree on rows that a standard deviation of 0 meets
// exactly: they are within.
func TestSpikesThatAreMetAreCovered(t *testing.T) {
	zero := []float64{0, 0}
	y := []float64{1, 2}
	r, c := must(Evaluate(y, zero, y)), must(Cover(0.95, y, zero, y))
	curve := must(Calibrate(Intervals, 3, y, zero, y))
	if r.Coverage != 1 || c.Observed != 1 || curve.Observed[1] != 1 {
		t.Errorf("coverage %v in the report, %v alone, %v in the curve; want 1", r.Coverage, c.Observed, curve.Observed[1])
	}
}

func TestReportsSurviveJSON(t *testing.T) {
	b, err := json.Marshal(must(Evaluate([]float64{1}, []float64{0}, []float64{2})))
	if err != nil || !json.Valid(b) || !strings.Contains(string(b), `"nll":null`) || !strings.Contains(string(b), `"crps":1`) {
		t.Errorf("%s (%v)", b, err)
	}
}

// Finite numbers and standard deviations above 0 give finite scores wherever the
// normalised residuals can be squared, and nothing ever panics.
func FuzzEvaluate(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 0.0, 1.0, 0.0)
	f.Add(math.NaN(), 0.0, math.Inf(1), 1e300, 1e-300, -1e300)
	f.Fuzz(func(t *testing.T, m1, s1, y1, m2, s2, y2 float64) {
		mean, std, y := []float64{m1, m2}, []float64{s1, s2}, []float64{y1, y2}
		r, err := Evaluate(mean, std, y)
		if err != nil {
			return
		}
		for _, kind := range []CurveKind{Intervals, Quantiles} {
			if _, err := Calibrate(kind, 5, mean, std, y); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = FitIsotonic(mean, std, y)
		_ = must(NewHistogram(must(PIT(mean, std, y)), 7))
		moderate := true
		for i := range y {
			z := (y[i] - mean[i]) / std[i]
			moderate = moderate && math.Abs(z) < 1e100 && std[i] < 1e100 && math.Abs(y[i]) < 1e100 && math.Abs(mean[i]) < 1e100
		}
		if !moderate {
			return
		}
		for _, v := range []float64{r.MAE, r.RMSE, r.MDAE, r.NLL, r.CRPS, r.Check, r.Interval, r.MACE, r.RMSCE, r.MiscalArea, r.Sharpness, r.Coverage} {
			if v-v != 0 {
				t.Fatalf("%v, %v, %v gave %+v", mean, std, y, r)
			}
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	mean, std, y := sample(1, 1000, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Evaluate(mean, std, y); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleEvaluate() {
	mean := []float64{1, 2, 3}
	std := []float64{0.5, 0.5, 1}
	y := []float64{1.2, 1.9, 4.1}
	r, err := Evaluate(mean, std, y)
	if err != nil {
		panic(err)
	}
	fmt.Printf("NLL %.3f, CRPS %.3f, coverage %.0f %%\n", r.NLL, r.CRPS, 100*r.Coverage)
	// Output: NLL 0.692, CRPS 0.315, coverage 100 %
}
