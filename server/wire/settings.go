package wire

import (
	"fmt"
	"math"
	"strconv"

	"github.com/gnllviz/gnllviz/loss"
)

// What a choice names is parsed once, where it enters ([Table.Apply]), into the type of
// whoever will obey it. So nothing that follows can meet a name that is misspelt, or has
// to say what it would do with one. That is why this package, which else holds values
// alone, imports the two that have these types; parsers that somebody hands to the table
// would leave the settings untyped, and enumerations of our own would list every loss
// twice.

// Settings hold the value of every control as one lane sees them: the run's,
// which all its lanes share, and the lane's own. The zero value is not valid;
// [Table.Defaults] is.
type Settings struct {
	RunSettings
	LaneSettings
}

// RunSettings are the values of the controls that a run has once.
type RunSettings struct {
	Dataset string  // a name of the catalogue, or OwnData
	Noise   float64 // percent of the target's standard deviation

	Standardise bool // the targets

	TrainShare float64 // percent of the rows
	Pool       float64 // percent of the training rows
	Seed       uint32

	AcquireBy    string
	AcquireEvery int // steps; 0 is never

	ShownTarget int // the target, counted from 1, that frames show; beyond the last: the last

	Slice   int    // the input, counted from 1, along which frames show the fit; 0: a map of two, else the first
	SliceAt string // where the others stand, as an object of columns and values in JSON; the others at their means

	SliceAverage bool // whether frames have the average over training rows beside the fit along an input
	Speed        Speed
}

// OwnData is the dataset of a run that has rows of its user's own.
const OwnData = "own"

// A Speed is how many steps are made in a second at most.
type Speed uint32

// SpeedMax is as fast as the machine goes.
const SpeedMax Speed = math.MaxUint32

// speeds lists those that can be chosen.
func speeds() []Speed { return []Speed{1, 10, 30, 100, 300, 1000, 3000, SpeedMax} }

// String returns the speed in digits, or "max".
func (v Speed) String() string {
	if v == SpeedMax {
		return "max"
	}
	return strconv.FormatUint(uint64(v), 10)
}

// PerSecond returns the steps in a second, of which SpeedMax has no bound.
func (v Speed) PerSecond() float64 {
	if v == SpeedMax {
		return math.Inf(1)
	}
	return float64(v)
}

// UnmarshalText sets v to the speed with that name.
func (v *Speed) UnmarshalText(name []byte) error {
	for _, s := range speeds() {
		if s.String() == string(name) {
			*v = s
			return nil
		}
	}
	return fmt.Errorf("wire: there is no speed %.40q", name)
}

// LaneSettings are the values of the controls that each lane has for itself. Those of a
// group stand in the file of its controls.
type LaneSettings struct {
	LossSettings
	OptimizerSettings
	ModelSettings
	EquationSettings
}

// maxLossParameters is room for the parameters of all losses together. They are values
// and no map, as settings are copied.
const maxLossParameters = 8

// A lossParameter is one parameter of one loss.
type lossParameter struct {
	of loss.Kind
	*loss.Parameter
}

func lossParameters() (list []lossParameter) {
	for _, k := range loss.Kinds() {
		all := k.Descriptor().Parameters
		for i := range all {
			list = append(list, lossParameter{k, &all[i]})
		}
	}
	return list
}

// LossOptions returns what the settings tell the loss. A step asks for them.
func (s *LaneSettings) LossOptions() loss.Options {
	o := loss.Options{Full: s.Full, Eps: s.Eps, Reduction: s.Reduction}
	own := s.Loss.Descriptor().Parameters
	if len(own) == 0 {
		return o
	}
	first := 0
	for k := range s.Loss {
		first += len(k.Descriptor().Parameters)
	}
	o.Parameters = make(map[string]float64, len(own))
	for i := range own {
		o.Parameters[own[i].Name] = s.LossParameters[first+i]
	}
	return o
}
