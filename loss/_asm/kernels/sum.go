package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A width is how an element type's instructions are called.
type width struct {
	max, sub, mul, div, add func(...Op)
	fmadd231, fmsub213      func(...Op)
}

// A sum of four vectors of elements, log v + d²/v, needs one division and, for
// the logarithms, one product: with P = v1 v2, Q = v3 v4 and R = P Q,
//
//	log v1 + ... + log v4 + d1²/v1 + ... + d4²/v4 = log R + N/R
//	N = (d1² v2 + d2² v1) Q + (d3² v4 + d4² v3) P
//
// What rounding has taken from P, Q and R is known exactly by fused
// multiplication, and as log(R + r) = log R + r/R it is added to the numerators:
// the logarithms are as good as if they were taken of exact products.

// fractions are n/p + m/q on their way through the loop: those of one group are
// added up while those of the next are made, as one group's chain of operations
// is longer than the processor looks ahead.
type fractions struct{ p, n, q, m VecVirtual }

// none are fractions that add nothing: 0/1 + 0/1.
func none(one VecVirtual) fractions {
	f := fractions{YMM(), YMM(), YMM(), YMM()}
	VMOVAPS(one, f.p)
	VMOVAPS(one, f.q)
	VXORPS(f.n, f.n, f.n)
	VXORPS(f.m, f.m, f.m)
	return f
}

// make reads four vectors: p = v1 v2 and n = d1² v2 + d2² v1 + (v1 v2 - p), and
// so on with the other two.
func (w width) make(f fractions, a arguments, eps, sign VecVirtual) {
	w.pair(f.p, f.n, a, 0, eps, sign)
	w.pair(f.q, f.m, a, 2, eps, sign)
}

func (w width) pair(p, n VecVirtual, a arguments, k int, eps, sign VecVirtual) {
	v1 := clamped(a.at(a.variance, k), eps, sign, w.max)
	v2 := clamped(a.at(a.variance, k+1), eps, sign, w.max)
	d1, d2 := w.squared(a, k), w.squared(a, k+1)
	w.mul(v1, v2, p)
	VMOVAPS(v1, n)
	w.fmsub213(p, v2, n)
	w.fmadd231(d1, v2, n)
	w.fmadd231(d2, v1, n)
}

func (w width) squared(a arguments, k int) VecVirtual {
	d := YMM()
	VMOVUPS(a.at(a.input, k), d)
	w.sub(a.at(a.target, k), d, d)
	w.mul(d, d, d)
	return d
}

// addUp returns R = p q and (n q + m p + (p q - R))/R, and uses the fractions up.
func (w width) addUp(f fractions) (r, ratio VecVirtual) {
	r = YMM()
	w.mul(f.p, f.q, r)
	w.mul(f.m, f.p, f.m)
	w.fmsub213(r, f.q, f.p)
	w.fmadd231(f.n, f.q, f.m)
	w.add(f.p, f.m, f.m)
	w.div(r, f.m, f.m)
	return r, f.m
}

func sum32() {
	TEXT("sum32AVX2", NOSPLIT, "func(input, target, variance *float32, groups int, eps float32, "+sumParameters+", sign *[8]uint32)")
	Pragma("noescape")
	Doc("sum32AVX2 is blockSumGeneric for groups of 32 elements, up to its last logarithm.",
		"It adds to product (mantissas from 1 to 2), exponent (biased) and residual, and notes in bounds the",
		"least and the greatest bits of a product of four variances, and in sign the variances' sign bits.",
		"The result is good if all those products lie from 2^-120 to 2^120 and no sign bit is set.")
	a := loadArguments()
	s := loadSum()
	signs := Load(Param("sign"), GP64())
	// The maximum of integers, as the units that multiply are busy enough.
	w := width{VPMAXSD, VSUBPS, VMULPS, VDIVPS, VADDPS, VFMADD231PS, VFMSUB213PS}
	eps := YMM()
	VBROADCASTSS(NewParamAddr("eps", 32), eps)
	low, high := YMM(), YMM()
	VMOVUPD(Mem{Base: s.product}, low)
	VMOVUPD(Mem{Base: s.product, Disp: 32}, high)
	least, greatest, sign := YMM(), YMM(), YMM()
	VMOVDQU(Mem{Base: s.bounds}, least)
	VMOVDQU(Mem{Base: s.bounds, Disp: 32}, greatest)
	VMOVUPS(Mem{Base: signs}, sign)
	one := YMM()
	VMOVUPS(vector("one", 0x3f800000), one)
	f := none(one)
	inner := GP64()
	residual := YMM()
	add := func() {
		r, ratio := w.addUp(f)
		VADDPS(ratio, residual, residual)
		VPMINSD(r, least, least)
		VPMAXSD(r, greatest, greatest)
		wide := YMM()
		VCVTPS2PD(r.AsX(), wide)
		VMULPD(wide, low, low)
		upper := XMM()
		VEXTRACTF128(Imm(1), r, upper)
		VCVTPS2PD(upper, wide)
		VMULPD(wide, high, high)
	}
	settle := func() {
		splitProduct(low, Mem{Base: s.exponent})
		splitProduct(high, Mem{Base: s.exponent, Disp: 32})
		addWide(residual, s.residual)
	}

	Label("outer")
	// Eight products within 2^±120 stay within float64's range.
	MOVQ(U32(8), inner)
	CMPQ(a.count, inner)
	CMOVQLT(a.count, inner)
	SUBQ(inner, a.count)
	VXORPS(residual, residual, residual)

	Label("inner")
	add()
	w.make(f, a, eps, sign)
	a.advance(4)
	DECQ(inner)
	JNZ(LabelRef("inner"))

	settle()
	TESTQ(a.count, a.count)
	JNZ(LabelRef("outer"))

	VXORPS(residual, residual, residual)
	add()
	settle()
	VMOVUPD(low, Mem{Base: s.product})
	VMOVUPD(high, Mem{Base: s.product, Disp: 32})
	VMOVDQU(least, Mem{Base: s.bounds})
	VMOVDQU(greatest, Mem{Base: s.bounds, Disp: 32})
	VMOVUPS(sign, Mem{Base: signs})
	VZEROUPPER()
	RET()
}

func sum64() {
	TEXT("sum64AVX2", NOSPLIT, "func(input, target, variance *float64, groups int, eps float64, "+sumParameters+", sign *[8]uint32)")
	Pragma("noescape")
	Doc("sum64AVX2 is blockSumGeneric for groups of 16 elements, up to its last logarithm.",
		"It adds to the first four of product, exponent and residual, and notes in bounds the least and the",
		"greatest upper halves of a product of four variances, and in sign the variances' sign bits.",
		"The result is good if all those products lie from 2^-900 to 2^900.")
	a := loadArguments()
	s := loadSum()
	signs := Load(Param("sign"), GP64())
	w := width{VMAXPD, VSUBPD, VMULPD, VDIVPD, VADDPD, VFMADD231PD, VFMSUB213PD}
	eps := YMM()
	VBROADCASTSD(NewParamAddr("eps", 32), eps)
	product, residual, exponent := YMM(), YMM(), YMM()
	VMOVUPD(Mem{Base: s.product}, product)
	VMOVUPD(Mem{Base: s.residual}, residual)
	VMOVDQU(Mem{Base: s.exponent}, exponent)
	least, greatest, sign := YMM(), YMM(), YMM()
	VMOVDQU(Mem{Base: s.bounds}, least)
	VMOVDQU(Mem{Base: s.bounds, Disp: 32}, greatest)
	VMOVUPS(Mem{Base: signs}, sign)
	f := none(exponentOne())
	add := func() {
		r, ratio := w.addUp(f)
		VADDPD(ratio, residual, residual)
		// Only the upper half of each float64 tells its size; the lower halves,
		// which are anything, are left out by who reads the bounds.
		VPMINSD(r, least, least)
		VPMAXSD(r, greatest, greatest)
		e := YMM()
		VPSRLQ(Imm(52), r, e)
		VPADDQ(e, exponent, exponent)
		VANDPD(mantissaMask(), r, r)
		VORPD(exponentOne(), r, r)
		VMULPD(r, product, product)
	}

	Label("loop")
	add()
	w.make(f, a, eps, sign)
	a.advance(4)
	DECQ(a.count)
	JNZ(LabelRef("loop"))
	add()

	VMOVDQU(exponent, Mem{Base: s.exponent})
	splitProduct(product, Mem{Base: s.exponent})
	VMOVUPD(product, Mem{Base: s.product})
	VMOVUPD(residual, Mem{Base: s.residual})
	VMOVDQU(least, Mem{Base: s.bounds})
	VMOVDQU(greatest, Mem{Base: s.bounds, Disp: 32})
	VMOVUPS(sign, Mem{Base: signs})
	VZEROUPPER()
	RET()
}
