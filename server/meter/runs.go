package meter

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What the store may not acknowledge.
const (
	change     = "change"
	checkpoint = "checkpoint"
)

var (
	states = prometheus.NewDesc("gnllviz_runs_by_state", "Runs by what they do: those in memory, and those that rest in the store, which all nodes of a cluster share.", []string{"state"}, nil)
	lag    = prometheus.NewDesc("gnllviz_log_lag_entries", "Changes after the newest checkpoint of the run in memory that has most of them: they are made again after a crash.", nil, nil)
	age    = prometheus.NewDesc("gnllviz_checkpoint_age_seconds", "Age of the newest checkpoint of the run in training that has the oldest: what was trained since is trained again after a crash.", nil, nil)
)

// surveyed collects how the runs are.
type surveyed struct{ survey func() Runs }

// Describe implements [prometheus.Collector].
func (surveyed) Describe(to chan<- *prometheus.Desc) {
	to <- states
	to <- lag
	to <- age
}

// Collect implements [prometheus.Collector].
func (s surveyed) Collect(to chan<- prometheus.Metric) {
	now := s.survey()
	for state, n := range now.States {
		to <- prometheus.MustNewConstMetric(states, prometheus.GaugeValue, float64(n), state)
	}
	to <- prometheus.MustNewConstMetric(lag, prometheus.GaugeValue, float64(now.Lag))
	to <- prometheus.MustNewConstMetric(age, prometheus.GaugeValue, now.Age.Seconds())
}

// Appended counts a change that was given to the store, and how long its acknowledgement
// took; err says that there was none.
func (m *Meter) Appended(took time.Duration, err error) {
	if err != nil {
		m.notSaved.WithLabelValues(change).Inc()
		return
	}
	m.appends.Observe(took.Seconds())
}

// Saved counts a checkpoint that was given to the store, and so many bytes of it that were
// new there.
func (m *Meter) Saved(bytes int, took time.Duration, err error) {
	if err != nil {
		m.notSaved.WithLabelValues(checkpoint).Inc()
		return
	}
	m.savedBytes.Add(float64(bytes))
	m.saves.Observe(took.Seconds())
}

// Leased counts what became of a lease.
func (m *Meter) Leased(what string) { m.leases.WithLabelValues(what).Inc() }

// Renewed counts a renewal of a lease, and how long NATS took to acknowledge it.
func (m *Meter) Renewed(took time.Duration) { m.renewals.Observe(took.Seconds()) }
