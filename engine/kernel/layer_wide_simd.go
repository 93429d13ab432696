//go:build goexperiment.simd && arm64

package kernel

// Sixteen sums, four vectors of the other factor and a number: of 32 registers.
const (
	tileRows  = 4
	panelCols = 16
)

// tile computes tileRows rows of a product, from row r and the panel at column c.
func tile(y, x Matrix, r, c int, b []panel, start *panel, floor f4) {
	x0 := x.Data[r*x.Stride:][:len(b)]
	x1 := x.Data[(r+1)*x.Stride:][:len(b)]
	x2 := x.Data[(r+2)*x.Stride:][:len(b)]
	x3 := x.Data[(r+3)*x.Stride:][:len(b)]
	s0, s1, s2, s3 := load((*four)(start[0:])), load((*four)(start[4:])), load((*four)(start[8:])), load((*four)(start[12:]))
	a00, a01, a02, a03 := s0, s1, s2, s3
	a10, a11, a12, a13 := s0, s1, s2, s3
	a20, a21, a22, a23 := s0, s1, s2, s3
	a30, a31, a32, a33 := s0, s1, s2, s3
	for i := range b {
		p := &b[i]
		b0, b1, b2, b3 := load((*four)(p[0:])), load((*four)(p[4:])), load((*four)(p[8:])), load((*four)(p[12:]))
		v := splat(x0[i])
		a00, a01, a02, a03 = madd(v, b0, a00), madd(v, b1, a01), madd(v, b2, a02), madd(v, b3, a03)
		v = splat(x1[i])
		a10, a11, a12, a13 = madd(v, b0, a10), madd(v, b1, a11), madd(v, b2, a12), madd(v, b3, a13)
		v = splat(x2[i])
		a20, a21, a22, a23 = madd(v, b0, a20), madd(v, b1, a21), madd(v, b2, a22), madd(v, b3, a23)
		v = splat(x3[i])
		a30, a31, a32, a33 = madd(v, b0, a30), madd(v, b1, a31), madd(v, b2, a32), madd(v, b3, a33)
	}
	put((*panel)(y.Data[r*y.Stride+c:]), a00, a01, a02, a03, floor)
	put((*panel)(y.Data[(r+1)*y.Stride+c:]), a10, a11, a12, a13, floor)
	put((*panel)(y.Data[(r+2)*y.Stride+c:]), a20, a21, a22, a23, floor)
	put((*panel)(y.Data[(r+3)*y.Stride+c:]), a30, a31, a32, a33, floor)
}

func put(y *panel, a0, a1, a2, a3, floor f4) {
	store((*four)(y[0:]), least(a0, floor))
	store((*four)(y[4:]), least(a1, floor))
	store((*four)(y[8:]), least(a2, floor))
	store((*four)(y[12:]), least(a3, floor))
}

// tileRow is tile of one row: the same sums in the same order.
func tileRow(y *panel, x []float32, b []panel, start *panel, floor f4) {
	x = x[:len(b)]
	a0, a1, a2, a3 := load((*four)(start[0:])), load((*four)(start[4:])), load((*four)(start[8:])), load((*four)(start[12:]))
	for i := range b {
		p := &b[i]
		v := splat(x[i])
		a0, a1 = madd(v, load((*four)(p[0:])), a0), madd(v, load((*four)(p[4:])), a1)
		a2, a3 = madd(v, load((*four)(p[8:])), a2), madd(v, load((*four)(p[12:])), a3)
	}
	put(y, a0, a1, a2, a3, floor)
}

// tileOf computes tileRows columns of a from column ac, each times the panel of b from
// column bc, summed over the rows.
func tileOf(sums *[tileRows]panel, a, b Matrix, ac, bc int) {
	var a00, a01, a02, a03, a10, a11, a12, a13, a20, a21, a22, a23, a30, a31, a32, a33 f4
	as, bs := a.Data[min(ac, len(a.Data)):], b.Data[min(bc, len(b.Data)):]
	for range a.Rows {
		q, p := (*four)(as), (*panel)(bs)
		b0, b1, b2, b3 := load((*four)(p[0:])), load((*four)(p[4:])), load((*four)(p[8:])), load((*four)(p[12:]))
		v := splat(q[0])
		a00, a01, a02, a03 = madd(v, b0, a00), madd(v, b1, a01), madd(v, b2, a02), madd(v, b3, a03)
		v = splat(q[1])
		a10, a11, a12, a13 = madd(v, b0, a10), madd(v, b1, a11), madd(v, b2, a12), madd(v, b3, a13)
		v = splat(q[2])
		a20, a21, a22, a23 = madd(v, b0, a20), madd(v, b1, a21), madd(v, b2, a22), madd(v, b3, a23)
		v = splat(q[3])
		a30, a31, a32, a33 = madd(v, b0, a30), madd(v, b1, a31), madd(v, b2, a32), madd(v, b3, a33)
		as, bs = as[min(a.Stride, len(as)):], bs[min(b.Stride, len(bs)):]
	}
	keep(&sums[0], a00, a01, a02, a03)
	keep(&sums[1], a10, a11, a12, a13)
	keep(&sums[2], a20, a21, a22, a23)
	keep(&sums[3], a30, a31, a32, a33)
}

func keep(y *panel, a0, a1, a2, a3 f4) {
	store((*four)(y[0:]), a0)
	store((*four)(y[4:]), a1)
	store((*four)(y[8:]), a2)
	store((*four)(y[12:]), a3)
}
