package past

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// maxRevision is the largest number of a change that a model may bring: many more can
// follow it.
const maxRevision = 1 << 31

// Remember has a generation of one lane begin with the history and the changes of the
// model that it continues from.
func (l *Generation) Remember(t *export.Training) error {
	if len(t.Changes) > 0 {
		if err := json.Unmarshal(t.Changes, &l.Changes); err != nil {
			return wire.Refuse(wire.BadData, "", "the model's changes cannot be read: %.200v", err)
		}
		l.Changes = l.Changes[max(0, len(l.Changes)-wire.MaxChanges):]
		for i, c := range l.Changes {
			l.Changes[i].By = nil
			if c.Revision > maxRevision || c.Step > l.Steps {
				return wire.Refuse(wire.BadData, "", "the model's change %d, at step %d, is not valid", c.Revision, c.Step)
			}
		}
	}
	if t.History == nil {
		return nil
	}
	// Programs that knew of no equations, or of one target alone, wrote fewer columns.
	columns := wire.PointColumns[1:]
	if n := len(t.History.Columns); n < 1+wire.PointAlways || n > len(columns) || !slices.Equal(t.History.Columns, columns[:n]) {
		return wire.Refuse(wire.BadData, "", "the model's history has the columns %.200q, not %q", t.History.Columns, columns)
	}
	ln, now := l.Lanes[0], l.Points // of this moment
	ln.Evaluations, l.Points = lane.EmptyEvaluations(l.Data), nil
	for _, row := range t.History.Rows {
		p := wire.Point{Lane: ln.ID, Step: uint64(row[0])}
		if row[0] < 0 || p.Step >= l.Steps {
			continue // the present one is there already
		}
		for i := range p.Values {
			p.Values[i] = float32(math.NaN())
		}
		for i, v := range row[1:] {
			p.Values[i] = float32(v)
		}
		if p.Target() > len(ln.Evaluations) {
			return wire.Refuse(wire.BadData, "", "the model's history is of target %d, and it has %d", p.Target(), len(ln.Evaluations))
		}
		if err := ln.Evaluations[p.Target()-1].Append(p.Step, p.Values[:]...); err != nil {
			return wire.Refuse(wire.BadData, "", "the model's history: %v", err)
		}
		l.Points = append(l.Points, p)
	}
	for _, p := range now {
		if err := ln.Evaluations[p.Target()-1].Append(p.Step, p.Values[:]...); err != nil {
			return fmt.Errorf("run: %w", err)
		}
	}
	l.Points = append(l.Points, now...)
	return nil
}
