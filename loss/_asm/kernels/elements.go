package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The logarithm is of the form that the Cephes library's logf has, with its
// polynomial and its split of log 2: with v = m 2^e, m from √½ to √2, f = m - 1,
//
//	log v = f - f²/2 + f³ p(f) + e log 2
var polynomial = []float32{
	7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
	-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
}

const (
	log2High = 0.693359375
	log2Low  = -2.12194440e-4
)

func elements32() {
	TEXT("elements32AVX2", NOSPLIT, "func(out, input, target, variance *float32, groups int, eps, constant float32, bounds *[16]int32, sign *[8]uint32)")
	Pragma("noescape")
	Doc("elements32AVX2 is elementsGeneric for groups of 8 elements, with a logarithm of its own.",
		"It notes in bounds the least and the greatest bits of a clamped variance, and in sign the variances' sign",
		"bits. The result is good if the bounds are normal numbers.")
	a := loadArguments()
	out := Load(Param("out"), GP64())
	bounds := Load(Param("bounds"), GP64())
	eps, constant := YMM(), YMM()
	VBROADCASTSS(NewParamAddr("eps", 40), eps)
	VBROADCASTSS(NewParamAddr("constant", 44), constant)
	least, greatest := YMM(), YMM()
	VMOVDQU(Mem{Base: bounds}, least)
	VMOVDQU(Mem{Base: bounds, Disp: 32}, greatest)
	signs := Load(Param("sign"), GP64())
	sign := YMM()
	VMOVUPS(Mem{Base: signs}, sign)
	broadcast := func(name string, v float32) Mem { return vector(name, math.Float32bits(v)) }

	Label("loop")
	v := clamped(a.at(a.variance, 0), eps, sign, VMAXPS)
	VPMINSD(v, least, least)
	VPMAXSD(v, greatest, greatest)
	d := YMM()
	VMOVUPS(a.at(a.input, 0), d)
	VSUBPS(a.at(a.target, 0), d, d)
	VMULPS(d, d, d)
	VDIVPS(v, d, d)
	// e is the exponent by which m comes to lie from √½ to √2.
	e, f := YMM(), YMM()
	VPSUBD(vector("sqrtHalf", 0x3f3504f3), v, e)
	VPSRAD(Imm(23), e, e)
	VPSLLD(Imm(23), e, f)
	VPSUBD(f, v, f)
	VSUBPS(broadcast("one", 1), f, f)
	VCVTDQ2PS(e, e)
	square, p := YMM(), YMM()
	VMULPS(f, f, square)
	VMOVUPS(broadcast("p0", polynomial[0]), p)
	names := []string{"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"}
	for i := 1; i < len(polynomial); i++ {
		VFMADD213PS(broadcast(names[i], polynomial[i]), f, p)
	}
	VMULPS(f, p, p)
	VMULPS(square, p, p)
	VFMADD231PS(broadcast("log2Low", log2Low), e, p)
	VFNMADD231PS(broadcast("half", 0.5), square, p)
	VADDPS(p, f, f)
	VFMADD231PS(broadcast("log2High", log2High), e, f)

	VADDPS(d, f, f)
	VMULPS(broadcast("half", 0.5), f, f)
	VADDPS(constant, f, f)
	VMOVUPS(f, Mem{Base: out})
	a.advance(1)
	ADDQ(Imm(32), out)
	DECQ(a.count)
	JNZ(LabelRef("loop"))
	VMOVDQU(least, Mem{Base: bounds})
	VMOVDQU(greatest, Mem{Base: bounds, Disp: 32})
	VMOVUPS(sign, Mem{Base: signs})
	VZEROUPPER()
	RET()
}
