package chart

import (
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/runtest"
	"github.com/gnllviz/gnllviz/server/wire"
)

// The charts of the report of a data set without a truth, of one with a truth, and of one
// with two inputs: which there are, what their axes are called, what they are made of, and
// in which order it is painted. Each says to whoever cannot see it what is seen in it, and
// no function text of go-echarts slips into the JSON.
func TestChartsOfTheReport(t *testing.T) {
	type axes struct{ x, y, series string }
	shared := map[string]axes{
		"loss":        {"step", "loss (nats per point)", "batch train test"},
		"calibration": {"expected fraction of points", "observed share", "chance diagonal observed"},
		"pit":         {"probability integral transform", "test rows", "pit"},
	}
	for dataset, want := range map[string]map[string]axes{
		"mcycle": {
			"fit": {"time after impact (ms)", "acceleration (g)", "band0 band1 band2 train test mean"},
			"std": {"time after impact (ms)", "standard deviation (g)", "std"},
		},
		"sine": {
			"fit": {"x", "y", "band0 band1 band2 true_low true_high true train test mean"},
			"std": {"x", "standard deviation", "true std"},
		},
		"quakes": {
			"actual": {"actual depth (km)", "predicted depth (km)", "diagonal train test"},
		},
	} {
		t.Run(dataset, func(t *testing.T) {
			text := reportOf(t, runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"`+dataset+`","hidden":[4]}`, 20))
			if strings.Contains(text, "__f__") {
				t.Error("a function stands in the JSON")
			}
			options := optionsOf(t, text)
			for id, a := range shared {
				want[id] = a
			}
			if len(options) != len(want) {
				t.Errorf("%d charts, not %d", len(options), len(want))
			}
			for id, a := range want {
				o := options[id]
				if o == nil {
					t.Errorf("there is no chart %s", id)
					continue
				}
				name := func(axis string) any { return o[axis].([]any)[0].(map[string]any)["name"] }
				if name("xAxis") != a.x || name("yAxis") != a.y {
					t.Errorf("%s is of %v and %v, not of %q and %q", id, name("xAxis"), name("yAxis"), a.x, a.y)
				}
				var series []string
				seen := map[string]bool{}
				for _, one := range o["series"].([]any) {
					s := one.(map[string]any)["id"].(string)
					if seen[s] {
						t.Errorf("%s: the series id %s is used twice", id, s)
					}
					seen[s] = true
					series = append(series, s)
				}
				if got := strings.Join(series, " "); got != a.series {
					t.Errorf("%s has the series %s, not %s", id, got, a.series)
				}
				label, _ := o["aria"].(map[string]any)["label"].(map[string]any)
				if words, _ := label["description"].(string); len(words) < 40 || !strings.HasSuffix(words, ".") {
					t.Errorf("%s says of itself %q", id, words)
				}
				if o["grid"].([]any)[0].(map[string]any)["outerBoundsMode"] != "none" {
					t.Errorf("%s is shifted by ECharts", id)
				}
			}
		})
	}
}
