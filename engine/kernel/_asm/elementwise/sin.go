package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// sinPolynomial is (sin(x)/x-1)/x² in x², for |x| up to π/2, within 2^-35 of
// sin(x).
var sinPolynomial = []float64{
	-0.1666666716337204, 0.008333330973982811, -0.00019840867025777698, 2.7525320547283627e-06, -2.3887748668016684e-08,
}

// π in three parts, each what the ones before leave of it, rounded to float32:
// in sum it has 75 bits.
var piParts = []float64{3.1415927410125732, -8.7422776573475858e-08, -3.4302490200117637e-15}

// sinLimit is up to where the three parts of π leave the error as it is near 0.
const sinLimit = 1 << 17

// sine is sin(z), or if cosine cos(z), for |z| up to sinLimit. With n the integer
// nearest to z/π, the half integer for the cosine, it is ± sin(z - nπ).
func sine(z vec, cosine bool) vec {
	shift, half := 0.0, 0.0
	if cosine {
		shift, half = -0.5, 0.5
	}
	n := load(number(1 / math.Pi))
	multiplyAdd(n, z, number(shift))
	parity := sum(number(integer), n)
	n = difference(parity, number(integer))
	if cosine {
		n = sum(number(half), n)
		// cos(z) = sin(z + π/2) = sin(z - nπ + (n+½)π)
		parity = difference(parity, number(-1))
	}
	r := load(z)
	for _, part := range piParts {
		VFNMADD231PS(number(part), n, r)
	}
	s := square(r)
	p := product(s, polynomial(s, sinPolynomial))
	multiplyAdd(p, r, r)
	sign := YMM()
	VPSLLD(Imm(31), parity, sign)
	VXORPS(sign, p, p)
	return p
}

// far notes in the lowest bits of flags whether |z| is beyond the limit, or z not
// a number, and returns where.
func far(z vec, flags Register) vec {
	beyond := compare(magnitude(z), notAtMost, number(sinLimit))
	lanes := GP32()
	VMOVMSKPS(beyond, lanes)
	ORL(lanes, flags)
	return beyond
}

func sin() {
	TEXT("sinAVX2", NOSPLIT, "func(y, x []float32) (far uint32)")
	Pragma("noescape")
	Doc("sinAVX2 is sinGeneric where |x| is at most sinLimit; other numbers it copies, and returns not 0.")
	flags := GP32()
	XORL(flags, flags)
	walk("x", []string{"y", "x"}, func(at []place) {
		z := at[1].load()
		at[0].store(choose(far(z, flags), z, sine(z, false)))
	})
	Store(flags, ReturnIndex(0))
	RET()
}

func sinGradient() {
	TEXT("sinGradientAVX2", NOSPLIT, "func(g, x []float32) (far uint32)")
	Pragma("noescape")
	Doc("sinGradientAVX2 is sinGradientGeneric where |x| is at most sinLimit; other gradients it leaves, and returns not 0.")
	flags := GP32()
	XORL(flags, flags)
	walk("x", []string{"g", "x"}, func(at []place) {
		z := at[1].load()
		slope := choose(far(z, flags), number(1), sine(z, true))
		at[0].store(product(slope, at[0].load()))
	})
	Store(flags, ReturnIndex(0))
	RET()
}
