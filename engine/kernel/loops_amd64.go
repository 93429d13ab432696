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
