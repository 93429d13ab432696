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

// weightGradient computes tiles of dyᵀ x, or of xᵀ dy where x is narrow. A tile's factors
// are gathered first: walked down in the matrices, columns miss the cache.
func weightGradient(dw, db []float32, dy, x Matrix, scratch *Matrix) bool {
	in, out, rows := x.Cols, dy.Cols, dy.Rows
	narrow := in <= tileRows
	a, b := dy, x
	if narrow {
		a, b = x, dy
	}
	widthOfA := (a.Cols + tileRows - 1) / tileRows * tileRows
	widthOfB := panelled(b.Cols) * panelCols
	scratch.Resize(rows, widthOfA+widthOfB)
	quads, columns := scratch.Data[:rows*widthOfA], scratch.Data[rows*widthOfA:][:rows*widthOfB]
	if narrow {
		gather(quads, a, tileRows, nil)
		gather(columns, b, panelCols, db)
	} else {
		gather(quads, a, tileRows, db)
		gather(columns, b, panelCols, nil)
	}
	var sums [tileRows]panel
	for c := 0; c < b.Cols; c += panelCols {
		for i := 0; i < a.Cols; i += tileRows {
			tileOf(&sums, quads[rows*i:][:rows*tileRows], columns[rows*c:][:rows*panelCols])
			if narrow {
				for i := range in {
					for k := range min(panelCols, out-c) {
						dw[(c+k)*in+i] = sums[i][k]
					}
				}
				continue
			}
			for r := range min(tileRows, out-i) {
				copy(dw[(i+r)*in+c:(i+r+1)*in], sums[r][:])
			}
		}
	}
	return true
}

// gather copies m in strips of so many columns, one strip after the other, and where there
// are sums sets those to its columns'.
func gather(strips []float32, m Matrix, width int, sums []float32) {
	c := 0
	for ; c+lane <= m.Cols; c += lane { // a cache line of each row
		strip := func(c int) []float32 { return strips[m.Rows*(c-c%width)+c%width:] }
		d0, d1, d2, d3 := strip(c), strip(c+4), strip(c+8), strip(c+12)
		var t0, t1, t2, t3 f4
		for from, to := c, 0; from < m.Rows*m.Stride; from, to = from+m.Stride, to+width {
			line := (*[lane]float32)(m.Data[from : from+lane])
			v0, v1, v2, v3 := load((*four)(line[0:])), load((*four)(line[4:])), load((*four)(line[8:])), load((*four)(line[12:]))
			store((*four)(d0[to:to+4]), v0)
			store((*four)(d1[to:to+4]), v1)
			store((*four)(d2[to:to+4]), v2)
			store((*four)(d3[to:to+4]), v3)
			t0, t1, t2, t3 = t0.Add(v0), t1.Add(v1), t2.Add(v2), t3.Add(v3)
		}
		if sums != nil {
			line := (*[lane]float32)(sums[c:])
			store((*four)(line[0:]), t0)
			store((*four)(line[4:]), t1)
			store((*four)(line[8:]), t2)
			store((*four)(line[12:]), t3)
		}
	}
	for end := (m.Cols + width - 1) / width * width; c < end; c += 4 {
		to := m.Rows*(c-c%width) + c%width
		var total f4
		for r := range m.Rows {
			v := load((*four)(m.Data[r*m.Stride+c:]))
			store((*four)(strips[to:]), v)
			total = total.Add(v)
			to += width
		}
		if sums != nil && c < len(sums) {
			var last four
			store(&last, total)
			copy(sums[c:], last[:])
		}
	}
}
