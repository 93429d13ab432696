// Command kernels writes the AVX2 kernels of package loss. Each stands beside
// the portable loop of the same name in generic.go, which says what it computes.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!purego")
	sum32()
	sum64()
	fused32("fusedAVX2", true, true)
	fused32("fusedInputAVX2", true, false)
	fused32("fusedVarianceAVX2", false, true)
	elements32()
	Generate()
}

// arguments of every kernel, as they walk.
type arguments struct{ input, target, variance, count Register }

func (a arguments) at(r Register, vector int) Mem { return Mem{Base: r, Disp: 32 * vector} }

func loadArguments() arguments {
	return arguments{
		input:    Load(Param("input"), GP64()),
		target:   Load(Param("target"), GP64()),
		variance: Load(Param("variance"), GP64()),
		count:    Load(Param("groups"), GP64()),
	}
}

func (a arguments) advance(vectors int) {
	for _, r := range []Register{a.input, a.target, a.variance} {
		ADDQ(Imm(uint64(32*vectors)), r)
	}
}

// sum is what a sum keeps in memory between calls.
type sum struct{ product, exponent, residual, bounds Register }

const sumParameters = "product *[8]float64, exponent *[8]int64, residual *[8]float64, bounds *[16]int32"

func loadSum() sum {
	return sum{
		product:  Load(Param("product"), GP64()),
		exponent: Load(Param("exponent"), GP64()),
		residual: Load(Param("residual"), GP64()),
		bounds:   Load(Param("bounds"), GP64()),
	}
}

// clamped reads a vector of variances, at least eps. Where the variance is NaN,
// the maximum's second operand, it stays; unless the maximum is that of
// integers, in whose order floats above 0 stand too, and the NaN is negative.
func clamped(v Mem, eps, sign VecVirtual, max func(...Op)) VecVirtual {
	y := YMM()
	VMOVUPS(v, y)
	if sign != nil {
		VORPS(y, sign, sign)
	}
	max(y, eps, y)
	return y
}

// splitProduct takes the exponents out of a vector of four products of float64
// and counts them in memory.
func splitProduct(product VecVirtual, exponent Mem) {
	mantissa, one := mantissaMask(), exponentOne()
	e := YMM()
	VPSRLQ(Imm(52), product, e)
	VPADDQ(exponent, e, e)
	VMOVDQU(e, exponent)
	VANDPD(mantissa, product, product)
	VORPD(one, product, product)
}

// addWide adds a vector of float32 to eight float64 in memory.
func addWide(x VecVirtual, to Register) {
	wide, upper := YMM(), XMM()
	VCVTPS2PD(x.AsX(), wide)
	VADDPD(Mem{Base: to}, wide, wide)
	VMOVUPD(wide, Mem{Base: to})
	VEXTRACTF128(Imm(1), x, upper)
	VCVTPS2PD(upper, wide)
	VADDPD(Mem{Base: to, Disp: 32}, wide, wide)
	VMOVUPD(wide, Mem{Base: to, Disp: 32})
}

func mantissaMask() VecVirtual { return bits64("mantissaMask", 1<<52-1) }
func exponentOne() VecVirtual  { return bits64("exponentOne", 1023<<52) }
