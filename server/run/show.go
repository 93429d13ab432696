package run

import (
	"context"
	"time"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here but Summary runs on the goroutine that owns the run.

// flush sends viewers what they were not sent yet: other rows, and points.
func (r *loop) flush() {
	r.flushData()
	first := r.sent
	r.sent = len(r.present.Points)
	if len(r.viewers) > 0 {
		r.broadcast(r.pointsSent(first)...)
	}
}

// flushData tells viewers of other rows.
func (r *loop) flushData() {
	if !r.dataDue {
		return
	}
	r.dataDue, r.dataSent = false, r.now()
	r.tell(wire.DataMessage{Type: "data", Data: r.present.DescribeData(r.env.Table)})
	r.broadcast(r.grid())
}

// dataEvery is the time between two messages of other rows: somebody who drags a
// point makes a new data set with each move.
const dataEvery = 100 * time.Millisecond

// tick shows what has happened since the last one.
func (r *loop) tick() {
	now := r.now()
	r.rate.sample(now, r.present.Steps, r.training())
	r.reportStats()
	r.fit(now)
	r.drop(now)
	if !r.owned() {
		return
	}
	r.keepStill(now)
	if len(r.viewers) == 0 {
		if r.state == wire.Playing && now.Sub(r.touched) > r.options.Idle {
			r.setState(wire.Idle, "nobody is watching")
		}
		return
	}
	r.tellPeople(now)
	r.show(now)
}

// show publishes what has changed since the last frame, if that one has had its
// time. Those who steer see a change at once, however many others watch.
func (r *loop) show(now time.Time) {
	if !r.stale || !r.owned() {
		return
	}
	all := !now.Before(r.shown.Add(frameInterval(len(r.viewers))))
	if !all && (r.changed.IsZero() || now.Before(r.hurried.Add(frameInterval(1)))) {
		return
	}
	if r.dataDue && now.Sub(r.dataSent) < dataEvery {
		return // frames of rows that viewers do not have yet are of no use
	}
	var eyes []*Viewer
	for v := range r.viewers {
		if v.wantsFrames && (all || v.steers) {
			eyes = append(eyes, v)
		}
	}
	r.hurried = now
	if all {
		r.stale, r.shown = false, now
		r.flush()
	}
	if len(eyes) == 0 {
		return
	}
	r.flushData()
	frames, err := r.frames()
	if err != nil {
		r.fail(err)
		return
	}
	m := r.prepared(Message{Binary: true, Data: frames, Made: now, Owned: r.options.Owned})
	outlets := map[Outlet]bool{}
	for _, v := range eyes {
		switch {
		case v.outlet == nil:
			if v.show(m) {
				r.stats.Dropped++
			}
		case !outlets[v.outlet]:
			outlets[v.outlet] = true
			v.outlet.Show(m, !all)
		}
	}
	r.stats.Frames++
	if !r.changed.IsZero() {
		r.stats.Shown = append(r.stats.Shown, now.Sub(r.changed))
		r.changed = time.Time{}
	}
}

// frameInterval returns the time from one frame to the next: 30 frames a second
// for a few viewers, 10 for a class and a lecture hall, 5 for more.
func frameInterval(viewers int) time.Duration {
	ticks := 6
	switch {
	case viewers <= 4:
		ticks = 1
	case viewers <= 500:
		ticks = 3
	}
	// The clock that asks is itself not exact: half a tick less, so that
	// a frame that is due is not delayed by a whole one.
	return time.Duration(2*ticks-1) * time.Second / (2 * ticksPerSecond)
}

// frames returns the picture of every lane as it is now, one after the other.
func (r *loop) frames() ([]byte, error) {
	g := capture.Glimpse{Generation: r.generation, Revision: r.revision, Step: r.present.Steps, PerSecond: r.rate.perSecond, Data: r.present.Data}
	return g.Frames(r.present.Lanes)
}

func (r *loop) ack() wire.Ack {
	return wire.Ack{Type: "ack", Revision: r.revision, Generation: r.generation, Step: r.present.Steps}
}

// message describes the whole run to a viewer whose history continues with point
// number next.
func (r *loop) message(next int) wire.RunMessage {
	changes := r.present.Changes
	// A copy, and a list in JSON even where there is none.
	changes = append([]wire.Change{}, changes[max(0, len(changes)-wire.MaxChanges):]...)
	for i := range changes { // what could be undone when it was done may be so no more
		changes[i].Undo = r.undone.Index(changes[i].Revision) >= 0
	}
	return wire.RunMessage{
		Type: "run", ID: r.id, Title: r.present.Title, Lesson: r.present.Lesson, Generation: r.generation, Revision: r.revision, Step: r.present.Steps,
		State: r.state, Reason: r.reason, Goal: r.aim(), Trouble: r.trouble(), Open: r.open, Redo: len(r.undone.Undone), Controls: r.runValues(), Lanes: r.lanesMessage().Lanes,
		Changes: changes, Data: r.present.DescribeData(r.env.Table), Points: len(r.present.Points), Next: next,
	}
}

// Summary describes the run as it is now.
func (h *Run) Summary(ctx context.Context) (s wire.Summary, err error) {
	err = h.observe(ctx, func(r *loop, _ *capture.Glimpse) error {
		s = wire.Summary{
			ID: r.id, Dataset: r.present.Settings.Dataset, Created: r.created.Format(time.RFC3339Nano),
			Generation: r.generation, Revision: r.revision, Step: r.present.Steps,
			State: r.state, Reason: r.reason, Trouble: r.trouble(), Viewers: len(r.viewers),
		}
		return nil
	}, func(g *capture.Glimpse, lanes []*lane.Lane) error {
		for _, l := range lanes {
			_, of, err := l.Scores(nil, lane.LookRows(l.Params, len(lanes), g.Data.Places()), false)
			if err != nil {
				return err
			}
			train, test, err := lane.Pooled(g.Data, of)
			if err != nil {
				return err
			}
			s.Lanes = append(s.Lanes, wire.LaneSummary{Lane: l.ID, Name: l.Name, Metrics: lane.MetricsOf(train, test)})
		}
		s.Metrics = s.Lanes[0].Metrics
		return nil
	})
	return s, err
}
