// Command loops writes the AVX2 loops of package kernel over gradients and
// parameters. Each stands beside the portable loop of the same name, which says
// what it computes, and gives the same bits.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!purego")
	adam()
	add()
	scale()
	reluGradient()
	sumSquares()
	Generate()
}

// pointers loads the named pointer parameters.
func pointers(names ...string) []Register {
	var list []Register
	for _, name := range names {
		list = append(list, Load(Param(name), GP64()))
	}
	return list
}

// parameter returns where a named parameter lies.
func parameter(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// finish closes a loop over groups, each of so many bytes at all pointers.
func finish(groups Register, bytes uint64, pointers []Register) {
	for _, p := range pointers {
		ADDQ(Imm(bytes), p)
	}
	DECQ(groups)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

func adam() {
	TEXT("adamAVX2", NOSPLIT, "func(p, grad, m, v *float32, groups int, step *float32)")
	Pragma("noescape")
	Doc("adamAVX2 is adamStep.generic for groups of 8 parameters.")
	at := pointers("p", "grad", "m", "v")
	groups := Load(Param("groups"), GP64())
	step := Load(Param("step"), GP64())
	var shared [9]VecVirtual
	for i := range shared {
		shared[i] = YMM()
		VBROADCASTSS(Mem{Base: step, Disp: 4 * i}, shared[i])
	}
	keep, decay, beta1, rest1 := shared[0], shared[1], shared[2], shared[3]
	beta2, rest2, rate, root, eps := shared[4], shared[5], shared[6], shared[7], shared[8]
	Label("loop")
	x, g, m, v := YMM(), YMM(), YMM(), YMM()
	VMULPS(Mem{Base: at[0]}, keep, x)
	VMULPS(decay, x, g)
	VADDPS(Mem{Base: at[1]}, g, g)
	VMULPS(Mem{Base: at[2]}, beta1, m)
	t := YMM()
	VMULPS(rest1, g, t)
	VADDPS(t, m, m)
	VMOVUPS(m, Mem{Base: at[2]})
	VMULPS(Mem{Base: at[3]}, beta2, v)
	VMULPS(rest2, g, t)
	VMULPS(g, t, t)
	VADDPS(t, v, v)
	VMOVUPS(v, Mem{Base: at[3]})
	VSQRTPS(v, v)
	VMULPS(root, v, v)
	VADDPS(eps, v, v)
	VMULPS(rate, m, m)
	VDIVPS(v, m, m)
	VSUBPS(m, x, x)
	VMOVUPS(x, Mem{Base: at[0]})
	finish(groups, 32, at)
}

func add() {
	TEXT("addAVX2", NOSPLIT, "func(dst, src *float32, groups int)")
	Pragma("noescape")
	Doc("addAVX2 is addGeneric for groups of 8 values.")
	at := pointers("dst", "src")
	groups := Load(Param("groups"), GP64())
	Label("loop")
	x := YMM()
	VMOVUPS(Mem{Base: at[0]}, x)
	VADDPS(Mem{Base: at[1]}, x, x)
	VMOVUPS(x, Mem{Base: at[0]})
	finish(groups, 32, at)
}

func scale() {
	TEXT("scaleAVX2", NOSPLIT, "func(x *float32, groups int, factor float32)")
	Pragma("noescape")
	Doc("scaleAVX2 is scaleGeneric for groups of 8 values.")
	at := pointers("x")
	groups := Load(Param("groups"), GP64())
	factor := YMM()
	VBROADCASTSS(parameter("factor"), factor)
	Label("loop")
	x := YMM()
	VMULPS(Mem{Base: at[0]}, factor, x)
	VMOVUPS(x, Mem{Base: at[0]})
	finish(groups, 32, at)
}

func reluGradient() {
	TEXT("reluGradientAVX2", NOSPLIT, "func(grad, y *float32, groups int)")
	Pragma("noescape")
	Doc("reluGradientAVX2 is reluGradientGeneric for groups of 8 values.")
	at := pointers("grad", "y")
	groups := Load(Param("groups"), GP64())
	zero := YMM()
	VXORPS(zero, zero, zero)
	Label("loop")
	y := YMM()
	VMOVUPS(Mem{Base: at[1]}, y)
	VCMPPS(Imm(6), zero, y, y) // not at most: true of NaN
	VANDPS(Mem{Base: at[0]}, y, y)
	VMOVUPS(y, Mem{Base: at[0]})
	finish(groups, 32, at)
}

func sumSquares() {
	TEXT("sumSquaresAVX2", NOSPLIT, "func(sums *float64, x *float32, groups int)")
	Pragma("noescape")
	Doc("sumSquaresAVX2 adds the squares of groups of 16 values to 16 sums.")
	sums := Load(Param("sums"), GP64())
	at := pointers("x")
	groups := Load(Param("groups"), GP64())
	var s [4]VecVirtual
	for i := range s {
		s[i] = YMM()
		VMOVUPD(Mem{Base: sums, Disp: 32 * i}, s[i])
	}
	Label("loop")
	for i := range s {
		x := YMM()
		VCVTPS2PD(Mem{Base: at[0], Disp: 16 * i}, x)
		// The square of a float32 is exact in float64.
		VFMADD231PD(x, x, s[i])
	}
	ADDQ(Imm(64), at[0])
	DECQ(groups)
	JNZ(LabelRef("loop"))
	for i := range s {
		VMOVUPD(s[i], Mem{Base: sums, Disp: 32 * i})
	}
	VZEROUPPER()
	RET()
}
