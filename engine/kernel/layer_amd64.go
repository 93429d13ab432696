//go:build !purego

package kernel

import "math"

//go:generate sh -c "cd _asm/gemm && go run . -out ../../gemm_amd64.s -stubs ../../gemm_stubs_amd64.go -pkg kernel"

// half is the width of the narrower panel, for what is left beside the wide ones.
const half = lane / 2

// panelWidth returns the width of the panel that begins at column at of cols.
func panelWidth(at, cols int) int {
	if cols-at <= half {
		return half
	}
	return lane
}

// panelled returns the sum of the panels' widths that hold cols columns.
func panelled(cols int) int { return (cols + half - 1) / half * half }

// panels are a layer's weights, cut into panels of 16 columns, or 8 for the last,
// which are filled up with zeros. Panels follow each other, each row by row.
type panels struct {
	forward  []float32 // of wᵀ (in, out)
	biases   []float32 // (out), filled up
	backward []float32 // of w (out, in)
}

func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return aligned(n)
	}
	return s[:n]
}

func (p *panels) pack(l *Layer) {
	if !hasAVX2() {
		return
	}
	p.forward = resize(p.forward, l.in*panelled(l.out))
	p.biases = resize(p.biases, panelled(l.out))
	p.backward = resize(p.backward, l.out*panelled(l.in))
	clear(p.biases[copy(p.biases, l.b):])
	for o := 0; o < l.out; o += lane {
		width := panelWidth(o, l.out)
		panel := p.forward[l.in*o:][:l.in*width]
		packTransposed(panel, l.w[o*l.in:], width, l.in, min(width, l.out-o))
	}
	for i := 0; i < l.in; i += lane {
		width := panelWidth(i, l.in)
		panel := p.backward[l.out*i:][:l.out*width]
		if i+lane <= l.in {
			for o := range l.out {
				*(*[lane]float32)(panel[o*lane:]) = [lane]float32(l.w[o*l.in+i:])
			}
			continue
		}
		clear(panel)
		for o := range l.out {
			copy(panel[o*width:(o+1)*width], l.w[o*l.in+i:(o+1)*l.in])
		}
	}
}

// packTransposed fills a panel of that width with columns rows of w (columns,
// rows) stood on end.
func packTransposed(panel, w []float32, width, rows, columns int) {
	whole := rows / 8
	if columns < width {
		clear(panel)
	}
	for c := 0; c < columns; c += 8 {
		from := 0
		if whole > 0 && c+8 <= columns {
			transposeAVX2(&panel[c], &w[c*rows], whole, 4*width, 4*rows)
			from = 8 * whole
		}
		for k := c; k < min(c+8, columns); k++ {
			for r := from; r < rows; r++ {
				panel[r*width+k] = w[k*rows+r]
			}
		}
	}
}

// product sets a panel of c to a times a panel of b.
func product(width int, c, a, b, start *float32, rows, k, cStride, aRow, aStep, bStride int, floor float32) {
	switch width {
	case wide:
		panel64AVX2(c, a, b, start, rows, k, 4*cStride, 4*aRow, 4*aStep, 4*bStride, floor)
	case lane:
		panel16AVX2(c, a, b, start, rows, k, 4*cStride, 4*aRow, 4*aStep, 4*bStride, floor)
	default:
		panel8AVX2(c, a, b, start, rows, k, 4*cStride, 4*aRow, 4*aStep, 4*bStride, floor)
	}
}

func (p *panels) forwardProduct(l *Layer, y, x Matrix, floor float32) bool {
	if !hasAVX2() {
		return false
	}
	for o := 0; o < l.out; o += lane {
		width := panelWidth(o, l.out)
		product(width, &y.Data[o], &x.Data[0], &p.forward[l.in*o], &p.biases[o], y.Rows, l.in, y.Stride, x.Stride, 1, width, floor)
	}
	return true
}

func (p *panels) inputGradient(l *Layer, dx, dy Matrix) bool {
	if !hasAVX2() {
		return false
	}
	var zeros [lane]float32
	for i := 0; i < l.in; i += lane {
		width := panelWidth(i, l.in)
		product(width, &dx.Data[i], &dy.Data[0], &p.backward[l.out*i], &zeros[0], dx.Rows, dy.Cols, dx.Stride, dy.Stride, 1, width, float32(math.Inf(-1)))
	}
	return true
}

// fewInputs is up to how many inputs a layer's gradient is computed standing on
// end, where the panels' width lies along the outputs.
const fewInputs = 6

// wide is the width of the panels of products of up to fewRows rows, whose sums
// are too few in a panel of 16 to keep the multipliers busy.
const (
	wide    = 4 * lane
	fewRows = 5
)

// gradientWidth is panelWidth for a product of so many rows where numbers up to
// column room may be touched.
func gradientWidth(at, cols, rows, room int) int {
	if rows <= fewRows && at+wide <= room {
		return wide
	}
	return panelWidth(at, cols)
}

// weightGradient takes dy and x as they are for its factors: their rows are the
// rows of the panels.
func weightGradient(dw, db []float32, dy, x Matrix, scratch *Matrix) bool {
	if !hasAVX2() {
		return false
	}
	in, out, rows := x.Cols, dy.Cols, x.Rows
	var zeros [wide]float32
	one, noFloor := float32(1), float32(math.Inf(-1))
	scratch.Resize(max(out, in, 1), max(lane, out))
	room := min(dy.Stride, scratch.Stride)
	for o := 0; o < out; {
		width := gradientWidth(o, out, 1, room)
		product(width, &scratch.Data[o], &one, &dy.Data[o], &zeros[0], 1, rows, scratch.Stride, 0, 0, dy.Stride, noFloor)
		o += width
	}
	copy(db, scratch.Row(0))
	if in <= fewInputs {
		for o := 0; o < out; {
			width := gradientWidth(o, out, in, room)
			product(width, &scratch.Data[o], &x.Data[0], &dy.Data[o], &zeros[0], in, rows, scratch.Stride, 1, x.Stride, dy.Stride, noFloor)
			o += width
		}
		for o := range out {
			for i := range in {
				dw[o*in+i] = scratch.Data[i*scratch.Stride+o]
			}
		}
		return true
	}
	for i := 0; i < in; {
		width := gradientWidth(i, in, out, in)
		if i+width <= in {
			product(width, &dw[i], &dy.Data[0], &x.Data[i], &zeros[0], out, rows, in, 1, dy.Stride, x.Stride, noFloor)
		} else {
			product(width, &scratch.Data[0], &dy.Data[0], &x.Data[i], &zeros[0], out, rows, scratch.Stride, 1, dy.Stride, x.Stride, noFloor)
			for o := range out {
				copy(dw[o*in+i:(o+1)*in], scratch.Row(o))
			}
		}
		i += width
	}
	return true
}

func peakFMA(loops int) float64 {
	if !hasAVX2() {
		return peakGeneric(loops)
	}
	peakAVX2(loops)
	return float64(loops) * 12 * 16
}
