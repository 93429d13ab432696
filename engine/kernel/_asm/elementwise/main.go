// Command elementwise writes the AVX2 vector loops of package kernel. Each stands beside the
// portable loop of the same name, which says what it computes.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!purego")
	tanh()
	Generate()
}

func tanh() {
	TEXT("tanhAVX2", NOSPLIT, "func(y, x *float32, groups int)")
	Pragma("noescape")
	Doc("tanhAVX2 is tanhGeneric for groups of 8 values.")
	dst := Load(Param("y"), GP64())
	x := Load(Param("x"), GP64())
	groups := Load(Param("groups"), GP64())
	Label("loop")
	for half := range 2 {
		at := Mem{Base: x, Disp: 16 * half}
		y := YMM()
		VCVTPS2PD(at, y)
		z, sign := YMM(), YMM()
		VANDPD(constant("magnitude", 1<<63-1), y, z)
		VANDNPD(y, load(constant("magnitude", 1<<63-1)), sign)
		VADDPD(z, z, z)
		// The minimum's second operand stays where it is NaN.
		VMINPD(z, load(number("limit", 20)), z)
		k := YMM()
		VMULPD(number("perLog2", 1/math.Ln2), z, k)
		VROUNDPD(Imm(0), k, k) // to the nearest
		VFNMADD231PD(number("log2", math.Ln2), k, z)
		p := load(number("c8", 1./40320))
		for _, c := range []struct {
			name string
			of   float64
		}{{"c7", 1. / 5040}, {"c6", 1. / 720}, {"c5", 1. / 120}, {"c4", 1. / 24}, {"c3", 1. / 6}, {"c2", 1. / 2}, {"c1", 1}} {
			VFMADD213PD(number(c.name, c.of), z, p)
		}
		VMULPD(z, p, p)
		// Added to 2^52 an integer lies in the lowest bits, from where the
		// exponent of 2^k is shifted to its place.
		VADDPD(number("integer", 1<<52+1023), k, k)
		VPSLLQ(Imm(52), k, k)
		less := YMM()
		VSUBPD(number("c1", 1), k, less)
		VFMADD213PD(less, k, p)
		more := YMM()
		VADDPD(number("two", 2), p, more)
		VDIVPD(more, p, p)
		VORPD(sign, p, p)
		narrow := XMM()
		VCVTPD2PSY(p, narrow)
		VMOVUPS(narrow, Mem{Base: dst, Disp: 16 * half})
	}
	ADDQ(Imm(32), x)
	ADDQ(Imm(32), dst)
	DECQ(groups)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// Constants are declared once each, by name.
var constants = map[string]Mem{}

// constant returns a vector of four equal lanes in memory.
func constant(name string, bits uint64) Mem {
	if _, ok := constants[name]; !ok {
		m := GLOBL(name, RODATA|NOPTR)
		for i := range 4 {
			DATA(8*i, U64(bits))
		}
		constants[name] = m
	}
	return constants[name]
}

func number(name string, v float64) Mem { return constant(name, math.Float64bits(v)) }

func load(m Mem) VecVirtual {
	y := YMM()
	VMOVUPD(m, y)
	return y
}
