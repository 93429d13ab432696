package kernel

import "math"

// The optimisers' updates are PyTorch's, in the order of its operations. p are
// parameters, g their gradients, decay is that of an L2 penalty of decay/2 Σp².

// Adam makes one step of Adam (Kingma & Ba 2015, algorithm 1); decoupled, of
// AdamW (Loshchilov & Hutter 2019), which leaves decay out of the moments and
// multiplies p by 1 - lr decay first. step counts from 1.
//
//	g    = g[i] + decay*p[i]
//	m[i] = beta1*m[i] + (1-beta1)*g
//	v[i] = beta2*v[i] + (1-beta2)*g*g
//	p[i] -= lr/(1-beta1^step) * m[i] / (sqrt(v[i])/sqrt(1-beta2^step) + eps)
func Adam(p, g, m, v []float32, lr, decay, beta1, beta2, eps float64, decoupled bool, step uint64) {
	a := adamStep{
		keep:  1,
		decay: float32(decay),
		beta1: float32(beta1), rest1: float32(1 - beta1),
		beta2: float32(beta2), rest2: float32(1 - beta2),
		rate: float32(lr / (1 - math.Pow(beta1, float64(step)))),
		root: float32(1 / math.Sqrt(1-math.Pow(beta2, float64(step)))),
		eps:  float32(eps),
	}
	if decoupled {
		a.keep, a.decay = float32(1-lr*decay), 0
	}
	a.apply(p, g, m, v)
}

// adamStep holds the numbers that all elements of one update share, in the order
// in which the assembly reads them.
type adamStep struct {
	keep, decay  float32
	beta1, rest1 float32
	beta2, rest2 float32
	rate, root   float32
	eps          float32
}

func (a *adamStep) generic(p, g, m, v []float32) {
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i, x := range p {
		x *= a.keep
		gi := g[i] + float32(a.decay*x)
		mi := float32(a.beta1*m[i]) + float32(a.rest1*gi)
		vi := float32(a.beta2*v[i]) + float32(float32(a.rest2*gi)*gi)
		m[i], v[i] = mi, vi
		root := float32(math.Sqrt(float64(vi)))
		p[i] = x - float32(a.rate*mi)/(float32(root*a.root)+a.eps)
	}
}

// SGD makes one step of gradient descent. With a momentum, buf holds the sum of
// past gradients, which on the first step is the gradient; without, it may be nil.
//
//	g      = g[i] + decay*p[i]
//	buf[i] = momentum*buf[i] + g
//	p[i]  -= lr * buf[i], or with nesterov lr * (g + momentum*buf[i])
func SGD(p, g, buf []float32, lr, momentum, decay float64, nesterov, first bool) {
	s := sgdStep{decay: float32(decay), momentum: float32(momentum), rate: float32(lr)}
	if s.momentum == 0 {
		s.plain(p, g)
		return
	}
	if first {
		clear(buf[:len(p)])
	}
	if nesterov {
		s.nesterov(p, g, buf)
	} else {
		s.heavy(p, g, buf)
	}
}

// sgdStep is to SGD what adamStep is to Adam.
type sgdStep struct{ decay, momentum, rate float32 }

func (s *sgdStep) plainGeneric(p, g []float32) {
	g = g[:len(p)]
	for i, x := range p {
		p[i] = x - float32(s.rate*(g[i]+float32(s.decay*x)))
	}
}

func (s *sgdStep) heavyGeneric(p, g, buf []float32) {
	g, buf = g[:len(p)], buf[:len(p)]
	for i, x := range p {
		b := float32(s.momentum*buf[i]) + (g[i] + float32(s.decay*x))
		buf[i] = b
		p[i] = x - float32(s.rate*b)
	}
}

func (s *sgdStep) nesterovGeneric(p, g, buf []float32) {
	g, buf = g[:len(p)], buf[:len(p)]
	for i, x := range p {
		gi := g[i] + float32(s.decay*x)
		b := float32(s.momentum*buf[i]) + gi
		buf[i] = b
		p[i] = x - float32(s.rate*(gi+float32(s.momentum*b)))
	}
}

// RMSProp makes one step of RMSProp (Tieleman & Hinton 2012). With a momentum,
// buf holds the sum of past updates; without, it may be nil.
//
//	g      = g[i] + decay*p[i]
//	v[i]   = alpha*v[i] + (1-alpha)*g*g
//	buf[i] = momentum*buf[i] + g/(sqrt(v[i]) + eps)
//	p[i]  -= lr * buf[i], or without momentum lr * g/(sqrt(v[i]) + eps)
func RMSProp(p, g, v, buf []float32, lr, alpha, eps, momentum, decay float64) {
	r := rmsPropStep{
		decay: float32(decay), alpha: float32(alpha), rest: float32(1 - alpha), eps: float32(eps),
		momentum: float32(momentum), rate: float32(lr),
	}
	if r.momentum == 0 {
		r.plain(p, g, v)
	} else {
		r.heavy(p, g, v, buf)
	}
}

// rmsPropStep is to RMSProp what adamStep is to Adam.
type rmsPropStep struct{ decay, alpha, rest, eps, momentum, rate float32 }

func (r *rmsPropStep) plainGeneric(p, g, v []float32) {
	g, v = g[:len(p)], v[:len(p)]
	for i, x := range p {
		gi := g[i] + float32(r.decay*x)
		vi := float32(r.alpha*v[i]) + float32(float32(r.rest*gi)*gi)
		v[i] = vi
		p[i] = x - float32(r.rate*gi)/(float32(math.Sqrt(float64(vi)))+r.eps)
	}
}

func (r *rmsPropStep) heavyGeneric(p, g, v, buf []float32) {
	g, v, buf = g[:len(p)], v[:len(p)], buf[:len(p)]
	for i, x := range p {
		gi := g[i] + float32(r.decay*x)
		vi := float32(r.alpha*v[i]) + float32(float32(r.rest*gi)*gi)
		v[i] = vi
		b := float32(r.momentum*buf[i]) + gi/(float32(math.Sqrt(float64(vi)))+r.eps)
		buf[i] = b
		p[i] = x - float32(r.rate*b)
	}
}
