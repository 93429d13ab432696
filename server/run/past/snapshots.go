package past

import (
	"slices"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Snapshots are the steps of which all lanes have one: lanes of many parameters
// keep fewer than others.
func (l *Generation) Snapshots() []uint64 {
	steps := l.Lanes[0].Snapshots.Steps()
	for _, lane := range l.Lanes[1:] {
		steps = slices.DeleteFunc(steps, func(step uint64) bool {
			_, at, ok := lane.Snapshots.At(step)
			return !ok || at != step
		})
	}
	return steps
}

// Snapshot returns what is kept of all lanes, in their order, at the newest moment
// at or before a step that is kept of all of them.
func (l *Generation) Snapshot(step uint64) (states []*lane.Kept, at uint64, refused *wire.ErrorMessage) {
	steps := l.Snapshots()
	i, exact := slices.BinarySearch(steps, step)
	if !exact {
		i--
	}
	if i < 0 {
		return nil, 0, wire.Refuse(wire.BadState, "", "there is no snapshot of step %d or before", step)
	}
	for _, lane := range l.Lanes {
		s, _, _ := lane.Snapshots.At(steps[i])
		states = append(states, s)
	}
	return states, steps[i], nil
}
