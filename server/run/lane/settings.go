package lane

import (
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What a step and a frame need is built from the controls as they stand, each
// time, so that no copy of a setting can grow old.

// An Objective is what is minimised and what is shown of it.
type Objective struct {
	Trained loss.Loss
	mean    loss.Loss // the same loss with its elements averaged, which is what is shown

	// Gaussian has the NLL's eps, which floors every variance that is shown, and
	// its terms.
	Gaussian loss.GaussianNLL
	isNLL    bool // Gaussian is what is trained

	summed bool // Trained is a sum over the rows
}

// ObjectiveOf returns what is minimised with those settings.
func ObjectiveOf(s *wire.LaneSettings) Objective {
	o := s.LossOptions()
	b := Objective{Trained: s.Loss.New(o), Gaussian: loss.GaussianNLL{Full: s.Full, Eps: s.Eps}, summed: o.Reduction != loss.Mean}
	o.Reduction = loss.Mean
	b.mean = s.Loss.New(o)
	_, b.isNLL = b.Trained.(loss.GaussianNLL)
	return b
}

func configOf(s *wire.LaneSettings, seed uint32, of rows.Shape) engine.Config {
	c := engine.Config{
		Net: engine.NetConfig{
			Inputs: of.Inputs, Outputs: of.Targets, Hidden: s.Hidden, Activation: s.Activation, Init: s.Init,
			Head: s.Head, InitialVariance: s.InitialVariance,
			// These have no meaning with other heads, and stay set meanwhile.
			Separate: s.Separate && s.Head != engine.Homoscedastic && s.Head != engine.Fixed,
		},
		Seed: uint64(seed),
	}
	if s.Head == engine.SoftplusHead {
		c.Net.MinVariance = s.MinVariance
	}
	return c
}

// HyperOf returns the settings of a step on so many training rows, by which what is
// "auto" goes.
func HyperOf(s *wire.LaneSettings, trainRows int) engine.Hyper {
	h := engine.DefaultHyper()
	h.Optimizer, h.LR = s.Optimizer, s.LR
	h.Schedule = engine.Schedule{
		Kind: s.Schedule, Steps: uint64(s.ScheduleSteps), Gamma: s.ScheduleGamma, Final: s.ScheduleFinal,
		Warmup: uint64(s.RateWarmup),
	}
	auto := wire.Basis{TrainRows: trainRows, Equation: s.Equation != ""}.Decay()
	h.Decay, h.VarianceDecay = s.Decay.Or(auto), s.VarianceDecay.Or(auto)
	h.Momentum, h.Nesterov = s.Momentum, s.Nesterov
	h.Beta1, h.Beta2, h.Alpha, h.Eps = s.Beta1, s.Beta2, s.Alpha, s.OptimizerEps
	h.Batch, h.Clip, h.Dropout = s.Batch, s.Clip, s.Dropout/100
	h.Part, h.Warmup = s.Part, uint64(s.MeanFirst)
	return h
}
