package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
)

// With a = |z| the normal distribution's tail is Q(a) = exp(-a²/2) R(a), R like
// Mills's ratio, and R is a polynomial in u = 1-t times t = 1/(1+0.3 a).
//
// tailPolynomial is R/t in u, for a from 0 to 14.6, within 2^-27.9 of it.
var tailPolynomial = []float64{
	0.5, -0.8298072814941406, 0.6181478500366211, -0.08104550838470459, -0.13959820568561554, 0.022951042279601097,
	0.01088563259691, 0.07031847536563873, -0.07265566289424896, 0.02049015648663044,
}

// tailEnd is where the tail is 0 in float32.
const tailEnd = 14.5

// tail returns R(a) and exp(-a²/2). What rounding takes from a² is known by fused
// multiplication, and is given back to first order.
func tail(a vec) (r, e vec) {
	u := product(number(0.3), a)
	t := quotient(load(number(1)), sum(number(1), u))
	r = product(t, polynomial(product(t, u), tailPolynomial))
	s := square(a)
	e = expNegative(product(number(-0.5), s))
	lost := s
	VFMSUB231PS(a, a, lost)
	lost = product(number(-0.5), lost)
	VFMADD213PS(e, e, lost)
	return r, lost
}

// gelu is max(z, 0) - |z| Q(|z|).
func gelu(z vec) vec {
	a := least(magnitude(z), tailEnd)
	r, e := tail(a)
	return difference(most(z, 0), product(e, product(a, r)))
}

// geluGradient is Φ(z) + z φ(z), where Φ(z) is Q(-z) below 0 and 1 - Q(z) above.
func geluGradient(z vec) vec {
	z = most(least(z, tailEnd), -tailEnd)
	r, e := tail(magnitude(z))
	q := product(e, r)
	slope := choose(z, q, difference(load(number(1)), q))
	density := product(number(1/math.Sqrt(2*math.Pi)), e)
	multiplyAdd(density, z, slope)
	return density
}
