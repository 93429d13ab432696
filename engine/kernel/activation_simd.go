//go:build goexperiment.simd && (arm64 || wasm || (amd64 && purego))

package kernel

import "math"

// The activations are those of _asm/elementwise, in float32 and with its polynomials, but
// none counts on a fused multiply-add, which WebAssembly does not have. The end of a slice
// is filled up to a vector, so that an element's value does not depend on its place.

// walk sets y to f of x.
func walk(y, x []float32, f func(x f4) f4) {
	y = y[:len(x)]
	for len(x) >= 4 {
		store((*four)(y), f(load((*four)(x))))
		y, x = y[4:], x[4:]
	}
	if len(x) > 0 {
		var last four
		copy(last[:], x)
		store(&last, f(load(&last)))
		copy(y, last[:])
	}
}

// walkGradient multiplies g by f of x.
func walkGradient(g, x []float32, f func(x f4) f4) {
	g = g[:len(x)]
	for len(x) >= 4 {
		into := (*four)(g)
		store(into, load(into).Mul(f(load((*four)(x)))))
		g, x = g[4:], x[4:]
	}
	if len(x) > 0 {
		var last four
		copy(last[:], x)
		store(&last, f(load(&last)))
		for i := range x {
			g[i] *= last[i]
		}
	}
}

func exp(y, x []float32)              { walk(y, x, exponential) }
func tanh(y, z []float32)             { walk(y, z, tanhOf) }
func sigmoid(y, z []float32)          { walk(y, z, logistic) }
func elu(y, z []float32)              { walk(y, z, eluOf) }
func silu(y, z []float32)             { walk(y, z, siluOf) }
func siluGradient(g, z []float32)     { walkGradient(g, z, siluSlope) }
func softplus(y, z []float32)         { walk(y, z, softplusOf) }
func softplusGradient(g, y []float32) { walkGradient(g, y, softplusSlope) }
func gelu(y, z []float32)             { walk(y, z, geluOf) }
func geluGradient(g, z []float32)     { walkGradient(g, z, geluSlope) }
func sin(y, z []float32)              { walk(y, z, sine) }
func sinGradient(g, z []float32)      { walkGradient(g, z, cosine) }

func atMost(v, ceiling f4) f4 { return ceiling.IfElse(v.Greater(ceiling), v) } // a NaN stays

// log 2 in two parts. The first has 9 bits, so that its product with an exponent is exact.
const (
	log2High = 0.693359375
	log2Low  = math.Ln2 - log2High
)

// rounder is added to a float32 below 2^22 to round it: the integer is then in the sum's
// lowest bits.
const rounder = 3 << 22

// reduced returns exp(r)-1 and an integer k plus rounder, with x = k log 2 + r.
func reduced(x f4) (p, k f4) {
	whole := splat(rounder)
	k = madd(splat(math.Log2E), x, whole)
	n := k.Sub(whole)
	r := madd(n, splat(-log2Low), madd(n, splat(-log2High), x))
	p = madd(splat(0.0001984588598133996), r, splat(0.0013940719654783607))
	p = madd(p, r, splat(0.008333389647305012))
	p = madd(p, r, splat(0.04166635870933533))
	p = madd(p, r, splat(0.1666666567325592))
	p = madd(p, r, splat(0.5))
	return madd(p, r.Mul(r), r), k
}

// power returns 2^k for |k| up to 126.
func power(k f4) f4 {
	return k.ToBits().ShiftAllLeft(23).Add(splat(1).ToBits()).BitsToFloat32()
}

// halves returns powers whose product is 2^k, which itself may be no normal number.
func halves(k f4) (a, b f4) {
	one := splat(1).ToBits()
	n := k.ToBits().Sub(splat(rounder - 256).ToBits()) // k + 256, which is positive
	h := n.ShiftAllRight(1)
	return h.Sub(splat(math.Float32frombits(128)).ToBits()).ShiftAllLeft(23).Add(one).BitsToFloat32(),
		n.Sub(h).Sub(splat(math.Float32frombits(128)).ToBits()).ShiftAllLeft(23).Add(one).BitsToFloat32()
}

func exponential(x f4) f4 {
	p, k := reduced(least(atMost(x, splat(89)), splat(expUnderflow)))
	a, b := halves(k)
	return b.Mul(a.Mul(splat(1).Add(p)))
}

// logistic is 1/(1+e), with e = exp(-|z|), and where z is negative e/(1+e), so that nothing
// overflows.
func logistic(z f4) f4 {
	one, e := splat(1), exponential(z.Abs().Neg())
	return e.IfElse(z.Less(splat(0)), one).Div(one.Add(e))
}

// siluOf is z sigmoid(z). z meets the exponential before that is scaled, so that their
// product is good where the exponential alone is no normal number.
func siluOf(z f4) f4 {
	one, low := splat(1), splat(expUnderflow)
	p, k := reduced(least(z.Abs().Neg(), low))
	a, b := halves(k)
	e := a.Mul(one.Add(p))
	over := b.Mul(least(z, low).Mul(e)).IfElse(z.Less(splat(0)), z)
	return over.Div(one.Add(b.Mul(e)))
}

// siluSlope is σ (1 + z (1-σ)), of which the one of σ and 1-σ that is less is e/(1+e), the
// other 1/(1+e).
func siluSlope(z f4) f4 {
	z = least(atMost(z, splat(-expUnderflow)), splat(expUnderflow))
	one, e := splat(1), exponential(z.Abs().Neg())
	big := one.Div(one.Add(e))
	small := e.Mul(big)
	below := z.Less(splat(0))
	return small.IfElse(below, big).Mul(madd(big.IfElse(below, small), z, one))
}

// eluOf is max(z, 0) + (exp(min(z, 0)) - 1): with 2^k (exp(r)-1) + (2^k-1), of which nothing
// cancels.
func eluOf(z f4) f4 {
	zero := splat(0)
	p, k := reduced(least(atMost(z, zero), splat(-25)))
	scale := power(k)
	return least(z, zero).Add(madd(p, scale, scale.Sub(splat(1))))
}

// softplusSlope is 1 - exp(-y).
func softplusSlope(y f4) f4 {
	p, k := reduced(least(y.Neg(), splat(-25)))
	scale := power(k)
	return splat(1).Sub(scale).Sub(p.Mul(scale))
}

// softplusOf is max(z, 0) + log(1+e) with e = exp(-|z|); log(1+e), e from 1/2, is
// log 2 + log(1+(e-1)/2).
func softplusOf(z f4) f4 {
	zero, half, e := splat(0), splat(0.5), exponential(z.Abs().Neg())
	upper := e.GreaterEqual(half)
	f := half.Mul(e).Sub(half).IfElse(upper, e)
	p := madd(splat(0.03767293691635132), f, splat(-0.09116193652153015))
	p = madd(p, f, splat(0.11700662225484848))
	p = madd(p, f, splat(-0.12727779150009155))
	p = madd(p, f, splat(0.14276239275932312))
	p = madd(p, f, splat(-0.16655296087265015))
	p = madd(p, f, splat(0.19999605417251587))
	p = madd(p, f, splat(-0.2500016391277313))
	p = madd(p, f, splat(0.33333340287208557))
	log := f.Add(f.Mul(f).Mul(f.Mul(p).Sub(half)))
	return least(z, zero).Add(splat(math.Ln2).IfElse(upper, zero).Add(log))
}

// tanhOf is a polynomial near 0 and 1 - 2/(exp(2|x|)+1) further on, as in the Cephes library.
func tanhOf(x f4) f4 {
	one, a := splat(1), x.Abs()
	s := a.Mul(a)
	near := madd(splat(0.0015847563045099378), s, splat(-0.0074095577001571655))
	near = madd(near, s, splat(0.02130299061536789))
	near = madd(near, s, splat(-0.05385233089327812))
	near = madd(near, s, splat(0.13332220911979675))
	near = madd(near, s, splat(-0.33333298563957214))
	near = madd(near.Mul(s), a, a)
	p, k := reduced(atMost(a.Add(a), splat(20)))
	far := one.Sub(splat(2).Div(one.Add(power(k).Mul(one.Add(p)))))
	sign := x.ToBits().And(splat(float32(math.Copysign(0, -1))).ToBits())
	return near.IfElse(a.Less(splat(0.8)), far).ToBits().Or(sign).BitsToFloat32()
}

// tailEnd is where the normal distribution's tail is 0 in float32.
const tailEnd = 14.5

// tail returns r and e: the normal distribution's tail is Q(a) = e r, e is exp(-a²/2), and r,
// like Mills's ratio, is a polynomial in u = 1-t times t = 1/(1+0.3 a). What rounding takes
// from a² is told from a's upper and lower 12 bits, whose products are exact, and is given
// back to first order.
func tail(a f4) (r, e f4) {
	one, minus := splat(1), splat(-0.5)
	w := splat(0.3).Mul(a)
	t := one.Div(one.Add(w))
	u := t.Mul(w)
	r = madd(splat(0.02049015648663044), u, splat(-0.07265566289424896))
	r = madd(r, u, splat(0.07031847536563873))
	r = madd(r, u, splat(0.01088563259691))
	r = madd(r, u, splat(0.022951042279601097))
	r = madd(r, u, splat(-0.13959820568561554))
	r = madd(r, u, splat(-0.08104550838470459))
	r = madd(r, u, splat(0.6181478500366211))
	r = madd(r, u, splat(-0.8298072814941406))
	r = madd(r, u, splat(0.5))
	square := a.Mul(a)
	e = exponential(minus.Mul(square))
	high := a.ToBits().And(splat(math.Float32frombits(0xfffff000)).ToBits()).BitsToFloat32()
	low := a.Sub(high)
	lost := high.Mul(high).Sub(square).Add(splat(2).Mul(high).Mul(low)).Add(low.Mul(low))
	return t.Mul(r), madd(minus.Mul(lost), e, e)
}

// geluOf is max(z, 0) - |z| Q(|z|).
func geluOf(z f4) f4 {
	a := atMost(z.Abs(), splat(tailEnd))
	r, e := tail(a)
	return least(z, splat(0)).Sub(e.Mul(a.Mul(r)))
}

// geluSlope is Φ(z) + z φ(z), where Φ(z) is Q(-z) below 0 and 1 - Q(z) above.
func geluSlope(z f4) f4 {
	z = least(atMost(z, splat(tailEnd)), splat(-tailEnd))
	r, e := tail(z.Abs())
	q := e.Mul(r)
	return madd(splat(1/math.Sqrt2/math.SqrtPi).Mul(e), z, q.IfElse(z.Less(splat(0)), splat(1).Sub(q)))
}

// sinLimit is up to where an angle is reduced in vectors.
const sinLimit = 256

// π in parts: of the first three, of 16 bits, the product with a multiple of a half up to
// sinLimit/π is exact.
const (
	pi0 = 0x1.921ep+1
	pi1 = 0x1.b544p-15
	pi2 = 0x1.0b46p-33
	pi3 = 0x1.1a6264p-53
)

func sine(z f4) f4 {
	inside := z.Abs().LessEqual(splat(sinLimit))
	k := madd(splat(1/math.Pi), z, splat(rounder))
	y := half(z, k.Sub(splat(rounder)), k)
	return elsewhere(y, z, inside.ToInt32x4().ToBits().BitsToFloat32(), math.Sin)
}

// cosine is, as cos(z) = sin(z + π/2), that of half integers n.
func cosine(z f4) f4 {
	inside := z.Abs().LessEqual(splat(sinLimit))
	k := splat(1 / math.Pi).Mul(z).Sub(splat(0.5)).Add(splat(rounder))
	y := half(z, k.Sub(splat(rounder)).Add(splat(0.5)), k.ToBits().Add(splat(math.Float32frombits(1)).ToBits()).BitsToFloat32())
	return elsewhere(y, z, inside.ToInt32x4().ToBits().BitsToFloat32(), math.Cos)
}

// half returns sin(z - nπ), with the sign that parity has in its lowest bit.
func half(z, n, parity f4) f4 {
	r := n.Mul(splat(-pi1)).Add(n.Mul(splat(-pi0)).Add(z))
	r = r.Sub(n.Mul(splat(pi2)).Add(n.Mul(splat(pi3))))
	s := r.Mul(r)
	p := madd(splat(-2.3887748668016684e-08), s, splat(2.7525320547283627e-06))
	p = madd(p, s, splat(-0.00019840867025777698))
	p = madd(p, s, splat(0.008333330973982811))
	p = madd(p, s, splat(-0.1666666716337204))
	return madd(p.Mul(s), r, r).ToBits().Xor(parity.ToBits().ShiftAllLeft(31)).BitsToFloat32()
}

// elsewhere returns y, and f of z where inside is 0.
func elsewhere(y, z, inside f4, f func(float64) float64) f4 {
	var values, angles, mask four
	store(&mask, inside)
	store(&values, y)
	store(&angles, z)
	for i, m := range mask {
		if m == 0 {
			values[i] = float32(f(float64(angles[i])))
		}
	}
	return load(&values)
}
