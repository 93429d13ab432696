package kernel

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// A Layer is the weights of a linear layer, arranged for its products. Its zero
// value is ready for Pack. After that, until the next Pack, several goroutines
// may use it, each on rows of its own.
//
// The bits of a row of a product do not depend on which other rows are computed
// with it.
type Layer struct {
	in, out int
	w, b    []float32
	panels  panels
}

// Pack takes weights w (out, in), row by row, and biases b (out), which must
// do not change until the next Pack. It does not allocate for a shape that it
// has seen.
func (l *Layer) Pack(w, b []float32, in, out int) {
	l.in, l.out = in, out
	l.w, l.b = w[:in*out], b[:out]
	l.panels.pack(l)
}

// Forward sets y (rows, out) to x wᵀ + b, where x is (rows, in), and what is
// below floor to floor. A NaN stays.
//
//	y[r][o] = max(b[o] + Σ_i x[r][i] w[o][i], floor)
func (l *Layer) Forward(y, x Matrix, floor float32) {
	if !l.panels.forwardProduct(l, y, x, floor) {
		l.forwardGeneric(y, x, floor)
	}
}

// strip is how many rows gonum is given at a time. Given many at once it sums in
// other groups, and a row's bits would depend on how many come with it.
const strip = 64

func (l *Layer) forwardGeneric(y, x Matrix, floor float32) {
	w := blas32.General{Rows: l.out, Cols: l.in, Stride: l.in, Data: l.w}
	for r := range y.Rows {
		copy(y.Row(r), l.b)
	}
	for from := 0; from < y.Rows; from += strip {
		to := min(from+strip, y.Rows)
		blas32.Gemm(blas.NoTrans, blas.Trans, 1, general(x.Slice(from, to)), w, 1, general(y.Slice(from, to)))
	}
	if math.IsInf(float64(floor), -1) {
		return
	}
	for r := range y.Rows {
		row := y.Row(r)
		for i, v := range row {
			if v < floor {
				row[i] = floor
			}
		}
	}
}

// InputGradient sets dx (rows, in) to dy w, where dy holds the gradients of the
// first dy.Cols outputs; the others have none.
//
//	dx[r][i] = Σ_o dy[r][o] w[o][i]
func (l *Layer) InputGradient(dx, dy Matrix) {
	if !l.panels.inputGradient(l, dx, dy) {
		l.inputGradientGeneric(dx, dy)
	}
}

// inputGradientGeneric and weightGradientGeneric leave out products with a zero
// of dy, even if the other factor is not finite: that is how gonum multiplies.
func (l *Layer) inputGradientGeneric(dx, dy Matrix) {
	w := blas32.General{Rows: dy.Cols, Cols: l.in, Stride: l.in, Data: l.w}
	for from := 0; from < dx.Rows; from += strip {
		to := min(from+strip, dx.Rows)
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, general(dy.Slice(from, to)), w, 0, general(dx.Slice(from, to)))
	}
}

// WeightGradient sets dw (out, in), row by row, to dyᵀ x, and db (out) to the
// sums of dy's columns, where dy is (rows, out) and x is (rows, in). scratch is
// the caller's, and grows as it must.
//
//	dw[o][i] = Σ_r dy[r][o] x[r][i]
//	db[o]    = Σ_r dy[r][o]
func WeightGradient(dw, db []float32, dy, x Matrix, scratch *Matrix) {
	if !weightGradient(dw, db, dy, x, scratch) {
		weightGradientGeneric(dw, db, dy, x)
	}
}

func weightGradientGeneric(dw, db []float32, dy, x Matrix) {
	clear(db)
	for r := range dy.Rows {
		for o, g := range dy.Row(r) {
			db[o] += g
		}
	}
	blas32.Gemm(blas.Trans, blas.NoTrans, 1, general(dy), general(x), 0, blas32.General{Rows: dy.Cols, Cols: x.Cols, Stride: x.Cols, Data: dw})
}

func general(m Matrix) blas32.General {
	return blas32.General{Rows: m.Rows, Cols: m.Cols, Stride: m.Stride, Data: m.Data}
}
