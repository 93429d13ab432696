package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
)

// logPolynomial is (log(1+f)-f+f²/2)/f³ for f from -1/4 to 1/2, within 2^-30 of
// log(1+f).
var logPolynomial = []float64{
	0.33333340287208557, -0.2500016391277313, 0.19999605417251587, -0.16655296087265015, 0.14276239275932312,
	-0.12727779150009155, 0.11700662225484848, -0.09116193652153015, 0.03767293691635132,
}

// logCorrection returns log(1+f) - f.
func logCorrection(f vec) vec {
	p := polynomial(f, logPolynomial)
	p = product(f, p)
	VSUBPS(number(0.5), p, p)
	return product(square(f), p)
}

// softplus is max(z, 0) + log(1+e) with e = exp(-|z|); log(1+e), e from 1/2, is
// log 2 + log(1+(e-1)/2).
func softplus(z vec) vec {
	e := expNegative(minus(z))
	half := load(number(0.5))
	VFMSUB213PS(number(0.5), e, half) // e/2 - 1/2
	upper := compare(e, notLess, number(0.5))
	f := choose(upper, half, e)
	l := logCorrection(f)
	l = sum(f, l)
	l = sum(both(number(math.Ln2), upper), l)
	return sum(most(z, 0), l)
}
