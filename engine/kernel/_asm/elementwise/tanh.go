package main

// tanhPolynomial is (tanh(x)/x-1)/x² in x², for |x| up to 0.8, within 2^-28 of
// tanh(x).
var tanhPolynomial = []float64{
	-0.33333298563957214, 0.13332220911979675, -0.05385233089327812, 0.02130299061536789, -0.0074095577001571655,
	0.0015847563045099378,
}

// tanh is a polynomial near 0 and 1 - 2/(exp(2|x|)+1) further on, as in the Cephes
// library.
func tanh(x vec) vec {
	a := magnitude(x)
	s := square(a)
	near := product(s, polynomial(s, tanhPolynomial))
	multiplyAdd(near, a, a)
	p, k := reduced(least(sum(a, a), 20))
	e := product(power(k), sum(number(1), p))
	far := difference(load(number(1)), quotient(load(number(2)), sum(number(1), e)))
	y := choose(compare(a, less, number(0.8)), near, far)
	return either(signOf(x), y)
}

// tanhGradient is 1 - y².
func tanhGradient(y vec) vec { return difference(load(number(1)), square(y)) }
