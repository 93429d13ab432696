package past

import (
	"math"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Replay is what is left to be done over again.
type Replay struct {
	Events  []wire.Event
	Steps   uint64
	Weights string  // what they are to be in the end, or empty
	Budget  float64 // of work, in rows times parameters
}

// EventRows is for how many rows an event of a recipe counts: it may make new
// networks and rows.
const EventRows = 1000

// Work is what a step of every lane costs, in rows times parameters, and event what
// something that is done to them does.
func (l *Generation) Work() (step, event float64) {
	for _, ln := range l.Lanes {
		step += float64(ln.Params)*float64(min(ln.Settings.Batch, l.Data.Train.Len())) +
			float64(lane.EquationWork(&ln.Settings, ln.Params, ln.Settings.EquationPoints))
		event += float64(ln.Params) * EventRows
	}
	return step, event
}

// Afford refuses what would cost more than the budget if all continued as it begins.
func (p *Replay) Afford(l *Generation) *wire.ErrorMessage {
	step, event := l.Work()
	if most := min(p.Budget/event, MaxEvents); float64(len(p.Events)) > most {
		return wire.Refuse(wire.TooMuch, "recipe.events", "recipe.events: with these networks a recipe may have %.0f events here, not %d", most, len(p.Events))
	}
	left := 0.0
	if p.Steps > l.Steps {
		left = float64(p.Steps - l.Steps)
	}
	if most := math.Floor((p.Budget - event*float64(len(p.Events))) / step); left > most {
		return wire.Refuse(wire.TooMuch, "recipe.steps", "recipe.steps: with these networks and events a recipe may make %.0f steps here, not %.0f", most, left)
	}
	return nil
}
