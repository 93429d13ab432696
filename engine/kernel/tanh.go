package kernel

import "math"

// tanhGeneric is Tanh in portable Go.
//
// With e = exp(2|x|) it is (e-1)/(e+1). The exponential is taken apart as
// 2^k exp(r), |r| at most 0.5 log 2, and so is e-1 = 2^k (exp(r)-1) + (2^k-1), of
// which nothing cancels; exp(r)-1 is Taylor's polynomial, whose remainder float32
// does not see.
func tanhGeneric(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		z := 2 * math.Abs(float64(v))
		if z >= 20 { // tanh(v) rounds to 1
			y[i] = float32(math.Copysign(1, float64(v)))
			continue
		}
		if z != z {
			y[i] = v
			continue
		}
		k := int64(z*(1/math.Ln2) + 0.5)
		r := z - float64(k)*math.Ln2
		power := math.Float64frombits(uint64(k+1023) << 52)
		e := r * (1 + r*(1./2+r*(1./6+r*(1./24+r*(1./120+r*(1./720+r*(1./5040+r*(1./40320))))))))
		e = power*e + (power - 1)
		y[i] = float32(math.Copysign(e/(e+2), float64(v)))
	}
}
