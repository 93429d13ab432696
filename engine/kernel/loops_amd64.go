//go:build !purego

package kernel

//go:generate sh -c "cd _asm/loops && go run . -out ../../loops_amd64.s -stubs ../../loops_stubs_amd64.go -pkg kernel"

// What is left of a slice beside whole groups goes the portable way, which gives
// the same bits.

func (a *adamStep) apply(p, g, m, v []float32) {
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	if groups := len(p) / group; groups > 0 && hasAVX2() {
		adamAVX2(&p[0], &g[0], &m[0], &v[0], groups, &a.keep)
		done := groups * group
		p, g, m, v = p[done:], g[done:], m[done:], v[done:]
	}
	a.generic(p, g, m, v)
}

func (s *sgdStep) plain(p, g []float32) {
	g = g[:len(p)]
	if groups := len(p) / group; groups > 0 && hasAVX2() {
		sgdAVX2(&p[0], &g[0], groups, &s.decay)
		done := groups * group
		p, g = p[done:], g[done:]
	}
	s.plainGeneric(p, g)
}

func (s *sgdStep) heavy(p, g, buf []float32) {
	g, buf = g[:len(p)], buf[:len(p)]
	if groups := len(p) / group; groups > 0 && hasAVX2() {
		sgdMomentumAVX2(&p[0], &g[0], &buf[0], groups, &s.decay)
		done := groups * group
		p, g, buf = p[done:], g[done:], buf[done:]
	}
	s.heavyGeneric(p, g, buf)
}

func (s *sgdStep) nesterov(p, g, buf []float32) {
	g, buf = g[:len(p)], buf[:len(p)]
	if groups := len(p) / group; groups > 0 && hasAVX2() {
		sgdNesterovAVX2(&p[0], &g[0], &buf[0], groups, &s.decay)
		done := groups * group
		p, g, buf = p[done:], g[done:], buf[done:]
	}
	s.nesterovGeneric(p, g, buf)
}

func (r *rmsPropStep) plain(p, g, v []float32) {
	g, v = g[:len(p)], v[:len(p)]
	if groups := len(p) / group; groups > 0 && hasAVX2() {
		rmsPropAVX2(&p[0], &g[0], &v[0], groups, &r.decay)
		done := groups * group
		p, g, v = p[done:], g[done:], v[done:]
	}
	r.plainGeneric(p, g, v)
}

func (r *rmsPropStep) heavy(p, g, v, buf []float32) {
	g, v, buf = g[:len(p)], v[:len(p)], buf[:len(p)]
	if groups := len(p) / group; groups > 0 && hasAVX2() {
		rmsPropMomentumAVX2(&p[0], &g[0], &v[0], &buf[0], groups, &r.decay)
		done := groups * group
		p, g, v, buf = p[done:], g[done:], v[done:], buf[done:]
	}
	r.heavyGeneric(p, g, v, buf)
}

func add(dst, src []float32) {
	dst = dst[:len(src)]
	if groups := len(src) / group; groups > 0 && hasAVX2() {
		addAVX2(&dst[0], &src[0], groups)
		dst, src = dst[groups*group:], src[groups*group:]
	}
	addGeneric(dst, src)
}

func scale(x []float32, factor float32) {
	if groups := len(x) / group; groups > 0 && hasAVX2() {
		scaleAVX2(&x[0], groups, factor)
		x = x[groups*group:]
	}
	scaleGeneric(x, factor)
}

func reluGradient(g, y []float32) {
	g = g[:len(y)]
	if groups := len(y) / group; groups > 0 && hasAVX2() {
		reluGradientAVX2(&g[0], &y[0], groups)
		g, y = g[groups*group:], y[groups*group:]
	}
	reluGradientGeneric(g, y)
}

func sumSquares(x []float32) float64 {
	var sums squareSums
	if groups := len(x) / len(sums); groups > 0 && hasAVX2() {
		sumSquaresAVX2(&sums[0], &x[0], groups)
		x = x[groups*len(sums):]
	}
	return sums.generic(x)
}
