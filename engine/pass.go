package engine

import (
	"math"
	"math/rand/v2"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// A pass holds what one forward pass leaves behind for the backward pass. Its
// zero value is ready; it grows to the largest number of rows it has seen. Blocks
// of rows may be computed by several goroutines; what is not per row is not.
type pass struct {
	rows     int
	x        kernel.Matrix // (rows, inputs), the caller's
	towers   [2]towerPass
	mean     []float32 // (rows, outputs), row by row, as are all that follow
	raw      []float32 // what makes the variance; η₁ is in the head's matrix
	variance []float32
	guarded  int // variances that the guard of the exp head held

	gradMean     []float32 // with respect to mean and variance
	gradVariance []float32
	slope        []float32 // scratch
}

type towerPass struct {
	hidden   []layerPass
	head     kernel.Matrix
	gradHead kernel.Matrix
}

// A layerPass is one hidden layer's part of a pass.
type layerPass struct {
	sum  kernel.Matrix // before the activation, where its derivative asks for it
	y    kernel.Matrix // after
	mask kernel.Matrix // of dropout: 0, or 1/(1-rate)
	drop kernel.Matrix // y after dropout
	grad kernel.Matrix // with respect to the sums
}

// out is what the next layer sees.
func (l *layerPass) out(dropout bool) *kernel.Matrix {
	if dropout {
		return &l.drop
	}
	return &l.y
}

func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// reserve makes room for a forward pass over x, and for a backward one if
// training.
func (p *pass) reserve(n *Net, x kernel.Matrix, training, dropout bool) {
	p.rows, p.x = x.Rows, x
	size := x.Rows * n.config.Outputs
	p.mean, p.raw, p.variance = grow(p.mean, size), grow(p.raw, size), grow(p.variance, size)
	if training {
		p.gradMean, p.gradVariance, p.slope = grow(p.gradMean, size), grow(p.gradVariance, size), grow(p.slope, size)
	}
	for i := range n.towers {
		t, tp := &n.towers[i], &p.towers[i]
		if tp.hidden == nil {
			tp.hidden = make([]layerPass, len(t.hidden))
		}
		for k := range t.hidden {
			l, units := &tp.hidden[k], t.hidden[k].out
			l.y.Resize(x.Rows, units)
			if activations[n.config.Activation].needsSums {
				l.sum.Resize(x.Rows, units)
			}
			if dropout {
				l.mask.Resize(x.Rows, units)
				l.drop.Resize(x.Rows, units)
			}
			if training {
				l.grad.Resize(x.Rows, units)
			}
		}
		tp.head.Resize(x.Rows, t.head.out)
		if training {
			tp.gradHead.Resize(x.Rows, t.head.out)
		}
	}
}

// predict computes mean and variance of each row of x.
func (n *Net) predict(p *pass, x kernel.Matrix) {
	n.pack()
	p.reserve(n, x, false, false)
	n.forward(p, 0, x.Rows, nil)
	n.finish(p)
}

// A dropper drops hidden units: each with probability rate, by chance that
// depends on nothing but its seeds and the place of the unit.
type dropper struct {
	rate  float64
	seeds [2]uint64
}

// forward computes rows from..to up to the heads' outputs. The weights are those
// that were packed last.
func (n *Net) forward(p *pass, from, to int, d *dropper) {
	floor := float32(math.Inf(-1))
	fused, apply := n.config.Activation == ReLU, activations[n.config.Activation].apply
	if fused {
		floor = 0
	}
	for i := range n.towers {
		t, tp := &n.towers[i], &p.towers[i]
		x := p.x.Slice(from, to)
		for k := range t.hidden {
			l := &tp.hidden[k]
			y := l.y.Slice(from, to)
			sum := y
			if activations[n.config.Activation].needsSums {
				sum = l.sum.Slice(from, to)
			}
			t.hidden[k].packed.Forward(sum, x, floor)
			if !fused {
				for r := range y.Rows {
					apply(y.Row(r), sum.Row(r))
				}
			}
			if d != nil {
				d.drop(l, from, to, uint64(i*MaxLayers+k))
			}
			x = l.out(d != nil).Slice(from, to)
		}
		head := tp.head.Slice(from, to)
		t.head.packed.Forward(head, x, float32(math.Inf(-1)))
		outputs := n.config.Outputs
		for r := range head.Rows {
			row, at := head.Row(r), (from+r)*outputs
			if t.means > 0 {
				copy(p.mean[at:at+outputs], row)
			}
			if t.raws > 0 {
				copy(p.raw[at:at+outputs], row[t.means:])
			}
		}
	}
}

// drop sets the mask and the dropped values of rows from..to of a layer.
func (d *dropper) drop(l *layerPass, from, to int, layer uint64) {
	keep := float32(1 / (1 - d.rate))
	threshold := uint32(d.rate * (1 << 32))
	for r := from; r < to; r++ {
		var chance rand.PCG
		chance.Seed(d.seeds[0], d.seeds[1]^(layer<<32|uint64(r)))
		y, mask, drop := l.y.Row(r), l.mask.Row(r), l.drop.Row(r)
		var bits uint64
		for i, v := range y {
			if i%2 == 0 {
				bits = chance.Uint64()
			}
			m := keep
			if uint32(bits) < threshold {
				m = 0
			}
			bits >>= 32
			mask[i], drop[i] = m, v*m
		}
	}
}

// finish makes means and variances from the heads' outputs.
func (n *Net) finish(p *pass) {
	c := &n.config
	p.guarded = 0
	switch c.Head {
	case Fixed:
		variance := float32(c.InitialVariance)
		if variance == 0 {
			variance = 1
		}
		for i := range p.variance {
			p.variance[i] = variance
		}
		return
	case Homoscedastic:
		shared := n.params[n.rawBias : n.rawBias+c.Outputs]
		for i := 0; i < len(p.raw); i += c.Outputs {
			copy(p.raw[i:], shared)
		}
	}
	p.guarded = heads[c.Head].variances(p.variance, p.raw, float32(c.MinVariance))
	if c.Head == Natural {
		for i, v := range p.variance {
			p.mean[i] *= v
		}
	}
}

// Parts of a network. Layers that mean and variance share belong to the mean.
type Part uint8

// The parts that a step trains; the zero value trains both.
const (
	BothParts Part = iota
	MeanPart
	VariancePart
)

var parts = [...]About{
	BothParts:    {Name: "both", Help: "Trains mean and variance."},
	MeanPart:     {Name: "mean", Help: "Trains the mean and the shared layers."},
	VariancePart: {Name: "variance", Help: "Trains the layers that only the variance uses."},
}

// String returns the part's name.
func (p Part) String() string { return nameOf(parts[:], "Part", uint8(p)) }

// About returns what there is to say of the part.
func (p Part) About() About { return parts[p] }

// UnmarshalText sets p to the part with that name.
func (p *Part) UnmarshalText(name []byte) error { return unmarshal(p, ParsePart, name) }

// Parts lists what a step can train.
func Parts() []Part { return all[Part](parts[:]) }

// ParsePart returns the part with that name.
func ParsePart(name string) (Part, error) { return parse[Part](parts[:], "part", name) }

// begin turns the gradients with respect to mean and variance, which p holds
// and this overwrites, into those of the heads' outputs, and writes those of a
// homoscedastic variance. What is not of part gets none.
func (n *Net) begin(p *pass, grads []float32, part Part) {
	c := &n.config
	if part == VariancePart {
		clear(p.gradMean)
	}
	if c.Head == Natural {
		// mean = η₁ variance, and so both depend on what makes the variance.
		if part != MeanPart {
			for i, g := range p.gradMean {
				p.gradVariance[i] += g * p.mean[i] / p.variance[i]
			}
		}
		for i, v := range p.variance {
			p.gradMean[i] *= v
		}
	}
	switch {
	case part == MeanPart || c.Head == Fixed:
		clear(p.gradVariance)
	default:
		heads[c.Head].slopes(p.gradVariance, p.variance, p.raw, p.slope)
	}
	if c.Head == Homoscedastic {
		for k := range c.Outputs {
			sum := 0.0
			for i := k; i < len(p.gradVariance); i += c.Outputs {
				sum += float64(p.gradVariance[i])
			}
			grads[n.rawBias+k] = float32(sum)
		}
	}
	for i := range n.towers {
		t, g := &n.towers[i], p.towers[i].gradHead
		for r := range p.rows {
			row, at := g.Row(r), r*c.Outputs
			if t.means > 0 {
				copy(row, p.gradMean[at:at+c.Outputs])
			}
			if t.raws > 0 {
				copy(row[t.means:], p.gradVariance[at:at+c.Outputs])
			}
		}
	}
}

// backward writes into grads, which is laid out as the parameters are, what rows
// from..to contribute to the gradient of the loss; begin has been called. With
// detach the variance head does not move the layers that it shares with the mean.
// Homoscedastic variances are not touched.
func (n *Net) backward(p *pass, grads []float32, from, to int, dropout, detach bool, scratch *kernel.Matrix) {
	for i := range n.towers {
		t, tp := &n.towers[i], &p.towers[i]
		dy := tp.gradHead.Slice(from, to)
		layer := &t.head
		for k := len(t.hidden); k >= 0; k-- {
			x := p.x.Slice(from, to)
			if k > 0 {
				x = tp.hidden[k-1].out(dropout).Slice(from, to)
			}
			kernel.WeightGradient(layer.weights(grads), layer.biases(grads), dy, x, scratch)
			if k == 0 {
				break
			}
			l := &tp.hidden[k-1]
			dx := l.grad.Slice(from, to)
			if k == len(t.hidden) && detach && t.means > 0 && t.raws > 0 {
				dy.Cols = t.means
			}
			layer.packed.InputGradient(dx, dy)
			if dropout {
				multiply(dx, l.mask.Slice(from, to))
			}
			n.slope(l, dx, from, to)
			dy, layer = dx, &t.hidden[k-1]
		}
	}
}

// slope multiplies dx, the gradient with respect to a layer's values of rows
// from..to, by the derivative of the activation.
func (n *Net) slope(l *layerPass, dx kernel.Matrix, from, to int) {
	a, y := &activations[n.config.Activation], l.y.Slice(from, to)
	if a.needsSums {
		sum := l.sum.Slice(from, to)
		for r := range dx.Rows {
			a.gradient(dx.Row(r), y.Row(r), sum.Row(r))
		}
		return
	}
	for r := range dx.Rows {
		a.gradient(dx.Row(r), y.Row(r), nil)
	}
}

func multiply(a, b kernel.Matrix) {
	for r := range a.Rows {
		x := a.Row(r)
		for i, v := range b.Row(r) {
			x[i] *= v
		}
	}
}
