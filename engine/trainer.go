// Package engine trains networks that predict a mean and a variance.
//
// It is deterministic: the same configuration, seed, data and calls give the
// same bits, on one core or several. Nothing in it is safe for concurrent use: a
// Trainer belongs to whoever calls Step. Steps of larger networks use several
// goroutines, which touch nothing between two steps and end soon after the last.
package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// A Loss is what a Trainer minimises. All slices have one length; gradients
// are those of the returned, reduced loss.
//
// A loss that has a method IgnoresVariance() bool which returns true trains the
// mean's part of a network alone. One with DetachesVariance() bool which returns
// true does not have the variance head move the layers that it shares with the
// mean.
type Loss interface {
	Gradients(gradMean, gradVariance, mean, target, variance []float32) float64
}

func ignoresVariance(l Loss) bool {
	i, ok := l.(interface{ IgnoresVariance() bool })
	return ok && i.IgnoresVariance()
}

func detachesVariance(l Loss) bool {
	d, ok := l.(interface{ DetachesVariance() bool })
	return ok && d.DetachesVariance()
}

// A Config describes a Trainer.
type Config struct {
	Net  NetConfig
	Seed uint64

	// Unscaled leaves inputs and targets as they are; otherwise each column is
	// brought to mean 0 and standard deviation 1.
	Unscaled bool

	// RawTargets leaves the targets alone as they are.
	RawTargets bool

	// Ordered takes the rows in their order: each batch continues where the last
	// one ended, and begins again at the first row in its midst if it must.
	// Otherwise each epoch visits every row exactly once, in a new order.
	Ordered bool

	// Workers is the number of goroutines that a step may use; 0 is
	// runtime.GOMAXPROCS. The result does not depend on it.
	Workers int
}

// The streams of chance that one seed feeds.
const (
	streamInit = 0x696e6974 + iota
	streamOrder
	streamDropout
	streamPoints
)

// A Trainer fits a network to rows.
type Trainer struct {
	config Config
	net    *Net
	inputs []Scale // of the first rows, as is target
	target []Scale
	x      kernel.Matrix // (rows, inputs), standardised; never written to, as y
	y      []float32     // (rows, outputs), standardised

	steps   uint64
	spans   []span
	opt     moments
	grads   []float32
	partial [][]float32 // gradients of the blocks of rows but the first
	warming bool        // the last step was of the warm-up
	pass    pass
	last    StepInfo
	good    goodStates

	order     *rand.PCG
	rows      []int // in the order of this epoch
	next      int   // of rows, or of x itself if Ordered
	batchX    kernel.Matrix
	batchY    []float32
	predictor pass
	gridX     kernel.Matrix
	slopes    []float32 // of a layer's activations

	crew     crew
	choice   choice
	job      job
	attempt  attempt
	undo     undo
	physics  *physics
	law      law
	dropper  dropper
	scratch  []kernel.Matrix // one for each block
	forward  func(block int)
	backward func(block int)
}

// NewTrainer returns a trainer of a new network on rows x (n, inputs), row by
// row, with targets y (n, outputs). It keeps neither slice.
func NewTrainer(c Config, x, y []float64) (*Trainer, error) {
	if c.Net.Outputs == 0 {
		c.Net.Outputs = 1
	}
	if err := c.Net.check(); err != nil {
		return nil, err
	}
	if _, err := c.Net.countRows(x, y); err != nil {
		return nil, err
	}
	inputs, err := scales(x, c.Net.Inputs, c.Unscaled, "input")
	if err != nil {
		return nil, err
	}
	target, err := scales(y, c.Net.Outputs, c.Unscaled || c.RawTargets, "target")
	if err != nil {
		return nil, err
	}
	return scaledTrainer(c, inputs, target, x, y)
}

// scaledTrainer returns a trainer with given scales.
func scaledTrainer(c Config, inputs, target []Scale, x, y []float64) (*Trainer, error) {
	net, err := NewNet(c.Net, c.Seed)
	if err != nil {
		return nil, err
	}
	t := c.around(net, inputs, target)
	if err := t.SetRows(x, y); err != nil {
		return nil, err
	}
	return t, nil
}

// around returns a trainer of net, without rows.
func (c Config) around(net *Net, inputs, target []Scale) *Trainer {
	c.Net = net.Config()
	t := &Trainer{
		config: c,
		net:    net,
		inputs: inputs,
		target: target,
		spans:  net.spans(),
		opt:    moments{m: make([]float32, net.Params()), v: make([]float32, net.Params())},
		grads:  make([]float32, net.Params()),
		order:  rand.NewPCG(c.Seed, streamOrder),
	}
	// Method values are made here, once, for each would be an allocation.
	t.forward, t.backward = t.forwardBlock, t.backwardBlock
	return t
}

// Inputs standardises rows of inputs as the trainer's own were.
func (t *Trainer) Inputs(x []float64) []float32 { return standardise(t.inputs, x) }

// Targets standardises rows of targets as the trainer's own were.
func (t *Trainer) Targets(y []float64) []float32 { return standardise(t.target, y) }

// InputScales returns the scale of each input.
func (t *Trainer) InputScales() []Scale { return slices.Clone(t.inputs) }

// TargetScale returns the scale by which the first output's targets are
// standardised; TargetScales those of all.
func (t *Trainer) TargetScale() Scale { return t.target[0] }

// TargetScales returns the scale of each output's targets.
func (t *Trainer) TargetScales() []Scale { return slices.Clone(t.target) }

// Steps returns the number of steps made.
func (t *Trainer) Steps() uint64 { return t.steps }

// Last returns what the last step has seen.
func (t *Trainer) Last() StepInfo { return t.last }

// Net returns the network in training, for its shape and its parameters.
// Parameters that are set begin a new training: the optimiser's moments are its
// own affair and stay.
func (t *Trainer) Net() *Net { return t.net }

// Predict writes the mean and the variance of each output for each standardised
// row of inputs, in standardised units: mean and variance are (rows, outputs). It
// panics where their lengths do not agree with that of x.
func (t *Trainer) Predict(mean, variance, x []float32) {
	c := &t.net.config
	if rows := len(x) / c.Inputs; len(x) != rows*c.Inputs || len(mean) != rows*c.Outputs || len(variance) != len(mean) {
		panic(fmt.Sprintf("engine: Predict of %d means and %d variances from %d inputs", len(mean), len(variance), len(x)))
	}
	if len(x) == 0 {
		return
	}
	t.gridX.Resize(len(x)/t.net.config.Inputs, t.net.config.Inputs)
	fill(&t.gridX, x)
	t.net.predict(&t.predictor, t.gridX)
	copy(mean, t.predictor.mean)
	copy(variance, t.predictor.variance)
}

// Weights returns a copy of all parameters, in the network's own order.
func (t *Trainer) Weights() []float32 { return slices.Clone(t.net.params) }
