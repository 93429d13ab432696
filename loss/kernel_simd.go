//go:build goexperiment.simd && (arm64 || wasm || (amd64 && purego))

package loss

import (
	"math"
	"simd/archsimd"
)

// The loops over float32 in vectors of four, for arm64 and WebAssembly; amd64 has its
// assembly, and with the tag purego these are tested there. Gradients are rounded operation
// by operation as those of generic.go are, so that they have the same bits.
type (
	f4   = archsimd.Float32x4
	f2   = archsimd.Float64x2
	four = [4]float32
)

func load(p *four) f4      { return archsimd.LoadFloat32x4Array(p) }
func splat(x float32) f4   { return archsimd.BroadcastFloat32x4(x) }
func atLeast(v, eps f4) f4 { return eps.IfElse(v.Less(eps), v) } // as clamp

// span is how many elements a kernel takes at a time.
const span = 64

type spanned = [span]float32

// sums are a sum of log v + d²/v on its way, in lanes. Logarithms are taken of products, as
// in blockSumGeneric; residuals are added up in pairs of float32s, in which nothing is lost
// that a float64 would keep (Knuth's two-sum).
type sums struct {
	even, odd        f2                // products of mantissas
	exponents        archsimd.Uint32x4 // biased
	high, low        f4                // residuals
	lowest, greatest archsimd.Uint32x4 // of the clamped variances' bits
	signs            archsimd.Uint32x4 // of the variances as they came
	spans            int               // how many were taken
}

// mostSpans is how many spans' mantissas, each below 2, the products take.
const mostSpans = 1000 * 4 / span

const (
	mantissa32 = 1<<23 - 1
	widened    = mantissa32 << 29 // a float32's mantissa where a float64 has it
	leastBits  = 0x00800000       // of the least normal number
	mostBits   = 0x7f7fffff       // of the greatest
)

func newSums() sums {
	one := archsimd.BroadcastFloat64x2(1)
	return sums{even: one, odd: one, lowest: archsimd.BroadcastUint32x4(math.MaxUint32)}
}

// value returns the sum, or not ok: something in it was no positive normal number, or came
// to none.
func (s *sums) value() (sum float64, ok bool) {
	var low, most, exponents [4]uint32
	s.lowest.StoreArray(&low)
	s.greatest.StoreArray(&most)
	s.exponents.StoreArray(&exponents)
	var product [4]float64
	s.even.StoreArray((*[2]float64)(product[:2]))
	s.odd.StoreArray((*[2]float64)(product[2:]))
	var high, rest four
	s.high.StoreArray(&high)
	s.low.StoreArray(&rest)
	exponent := int64(-127 * span * s.spans)
	logs := logSum{mantissa: 1}
	for i := range 4 {
		if low[i] < leastBits || most[i] > mostBits || !logs.multiply(product[i]) {
			return 0, false
		}
		exponent += int64(exponents[i])
		sum += float64(high[i]) + float64(rest[i])
	}
	sum += logs.value() + float64(exponent)*math.Ln2
	return sum, sum-sum == 0
}

// signed says whether a variance that add has taken had its sign bit set.
func (s *sums) signed() bool {
	var bits [4]uint32
	s.signs.StoreArray(&bits)
	return (bits[0]|bits[1]|bits[2]|bits[3])>>31 != 0
}

// add takes a span.
func (s *sums) add(x, t, v *spanned, eps float32) {
	floor := splat(eps)
	mantissa := archsimd.BroadcastUint32x4(mantissa32)
	wide, one := archsimd.BroadcastUint64x2(widened), archsimd.BroadcastUint64x2(exponentOne)
	even, odd, exponents, high, low, lowest, greatest := s.even, s.odd, s.exponents, s.high, s.low, s.lowest, s.greatest
	signs := s.signs
	_, _, _ = x[0], t[0], v[0] // no pointer is looked at again in the loop
	for i := 0; i < span; i += 4 {
		raw := load((*four)(v[i : i+4]))
		signs = signs.Or(raw.ToBits())
		vi := atLeast(raw, floor)
		d := load((*four)(x[i : i+4])).Sub(load((*four)(t[i : i+4])))
		ratio := d.Mul(d).Div(vi)
		bits := vi.ToBits()
		lowest, greatest = lowest.Min(bits), greatest.Max(bits)
		exponents = exponents.Add(bits.ShiftAllRight(23))
		m := bits.And(mantissa).ReshapeToUint64s()
		even = even.Mul(m.ShiftAllLeft(29).And(wide).Or(one).BitsToFloat64())
		odd = odd.Mul(m.ShiftAllRight(3).And(wide).Or(one).BitsToFloat64())
		total := high.Add(ratio)
		part := total.Sub(high)
		low = low.Add(high.Sub(total.Sub(part)).Add(ratio.Sub(part)))
		high = total
	}
	s.even, s.odd, s.exponents, s.high, s.low, s.lowest, s.greatest = even, odd, exponents, high, low, lowest, greatest
	s.signs = signs
	s.spans++
}

// fuse takes a span and writes its gradients.
func (s *sums) fuse(gi, gv, x, t, v *spanned, eps, scale float32) {
	floor, half, two := splat(eps), splat(0.5*scale), splat(2)
	mantissa := archsimd.BroadcastUint32x4(mantissa32)
	wide, one := archsimd.BroadcastUint64x2(widened), archsimd.BroadcastUint64x2(exponentOne)
	even, odd, exponents, high, low, lowest, greatest := s.even, s.odd, s.exponents, s.high, s.low, s.lowest, s.greatest
	_, _, _, _, _ = gi[0], gv[0], x[0], t[0], v[0] // no pointer is looked at again in the loop
	for i := 0; i < span; i += 4 {
		vi := atLeast(load((*four)(v[i:i+4])), floor)
		d := load((*four)(x[i : i+4])).Sub(load((*four)(t[i : i+4])))
		inverse, ratio := half.Div(vi), d.Mul(d).Div(vi)
		inverse.Mul(two.Mul(d)).StoreArray((*four)(gi[i : i+4]))
		inverse.Sub(half.Mul(ratio.Div(vi))).StoreArray((*four)(gv[i : i+4]))
		bits := vi.ToBits()
		lowest, greatest = lowest.Min(bits), greatest.Max(bits)
		exponents = exponents.Add(bits.ShiftAllRight(23))
		m := bits.And(mantissa).ReshapeToUint64s()
		even = even.Mul(m.ShiftAllLeft(29).And(wide).Or(one).BitsToFloat64())
		odd = odd.Mul(m.ShiftAllRight(3).And(wide).Or(one).BitsToFloat64())
		total := high.Add(ratio)
		part := total.Sub(high)
		low = low.Add(high.Sub(total.Sub(part)).Add(ratio.Sub(part)))
		high = total
	}
	s.even, s.odd, s.exponents, s.high, s.low, s.lowest, s.greatest = even, odd, exponents, high, low, lowest, greatest
	s.spans++
}

// tail is the end of the arguments, filled up to a span with elements of which the loss is 0.
// Its variances are clamped, so that filling up can be done with 1 whatever eps is.
type tail struct{ input, target, variance spanned }

func tailOf(input, target, variance []float32, eps float32) (t tail) {
	copy(t.input[:], input)
	copy(t.target[:], target)
	for i := range t.variance {
		t.variance[i] = 1
		if i < len(variance) {
			t.variance[i] = clamp(variance[i], eps)
		}
	}
	return t
}

func sum32(input, target, variance []float32, eps float32) (sum float64, sign bool) {
	x, t, v := input, target[:len(input)], variance[:len(input)]
	for len(x) > 0 {
		s := newSums()
		for ; len(x) >= span && s.spans < mostSpans; x, t, v = x[span:], t[span:], v[span:] {
			s.add((*spanned)(x), (*spanned)(t), (*spanned)(v), eps)
		}
		if len(x) < span && len(x) > 0 {
			for _, v := range v { // a clamped one has lost it
				sign = sign || math.Signbit(float64(v))
			}
			rest := tailOf(x, t, v, eps)
			s.add(&rest.input, &rest.target, &rest.variance, float32(math.Inf(-1)))
			x = nil
		}
		part, ok := s.value()
		if !ok {
			return blockSumGeneric(input, target, variance, eps)
		}
		sum += 0.5 * part
		sign = sign || s.signed()
	}
	return sum, sign
}

// fused32 writes both gradients and returns the sum; where that is not ok it is left to
// portable Go.
func fused32(gradInput, gradVariance, input, target, variance []float32, eps, scale float32) (sum float64, ok bool) {
	x, t, v := input, target[:len(input)], variance[:len(input)]
	gi, gv := gradInput[:len(input)], gradVariance[:len(input)]
	ok = true
	for len(x) > 0 {
		s := newSums()
		for ; len(x) >= span && s.spans < mostSpans; x, t, v, gi, gv = x[span:], t[span:], v[span:], gi[span:], gv[span:] {
			s.fuse((*spanned)(gi), (*spanned)(gv), (*spanned)(x), (*spanned)(t), (*spanned)(v), eps, scale)
		}
		if len(x) < span && len(x) > 0 {
			rest := tailOf(x, t, v, eps)
			var lastInput, lastVariance spanned
			s.fuse(&lastInput, &lastVariance, &rest.input, &rest.target, &rest.variance, float32(math.Inf(-1)), scale)
			copy(gi, lastInput[:])
			copy(gv, lastVariance[:])
			x = nil
		}
		part, whole := s.value()
		sum, ok = sum+0.5*part, ok && whole
	}
	return sum, ok
}

// gradients32 writes the gradients that are asked for.
func gradients32(gradInput, gradVariance, input, target, variance []float32, eps, scale float32) {
	x, t, v := input, target[:len(input)], variance[:len(input)]
	gi, gv := gradInput, gradVariance
	floor, half, two := splat(eps), splat(0.5*scale), splat(2)
	for ; len(x) >= 4; x, t, v = x[4:], t[4:], v[4:] {
		vi := atLeast(load((*four)(v)), floor)
		d := load((*four)(x)).Sub(load((*four)(t)))
		inverse := half.Div(vi)
		if gi != nil {
			inverse.Mul(two.Mul(d)).StoreArray((*four)(gi))
			gi = gi[4:]
		}
		if gv != nil {
			inverse.Sub(half.Mul(d.Mul(d).Div(vi).Div(vi))).StoreArray((*four)(gv))
			gv = gv[4:]
		}
	}
	gradientsGeneric(gi, gv, x, t, v, nil, eps, scale)
}

// What follows chooses by element type. A named type whose underlying type is float32
// takes the portable way.

func blockSum[T Float](input, target, variance []T, eps T) (sum float64, sign bool) {
	if x, ok := any(input).([]float32); ok {
		return sum32(x, any(target).([]float32), any(variance).([]float32), float32(eps))
	}
	return blockSumGeneric(input, target, variance, eps)
}

func elements[T Float](out, input, target, variance []T, eps T, full bool) (sign bool) {
	return elementsGeneric(out, input, target, variance, eps, full)
}

func gradients[T Float](gradInput, gradVariance, input, target, variance []T, eps, scale T) {
	x, ok := any(input).([]float32)
	if !ok {
		gradientsGeneric(gradInput, gradVariance, input, target, variance, nil, eps, scale)
		return
	}
	gradients32(any(gradInput).([]float32), any(gradVariance).([]float32), x, any(target).([]float32), any(variance).([]float32), float32(eps), float32(scale))
}

func fusedBlock[T Float](gradInput, gradVariance, input, target, variance []T, eps, scale T) float64 {
	x, ok := any(input).([]float32)
	if ok && gradInput != nil && gradVariance != nil {
		sum, whole := fused32(any(gradInput).([]float32), any(gradVariance).([]float32), x, any(target).([]float32), any(variance).([]float32), float32(eps), float32(scale))
		if !whole {
			sum, _ = blockSumGeneric(input, target, variance, eps)
		}
		return sum
	}
	sum, _ := blockSum(input, target, variance, eps)
	gradients(gradInput, gradVariance, input, target, variance, eps, scale)
	return sum
}
