package run

import (
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/wire"
)

// The scalars of a metric are found by its name among the scores.
func TestEveryMetricIsAScore(t *testing.T) {
	for _, f := range wire.MetricFigures() {
		if f.ID != "gap" && !slices.Contains(metrics.ReportNames(), f.ID) {
			t.Errorf("no score is called %s", f.ID)
		}
	}
}
