package lane

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What a step and a frame need is built from the controls as they stand, each
// time, so that no copy of a setting can grow old.

// An objective is what is minimised and what is shown of it.
type Objective struct {
	Trained loss.Loss
	mean    loss.Loss // the same loss with its elements averaged, which is what is shown

	// gaussian has the NLL's eps, which floors every variance that is shown, and
	// its terms.
	Gaussian loss.GaussianNLL
	isNLL    bool // gaussian is what is trained

	summed bool // trained is a sum over the rows
}

func ObjectiveOf(s *wire.LaneSettings) (Objective, error) {
	r, err := loss.ParseReduction(s.Reduction)
	if err != nil {
		return Objective{}, err
	}
	o := loss.Options{Full: s.Full, Eps: s.Eps, Reduction: r, Beta: s.Beta, DF: s.DF}
	var b Objective
	if b.Trained, err = loss.ByName(s.Loss, o); err != nil {
		return Objective{}, err
	}
	o.Reduction = loss.Mean
	if b.mean, err = loss.ByName(s.Loss, o); err != nil {
		return Objective{}, err
	}
	b.Gaussian = loss.GaussianNLL{Full: s.Full, Eps: s.Eps}
	_, b.isNLL = b.Trained.(loss.GaussianNLL)
	b.summed = r != loss.Mean
	return b, nil
}

func configOf(s *wire.LaneSettings, seed uint32, of rows.Shape) (engine.Config, error) {
	a, err := engine.ParseActivation(s.Activation)
	head, headErr := engine.ParseHead(s.Head)
	init, initErr := engine.ParseInit(s.Init)
	c := engine.Config{
		Net: engine.NetConfig{
			Inputs: of.Inputs, Outputs: of.Targets, Hidden: s.Hidden, Activation: a, Init: init,
			Head: head, InitialVariance: s.InitialVariance,
			// These have no meaning with other heads, and stay set meanwhile.
			Separate: s.Separate && head != engine.Homoscedastic && head != engine.Fixed,
		},
		Seed: uint64(seed),
	}
	if head == engine.SoftplusHead {
		c.Net.MinVariance = s.MinVariance
	}
	return c, errors.Join(err, headErr, initErr)
}

// hyperOf returns the settings of a step on so many training rows, by which what is
// "auto" goes.
func HyperOf(s *wire.LaneSettings, trainRows int) (engine.Hyper, error) {
	optimizer, err := engine.ParseOptimizer(s.Optimizer)
	schedule, scheduleErr := engine.ParseScheduleKind(s.Schedule)
	part, partErr := engine.ParsePart(s.Part)
	if err := errors.Join(err, scheduleErr, partErr); err != nil {
		return engine.Hyper{}, fmt.Errorf("run: %w", err)
	}
	h := engine.DefaultHyper()
	h.Optimizer, h.LR = optimizer, s.LR
	h.Schedule = engine.Schedule{
		Kind: schedule, Steps: uint64(s.ScheduleSteps), Gamma: s.ScheduleGamma, Final: s.ScheduleFinal,
		Warmup: uint64(s.RateWarmup),
	}
	auto := wire.Basis{TrainRows: trainRows, Equation: s.Equation != ""}.Decay()
	h.Decay, h.VarianceDecay = s.Decay.Or(auto), s.VarianceDecay.Or(auto)
	h.Momentum, h.Nesterov = s.Momentum, s.Nesterov
	h.Beta1, h.Beta2, h.Alpha = s.Beta1, s.Beta2, s.Alpha
	h.Batch, h.Clip, h.Dropout = s.Batch, s.Clip, s.Dropout/100
	h.Part, h.Warmup = part, uint64(s.MeanFirst)
	return h, nil
}

// speedOf returns the steps per second at most.
func SpeedOf(s *wire.RunSettings) (float64, error) {
	if s.Speed == wire.SpeedMax {
		return math.Inf(1), nil
	}
	return strconv.ParseFloat(s.Speed, 64)
}
