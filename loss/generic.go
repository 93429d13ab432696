package loss

import (
	"math"
	"unsafe"
)

// The loops in portable Go. They are always compiled, and are what the assembly
// is held against.

// clamp returns max(v, eps) as PyTorch's clamp does: NaN stays, and so does -0 if
// eps is 0. A NaN eps clamps nothing.
func clamp[T Float](v, eps T) T {
	if v < eps {
		return eps
	}
	return v
}

// blockSumGeneric returns the sum of 0.5 (log v + d²/v) over a block, and whether
// any variance has its sign bit set. d and d²/v are rounded to T after each
// operation, as PyTorch rounds them; the rest is float64.
//
//	v := clamp(variance[i], eps)
//	d := input[i] - target[i]
//	sum += 0.5 * (log(v) + d*d/v)
//
// The logarithms are taken of products: values are multiplied, the product's
// exponent is counted and its mantissa multiplied on, and one logarithm is taken
// at the end. Zero, infinity and NaN would be lost in that, so what has one of
// them in it takes the plain way.
func blockSumGeneric[T Float](input, target, variance []T, eps T) (sum float64, sign bool) {
	n := len(input)
	target, variance = target[:n], variance[:n]
	// The product of four float32 cannot leave float64's range.
	together := 4
	if unsafe.Sizeof(eps) == 8 {
		together = 1
	}
	// A sum of short sums is rounded less often than one long one.
	const short = 128
	residuals, rest := 0.0, 0.0
	logs := logSum{mantissa: 1}
	for i := 0; i < n; i += together {
		if i%short == 0 {
			sum, rest = sum+(residuals+0.5*rest), 0
			residuals = 0
		}
		product := 1.0
		end := min(i+together, n)
		for k := i; k < end; k++ {
			sign = sign || math.Signbit(float64(variance[k]))
			v := clamp(variance[k], eps)
			d := input[k] - target[k]
			square := d * d
			residuals += 0.5 * float64(square/v)
			product *= float64(v)
		}
		if !logs.multiply(product) {
			for _, v := range variance[i:end] {
				rest += logarithm(float64(clamp(v, eps)))
			}
		}
	}
	return sum + (residuals + 0.5*rest) + 0.5*logs.value(), sign
}

// logarithm is math.Log, which on some processors takes subnormal numbers for
// larger ones.
func logarithm(x float64) float64 {
	if 0 < x && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// A logSum is a sum of logarithms, of which it has taken few.
type logSum struct {
	mantissa float64 // from 1 to 2
	exponent int64
}

const (
	mantissaBits = 1<<52 - 1
	exponentOne  = 1023 << 52
	// Products this far from float64's limits have lost nothing to them.
	lowestExponent, highestExponent = 123, 1923
)

// multiply adds the logarithm of x, unless x is not a positive number well
// within float64's range: then it returns false.
func (s *logSum) multiply(x float64) bool {
	bits := math.Float64bits(x)
	e := bits >> 52
	if e < lowestExponent || e > highestExponent {
		return false
	}
	s.exponent += int64(e) - 1023
	bits = math.Float64bits(s.mantissa * math.Float64frombits(bits&mantissaBits|exponentOne))
	s.exponent += int64(bits>>52) - 1023
	s.mantissa = math.Float64frombits(bits&mantissaBits | exponentOne)
	return true
}

func (s *logSum) value() float64 {
	return math.Log(s.mantissa) + float64(s.exponent)*math.Ln2
}

// elementsGeneric writes the elements' losses, each operation rounded to T, and
// returns whether any variance has its sign bit set.
//
//	v := clamp(variance[i], eps)
//	d := input[i] - target[i]
//	out[i] = 0.5 * (log(v) + d*d/v)   + 0.5 log 2π with full
func elementsGeneric[T Float](out, input, target, variance []T, eps T, full bool) (sign bool) {
	n := len(out)
	input, target, variance = input[:n], target[:n], variance[:n]
	var constant T
	if full {
		constant = HalfLog2Pi
	}
	for i := range out {
		sign = sign || math.Signbit(float64(variance[i]))
		v := clamp(variance[i], eps)
		d := input[i] - target[i]
		square := d * d
		sum := T(logarithm(float64(v))) + T(square/v)
		out[i] = 0.5*sum + constant
	}
	return sign
}

// gradientsGeneric writes scale times the gradients of the elements' losses, or
// where there are weights, those in place of the scale. A nil gradient is not
// written. The order of operations is PyTorch's: the weight comes first, and so
// decides what overflows.
//
//	v := clamp(variance[i], eps)
//	d := input[i] - target[i]
//	gradInput[i] = scale * d / v
//	gradVariance[i] = scale * 0.5 * (1/v - d*d/v/v)
func gradientsGeneric[T Float](gradInput, gradVariance, input, target, variance, weights []T, eps, scale T) {
	n := len(input)
	target, variance = target[:n], variance[:n]
	half := 0.5 * scale
	for i, x := range input {
		if weights != nil {
			half = 0.5 * weights[i]
		}
		v := clamp(variance[i], eps)
		d := x - target[i]
		if gradInput != nil {
			gradInput[i] = half / v * (2 * d)
		}
		if gradVariance != nil {
			square := d * d
			ratio := square / v
			gradVariance[i] = T(half/v) - T(half*T(ratio/v))
		}
	}
}

// fusedBlockGeneric is blockSumGeneric and gradientsGeneric.
func fusedBlockGeneric[T Float](gradInput, gradVariance, input, target, variance []T, eps, scale T) float64 {
	sum, _ := blockSumGeneric(input, target, variance, eps)
	gradientsGeneric(gradInput, gradVariance, input, target, variance, nil, eps, scale)
	return sum
}
