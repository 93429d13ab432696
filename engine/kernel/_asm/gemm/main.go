// Command gemm writes the AVX2 matrix products of package kernel.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!purego")
	panel("panel64AVX2", 8, []int{1})
	panel("panel16AVX2", 2, []int{6, 4, 2, 1})
	panel("panel8AVX2", 1, []int{12, 6, 2, 1})
	transpose()
	peak()
	Generate()
}

// panel writes a product whose right side is a panel of so many vectors' width.
// Rows are done in groups, the largest first, of as many rows as leave registers
// for their sums: those are what keeps the multipliers busy. Within a group each
// step takes one row of the panel and one number of each row of a.
func panel(name string, vectors int, groups []int) {
	TEXT(name, NOSPLIT, "func(c, a, b, start *float32, rows, k, cStride, aRow, aStep, bStride int, floor float32)")
	Pragma("noescape")
	width := 8 * vectors
	Doc(
		fmt.Sprintf("%s sets c (rows, %d) to a b, begun with the %d numbers at start,", name, width, width),
		fmt.Sprintf("and what is below floor to floor. b is (k, %d), k at least 1; a's number in", width),
		"row i and column j lies aRow*i + aStep*j bytes on. Strides are in bytes. Each",
		"number of c is one sum, in the order of b's rows, in whatever group its row is.",
	)
	c := Load(Param("c"), GP64())
	a := Load(Param("a"), GP64())
	rows := Load(Param("rows"), GP64())
	cStride := Load(Param("cStride"), GP64())
	aRow := Load(Param("aRow"), GP64())
	aStep := Load(Param("aStep"), GP64())
	bStride := Load(Param("bStride"), GP64())
	for _, n := range groups {
		more, done := fmt.Sprintf("rows%d", n), fmt.Sprintf("fewer%d", n)
		Label(more)
		CMPQ(rows, Imm(uint64(n)))
		JLT(LabelRef(done))

		start := Load(Param("start"), GP64())
		sums := make([][]VecVirtual, n)
		for i := range sums {
			for v := range vectors {
				sum := YMM()
				if i == 0 {
					VMOVUPS(Mem{Base: start, Disp: 32 * v}, sum)
				} else {
					VMOVAPS(sums[0][v], sum)
				}
				sums[i] = append(sums[i], sum)
			}
		}
		// Every third row of a has a pointer; the two after it are one and two
		// row strides on.
		var rowAt []Mem
		var pointers []Register
		for i := 0; i < n; i += 3 {
			p := GP64()
			if i == 0 {
				MOVQ(a, p)
			} else {
				LEAQ(Mem{Base: pointers[len(pointers)-1], Index: aRow, Scale: 2}, p)
				ADDQ(aRow, p)
			}
			pointers = append(pointers, p)
			rowAt = append(rowAt, Mem{Base: p}, Mem{Base: p, Index: aRow, Scale: 1}, Mem{Base: p, Index: aRow, Scale: 2})
		}
		b := Load(Param("b"), GP64())
		k := Load(Param("k"), GP64())

		Label(fmt.Sprintf("steps%d", n))
		// What one row alone uses is multiplied from where it lies.
		panelRow := make([]Op, vectors)
		for v := range panelRow {
			panelRow[v] = Mem{Base: b, Disp: 32 * v}
			if n > 1 {
				loaded := YMM()
				VMOVUPS(panelRow[v], loaded)
				panelRow[v] = loaded
			}
		}
		for i := range n {
			number := YMM()
			VBROADCASTSS(rowAt[i], number)
			for v := range vectors {
				VFMADD231PS(panelRow[v], number, sums[i][v])
			}
		}
		for _, p := range pointers {
			ADDQ(aStep, p)
		}
		ADDQ(bStride, b)
		DECQ(k)
		JNZ(LabelRef(fmt.Sprintf("steps%d", n)))

		floor := YMM()
		at, err := Param("floor").Resolve()
		if err != nil {
			panic(err)
		}
		VBROADCASTSS(at.Addr, floor)
		for i := range sums {
			for v, sum := range sums[i] {
				// The second source is what comes of a NaN.
				VMAXPS(sum, floor, sum)
				VMOVUPS(sum, Mem{Base: c, Disp: 32 * v})
			}
			ADDQ(cStride, c)
		}
		for range n {
			ADDQ(aRow, a)
		}
		SUBQ(Imm(uint64(n)), rows)
		JMP(LabelRef(more))
		Label(done)
	}
	VZEROUPPER()
	RET()
}

// transpose writes the transposition of 8 x 8 blocks.
func transpose() {
	TEXT("transposeAVX2", NOSPLIT, "func(dst, src *float32, blocks, dstStride, srcStride int)")
	Pragma("noescape")
	Doc(
		"transposeAVX2 transposes blocks of 8 x 8 numbers, which lie side by side in the 8",
		"rows of src and one below the other in dst. Strides are in bytes.",
	)
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	blocks := Load(Param("blocks"), GP64())
	dstStride := Load(Param("dstStride"), GP64())
	srcStride := Load(Param("srcStride"), GP64())
	Label("block")
	row := GP64()
	MOVQ(src, row)
	var r, s [8]VecVirtual
	for i := range r {
		r[i] = YMM()
		VMOVUPS(Mem{Base: row}, r[i])
		ADDQ(srcStride, row)
	}
	for i := 0; i < 8; i += 2 {
		s[i], s[i+1] = YMM(), YMM()
		VUNPCKLPS(r[i+1], r[i], s[i])
		VUNPCKHPS(r[i+1], r[i], s[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for k := range 2 {
			VSHUFPS(Imm(0x44), s[i+2+k], s[i+k], r[i+2*k])
			VSHUFPS(Imm(0xee), s[i+2+k], s[i+k], r[i+2*k+1])
		}
	}
	for half := range 2 {
		for i := range 4 {
			out := YMM()
			VPERM2F128(Imm(uint64(0x20+0x11*half)), r[i+4], r[i], out)
			VMOVUPS(out, Mem{Base: dst})
			ADDQ(dstStride, dst)
		}
	}
	ADDQ(Imm(32), src)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// peak writes a loop of nothing but multiplications and additions.
func peak() {
	TEXT("peakAVX2", NOSPLIT, "func(loops int)")
	Doc("peakAVX2 does 12 vector multiplications with additions in each of its loops.")
	loops := Load(Param("loops"), GP64())
	one := YMM()
	VXORPS(one, one, one)
	var sums [12]VecVirtual
	for i := range sums {
		sums[i] = YMM()
		VXORPS(sums[i], sums[i], sums[i])
	}
	Label("loop")
	for _, sum := range sums {
		VFMADD231PS(one, one, sum)
	}
	DECQ(loops)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
