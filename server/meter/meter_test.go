package meter

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// one is a meter of which every figure has been told something.
func one() *Meter {
	zero := func() int { return 0 }
	m := New(zero, zero, zero, func() Runs { return Runs{States: map[string]int{"training": 1}} })
	m.Trained(run.Stats{Steps: 1, Troubles: []wire.TroubleKind{"not_finite"}, Shown: []time.Duration{1}})
	m.Commanded(nil, "unknown")
	m.Leased("taken")
	m.requests.WithLabelValues("/", "200").Inc()
	return m
}

// told returns what a meter tells, as text.
func told(m *Meter) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

// Names, units and sentences are as Prometheus wants them, by the rules of promtool.
func TestLint(t *testing.T) {
	problems, err := promlint.New(strings.NewReader(told(one()))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
