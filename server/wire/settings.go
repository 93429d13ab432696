package wire

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
	Speed   string // steps per second at most, or SpeedMax
}

// OwnData is the dataset of a run that has rows of its user's own.
const OwnData = "own"

// SpeedMax is the speed that has no bound.
const SpeedMax = "max"

// LaneSettings are the values of the controls that each lane has for itself.
type LaneSettings struct {
	Loss      string
	Beta      float64 // of the loss
	DF        float64
	Eps       float64
	Full      bool
	Reduction string

	Optimizer     string
	LR            float64
	Schedule      string
	ScheduleSteps int
	ScheduleGamma float64
	ScheduleFinal float64
	RateWarmup    int // steps
	Decay         AutoNumber
	VarianceDecay AutoNumber
	Momentum      float64
	Nesterov      bool
	Beta1         float64
	Beta2         float64
	Alpha         float64
	Batch         int
	Clip          float64
	Dropout       float64 // percent of the units
	Part          string
	MeanFirst     int // steps

	Hidden          []int // never changed in place
	Activation      string
	Head            string
	MinVariance     float64
	InitialVariance float64
	Separate        bool
	Init            string
	Members         int

	Equation        string // what is to be 0, of x, u, du, d2u and parameters; empty: there is none
	Parameters      Parameters
	EquationNoise   string
	EquationWeight  float64
	EquationPoints  int
	EquationSpacing string
	EquationFrom    AutoNumber // in the input's unit, as EquationTo
	EquationTo      AutoNumber
}
