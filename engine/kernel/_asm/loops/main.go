// Command loops writes the AVX2 loops of package kernel over gradients and
// parameters. Each stands beside the portable loop of the same name, which says
// what it computes, and gives the same bits.
package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!purego")
	adam()
	sgd("sgd", "plain")
	sgd("sgdMomentum", "heavy", "buf")
	sgd("sgdNesterov", "nesterov", "buf")
	rmsProp("rmsProp", "plain")
	rmsProp("rmsPropMomentum", "heavy", "buf")
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

// broadcast loads n numbers, each to all lanes of a vector.
func broadcast(from Register, n int) []VecVirtual {
	list := make([]VecVirtual, n)
	for i := range list {
		list[i] = YMM()
		VBROADCASTSS(Mem{Base: from, Disp: 4 * i}, list[i])
	}
	return list
}

func adam() {
	TEXT("adamAVX2", NOSPLIT, "func(p, grad, m, v *float32, groups int, step *float32)")
	Pragma("noescape")
	Doc("adamAVX2 is adamStep.generic for groups of 8 parameters.")
	at := pointers("p", "grad", "m", "v")
	groups := Load(Param("groups"), GP64())
	step := Load(Param("step"), GP64())
	shared := broadcast(step, 9)
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

// sgd writes sgdStep's loop of that name, with the buffers that it has.
func sgd(name, loop string, buffers ...string) {
	TEXT(name+"AVX2", NOSPLIT, "func("+strings.Join(append([]string{"p", "grad"}, buffers...), ", ")+" *float32, groups int, step *float32)")
	Pragma("noescape")
	Doc(name + "AVX2 is sgdStep." + loop + "Generic for groups of 8 parameters.")
	at := pointers(append([]string{"p", "grad"}, buffers...)...)
	groups := Load(Param("groups"), GP64())
	shared := broadcast(Load(Param("step"), GP64()), 3)
	decay, momentum, rate := shared[0], shared[1], shared[2]
	Label("loop")
	x, g := YMM(), YMM()
	VMOVUPS(Mem{Base: at[0]}, x)
	VMULPS(decay, x, g)
	VADDPS(Mem{Base: at[1]}, g, g)
	if len(buffers) > 0 {
		b := YMM()
		VMULPS(Mem{Base: at[2]}, momentum, b)
		VADDPS(g, b, b)
		VMOVUPS(b, Mem{Base: at[2]})
		if loop == "nesterov" {
			VMULPS(momentum, b, b)
			VADDPS(g, b, b)
		}
		g = b
	}
	VMULPS(rate, g, g)
	VSUBPS(g, x, x)
	VMOVUPS(x, Mem{Base: at[0]})
	finish(groups, 32, at)
}

// rmsProp writes rmsPropStep's loop of that name, with the buffers that it has.
func rmsProp(name, loop string, buffers ...string) {
	TEXT(name+"AVX2", NOSPLIT, "func("+strings.Join(append([]string{"p", "grad", "v"}, buffers...), ", ")+" *float32, groups int, step *float32)")
	Pragma("noescape")
	Doc(name + "AVX2 is rmsPropStep." + loop + "Generic for groups of 8 parameters.")
	at := pointers(append([]string{"p", "grad", "v"}, buffers...)...)
	groups := Load(Param("groups"), GP64())
	shared := broadcast(Load(Param("step"), GP64()), 6)
	decay, alpha, rest, eps, momentum, rate := shared[0], shared[1], shared[2], shared[3], shared[4], shared[5]
	Label("loop")
	x, g, v, t := YMM(), YMM(), YMM(), YMM()
	VMOVUPS(Mem{Base: at[0]}, x)
	VMULPS(decay, x, g)
	VADDPS(Mem{Base: at[1]}, g, g)
	VMULPS(Mem{Base: at[2]}, alpha, v)
	VMULPS(rest, g, t)
	VMULPS(g, t, t)
	VADDPS(t, v, v)
	VMOVUPS(v, Mem{Base: at[2]})
	VSQRTPS(v, v)
	VADDPS(eps, v, v)
	if len(buffers) == 0 {
		VMULPS(rate, g, g)
		VDIVPS(v, g, g)
	} else {
		VDIVPS(v, g, g)
		VMULPS(Mem{Base: at[3]}, momentum, t)
		VADDPS(t, g, g)
		VMOVUPS(g, Mem{Base: at[3]})
		VMULPS(rate, g, g)
	}
	VSUBPS(g, x, x)
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
