package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// fused32 is the sum and the gradients in one pass. As each element's 1/v is
// needed anyway, nothing is saved by sharing divisions, and the logarithms are
// taken of products of the variances themselves, as float64.
func fused32(name string, gradInput, gradVariance bool) {
	out := ""
	if gradInput {
		out += "gradInput, "
	}
	if gradVariance {
		out += "gradVariance, "
	}
	TEXT(name, NOSPLIT, "func("+out+"input, target, variance *float32, groups int, eps, half float32, "+sumParameters+")")
	Pragma("noescape")
	Doc(name+" is fusedBlockGeneric for groups of 32 elements, up to its last logarithm, with half = scale/2.",
		"It keeps its sum as sum32AVX2 does, with bounds of the variances themselves.",
		"The result is good if all variances lie from 2^-60 to 2^60.")
	a := loadArguments()
	toInput, toVariance := GP64(), GP64()
	if gradInput {
		Load(Param("gradInput"), toInput)
	}
	if gradVariance {
		Load(Param("gradVariance"), toVariance)
	}
	s := loadSum()
	offset := 24
	if gradInput {
		offset += 8
	}
	if gradVariance {
		offset += 8
	}
	eps, half := YMM(), YMM()
	VBROADCASTSS(NewParamAddr("eps", offset+8), eps)
	VBROADCASTSS(NewParamAddr("half", offset+12), half)
	one := YMM()
	VMOVUPS(vector("one", 0x3f800000), one)
	low, high := YMM(), YMM()
	VMOVUPD(Mem{Base: s.product}, low)
	VMOVUPD(Mem{Base: s.product, Disp: 32}, high)
	least, greatest := YMM(), YMM()
	VMOVDQU(Mem{Base: s.bounds}, least)
	VMOVDQU(Mem{Base: s.bounds, Disp: 32}, greatest)

	Label("loop")
	residual := YMM()
	VXORPS(residual, residual, residual)
	for k := range 4 {
		v := clamped(a.at(a.variance, k), eps, nil, VMAXPS)
		VPMINSD(v, least, least)
		VPMAXSD(v, greatest, greatest)
		wide, upper := YMM(), XMM()
		VCVTPS2PD(v.AsX(), wide)
		VMULPD(wide, low, low)
		VEXTRACTF128(Imm(1), v, upper)
		VCVTPS2PD(upper, wide)
		VMULPD(wide, high, high)
		d := YMM()
		VMOVUPS(a.at(a.input, k), d)
		VSUBPS(a.at(a.target, k), d, d)
		inverse := YMM()
		VDIVPS(v, one, inverse)
		ratio := YMM()
		VMULPS(d, d, ratio)
		VMULPS(inverse, ratio, ratio)
		VADDPS(ratio, residual, residual)
		// The scale comes where PyTorch has it, as that decides what overflows.
		if gradVariance {
			VFNMADD213PS(inverse, inverse, ratio)
			VMULPS(half, ratio, ratio)
			VMOVUPS(ratio, a.at(toVariance, k))
		}
		if gradInput {
			VMULPS(half, inverse, inverse)
			VADDPS(d, d, d)
			VMULPS(inverse, d, d)
			VMOVUPS(d, a.at(toInput, k))
		}
	}
	splitProduct(low, Mem{Base: s.exponent})
	splitProduct(high, Mem{Base: s.exponent, Disp: 32})
	addWide(residual, s.residual)
	a.advance(4)
	if gradInput {
		ADDQ(U32(128), toInput)
	}
	if gradVariance {
		ADDQ(U32(128), toVariance)
	}
	DECQ(a.count)
	JNZ(LabelRef("loop"))

	VMOVUPD(low, Mem{Base: s.product})
	VMOVUPD(high, Mem{Base: s.product, Disp: 32})
	VMOVDQU(least, Mem{Base: s.bounds})
	VMOVDQU(greatest, Mem{Base: s.bounds, Disp: 32})
	VZEROUPPER()
	RET()
}
