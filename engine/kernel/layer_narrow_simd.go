//go:build goexperiment.simd && (wasm || (amd64 && purego))

package kernel

// Eight sums, two vectors of the other factor and a number: of 16 registers.
const (
	tileRows  = 4
	panelCols = 8
)

// tile computes tileRows rows of a product, from row r and the panel at column c.
func tile(y, x Matrix, r, c int, b []panel, start *panel, floor f4) {
	x0 := x.Data[r*x.Stride:][:len(b)]
	x1 := x.Data[(r+1)*x.Stride:][:len(b)]
	x2 := x.Data[(r+2)*x.Stride:][:len(b)]
	x3 := x.Data[(r+3)*x.Stride:][:len(b)]
	a00, a01 := load((*four)(start[0:])), load((*four)(start[4:]))
	a10, a11, a20, a21, a30, a31 := a00, a01, a00, a01, a00, a01
	for i := range b {
		p := &b[i]
		b0, b1 := load((*four)(p[0:])), load((*four)(p[4:]))
		v := splat(x0[i])
		a00, a01 = madd(v, b0, a00), madd(v, b1, a01)
		v = splat(x1[i])
		a10, a11 = madd(v, b0, a10), madd(v, b1, a11)
		v = splat(x2[i])
		a20, a21 = madd(v, b0, a20), madd(v, b1, a21)
		v = splat(x3[i])
		a30, a31 = madd(v, b0, a30), madd(v, b1, a31)
	}
	put((*panel)(y.Data[r*y.Stride+c:]), a00, a01, floor)
	put((*panel)(y.Data[(r+1)*y.Stride+c:]), a10, a11, floor)
	put((*panel)(y.Data[(r+2)*y.Stride+c:]), a20, a21, floor)
	put((*panel)(y.Data[(r+3)*y.Stride+c:]), a30, a31, floor)
}

func put(y *panel, a0, a1, floor f4) {
	store((*four)(y[0:]), least(a0, floor))
	store((*four)(y[4:]), least(a1, floor))
}

// tileRow is tile of one row: the same sums in the same order.
func tileRow(y *panel, x []float32, b []panel, start *panel, floor f4) {
	x = x[:len(b)]
	a0, a1 := load((*four)(start[0:])), load((*four)(start[4:]))
	for i := range b {
		p := &b[i]
		v := splat(x[i])
		a0, a1 = madd(v, load((*four)(p[0:])), a0), madd(v, load((*four)(p[4:])), a1)
	}
	put(y, a0, a1, floor)
}

// tileOf computes the sums of quads times panels: sums[i][c] = Σ_r a[r][i] b[r][c], where a
// holds a quad for each row, and b a panel.
func tileOf(sums *[tileRows]panel, a, b []float32) {
	var a00, a01, a10, a11, a20, a21, a30, a31 f4
	for len(a) >= 2*tileRows && len(b) >= 2*panelCols {
		q, p := (*[2 * tileRows]float32)(a), (*[2 * panelCols]float32)(b)
		b0, b1 := load((*four)(p[0:])), load((*four)(p[4:]))
		v := splat(q[0])
		a00, a01 = madd(v, b0, a00), madd(v, b1, a01)
		v = splat(q[1])
		a10, a11 = madd(v, b0, a10), madd(v, b1, a11)
		v = splat(q[2])
		a20, a21 = madd(v, b0, a20), madd(v, b1, a21)
		v = splat(q[3])
		a30, a31 = madd(v, b0, a30), madd(v, b1, a31)
		b0, b1 = load((*four)(p[8:])), load((*four)(p[12:]))
		v = splat(q[4])
		a00, a01 = madd(v, b0, a00), madd(v, b1, a01)
		v = splat(q[5])
		a10, a11 = madd(v, b0, a10), madd(v, b1, a11)
		v = splat(q[6])
		a20, a21 = madd(v, b0, a20), madd(v, b1, a21)
		v = splat(q[7])
		a30, a31 = madd(v, b0, a30), madd(v, b1, a31)
		a, b = a[2*tileRows:], b[2*panelCols:]
	}
	if len(a) >= tileRows && len(b) >= panelCols {
		q, p := (*[tileRows]float32)(a), (*panel)(b)
		b0, b1 := load((*four)(p[0:])), load((*four)(p[4:]))
		v := splat(q[0])
		a00, a01 = madd(v, b0, a00), madd(v, b1, a01)
		v = splat(q[1])
		a10, a11 = madd(v, b0, a10), madd(v, b1, a11)
		v = splat(q[2])
		a20, a21 = madd(v, b0, a20), madd(v, b1, a21)
		v = splat(q[3])
		a30, a31 = madd(v, b0, a30), madd(v, b1, a31)
	}
	keep(&sums[0], a00, a01)
	keep(&sums[1], a10, a11)
	keep(&sums[2], a20, a21)
	keep(&sums[3], a30, a31)
}

func keep(y *panel, a0, a1 f4) {
	store((*four)(y[0:]), a0)
	store((*four)(y[4:]), a1)
}
