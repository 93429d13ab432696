package lane

import (
	"slices"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A change waits for the step that is under way, and a step of the run is one of
// every lane. So what all lanes do in a step is bounded: a step then takes some
// milliseconds on one core, and a change is applied within ten.
const (
	// maxStepWork bounds rows times parameters of a step, over all lanes and
	// members. A core with AVX2 does some ten millions a millisecond.
	MaxStepWork = 64 << 20

	// maxParams bounds the parameters of all lanes and members, of which every
	// change that can be undone keeps a copy.
	maxParams = 600_000
)

// Bounds are what one run may have. What is 0, or more than the table of controls
// allows, is as much as that allows.
type Bounds struct {
	Lanes  int
	Layers int // hidden layers of a network
	Units  int // of a hidden layer

	// Free leaves out the bounds that keep a step short, which matter only to who
	// wants to see changes at once.
	Free bool
}

func least(bound, most int) int {
	if bound <= 0 {
		return most
	}
	return min(bound, most)
}

// Check refuses lanes that are too much for the bounds, or too much together, and those
// that cannot be held to their equation on the rows.
func (b Bounds) Check(d *rows.Data, lanes []Start) error {
	if most := least(b.Lanes, wire.MaxLanes); len(lanes) > most {
		return wire.Refuse(wire.TooMuch, "", "a run has at most %d lanes", most)
	}
	layers, units := least(b.Layers, wire.MaxLayers), least(b.Units, wire.MaxUnits)
	params, work, equation := 0, 0, 0
	for _, l := range lanes {
		if n := len(l.Settings.Hidden); n > layers {
			return wire.Refuse(wire.TooMuch, "hidden", "%s has %d layers, and this server allows %d", wire.ControlName("hidden"), n, layers)
		}
		if n := slices.Max(l.Settings.Hidden); n > units {
			return wire.Refuse(wire.TooMuch, "hidden", "%s has a layer of %d units, and this server allows %d", wire.ControlName("hidden"), n, units)
		}
		n, err := ParamsOf(&l.Settings, d.Shape())
		if err != nil {
			return err
		}
		if err := checkEquation(&l.Settings, d); err != nil {
			return err
		}
		params += n
		work += n * min(l.Settings.Batch, d.Train.Len())
		// A frame looks at the residual on the grid, however few points a step has.
		equation += EquationWork(&l.Settings, n, max(l.Settings.EquationPoints, rows.GridPoints))
	}
	switch {
	case params > maxParams:
		return wire.Refuse(wire.TooMuch, "hidden", "the lanes would have %d parameters together; at most %d are allowed: use fewer or smaller layers, fewer members or fewer lanes", params, maxParams)
	case work+equation > MaxStepWork && equation > work && !b.Free:
		return wire.Refuse(wire.TooMuch, "equation_points", "the equations would make a step too slow (%d, at most %d): use fewer points, a shorter formula, fewer members or fewer lanes", work+equation, MaxStepWork)
	case work+equation > MaxStepWork && !b.Free:
		return wire.Refuse(wire.TooMuch, "batch", "a step would be too slow (%d rows times parameters, at most %d): use smaller batches, smaller networks, fewer members or fewer lanes", work+equation, MaxStepWork)
	}
	return nil
}

// PartWork is what a part of a formula takes with its gradient, in multiplications.
const PartWork = 300

// EquationWork is what the equation of a lane of so many parameters, those of all
// members, takes in so many points: the mean and two derivatives, and the formula.
func EquationWork(s *wire.LaneSettings, params, points int) int {
	if s.Equation == "" {
		return 0
	}
	residual, err := datasets.ParseEquation(s.Equation)
	if err != nil {
		return 0 // it is refused
	}
	return points * (3*params + PartWork*residual.Parts()*s.Members)
}

// ParamsOf counts the parameters of a lane, those of all its members.
func ParamsOf(s *wire.LaneSettings, of rows.Shape) (int, error) {
	n, err := configOf(s, 0, of).Net.Params()
	return n * s.Members, err
}

// LookRows is at how many rows, besides the grid, a lane of so many parameters is
// looked at: as many as are shown, a multiple of them, or fewer.
func LookRows(params, lanes, places int) int {
	n := min(max(rows.MaxWork/(params*lanes)-places, 64), wire.MaxRowsEvaluated)
	if n > wire.MaxRowsShown {
		n -= n % wire.MaxRowsShown
	}
	return n
}
