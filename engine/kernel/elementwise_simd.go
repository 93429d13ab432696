//go:build goexperiment.simd && (arm64 || wasm || (amd64 && purego))

package kernel

// The updates and gradients below do what their portable twins do, operation by
// operation, so that what is left after the last whole vector can be given to those.

func add(dst, src []float32) {
	for len(src) >= 4 {
		src4 := (*four)(src)
		dst4 := (*four)(dst)
		store(dst4, load(dst4).Add(load(src4)))
		src = src[4:]
		dst = dst[4:]
	}
	addGeneric(dst, src)
}

func scale(x []float32, factor float32) {
	f := splat(factor)
	for len(x) >= 4 {
		x4 := (*four)(x)
		store(x4, load(x4).Mul(f))
		x = x[4:]
	}
	scaleGeneric(x, factor)
}

func sumSquares(x []float32) float64 { return new(squareSums).generic(x) }

func (a *adamStep) apply(p, g, m, v []float32) {
	keep, decay, rate, root, eps := splat(a.keep), splat(a.decay), splat(a.rate), splat(a.root), splat(a.eps)
	beta1, rest1, beta2, rest2 := splat(a.beta1), splat(a.rest1), splat(a.beta2), splat(a.rest2)
	for len(p) >= 4 {
		p4 := (*four)(p)
		g4 := (*four)(g)
		m4 := (*four)(m)
		v4 := (*four)(v)
		x := load(p4).Mul(keep)
		gi := load(g4).Add(decay.Mul(x))
		mi := beta1.Mul(load(m4)).Add(rest1.Mul(gi))
		vi := beta2.Mul(load(v4)).Add(rest2.Mul(gi).Mul(gi))
		store(m4, mi)
		store(v4, vi)
		store(p4, x.Sub(rate.Mul(mi).Div(vi.Sqrt().Mul(root).Add(eps))))
		p = p[4:]
		g = g[4:]
		m = m[4:]
		v = v[4:]
	}
	a.generic(p, g, m, v)
}

func (s *sgdStep) plain(p, g []float32) {
	decay, rate := splat(s.decay), splat(s.rate)
	for len(p) >= 4 {
		p4 := (*four)(p)
		g4 := (*four)(g)
		x := load(p4)
		store(p4, x.Sub(rate.Mul(load(g4).Add(decay.Mul(x)))))
		p = p[4:]
		g = g[4:]
	}
	s.plainGeneric(p, g)
}

func (s *sgdStep) heavy(p, g, buf []float32) {
	decay, momentum, rate := splat(s.decay), splat(s.momentum), splat(s.rate)
	for len(p) >= 4 {
		p4 := (*four)(p)
		g4 := (*four)(g)
		buf4 := (*four)(buf)
		x := load(p4)
		b := momentum.Mul(load(buf4)).Add(load(g4).Add(decay.Mul(x)))
		store(buf4, b)
		store(p4, x.Sub(rate.Mul(b)))
		p = p[4:]
		g = g[4:]
		buf = buf[4:]
	}
	s.heavyGeneric(p, g, buf)
}

func (s *sgdStep) nesterov(p, g, buf []float32) {
	decay, momentum, rate := splat(s.decay), splat(s.momentum), splat(s.rate)
	for len(p) >= 4 {
		p4 := (*four)(p)
		g4 := (*four)(g)
		buf4 := (*four)(buf)
		x := load(p4)
		gi := load(g4).Add(decay.Mul(x))
		b := momentum.Mul(load(buf4)).Add(gi)
		store(buf4, b)
		store(p4, x.Sub(rate.Mul(gi.Add(momentum.Mul(b)))))
		p = p[4:]
		g = g[4:]
		buf = buf[4:]
	}
	s.nesterovGeneric(p, g, buf)
}

func (r *rmsPropStep) plain(p, g, v []float32) {
	decay, alpha, rest, eps, rate := splat(r.decay), splat(r.alpha), splat(r.rest), splat(r.eps), splat(r.rate)
	for len(p) >= 4 {
		p4 := (*four)(p)
		g4 := (*four)(g)
		v4 := (*four)(v)
		x := load(p4)
		gi := load(g4).Add(decay.Mul(x))
		vi := alpha.Mul(load(v4)).Add(rest.Mul(gi).Mul(gi))
		store(v4, vi)
		store(p4, x.Sub(rate.Mul(gi).Div(vi.Sqrt().Add(eps))))
		p = p[4:]
		g = g[4:]
		v = v[4:]
	}
	r.plainGeneric(p, g, v)
}

func (r *rmsPropStep) heavy(p, g, v, buf []float32) {
	decay, alpha, rest, eps, momentum, rate := splat(r.decay), splat(r.alpha), splat(r.rest), splat(r.eps), splat(r.momentum), splat(r.rate)
	for len(p) >= 4 {
		p4 := (*four)(p)
		g4 := (*four)(g)
		v4 := (*four)(v)
		buf4 := (*four)(buf)
		x := load(p4)
		gi := load(g4).Add(decay.Mul(x))
		vi := alpha.Mul(load(v4)).Add(rest.Mul(gi).Mul(gi))
		store(v4, vi)
		b := momentum.Mul(load(buf4)).Add(gi.Div(vi.Sqrt().Add(eps)))
		store(buf4, b)
		store(p4, x.Sub(rate.Mul(b)))
		p = p[4:]
		g = g[4:]
		v = v[4:]
		buf = buf[4:]
	}
	r.heavyGeneric(p, g, v, buf)
}

func relu(y, z []float32) {
	zero := splat(0)
	for len(z) >= 4 {
		z4 := (*four)(z)
		y4 := (*four)(y)
		v := load(z4)
		store(y4, zero.IfElse(v.Less(zero), v.Add(zero))) // which makes -0 a 0
		z = z[4:]
		y = y[4:]
	}
	reluGeneric(y, z)
}

func reluGradient(g, y []float32) {
	zero := splat(0)
	for len(y) >= 4 {
		y4 := (*four)(y)
		g4 := (*four)(g)
		store(g4, zero.IfElse(load(y4).LessEqual(zero), load(g4)))
		y = y[4:]
		g = g[4:]
	}
	reluGradientGeneric(g, y)
}

func leakyReLU(y, z []float32) {
	zero, slope := splat(0), splat(leak)
	for len(z) >= 4 {
		z4 := (*four)(z)
		y4 := (*four)(y)
		v := load(z4)
		store(y4, slope.Mul(v).IfElse(v.Less(zero), v))
		z = z[4:]
		y = y[4:]
	}
	leakyReLUGeneric(y, z)
}

func leakyReLUGradient(g, y []float32) {
	zero, slope := splat(0), splat(leak)
	for len(y) >= 4 {
		y4 := (*four)(y)
		g4 := (*four)(g)
		s := load(g4)
		store(g4, slope.Mul(s).IfElse(load(y4).LessEqual(zero), s))
		y = y[4:]
		g = g[4:]
	}
	leakyReLUGradientGeneric(g, y)
}

func tanhGradient(g, y []float32) {
	one := splat(1)
	for len(y) >= 4 {
		y4 := (*four)(y)
		g4 := (*four)(g)
		v := load(y4)
		store(g4, load(g4).Mul(one.Sub(v.Mul(v))))
		y = y[4:]
		g = g[4:]
	}
	tanhGradientGeneric(g, y)
}

func sigmoidGradient(g, y []float32) {
	one := splat(1)
	for len(y) >= 4 {
		y4 := (*four)(y)
		g4 := (*four)(g)
		v := load(y4)
		store(g4, load(g4).Mul(v.Mul(one.Sub(v))))
		y = y[4:]
		g = g[4:]
	}
	sigmoidGradientGeneric(g, y)
}

func eluGradient(g, y []float32) {
	zero, one := splat(0), splat(1)
	for len(y) >= 4 {
		y4 := (*four)(y)
		g4 := (*four)(g)
		v := load(y4)
		store(g4, load(g4).Mul(one.Add(zero.IfElse(v.GreaterEqual(zero), v))))
		y = y[4:]
		g = g[4:]
	}
	eluGradientGeneric(g, y)
}
