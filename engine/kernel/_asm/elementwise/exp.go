package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// Polynomials of this program are minimax fits, made by the Remez exchange in 40
// digits for the relative error of the whole function, then rounded to float32.

// expPolynomial is (exp(r)-1-r)/r² for |r| up to half of log 2, within 2^-32 of
// exp(r)-1.
var expPolynomial = []float64{
	0.5, 0.1666666567325592, 0.04166635870933533, 0.008333389647305012, 0.0013940719654783607, 0.0001984588598133996,
}

// log 2 in two parts. The first has 9 bits, so that its product with an exponent
// is exact.
const (
	log2High = 0.693359375
	log2Low  = math.Ln2 - log2High
)

// integer is added to a float32 below 2^22 to round it: the integer is then in
// the sum's lowest bits.
const integer = 3 << 22

// reduced returns exp(r)-1 and k, with x = k log 2 + r. k is in the lowest bits
// of a float32 that is k more than integer.
func reduced(x vec) (p, k vec) {
	k = load(number(math.Log2E))
	multiplyAdd(k, x, number(integer))
	n := difference(k, number(integer))
	r := load(x)
	VFNMADD231PS(number(log2High), n, r)
	VFNMADD231PS(number(log2Low), n, r)
	p = polynomial(r, expPolynomial)
	multiplyAdd(p, square(r), r)
	return p, k
}

// power returns 2^k for |k| up to 126.
func power(k vec) vec {
	v := YMM()
	VPSLLD(Imm(23), k, v)
	VPADDD(word(bits(1)), v, v)
	return v
}

// halves returns two powers whose product is 2^k, which itself may be no normal
// number.
func halves(k vec) (a, b vec) {
	i, h := YMM(), YMM()
	VPSUBD(word(bits(integer)), k, i)
	VPSRAD(Imm(1), i, h)
	VPSUBD(h, i, i)
	return power(h), power(i)
}

// The exponential of what is below underflow is 0, even times its argument; that
// of what is beyond overflow is infinite.
const (
	underflow = -115
	overflow  = 89
)

// exponential is exp(x).
func exponential(x vec) vec {
	p, k := reduced(most(least(x, overflow), underflow))
	a, b := halves(k)
	return product(b, product(a, sum(number(1), p)))
}

// expNegative is exp(x) for x up to 0.
func expNegative(x vec) vec {
	p, k := reduced(most(x, underflow))
	a, b := halves(k)
	return product(b, product(a, sum(number(1), p)))
}

// expm1Negative is exp(x)-1 for x up to 0: with 2^k (exp(r)-1) + (2^k-1), of which
// nothing cancels.
func expm1Negative(x vec) vec {
	p, k := reduced(most(x, -25))
	scale := power(k)
	multiplyAdd(p, scale, difference(scale, number(1)))
	return p
}

// sigmoid is 1/(1+e), with e = exp(-|z|), and where z is negative e/(1+e), so that
// nothing overflows.
func sigmoid(z vec) vec {
	e := expNegative(minus(z))
	over := choose(z, e, load(number(1)))
	return quotient(over, sum(number(1), e))
}

func sigmoidGradient(y vec) vec {
	return product(y, difference(load(number(1)), y))
}

// silu is z sigmoid(z). z meets the exponential before that is scaled, so that
// their product is good where the exponential alone is no normal number.
func silu(z vec) vec {
	p, k := reduced(most(minus(z), underflow))
	a, b := halves(k)
	e := product(a, sum(number(1), p))
	ze := product(b, product(most(z, underflow), e))
	over := choose(z, ze, z)
	return quotient(over, sum(number(1), product(b, e)))
}

// siluGradient is σ (1 + z (1-σ)), of which the one of σ and 1-σ that is less is
// e/(1+e), the other 1/(1+e).
func siluGradient(z vec) vec {
	z = most(least(z, -underflow), underflow)
	e := expNegative(minus(z))
	big := quotient(load(number(1)), sum(number(1), e))
	small := product(e, big)
	slope := choose(z, big, small) // 1-σ
	multiplyAdd(slope, z, number(1))
	return product(choose(z, small, big), slope)
}

// elu is max(z, 0) + (exp(min(z, 0)) - 1).
func elu(z vec) vec { return sum(most(z, 0), expm1Negative(least(z, 0))) }

func eluGradient(y vec) vec { return sum(number(1), least(y, 0)) }

// softplusGradient is 1 - exp(-y).
func softplusGradient(y vec) vec {
	x := YMM()
	VXORPS(word(1<<31), y, x)
	p, k := reduced(most(x, -25))
	scale := power(k)
	negatedMultiplyAdd(p, scale, difference(load(number(1)), scale))
	return p
}
