package kernel

import "unsafe"

// lane is the number of float32s in a cache line of 64 bytes, which is also the
// width of the products' widest panel.
const lane = 16

// A Matrix is float32s row by row: row r begins at Data[r*Stride]. NewMatrix and
// Resize make those that the products of this package take: rows begin at cache
// lines, a row's last panel of 16 may be read and written whole, and the stride is
// an odd number of lines, so that a walk down a column spreads over all of a
// cache's sets.
type Matrix struct {
	Rows, Cols, Stride int
	Data               []float32
}

// NewMatrix returns a matrix of zeros.
func NewMatrix(rows, cols int) Matrix {
	var m Matrix
	m.Resize(rows, cols)
	return m
}

// Resize gives m that shape. It keeps the memory where that suffices; what the
// matrix then holds is finite if it was before, and otherwise of no meaning.
func (m *Matrix) Resize(rows, cols int) {
	lines := (cols + lane - 1) / lane
	lines += 1 - lines%2
	m.Rows, m.Cols, m.Stride = rows, cols, lines*lane
	n := rows * m.Stride
	if cap(m.Data) < n {
		m.Data = aligned(n)
	}
	m.Data = m.Data[:n]
}

// Slice returns rows from..to, in the same memory.
func (m Matrix) Slice(from, to int) Matrix {
	return Matrix{to - from, m.Cols, m.Stride, m.Data[from*m.Stride : to*m.Stride]}
}

// Row returns row r.
func (m Matrix) Row(r int) []float32 { return m.Data[r*m.Stride:][:m.Cols:m.Cols] }

// aligned returns n zeros that begin at a cache line.
func aligned(n int) []float32 {
	s := make([]float32, n+lane)
	skip := 0
	if past := uintptr(unsafe.Pointer(&s[0])) / 4 % lane; past != 0 {
		skip = lane - int(past)
	}
	return s[skip : skip+n]
}
