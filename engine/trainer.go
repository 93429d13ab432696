// Package engine trains networks that predict a mean and a variance.
//
// It is deterministic: the same configuration, seed, data and calls give the
// same bits. Nothing in it is safe for concurrent use, and nothing in it keeps
// a goroutine: a Trainer belongs to whoever calls Step.
package engine

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// A Loss is what a Trainer minimises. All slices have one length; gradients
// are those of the returned, reduced loss.
type Loss interface {
	Gradients(gradMean, gradVariance, mean, target, variance []float32) float64
}

// A Config describes a Trainer.
type Config struct {
	Net  NetConfig
	Seed uint64
}

// The streams of chance that one seed feeds.
const (
	streamInit = 0x696e6974 + iota
	streamOrder
)

// A Trainer fits a network to rows by Adam on minibatches. Inputs and target
// are standardised by the rows it was made with.
type Trainer struct {
	net    *Net
	inputs []Scale
	target Scale
	x      []float32 // (rows, inputs), standardised
	y      []float32 // (rows), standardised

	steps     uint64
	m, v      []float32 // Adam's moments
	grads     []float32
	pass      pass
	random    *rand.Rand
	order     []int // rows, in the order of this epoch
	next      int   // of order
	batchX    []float32
	batchY    []float32
	predictor pass
}

// NewTrainer returns a trainer of a new network on rows x (n, inputs), row by
// row, with targets y (n). It keeps neither slice.
func NewTrainer(c Config, x, y []float64) (*Trainer, error) {
	if len(y) == 0 {
		return nil, errors.New("engine: there are no rows to train on")
	}
	if c.Net.Inputs < 1 || len(x) != len(y)*c.Net.Inputs {
		return nil, fmt.Errorf("engine: %d input values are not %d rows of %d", len(x), len(y), c.Net.Inputs)
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("engine: input %d of row %d is %v", i%c.Net.Inputs, i/c.Net.Inputs, v)
		}
	}
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("engine: the target of row %d is %v", i, v)
		}
	}
	net, err := NewNet(c.Net, rand.New(rand.NewPCG(c.Seed, streamInit)))
	if err != nil {
		return nil, err
	}
	t := &Trainer{
		net:    net,
		m:      make([]float32, net.Params()),
		v:      make([]float32, net.Params()),
		grads:  make([]float32, net.Params()),
		random: rand.New(rand.NewPCG(c.Seed, streamOrder)),
		order:  make([]int, len(y)),
		next:   len(y),
	}
	for k := range c.Net.Inputs {
		column := make([]float64, len(y))
		for i := range column {
			column[i] = x[i*c.Net.Inputs+k]
		}
		t.inputs = append(t.inputs, FitScale(column))
	}
	t.target = FitScale(y)
	t.x, t.y = t.Inputs(x), t.Targets(y)
	for i := range t.order {
		t.order[i] = i
	}
	return t, nil
}

// Inputs standardises rows of inputs as the trainer's own were.
func (t *Trainer) Inputs(x []float64) []float32 {
	s := make([]float32, len(x))
	for i, v := range x {
		s[i] = t.inputs[i%len(t.inputs)].Apply(v)
	}
	return s
}

// Targets standardises targets as the trainer's own were.
func (t *Trainer) Targets(y []float64) []float32 {
	s := make([]float32, len(y))
	for i, v := range y {
		s[i] = t.target.Apply(v)
	}
	return s
}

// TargetScale returns the scale by which targets are standardised.
func (t *Trainer) TargetScale() Scale { return t.target }

// Steps returns the number of steps made.
func (t *Trainer) Steps() uint64 { return t.steps }

// PyTorch's defaults of Adam.
const (
	adamBeta1 = 0.9
	adamBeta2 = 0.999
	adamEps   = 1e-8
)

// Hyper are the settings of one step. All of them may change from one step to
// the next.
type Hyper struct {
	LR    float64 // learning rate, above 0
	Decay float64 // weight decay: an L2 penalty of Decay/2 times the sum of the squared parameters
	Batch int     // rows, at least 1
}

// Step makes one step on the next h.Batch rows and returns the loss, without
// the penalty, that it stepped down from. Each epoch visits every row once, in a
// new order; its last batch has what is left. A batch of all rows or more takes
// all of them. Step does not allocate once it has seen its largest batch.
func (t *Trainer) Step(loss Loss, h Hyper) float64 {
	x, y := t.nextBatch(h.Batch)
	return t.stepOn(x, y, loss, h)
}

// stepOn is Step on given rows, standardised.
func (t *Trainer) stepOn(x, y []float32, loss Loss, h Hyper) float64 {
	rows := len(y)
	p := &t.pass
	t.net.forward(p, x, rows)
	p.gradMean, p.gradVar = grow(p.gradMean, rows), grow(p.gradVar, rows)
	value := loss.Gradients(p.gradMean, p.gradVar, p.mean, y, p.variance)
	t.net.backward(p, t.grads)
	t.steps++
	kernel.Adam(t.net.params, t.grads, t.m, t.v, h.LR, h.Decay, adamBeta1, adamBeta2, adamEps, t.steps)
	return value
}

func (t *Trainer) nextBatch(batch int) (x, y []float32) {
	n := len(t.y)
	if batch >= n {
		return t.x, t.y
	}
	if t.next >= n {
		t.random.Shuffle(n, func(i, j int) { t.order[i], t.order[j] = t.order[j], t.order[i] })
		t.next = 0
	}
	rows := t.order[t.next:min(t.next+batch, n)]
	t.next += len(rows)
	in := t.net.config.Inputs
	t.batchX, t.batchY = grow(t.batchX, len(rows)*in), grow(t.batchY, len(rows))
	for k, i := range rows {
		copy(t.batchX[k*in:(k+1)*in], t.x[i*in:(i+1)*in])
		t.batchY[k] = t.y[i]
	}
	return t.batchX, t.batchY
}

// Predict writes the mean and the variance for each standardised row of
// inputs, in standardised units.
func (t *Trainer) Predict(mean, variance, x []float32) {
	t.net.forward(&t.predictor, x, len(x)/t.net.config.Inputs)
	copy(mean, t.predictor.mean)
	copy(variance, t.predictor.variance)
}

// Weights returns a copy of all parameters: each layer's weights, (out, in),
// then its biases; the hidden layers in order, the mean head, the variance head.
func (t *Trainer) Weights() []float32 { return slices.Clone(t.net.params) }
