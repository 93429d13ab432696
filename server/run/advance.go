package run

import (
	"github.com/gnllviz/gnllviz/server/wire"
)

// An advance is what one step of a generation came to.
type advance struct {
	diverged *lane              // the first lane that has, or nil; nothing else was done then
	acquired int                // points, as it was time for one
	refused  *wire.ErrorMessage // why that could not be, and is not tried any more
	every    int                // steps after which it was time, until then
}

// advance makes one training step of every lane, with the settings as they stand now, and
// acquires a point if it is time for one: rows that this makes have the number revision.
// Whoever trains, live or not, does it by this.
func (l *life) advance(b Bounds, revision uint32) (a advance, err error) {
	l.steps++
	for _, lane := range l.lanes {
		if err := lane.step(l.steps); err != nil {
			return a, err
		}
	}
	if a.diverged = l.diverged(); a.diverged != nil {
		return a, nil
	}
	if every := uint64(l.settings.AcquireEvery); every == 0 || l.steps%every != 0 {
		return a, nil
	}
	if a.refused = l.canAcquire(); a.refused == nil {
		a.acquired, a.refused = l.acquire(1, b, revision)
	}
	if a.refused != nil {
		a.every, l.settings.AcquireEvery = l.settings.AcquireEvery, 0
	}
	return a, nil
}

// acquire acquires points, at most n, and returns how many.
func (l *life) acquire(n int, b Bounds, revision uint32) (int, *wire.ErrorMessage) {
	e := l.data.acquisition(n, l.settings.AcquireBy, l.acquired, l.lanes[0])
	d, err := l.data.edited(&e)
	if err != nil {
		return 0, wire.AsBadData(err)
	}
	if refused := l.giveRows(d, b, revision); refused != nil {
		return 0, refused
	}
	n = len(e.Add) + len(e.Take)
	l.acquired += uint64(n)
	return n, nil
}

// giveRows has the lanes go on with edited rows, which get the number revision.
func (l *life) giveRows(d *data, b Bounds, revision uint32) *wire.ErrorMessage {
	if err := b.check(d, l.starts()); err != nil {
		return wire.AsRefusal(err)
	}
	if err := l.setData(d.shown(&l.settings).withRevision(revision)); err != nil {
		return wire.AsBadData(err)
	}
	return nil
}

// keep takes the snapshots that are due.
func (l *life) keep() error {
	for _, lane := range l.lanes {
		if err := lane.keep(l.steps); err != nil {
			return err
		}
	}
	return nil
}

// record adds a point of every lane, and of each of its targets, to the history, and
// sets when the next is due: when the number of steps has grown by one part in so many.
func (l *life) record(ladder uint64) error {
	for _, lane := range l.lanes {
		points, err := lane.evaluate(l.steps, l.lookRows(lane))
		if err != nil {
			return err
		}
		l.points = append(l.points, points...)
	}
	l.due = l.steps + max(1, l.steps/ladder)
	return nil
}
