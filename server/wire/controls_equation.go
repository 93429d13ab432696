package wire

import "github.com/gnllviz/gnllviz/engine"

// maxRange bounds where an equation is looked at.
const maxRange = 1e18

// The ways in which an equation is weighed and its points lie.
const (
	NoiseLearned = "learned"
	NoiseFixed   = "fixed"

	PointsEven  = "even"
	PointsDrawn = "drawn"
)

// EquationSettings are the values of the equation's controls.
type EquationSettings struct {
	Equation        string // what is to be 0, of x, u, du, d2u and parameters; empty: there is none
	Parameters      Parameters
	EquationNoise   string
	EquationWeight  float64
	EquationPoints  int
	EquationSpacing string
	EquationFrom    AutoNumber // in the input's unit, as EquationTo
	EquationTo      AutoNumber
}

// equationControls are what a lane's mean is to obey.
func equationControls() []Control {
	some := When{Control: "equation"}
	return []Control{
		{
			Name: "equation", Label: "equation", Group: "equation", Kind: KindText, Live: true,
			Help:    "What should be zero: a formula of x, of the mean u and its derivatives du and d2u, and of parameters with names, as in d2u + mu*du + k*u. Empty: train on the data only.",
			Default: "", Max: 500,
			field: func(s *Settings) any { return &s.Equation },
		},
		{
			Name: "parameters", Flag: "parameter", Label: "parameters", Group: "equation", Kind: KindText, Live: true,
			Help:    "Values of the equation's parameters, as in mu=1:learned, k=400. A learned parameter starts at its value; others are fixed. Parameters without a value start at 1 and are learned.",
			Default: "", Max: 1000, When: some,
			field: func(s *Settings) any { return &s.Parameters },
		},
		{
			Name: "equation_noise", Label: "equation noise", Group: "equation", Kind: KindChoice, Live: true,
			Help:    "How the equation is weighted against the data: by its own noise, which is learned, or by a fixed weight.",
			Default: NoiseLearned, When: some,
			Options: []Option{
				{Value: NoiseLearned, Label: "learned", Help: "Adds 0.5 (s + r² exp(-s)), averaged over the points, to the loss, where r is the residual and s its learned log-variance. Use it with reduction mean; with sum the data outweigh it."},
				{Value: NoiseFixed, Label: "fixed weight", Help: "Adds the weight times the mean squared residual to the loss."},
			},
			field: func(s *Settings) any { return &s.EquationNoise },
		},
		{
			Name: "equation_weight", Label: "equation weight", Group: "equation", Kind: KindNumber, Live: true, Log: true, Zero: true,
			Help:    "Factor of the mean squared residual in the loss. Larger means that the equation counts more than the data.",
			Default: 1.0, Min: 1e-8, Max: 1e6, Step: 0.1, When: When{"equation_noise", []string{NoiseFixed}},
			field: func(s *Settings) any { return &s.EquationWeight },
		},
		{
			Name: "equation_points", Label: "equation points", Unit: "points", Group: "equation", Kind: KindInteger, Live: true, Log: true,
			Help:    "Number of points at which each step evaluates the residual.",
			Default: 30, Min: 1, Max: 1000, Step: 0.1, When: some,
			field: func(s *Settings) any { return &s.EquationPoints },
		},
		{
			Name: "equation_spacing", Label: "point spacing", Group: "equation", Kind: KindChoice, Live: true,
			Help:    "Where the points of the equation are placed.",
			Default: PointsEven, When: some,
			Options: []Option{
				{Value: PointsEven, Label: "evenly", Help: "Equally spaced from end to end, the same in each step."},
				{Value: PointsDrawn, Label: "at random", Help: "Each step draws new points uniformly between the ends."},
			},
			field: func(s *Settings) any { return &s.EquationSpacing },
		},
		{
			Name: "equation_from", Label: "equation from", Group: "equation", Kind: KindNumber, Live: true,
			Help:    "Smallest x at which the equation should hold, in the input's unit.",
			Default: Auto, Min: -maxRange, Max: maxRange, When: some, Auto: "the smallest x in the data", auto: func(b Basis) float64 { return b.Low },
			field: func(s *Settings) any { return &s.EquationFrom },
		},
		{
			Name: "equation_to", Label: "equation to", Group: "equation", Kind: KindNumber, Live: true,
			Help:    "Largest x at which the equation should hold, in the input's unit.",
			Default: Auto, Min: -maxRange, Max: maxRange, When: some, Auto: "the largest x in the data", auto: func(b Basis) float64 { return b.High },
			field: func(s *Settings) any { return &s.EquationTo },
		},
	}
}

// BentActivations lists the activations of which no network is held to an equation: their
// second derivative is 0 wherever there is one.
func BentActivations() (names []string) {
	for _, a := range engine.Activations() {
		if !a.Smooth() {
			names = append(names, a.String())
		}
	}
	return names
}
