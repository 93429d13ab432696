// Package kernel holds the float32 matrix and vector loops under a network, in
// portable Go over gonum's BLAS.
//
// Matrices are row-major slices without padding: x is (rows, in), w is (out,
// in) as PyTorch's Linear keeps it. Slices must have at least the length that
// their shape asks for. Every function is a pure function of its arguments and
// gives the same bits each time; any goroutine may call it on data of its own.
package kernel

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

func matrix(rows, cols int, data []float32) blas32.General {
	return blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: data[:rows*cols]}
}

// Linear sets y (rows, out) = x wᵀ + b.
//
//	y[r][o] = b[o] + Σ_i x[r][i] * w[o][i]
func Linear(y, x, w, b []float32, rows, in, out int) {
	for r := range rows {
		copy(y[r*out:(r+1)*out], b[:out])
	}
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, matrix(rows, in, x), matrix(out, in, w), 1, matrix(rows, out, y))
}

// LinearInputGradient sets dx (rows, in) = dy w, or adds it to dx.
//
//	dx[r][i] = Σ_o dy[r][o] * w[o][i]
func LinearInputGradient(dx, dy, w []float32, rows, in, out int, add bool) {
	beta := float32(0)
	if add {
		beta = 1
	}
	blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, matrix(rows, out, dy), matrix(out, in, w), beta, matrix(rows, in, dx))
}

// LinearWeightGradient sets dw (out, in) = dyᵀ x and db (out) = Σ_r dy[r].
//
//	dw[o][i] = Σ_r dy[r][o] * x[r][i]
//	db[o]    = Σ_r dy[r][o]
func LinearWeightGradient(dw, db, dy, x []float32, rows, in, out int) {
	blas32.Gemm(blas.Trans, blas.NoTrans, 1, matrix(rows, out, dy), matrix(rows, in, x), 0, matrix(out, in, dw))
	clear(db[:out])
	for r := range rows {
		for o, g := range dy[r*out : (r+1)*out] {
			db[o] += g
		}
	}
}

// Exp sets y[i] = exp(x[i]), correctly rounded but for about one value in 10⁸.
func Exp(y, x []float32) {
	for i, v := range x {
		y[i] = float32(math.Exp(float64(v)))
	}
}

// Adam makes one step of Adam (Kingma & Ba 2015, algorithm 1, in the order of
// PyTorch's operations) over all parameters. decay is that of an L2 penalty of
// decay/2 Σp², as Adam's weight_decay is in PyTorch. step counts from 1.
//
//	g    = g[i] + decay*p[i]
//	m[i] = beta1*m[i] + (1-beta1)*g
//	v[i] = beta2*v[i] + (1-beta2)*g*g
//	p[i] -= lr/(1-beta1^step) * m[i] / (sqrt(v[i])/sqrt(1-beta2^step) + eps)
func Adam(p, g, m, v []float32, lr, decay, beta1, beta2, eps float64, step uint64) {
	rate := float32(lr / (1 - math.Pow(beta1, float64(step))))
	scale := float32(1 / math.Sqrt(1-math.Pow(beta2, float64(step))))
	b1, c1 := float32(beta1), float32(1-beta1)
	b2, c2 := float32(beta2), float32(1-beta2)
	e, d := float32(eps), float32(decay)
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i, gi := range g {
		gi += d * p[i]
		mi := b1*m[i] + c1*gi
		vi := b2*v[i] + c2*gi*gi
		m[i], v[i] = mi, vi
		p[i] -= rate * mi / (float32(math.Sqrt(float64(vi)))*scale + e)
	}
}
