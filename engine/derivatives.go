package engine

import (
	"math"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// derivatives are one pass through the mean's part of a network of one input for n
// points: the mean and its first two derivatives with respect to the input, in
// standardised units, and the way back. Its matrices hold three rows for each point,
// the values of all points first, then the first derivatives, then the second ones.
// The zero value is ready; it grows to the most points that it has seen.
type derivatives struct {
	points   int
	x        kernel.Matrix // (3n, 1): the input, whose derivatives are 1 and 0
	hidden   []derivativeLayer
	head     kernel.Matrix // (3n, outputs of the head)
	gradHead kernel.Matrix // (3n, 1)
	grads    []float32     // laid out as the parameters; 0 where no part of the mean is
	zeros    []float32
	scratch  kernel.Matrix
	row      []float32
}

// A derivativeLayer is one hidden layer's part of the pass.
type derivativeLayer struct {
	flat       kernel.Layer  // the weights without their biases, which derivatives do not see
	sum, y     kernel.Matrix // before and after the activation
	grad       kernel.Matrix // with respect to y, and then to the sums
	f1, f2, f3 kernel.Matrix // (n, units): derivatives of the activation
}

// reserve makes room for a pass over so many points.
func (d *derivatives) reserve(n *Net, points int) {
	t := &n.towers[0]
	d.points = points
	d.x.Resize(3*points, 1)
	if len(d.hidden) != len(t.hidden)+1 {
		d.hidden = make([]derivativeLayer, len(t.hidden)+1) // the last for the head
	}
	if len(d.grads) != n.Params() {
		d.grads = make([]float32, n.Params())
	}
	width := t.head.out
	for _, l := range t.hidden {
		width = max(width, l.out)
	}
	d.zeros, d.row = grow(d.zeros, width), grow(d.row, width)
	for k := range t.hidden {
		l, units := &d.hidden[k], t.hidden[k].out
		for _, m := range []*kernel.Matrix{&l.sum, &l.y, &l.grad} {
			m.Resize(3*points, units)
		}
		for _, m := range []*kernel.Matrix{&l.f1, &l.f2, &l.f3} {
			m.Resize(points, units)
		}
	}
	d.head.Resize(3*points, t.head.out)
	d.gradHead.Resize(3*points, 1)
}

// forward computes all for the points' standardised inputs x. The weights are those
// that were packed last.
func (d *derivatives) forward(n *Net, x []float32) {
	d.reserve(n, len(x))
	t := &n.towers[0]
	for i, v := range x {
		d.x.Row(i)[0], d.x.Row(d.points + i)[0], d.x.Row(2*d.points + i)[0] = v, 1, 0
	}
	in := d.x
	for k := range t.hidden {
		l := &d.hidden[k]
		d.product(&t.hidden[k], &l.flat, n.params, l.sum, in)
		l.activate(n.config.Activation, d.points, d.row)
		in = l.y
	}
	d.product(&t.head, &d.hidden[len(t.hidden)].flat, n.params, d.head, in)
}

// product is a linear layer of values and of derivatives.
func (d *derivatives) product(l *linear, flat *kernel.Layer, params []float32, y, x kernel.Matrix) {
	flat.Pack(l.weights(params), d.zeros[:l.out], l.in, l.out)
	none := float32(math.Inf(-1))
	l.packed.Forward(y.Slice(0, d.points), x.Slice(0, d.points), none)
	flat.Forward(y.Slice(d.points, 3*d.points), x.Slice(d.points, 3*d.points), none)
}

// activate takes values and derivatives through the activation: of y = f(z) they are
// y1 = f1 z1 and y2 = f2 z1² + f1 z2.
func (l *derivativeLayer) activate(a Activation, points int, scratch []float32) {
	for i := range points {
		z, z1, z2 := l.sum.Row(i), l.sum.Row(points+i), l.sum.Row(2*points+i)
		y, y1, y2 := l.y.Row(i), l.y.Row(points+i), l.y.Row(2*points+i)
		f1, f2 := l.f1.Row(i), l.f2.Row(i)
		activations[a].apply(y, z)
		a.curves(f1, f2, l.f3.Row(i), y, z, scratch[:len(z)])
		for k := range y {
			y1[k] = f1[k] * z1[k]
			y2[k] = f2[k]*z1[k]*z1[k] + f1[k]*z2[k]
		}
	}
}

// at returns the mean and its derivatives at a point.
func (d *derivatives) at(i int) (u, du, d2u float32) {
	return d.head.Row(i)[0], d.head.Row(d.points + i)[0], d.head.Row(2*d.points + i)[0]
}

// want sets what a loss has for gradient with respect to those.
func (d *derivatives) want(i int, u, du, d2u float32) {
	d.gradHead.Row(i)[0], d.gradHead.Row(d.points + i)[0], d.gradHead.Row(2*d.points + i)[0] = u, du, d2u
}

// backward sets grads to the loss's gradient with respect to the parameters, of what
// want was told for every point.
func (d *derivatives) backward(n *Net) {
	t := &n.towers[0]
	dy, layer := d.gradHead, &t.head
	for k := len(t.hidden); k >= 0; k-- {
		x := d.x
		if k > 0 {
			x = d.hidden[k-1].y
		}
		// Of a head with variances the mean's row is the first.
		dw, db := d.grads[layer.weight:layer.weight+dy.Cols*layer.in], d.grads[layer.bias:layer.bias+dy.Cols]
		kernel.WeightGradient(dw, db, dy, x, &d.scratch)
		clear(db) // which derivatives do not see
		for i := range d.points {
			for o, g := range dy.Row(i) {
				db[o] += g
			}
		}
		if k == 0 {
			return
		}
		l := &d.hidden[k-1]
		layer.packed.InputGradient(l.grad, dy)
		l.back(d.points)
		dy, layer = l.grad, &t.hidden[k-1]
	}
}

// back takes the gradient back through the activation.
func (l *derivativeLayer) back(points int) {
	for i := range points {
		z1, z2 := l.sum.Row(points+i), l.sum.Row(2*points+i)
		g, g1, g2 := l.grad.Row(i), l.grad.Row(points+i), l.grad.Row(2*points+i)
		f1, f2, f3 := l.f1.Row(i), l.f2.Row(i), l.f3.Row(i)
		for k := range g {
			a, b, c := g[k], g1[k], g2[k]
			g[k] = f1[k]*a + f2[k]*z1[k]*b + (f3[k]*z1[k]*z1[k]+f2[k]*z2[k])*c
			g1[k] = f1[k]*b + 2*f2[k]*z1[k]*c
			g2[k] = f1[k] * c
		}
	}
}
