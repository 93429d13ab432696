package engine

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// A NetConfig is the shape of a network.
type NetConfig struct {
	Inputs     int   // at least 1
	Hidden     []int // units of each hidden layer; at least one layer of at least 1
	Activation Activation
}

// The bounds of a network that can be had at all.
const (
	MaxLayers = 16
	MaxWidth  = 4096
)

// A Net is a multilayer perceptron with two linear heads on its last hidden
// layer: the mean, and the log-variance, of which exp makes the variance. All
// of its parameters lie in one slice, so that an optimiser is one loop.
type Net struct {
	config NetConfig
	params []float32
	body   []linear // hidden layers
	mean   linear
	logVar linear
}

// A linear layer's place in the slice of parameters (or of their gradients).
type linear struct {
	name         string // PyTorch's
	in, out      int
	weight, bias int // where they begin: (out, in) row-major, then (out)
	end          int
}

func (l *linear) weights(p []float32) []float32 { return p[l.weight:l.bias] }
func (l *linear) biases(p []float32) []float32  { return p[l.bias:l.end] }

// NewNet returns a network with weights and biases drawn as PyTorch's Linear
// draws them by default: uniform within ±1/√in.
func NewNet(c NetConfig, r *rand.Rand) (*Net, error) {
	if c.Inputs < 1 {
		return nil, fmt.Errorf("engine: a network with %d inputs", c.Inputs)
	}
	if len(c.Hidden) < 1 || len(c.Hidden) > MaxLayers {
		return nil, fmt.Errorf("engine: a network with %d hidden layers; 1 to %d can be had", len(c.Hidden), MaxLayers)
	}
	if int(c.Activation) >= len(activationNames) {
		return nil, fmt.Errorf("engine: unknown activation %v", c.Activation)
	}
	n := &Net{config: c}
	size := 0
	add := func(name string, in, out int) linear {
		l := linear{name: name, in: in, out: out, weight: size, bias: size + in*out, end: size + in*out + out}
		size = l.end
		return l
	}
	in := c.Inputs
	for i, out := range c.Hidden {
		if out < 1 || out > MaxWidth {
			return nil, fmt.Errorf("engine: hidden layer %d has %d units; 1 to %d can be had", i+1, out, MaxWidth)
		}
		// An activation stands between two layers, hence every other number.
		n.body = append(n.body, add(fmt.Sprintf("body.%d", 2*i), in, out))
		in = out
	}
	n.mean = add("mean", in, 1)
	n.logVar = add("var", in, 1)
	n.params = make([]float32, size)
	for _, l := range n.layers() {
		bound := 1 / math.Sqrt(float64(l.in))
		for i := l.weight; i < l.end; i++ {
			n.params[i] = float32((2*r.Float64() - 1) * bound)
		}
	}
	return n, nil
}

func (n *Net) layers() []*linear {
	var all []*linear
	for i := range n.body {
		all = append(all, &n.body[i])
	}
	return append(all, &n.mean, &n.logVar)
}

// Params returns the number of parameters.
func (n *Net) Params() int { return len(n.params) }

// A pass holds what one forward pass leaves behind for the backward pass. Its
// zero value is ready; it grows to the largest number of rows it has seen.
type pass struct {
	rows     int
	x        []float32   // (rows, inputs), the caller's
	hidden   [][]float32 // after activation, (rows, out) for each hidden layer
	mean     []float32   // (rows)
	logVar   []float32
	variance []float32

	gradHidden [2][]float32 // of the two layers at work
	gradMean   []float32
	gradVar    []float32
}

func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// forward predicts mean and variance for each row of x.
func (n *Net) forward(p *pass, x []float32, rows int) {
	p.rows, p.x = rows, x
	if p.hidden == nil {
		p.hidden = make([][]float32, len(n.body))
	}
	for i := range n.body {
		l := &n.body[i]
		p.hidden[i] = grow(p.hidden[i], rows*l.out)
		kernel.Linear(p.hidden[i], x, l.weights(n.params), l.biases(n.params), rows, l.in, l.out)
		n.config.Activation.apply(p.hidden[i])
		x = p.hidden[i]
	}
	p.mean, p.logVar, p.variance = grow(p.mean, rows), grow(p.logVar, rows), grow(p.variance, rows)
	for _, h := range []struct {
		l *linear
		y []float32
	}{{&n.mean, p.mean}, {&n.logVar, p.logVar}} {
		kernel.Linear(h.y, x, h.l.weights(n.params), h.l.biases(n.params), rows, h.l.in, 1)
	}
	kernel.Exp(p.variance, p.logVar)
}

// backward writes into grads, which is laid out as the parameters are, the
// gradient of a loss whose gradients with respect to mean and variance are in p.
// It overwrites p's gradients.
func (n *Net) backward(p *pass, grads []float32) {
	for i, v := range p.variance {
		p.gradVar[i] *= v // of exp
	}
	last := len(n.body) - 1
	g := grow(p.gradHidden[0], p.rows*n.body[last].out)
	p.gradHidden[0] = g
	for i, h := range []struct {
		l  *linear
		dy []float32
	}{{&n.mean, p.gradMean}, {&n.logVar, p.gradVar}} {
		kernel.LinearWeightGradient(h.l.weights(grads), h.l.biases(grads), h.dy, p.hidden[last], p.rows, h.l.in, 1)
		kernel.LinearInputGradient(g, h.dy, h.l.weights(n.params), p.rows, h.l.in, 1, i > 0)
	}
	for i := last; i >= 0; i-- {
		l := &n.body[i]
		n.config.Activation.backward(g, p.hidden[i])
		x := p.x
		if i > 0 {
			x = p.hidden[i-1]
		}
		kernel.LinearWeightGradient(l.weights(grads), l.biases(grads), g, x, p.rows, l.in, l.out)
		if i > 0 {
			side := (last - i + 1) % 2
			p.gradHidden[side] = grow(p.gradHidden[side], p.rows*l.in)
			kernel.LinearInputGradient(p.gradHidden[side], g, l.weights(n.params), p.rows, l.in, l.out, false)
			g = p.gradHidden[side]
		}
	}
}
