package past

import (
	"time"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// An Advanced is what one step of a generation came to.
type Advanced struct {
	Diverged *lane.Lane         // the first lane that has, or nil; nothing else was done then
	Acquired int                // points, as it was time for one
	Refused  *wire.ErrorMessage // why that could not be, and is not tried any more
	Every    int                // steps after which it was time, until then
	Turned   bool               // the guard of a lane has another verdict
}

// Advance makes one training step of every lane, with the settings as they stand now, and
// acquires a point if it is time for one: rows that this makes have the number revision.
// Whoever trains, live or not, does it by this.
func (l *Generation) Advance(b lane.Bounds, revision uint32) (a Advanced, err error) {
	l.Steps++
	for _, lane := range l.Lanes {
		if err := lane.Step(l.Steps); err != nil {
			return a, err
		}
		a.Turned = a.Turned || lane.Turned
	}
	if a.Diverged = l.Diverged(); a.Diverged != nil {
		return a, nil
	}
	if every := uint64(l.Settings.AcquireEvery); every == 0 || l.Steps%every != 0 {
		return a, nil
	}
	if a.Refused = l.CanAcquire(); a.Refused == nil {
		a.Acquired, a.Refused = l.Acquire(1, b, revision)
	}
	if a.Refused != nil {
		a.Every, l.Settings.AcquireEvery = l.Settings.AcquireEvery, 0
	}
	return a, nil
}

// Acquire acquires points, at most n, and returns how many.
func (l *Generation) Acquire(n int, b lane.Bounds, revision uint32) (int, *wire.ErrorMessage) {
	e := l.Data.Acquisition(n, l.Settings.AcquireBy, l.Acquired, l.Lanes[0])
	d, err := l.Data.Edited(&e)
	if err != nil {
		return 0, wire.AsBadData(err)
	}
	if refused := l.GiveRows(d, b, revision); refused != nil {
		return 0, refused
	}
	n = len(e.Add) + len(e.Take)
	l.Acquired += uint64(n)
	return n, nil
}

// GiveRows continues training of all lanes on edited rows, which get the number revision.
func (l *Generation) GiveRows(d *rows.Data, b lane.Bounds, revision uint32) *wire.ErrorMessage {
	if err := b.Check(d, l.Starts()); err != nil {
		return wire.AsRefusal(err)
	}
	if err := l.SetData(d.Shown(&l.Settings).WithRevision(revision)); err != nil {
		return wire.AsBadData(err)
	}
	return nil
}

// Keep takes the snapshots that are due.
func (l *Generation) Keep() error {
	for _, lane := range l.Lanes {
		if err := lane.Keep(l.Steps); err != nil {
			return err
		}
	}
	return nil
}

// Record adds a point of every lane, and of each of its targets, to the history, and
// sets when the next is due: when the number of steps has grown by one part in so many.
func (l *Generation) Record(ladder uint64) error {
	for _, lane := range l.Lanes {
		points, err := lane.Evaluate(l.Steps, l.lookRows(lane))
		if err != nil {
			return err
		}
		l.Points = append(l.Points, points...)
	}
	l.Due = l.Steps + max(1, l.Steps/ladder)
	return nil
}

// Share is how long a run trains before it makes room for other goroutines, be
// they runs or viewers: what Go takes from a goroutine by itself is ten times as
// long.
const Share = time.Millisecond

// Ladder spaces the points of history: one is due at every step at first, and
// later whenever the number of steps has grown by one part in this many. So a
// curve over all steps always has some five hundred points on its width, and a
// day of training takes a few thousand.
//
// Who does not watch may be content with fewer: scoring all rows takes longer than a
// step of a small network.
const Ladder = 500
