package run

import (
	"slices"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// flush sends viewers the points that they were not sent yet.
func (r *Run) flush() {
	first := r.sent
	r.sent = len(r.points)
	points := r.pointsSent(first)
	for v := range r.viewers {
		v.send(points...)
	}
}

// tick shows what has happened since the last one.
func (r *Run) tick() {
	now := r.now()
	r.rate.sample(now, r.lane.ensemble.Steps(), r.training())
	if len(r.viewers) == 0 {
		if r.state == wire.Playing && now.Sub(r.touched) > r.idle {
			r.setState(wire.Idle, "")
		}
		return
	}
	r.flush()
	r.show(now)
}

// show publishes a frame if anything has changed since the last one and that
// one has had its time.
func (r *Run) show(now time.Time) {
	if !r.stale || now.Before(r.shown.Add(frameInterval(len(r.viewers)))) {
		return
	}
	wanted := false
	for v := range r.viewers {
		wanted = wanted || v.wantsFrames
	}
	if !wanted {
		return
	}
	r.stale, r.shown = false, now
	frame, err := r.frame()
	if err != nil {
		r.stop(err.Error())
		return
	}
	for v := range r.viewers {
		if v.wantsFrames {
			v.show(frame)
		}
	}
}

// frameInterval returns the time from one frame to the next: 30 frames a second
// for a few viewers, 10 for a class, 5 for a lecture hall.
func frameInterval(viewers int) time.Duration {
	ticks := 6
	switch {
	case viewers <= 4:
		ticks = 1
	case viewers <= 200:
		ticks = 3
	}
	// The clock that asks is itself not exact: half a tick less, lest a frame
	// that is due be put off by a whole one.
	return time.Duration(2*ticks-1) * time.Second / (2 * ticksPerSecond)
}

func (r *Run) frame() ([]byte, error) {
	o, err := objectiveOf(&r.settings)
	if err != nil {
		return nil, err
	}
	f, err := r.lane.frame(o, r.rate.perSecond)
	if err != nil {
		return nil, err
	}
	f.Epoch, f.Revision = r.epoch, r.revision
	return f.Append(nil), nil
}

func (r *Run) ack() wire.Ack {
	return wire.Ack{Type: "ack", Revision: r.revision, Epoch: r.epoch, Step: r.lane.ensemble.Steps()}
}

// message describes the whole run to a viewer whose history goes on with point
// number next.
func (r *Run) message(next int) wire.RunMessage {
	changes := []wire.Change{} // a list in JSON, not null
	for _, c := range slices.Backward(r.changes) {
		if c.Epoch != r.epoch || len(changes) == wire.MaxChanges {
			break
		}
		changes = append(changes, c)
	}
	slices.Reverse(changes)
	return wire.RunMessage{
		Type: "run", ID: r.id, Epoch: r.epoch, Revision: r.revision, Step: r.lane.ensemble.Steps(),
		State: r.state, Reason: r.reason, Controls: r.table.Values(r.settings), Changes: changes,
		Data: r.lane.data.wire, Points: len(r.points), Next: next,
	}
}

func (r *Run) summary() (wire.Summary, error) {
	o, err := objectiveOf(&r.settings)
	if err != nil {
		return wire.Summary{}, err
	}
	r.lane.scores(o, len(r.lane.target))
	train, test, err := r.lane.reports(o)
	return wire.Summary{
		ID: r.id, Dataset: r.settings.Dataset, Created: r.created.Format(time.RFC3339Nano),
		Epoch: r.epoch, Revision: r.revision, Step: r.lane.ensemble.Steps(),
		State: r.state, Reason: r.reason, Viewers: len(r.viewers),
		Metrics: wire.Metrics{Train: splitMetrics(train), Test: splitMetrics(test)},
	}, err
}
