package metrics

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// A toolboxCase is predictions, and what uncertainty-toolbox 0.1.1 makes of them.
type toolboxCase struct {
	Name         string
	Mean, Std, Y []float64
	Metrics      map[string]json.RawMessage
}

// toolboxCases reads testdata/uncertainty_metrics.json.gz.
func toolboxCases(t *testing.T) []toolboxCase {
	t.Helper()
	f, err := os.Open("testdata/uncertainty_metrics.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []toolboxCase }
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

func TestMetricsAreUncertaintyToolboxs(t *testing.T) {
	const tolerance = 1e-9
	cases := toolboxCases(t)
	if len(cases) != 10 {
		t.Errorf("%d cases, want 10", len(cases))
	}
	near := func(got, want float64) bool { return math.Abs(got-want) <= tolerance*math.Abs(want) }
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			r, err := Evaluate(c.Mean, c.Std, c.Y)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]float64{}
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
			curves := map[string][]float64{}
			for _, kind := range []CurveKind{Intervals, Quantiles} {
				curve, err := Calibrate(kind, 11, c.Mean, c.Std, c.Y)
				if err != nil {
					t.Fatal(err)
				}
				curves[string(kind)+"_expected"], curves[string(kind)+"_observed"] = curve.Expected, curve.Observed
			}
			for name, raw := range c.Metrics {
				if curve, ok := curves[name]; ok {
					var want []float64
					if err := json.Unmarshal(raw, &want); err != nil {
						t.Fatal(err)
					}
					for i, w := range want {
						if len(curve) != len(want) || !near(curve[i], w) && math.Abs(curve[i]-w) > 1e-12 {
							t.Errorf("%s: %v, want %v", name, curve, want)
							break
						}
					}
					continue
				}
				var want float64
				if err := json.Unmarshal(raw, &want); err != nil {
					t.Fatal(err)
				}
				if g, ok := got[name]; !ok || !near(g, want) {
					t.Errorf("%s is %v (%v), want %v", name, g, ok, want)
				}
			}
		})
	}
}
