// Command stream writes the loops of package stream.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!purego")
	sum("sum32AVX2", "float32", VADDPS)
	sum("sum64AVX2", "float64", VADDPD)
	copy32()
	Generate()
}

const vectors = 4 // of each array in a turn of a loop

func sum(name, element string, add func(...Op)) {
	TEXT(name, NOSPLIT, "func(a, b, c *"+element+", groups int, lanes *[32]byte)")
	Pragma("noescape")
	Doc(name + " adds up groups of 128 bytes of each of three arrays, lane by lane.")
	arrays := []Register{Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("c"), GP64())}
	groups := Load(Param("groups"), GP64())
	var sums []VecVirtual
	for range 3 * vectors {
		s := YMM()
		VXORPS(s, s, s)
		sums = append(sums, s)
	}
	Label("loop")
	for k := range vectors {
		for i, a := range arrays {
			s := sums[3*k+i]
			add(Mem{Base: a, Disp: 32 * k}, s, s)
		}
	}
	for _, a := range arrays {
		ADDQ(U32(32*vectors), a)
	}
	DECQ(groups)
	JNZ(LabelRef("loop"))
	for _, s := range sums[1:] {
		add(s, sums[0], sums[0])
	}
	VMOVUPS(sums[0], Mem{Base: Load(Param("lanes"), GP64())})
	VZEROUPPER()
	RET()
}

func copy32() {
	TEXT("copyAVX2", NOSPLIT, "func(x, y, a, b, c *float32, groups int)")
	Pragma("noescape")
	Doc("copyAVX2 sets x = a and y = b + c for groups of 32 elements.")
	x, y := Load(Param("x"), GP64()), Load(Param("y"), GP64())
	a, b, c := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("c"), GP64())
	groups := Load(Param("groups"), GP64())
	Label("loop")
	for k := range vectors {
		v, w := YMM(), YMM()
		VMOVUPS(Mem{Base: a, Disp: 32 * k}, v)
		VMOVUPS(v, Mem{Base: x, Disp: 32 * k})
		VMOVUPS(Mem{Base: b, Disp: 32 * k}, w)
		VADDPS(Mem{Base: c, Disp: 32 * k}, w, w)
		VMOVUPS(w, Mem{Base: y, Disp: 32 * k})
	}
	for _, r := range []Register{x, y, a, b, c} {
		ADDQ(U32(32*vectors), r)
	}
	DECQ(groups)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
