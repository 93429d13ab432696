package past

import (
	"slices"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Proposal is what a change of controls would make of a generation.
type Proposal struct {
	Lane   *lane.Lane   // whose controls are changed, besides those that all lanes share
	Deltas []wire.Delta // none: nothing would be another

	next   wire.Settings
	starts []lane.Start
}

// Live says whether the change can be made between two steps: else it begins another
// generation.
func (p *Proposal) Live() bool {
	for _, d := range p.Deltas {
		if !d.Control.Live {
			return false
		}
	}
	return true
}

// Propose reads what a command would have the controls be.
func (e *Env) Propose(g *Generation, c *wire.ChangeCommand) (p Proposal, refused *wire.ErrorMessage) {
	if p.Lane, refused = g.Lane(c.Lane); refused != nil {
		return p, refused
	}
	p.next, p.Deltas, refused = e.Table.Apply(wire.Settings{RunSettings: g.Settings, LaneSettings: p.Lane.Settings}, c.Set)
	if refused != nil {
		return p, refused
	}
	otherSet := p.next.Dataset != g.Settings.Dataset
	if otherSet { // what there is in any set, unless the command says more
		if c.Set["slice"] == nil {
			p.next.Slice = 0
		}
		if c.Set["shown_target"] == nil {
			p.next.ShownTarget = 1
		}
		if c.Set["slice_at"] == nil {
			p.next.SliceAt = ""
		}
	}
	p.starts = g.Starts()
	for i := range p.starts {
		s := &p.starts[i]
		if s.ID == p.Lane.ID {
			s.Settings = p.next.LaneSettings
		}
		if otherSet && (s.ID != p.Lane.ID || c.Set["equation"] == nil) {
			s.Settings = lane.WithoutEquation(s.Settings)
		}
	}
	return p, nil
}

// Apply does what was proposed, and returns the generation that then is: the same one where
// the change is live, or one that begins with it. own are the rows that the user gave
// last, and revision is the number of rows that are made. Where it is refused nothing was
// changed.
func (e *Env) Apply(g *Generation, p *Proposal, own *rows.Own, revision uint32) (*Generation, *wire.ErrorMessage) {
	var refused *wire.ErrorMessage
	if p.Live() {
		refused = e.applyLive(g, p, revision)
	} else {
		var err error
		if g, err = e.Again(g, p.next.RunSettings, p.starts, own, false, revision); err != nil {
			refused = wire.AsRefusal(err)
		}
	}
	if refused != nil && refused.Control == "" {
		refused.Control = p.Deltas[0].Control.Name
	}
	return g, refused
}

// applyLive puts settings into force between two steps.
func (e *Env) applyLive(g *Generation, p *Proposal, revision uint32) *wire.ErrorMessage {
	next, old := &p.next, g.Settings
	if err := e.Bounds.Check(g.Data, p.starts); err != nil {
		return wire.AsRefusal(err)
	}
	if refused := rows.CheckShown(&next.RunSettings, g.Data); refused != nil {
		return refused
	}
	g.Settings = next.RunSettings
	if next.AcquireEvery > 0 && (next.AcquireEvery != old.AcquireEvery || next.AcquireBy != old.AcquireBy) {
		if refused := g.CanAcquire(); refused != nil {
			g.Settings = old
			return refused
		}
	}
	if next.Noise != old.Noise || next.Slice != old.Slice || next.SliceAt != old.SliceAt || next.SliceAverage != old.SliceAverage || next.ShownTarget != old.ShownTarget {
		if err := g.SetData(g.Data.Shown(&next.RunSettings).WithRevision(revision)); err != nil {
			g.Settings = old
			return wire.Refuse(wire.BadData, "", "%v", err)
		}
	}
	if err := p.Lane.SetLane(next.LaneSettings); err != nil {
		return wire.AsRefusal(err) // which has been checked
	}
	return nil
}

// Restarted returns the settings of a generation that begins as g stands, but for what is
// set of its lanes, and what that changes.
func (e *Env) Restarted(g *Generation, sets []wire.LaneSet) (s wire.RunSettings, starts []lane.Start, changes []wire.Change, refused *wire.ErrorMessage) {
	s, starts = g.Settings, g.Starts()
	for _, c := range sets {
		ln, refused := g.Lane(c.Lane)
		if refused != nil {
			return s, nil, nil, refused
		}
		start := &starts[slices.Index(g.Lanes, ln)]
		next, deltas, refused := e.Table.Apply(wire.Settings{RunSettings: s, LaneSettings: start.Settings}, c.Set)
		if refused != nil {
			return s, nil, nil, refused
		}
		s, start.Settings = next.RunSettings, next.LaneSettings
		for _, d := range deltas {
			changes = append(changes, d.Change(ln.ID))
		}
	}
	return s, starts, changes, nil
}

// Again makes a generation with the rows of another, edits included unless afresh, that
// begins with other settings. On another data set it has no title any more. own are the
// rows that the user gave last, and revision is the number of rows that are made.
func (e *Env) Again(g *Generation, s wire.RunSettings, starts []lane.Start, own *rows.Own, afresh bool, revision uint32) (next *Generation, err error) {
	old, d := &g.Settings, g.Data
	switch {
	case afresh || s.Dataset != old.Dataset || s.Seed != old.Seed || s.TrainShare != old.TrainShare || s.Pool != old.Pool ||
		s.Dataset == wire.OwnData && d.Own != own:
		next, err = e.Begin(s, own, nil, starts, revision)
	case d.Edits == nil:
		next, err = e.BeginOn(s, d.Shown(&s).WithRevision(revision), starts)
	default:
		// The first rows of a generation fix its scale: those of before the edits did.
		next, err = e.Begin(s, d.Own, d.Edits.List(), starts, revision)
	}
	if err == nil && s.Dataset == old.Dataset {
		next.Entitle(g.Title, g.Lesson)
	}
	return next, err
}
