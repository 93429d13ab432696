package kernel

import "math"

// The exponential of what is below expUnderflow is 0 in float32, even times its
// argument; that of what is beyond expOverflow is infinite, and its inverse 0.
const (
	expUnderflow = -115
	expOverflow  = 115
)

// expParts takes the exponential of x, from expUnderflow to expOverflow, apart:
//
//	exp(x) = power (1 + p)
//
// With x = k log 2 + r, power is 2^k and p is exp(r)-1, within 2^-32 of it by a
// minimax polynomial.
func expParts(x float64) (power, p float64) {
	const (
		integer = 3 << 51 // added to a number, it rounds it, and leaves it in the lowest bits
		c2, c3  = 0.5, 0.1666666567325592
		c4, c5  = 0.04166635870933533, 0.008333389647305012
		c6, c7  = 0.0013940719654783607, 0.0001984588598133996
	)
	t := x*math.Log2E + integer
	r := x - (t-integer)*math.Ln2
	// Two short chains of operations in place of a long one.
	s := r * r
	p = r + s*((c2+r*c3)+s*((c4+r*c5)+s*(c6+r*c7)))
	return math.Float64frombits((math.Float64bits(t) + 1023) << 52), p
}

// clampedExp is exp(v) to float32's precision; a NaN stays.
//
// It converts its argument itself: of a caller's conversion into the argument's
// register amd64 would wait for what the register held, the last call's result.
func clampedExp(v float32) float64 {
	if v < expUnderflow {
		v = expUnderflow
	} else if v > expOverflow {
		v = expOverflow
	}
	power, p := expParts(float64(v))
	return power + power*p
}

// expm1Negative is exp(v)-1 for v up to 0, to float32's precision. Nothing
// cancels, as 2^k-1 is exact.
func expm1Negative(v float32) float64 {
	if v < -25 {
		v = -25
	}
	power, p := expParts(float64(v))
	return power*p + (power - 1)
}

// log1pUnit is log(1+x) for x from 0 to 1, to float32's precision: from a half, it
// is log 2 + log(1+(x-1)/2). The polynomial is a minimax one.
func log1pUnit(x float64) float64 {
	const (
		c3, c4  = 0.33333340287208557, -0.2500016391277313
		c5, c6  = 0.19999605417251587, -0.16655296087265015
		c7, c8  = 0.14276239275932312, -0.12727779150009155
		c9, c10 = 0.11700662225484848, -0.09116193652153015
		c11     = 0.03767293691635132
	)
	whole := 0.0
	if x >= 0.5 {
		x, whole = 0.5*x-0.5, math.Ln2
	}
	s := x * x
	p := (c3 + x*c4) + s*((c5+x*c6)+s*((c7+x*c8)+s*((c9+x*c10)+s*c11)))
	return whole + (x + s*(x*p-0.5))
}
