package kernel

import (
	"testing"
	"unsafe"
)

func TestMatrixRowsBeginAtLines(t *testing.T) {
	for rows := 1; rows < 5; rows++ {
		for cols := 1; cols < 200; cols++ {
			m := NewMatrix(rows, cols)
			if m.Rows != rows || m.Cols != cols || m.Stride%(2*lane) != lane || m.Stride < cols || m.Stride > cols+2*lane-1 {
				t.Fatalf("(%d, %d): stride %d, which is no odd number of lines next to its columns", rows, cols, m.Stride)
			}
			for r := range rows {
				row := m.Row(r)
				if len(row) != cols || cap(row) != cols || &row[0] != &m.Data[r*m.Stride] {
					t.Fatalf("(%d, %d): row %d is somewhere else", rows, cols, r)
				}
				if at := uintptr(unsafe.Pointer(&row[0])); at%(4*lane) != 0 {
					t.Fatalf("(%d, %d): row %d begins at %#x, which is no line", rows, cols, r, at)
				}
			}
		}
	}
}

func TestResizeKeepsMemory(t *testing.T) {
	m := NewMatrix(10, 40)
	first := &m.Data[0]
	for _, s := range [][2]int{{3, 20}, {10, 48}, {30, 16}} {
		m.Resize(s[0], s[1])
		if m.Rows != s[0] || m.Cols != s[1] || len(m.Data) != m.Rows*m.Stride {
			t.Fatalf("resized to %v, it is (%d, %d) in %d numbers", s, m.Rows, m.Cols, len(m.Data))
		}
		if &m.Data[0] != first {
			t.Fatalf("(10, 40) has room for %v, but moved", s)
		}
	}
	m.Resize(40, 16)
	if &m.Data[0] == first || len(m.Data) != 40*m.Stride {
		t.Fatal("it did not grow")
	}
}

func TestSliceSharesMemory(t *testing.T) {
	m := NewMatrix(7, 20)
	s := m.Slice(2, 5)
	if s.Rows != 3 || s.Cols != 20 || s.Stride != m.Stride || len(s.Data) != 3*m.Stride {
		t.Fatalf("rows 2..5 of 7: %d rows of %d columns", s.Rows, s.Cols)
	}
	s.Row(1)[19] = 1
	if m.Row(3)[19] != 1 {
		t.Fatal("row 1 of the slice from 2 is not row 3")
	}
}
