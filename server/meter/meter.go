// Package meter counts what /metrics tells.
package meter

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Meter is what /metrics tells. It may be used from any goroutine.
type Meter struct {
	registry *prometheus.Registry

	viewers       prometheus.Gauge
	steps         prometheus.Counter
	frames        prometheus.Counter
	dropped       prometheus.Counter
	troubles      *prometheus.CounterVec
	frameBytes    prometheus.Counter
	frameAge      prometheus.Histogram
	changeToFrame prometheus.Histogram
	commands      *prometheus.CounterVec
	requests      *prometheus.CounterVec
	appends       prometheus.Histogram
	saves         prometheus.Histogram
	savedBytes    prometheus.Counter
	notSaved      *prometheus.CounterVec
	leases        *prometheus.CounterVec
	renewals      prometheus.Histogram
}

// Runs is how the runs are when somebody asks.
type Runs struct {
	States map[string]int // runs by what they do
	Lag    uint64         // changes after the newest checkpoint of the run that has most of them
	Age    time.Duration  // of the newest checkpoint of the run in training that has the oldest
}

// New counts from nothing. The functions return how many runs and connected viewers
// there are now, how many bytes the runs hold, and how the runs are.
func New(runs, connections, held func() int, survey func() Runs) *Meter {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "gnllviz_" + name, Help: help})
	}
	now := func(name, help string, f func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "gnllviz_" + name, Help: help}, func() float64 { return float64(f()) })
	}
	seconds := func(name, help string) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gnllviz_" + name, Help: help,
			// From what no eye sees to what nobody waits for.
			Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
		})
	}
	m := &Meter{
		registry: prometheus.NewRegistry(),
		viewers:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "gnllviz_viewers", Help: "Viewers that watch a run now."}),
		steps:    counter("steps_total", "Training steps of all runs."),
		frames:   counter("frames_total", "Frames that runs made."),
		dropped:  counter("frames_dropped_total", "Frames that a viewer did not take before the next."),
		troubles: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gnllviz_troubles_total", Help: "Trainings that went wrong, by what went wrong: see the member trouble of a run.",
		}, []string{"kind"}),
		frameBytes:    counter("frame_bytes_total", "Bytes of frames sent to viewers."),
		frameAge:      seconds("frame_age_seconds", "Time from the making of a frame to its writing to a viewer."),
		changeToFrame: seconds("change_to_frame_seconds", "Time from a change to the making of the first frame that shows it."),
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gnllviz_commands_total", Help: "Commands of viewers, by type and by what became of them: done, or why not.",
		}, []string{"type", "outcome"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gnllviz_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
	}
	m.appends = seconds("append_seconds", "Time from a change to its acknowledgement by the store.")
	m.saves = seconds("checkpoint_seconds", "Time that it took to store a checkpoint.")
	m.savedBytes = counter("checkpoint_bytes_total", "Bytes of checkpoints that were new to the store.")
	m.notSaved = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "gnllviz_store_failures_total", Help: "Writes that the store did not acknowledge, by what was to be written: a change, which was then refused, or a checkpoint, which is tried again.",
	}, []string{"what"})
	m.notSaved.WithLabelValues(change)
	m.notSaved.WithLabelValues(checkpoint)
	m.leases = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "gnllviz_lease_changes_total", Help: "Leases of runs, by what became of them: taken, released to anybody, handed over to a node that was named, or lost.",
	}, []string{"change"})
	m.renewals = seconds("bus_seconds", "Time from the renewal of a lease to its acknowledgement by NATS.")
	m.registry.MustRegister(
		surveyed{survey}, m.appends, m.saves, m.savedBytes, m.notSaved, m.leases, m.renewals,

		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		now("runs", "Runs kept now.", runs),
		now("run_bytes", "Bytes that runs hold, about.", held),
		now("connections", "Viewers connected now, those included that have not said hello.", connections),
		m.viewers, m.steps, m.frames, m.dropped, m.troubles, m.frameBytes, m.frameAge, m.changeToFrame, m.commands, m.requests,
	)
	return m
}

// Handler serves the figures.
func (m *Meter) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Trained adds what a run did since it told so last.
func (m *Meter) Trained(s run.Stats) {
	m.steps.Add(float64(s.Steps))
	m.frames.Add(float64(s.Frames))
	m.dropped.Add(float64(s.Dropped))
	for _, kind := range s.Troubles {
		m.troubles.WithLabelValues(string(kind)).Inc()
	}
	for _, d := range s.Shown {
		m.changeToFrame.Observe(d.Seconds())
	}
}

// Viewers counts so many viewers more.
func (m *Meter) Viewers(more int) { m.viewers.Add(float64(more)) }

// Sent counts a message of frames written to a viewer, and how old it was.
func (m *Meter) Sent(bytes int, age time.Duration) {
	m.frameBytes.Add(float64(bytes))
	m.frameAge.Observe(age.Seconds())
}

// Commanded counts a command, which is nil if it could not be read.
func (m *Meter) Commanded(c wire.Command, outcome string) {
	kind := "unreadable"
	if c != nil {
		kind = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", c), "*wire."), "Command"))
	}
	m.commands.WithLabelValues(kind, outcome).Inc()
}

// Requested counts a request. Its route is the server's own pattern: what peers
// make up is no label.
func (m *Meter) Requested(r *http.Request, status int) {
	route := r.Pattern
	if route == "" {
		route = "none"
	}
	if status == 0 {
		status = http.StatusOK // which net/http says where the handler says nothing
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
}
