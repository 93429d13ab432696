//go:build goexperiment.simd && (arm64 || wasm || (amd64 && purego))

package kernel

import "math"

// A panel is as many columns as a tile of a product has. The tiles, of tileRows rows, are
// in layer_wide_simd.go and layer_narrow_simd.go: as many sums as there are registers.
type panel = [panelCols]float32

// panels are a layer's weights, cut into panels that are filled up with zeros.
type panels struct {
	forward  []panel // of wᵀ (in, out): in of each panel, one panel of outputs after the other
	biases   []panel
	backward []panel // of w (out, in): out of each
}

// panelled is how many panels hold so many columns.
func panelled(cols int) int { return (cols + panelCols - 1) / panelCols }

func (p *panels) pack(l *Layer) {
	p.forward = cleared(p.forward, panelled(l.out)*l.in)
	p.biases = cleared(p.biases, panelled(l.out))
	p.backward = cleared(p.backward, panelled(l.in)*l.out)
	for o := range l.out {
		row := l.w[o*l.in:][:l.in]
		at, c := o/panelCols, o%panelCols
		p.biases[at][c] = l.b[o]
		into := p.forward[at*l.in:][:len(row)]
		for i, v := range row {
			into[i][c] = v
		}
		for i := 0; i < len(row); i += panelCols {
			copy(p.backward[i/panelCols*l.out+o][:], row[i:])
		}
	}
}

// cleared returns n panels of zeros.
func cleared(p []panel, n int) []panel {
	if cap(p) < n {
		return make([]panel, n)
	}
	clear(p[:n])
	return p[:n]
}

// product sets y (rows, cols) to x times panels of k rows each, of which stride follow one
// another, plus start. Rows of y are written in whole panels.
func product(y, x Matrix, b []panel, stride, k int, start []panel, floor float32) {
	var none panel
	low := splat(floor)
	for at := range panelled(y.Cols) {
		columns := b[at*stride:][:k]
		from := &none
		if start != nil {
			from = &start[at]
		}
		r := 0
		for ; r+tileRows <= y.Rows; r += tileRows {
			tile(y, x, r, at*panelCols, columns, from, low)
		}
		for ; r < y.Rows; r++ {
			tileRow((*panel)(y.Data[r*y.Stride+at*panelCols:]), x.Data[r*x.Stride:][:len(columns)], columns, from, low)
		}
	}
}

func (p *panels) forwardProduct(l *Layer, y, x Matrix, floor float32) bool {
	product(y, x, p.forward, l.in, l.in, p.biases, floor)
	return true
}

func (p *panels) inputGradient(l *Layer, dx, dy Matrix) bool {
	product(dx, dy, p.backward, l.out, dy.Cols, nil, float32(math.Inf(-1)))
	return true
}

// weightGradient computes tiles of dyᵀ x, or of xᵀ dy where x is narrow.
func weightGradient(dw, db []float32, dy, x Matrix, _ *Matrix) bool {
	in, out := x.Cols, dy.Cols
	var sums [tileRows]panel
	if in <= tileRows {
		for o := 0; o < out; o += panelCols {
			tileOf(&sums, x, dy, 0, o)
			for i := range in {
				for c := range min(panelCols, out-o) {
					dw[(o+c)*in+i] = sums[i][c]
				}
			}
		}
	} else {
		for i := 0; i < in; i += panelCols {
			for o := 0; o < out; o += tileRows {
				tileOf(&sums, dy, x, o, i)
				for r := range min(tileRows, out-o) {
					copy(dw[(o+r)*in+i:(o+r+1)*in], sums[r][:])
				}
			}
		}
	}
	clear(db)
	for r := range dy.Rows {
		add(db, dy.Row(r))
	}
	return true
}
