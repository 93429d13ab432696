//go:build !purego

package loss

import (
	"math"

	"golang.org/x/sys/cpu"
)

//go:generate sh -c "cd _asm && go run ./kernels -out ../kernel_amd64.s -stubs ../kernel_stubs_amd64.go -pkg loss"
//go:generate sh -c "cd _asm && go run ./stream -out ../internal/stream/stream_amd64.s -stubs ../internal/stream/stream_stubs_amd64.go -pkg stream"

func hasAVX2() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// The elements that a kernel takes at a time.
const (
	group32  = 32
	group64  = 16
	groupLog = 8
)

// Below these eps a product of variances may underflow, so the portable loop is
// used.
const (
	leastEps32 = 0x1p-60
	leastEps64 = 0x1p-225
)

// partial is a sum of log v + d²/v on its way, in lanes, as the kernels keep it.
type partial struct {
	product  [8]float64 // mantissas from 1 to 2
	exponent [8]int64   // biased
	residual [8]float64
	bounds   [16]int32 // eight times the least, eight times the greatest
	sign     [8]uint32
	split    int64 // how many exponents were added up
}

func newPartial() partial {
	p := partial{product: [8]float64{1, 1, 1, 1, 1, 1, 1, 1}}
	for i := range 8 {
		p.bounds[i], p.bounds[8+i] = math.MaxInt32, math.MinInt32
	}
	return p
}

// within says whether the bits noted in bounds, of each stride-th lane, lie
// from least to greatest.
func (p *partial) within(stride int, least, greatest uint32) bool {
	for i := stride - 1; i < 8; i += stride {
		if p.bounds[i] < int32(least) || p.bounds[8+i] > int32(greatest) {
			return false
		}
	}
	return true
}

// signed says whether a sign bit was noted in any stride-th lane.
func (p *partial) signed(stride int) bool {
	var s uint32
	for i := stride - 1; i < 8; i += stride {
		s |= p.sign[i]
	}
	return s>>31 != 0
}

// value returns the sum, whose exponents were added up in a number of lanes.
func (p *partial) value(lanes int64) float64 {
	mantissa, residual := 1.0, 0.0
	exponent := -1023 * lanes * p.split
	for i, m := range p.product {
		mantissa *= m
		exponent += p.exponent[i]
		residual += p.residual[i]
	}
	return math.Log(mantissa) + float64(exponent)*math.Ln2 + residual
}

func finite(x float64) bool { return x-x == 0 }

func sum32(input, target, variance []float32, eps float32) (sum float64, sign bool) {
	n := len(input)
	if n == 0 || !(eps >= leastEps32) || !hasAVX2() {
		return blockSumGeneric(input, target, variance, eps)
	}
	p := newPartial()
	call := func(x, t, v *float32, groups int, eps float32) {
		sum32AVX2(x, t, v, groups, eps, &p.product, &p.exponent, &p.residual, &p.bounds, &p.sign)
		p.split += int64(groups+7)/8 + 1
	}
	if groups := n / group32; groups > 0 {
		call(&input[0], &target[0], &variance[0], groups, eps)
	}
	if end := n - n%group32; end < n {
		t := tailOf(input[end:], target[end:], variance[end:], eps)
		call(&t.input[0], &t.target[0], &t.variance[0], 1, leastEps32)
		sign = t.sign
	}
	sum = p.value(8)
	if !p.within(1, math.Float32bits(0x1p-120), math.Float32bits(0x1p120)) || !finite(sum) || p.signed(1) {
		return blockSumGeneric(input, target, variance, eps)
	}
	return 0.5 * sum, sign
}

// tail is the end of the arguments, filled up to a whole group with elements of
// which the loss is 0. Its variances are clamped, so that filling up can be done
// with 1 whatever eps is.
type tail[T Float] struct {
	input, target, variance [group32]T
	sign                    bool
}

func tailOf[T Float](input, target, variance []T, eps T) (t tail[T]) {
	copy(t.input[:], input)
	copy(t.target[:], target)
	for i := range t.variance {
		t.variance[i] = 1
		if i < len(variance) {
			t.sign = t.sign || math.Signbit(float64(variance[i]))
			t.variance[i] = clamp(variance[i], eps)
		}
	}
	return t
}

func sum64(input, target, variance []float64, eps float64) (sum float64, sign bool) {
	n := len(input)
	if n == 0 || !(eps >= leastEps64) || !hasAVX2() {
		return blockSumGeneric(input, target, variance, eps)
	}
	p := newPartial()
	call := func(x, t, v *float64, groups int, eps float64) {
		sum64AVX2(x, t, v, groups, eps, &p.product, &p.exponent, &p.residual, &p.bounds, &p.sign)
		p.split += int64(groups) + 2
	}
	if groups := n / group64; groups > 0 {
		call(&input[0], &target[0], &variance[0], groups, eps)
	}
	if end := n - n%group64; end < n {
		t := tailOf(input[end:], target[end:], variance[end:], eps)
		call(&t.input[0], &t.target[0], &t.variance[0], 1, leastEps64)
		sign = t.sign
	}
	sum = p.value(4)
	if !p.within(2, upper(0x1p-900), upper(0x1p900)) || !finite(sum) {
		return blockSumGeneric(input, target, variance, eps)
	}
	return 0.5 * sum, sign || p.signed(2)
}

// upper returns the upper half of a float64's bits.
func upper(x float64) uint32 { return uint32(math.Float64bits(x) >> 32) }

// fused32 writes the gradients that are asked for, at least one, and returns the
// sum; or, not ok, leaves all to portable Go.
func fused32(gradInput, gradVariance, input, target, variance []float32, eps, scale float32) (sum float64, ok bool) {
	n := len(input)
	if n == 0 || !(eps >= leastEps32) || !hasAVX2() {
		return 0, false
	}
	p := newPartial()
	half := 0.5 * scale
	call := func(gi, gv, x, t, v []float32, groups int, eps float32) {
		p.split += int64(groups)
		switch {
		case gv == nil:
			fusedInputAVX2(&gi[0], &x[0], &t[0], &v[0], groups, eps, half, &p.product, &p.exponent, &p.residual, &p.bounds)
		case gi == nil:
			fusedVarianceAVX2(&gv[0], &x[0], &t[0], &v[0], groups, eps, half, &p.product, &p.exponent, &p.residual, &p.bounds)
		default:
			fusedAVX2(&gi[0], &gv[0], &x[0], &t[0], &v[0], groups, eps, half, &p.product, &p.exponent, &p.residual, &p.bounds)
		}
	}
	if groups := n / group32; groups > 0 {
		call(gradInput, gradVariance, input, target, variance, groups, eps)
	}
	if end := n - n%group32; end < n {
		t := tailOf(input[end:], target[end:], variance[end:], eps)
		var gi, gv [group32]float32
		switch {
		case gradVariance == nil:
			call(gi[:], nil, t.input[:], t.target[:], t.variance[:], 1, leastEps32)
		case gradInput == nil:
			call(nil, gv[:], t.input[:], t.target[:], t.variance[:], 1, leastEps32)
		default:
			call(gi[:], gv[:], t.input[:], t.target[:], t.variance[:], 1, leastEps32)
		}
		if gradInput != nil {
			copy(gradInput[end:], gi[:])
		}
		if gradVariance != nil {
			copy(gradVariance[end:], gv[:])
		}
	}
	sum = p.value(8)
	return 0.5 * sum, finite(sum) && p.within(1, math.Float32bits(0x1p-60), math.Float32bits(0x1p60))
}

func elements32(out, input, target, variance []float32, eps float32, full bool) (sign bool) {
	n := len(out)
	if n == 0 || !hasAVX2() {
		return elementsGeneric(out, input, target, variance, eps, full)
	}
	var constant float32
	if full {
		constant = HalfLog2Pi
	}
	p := newPartial()
	if groups := n / groupLog; groups > 0 {
		elements32AVX2(&out[0], &input[0], &target[0], &variance[0], groups, eps, constant, &p.bounds, &p.sign)
	}
	if end := n - n%groupLog; end < n {
		t := tailOf(input[end:], target[end:], variance[end:], eps)
		var last [groupLog]float32
		elements32AVX2(&last[0], &t.input[0], &t.target[0], &t.variance[0], 1, float32(math.Inf(-1)), constant, &p.bounds, &p.sign)
		copy(out[end:], last[:])
		sign = t.sign
	}
	// From the least normal number to the greatest.
	if !p.within(1, 0x00800000, 0x7f7fffff) {
		return elementsGeneric(out, input, target, variance, eps, full)
	}
	return sign || p.signed(1)
}

// What follows chooses by element type. A named type whose underlying type is float32
// takes the portable way.

func blockSum[T Float](input, target, variance []T, eps T) (sum float64, sign bool) {
	switch x := any(input).(type) {
	case []float32:
		return sum32(x, any(target).([]float32), any(variance).([]float32), float32(eps))
	case []float64:
		return sum64(x, any(target).([]float64), any(variance).([]float64), float64(eps))
	}
	return blockSumGeneric(input, target, variance, eps)
}

func elements[T Float](out, input, target, variance []T, eps T, full bool) (sign bool) {
	if o, ok := any(out).([]float32); ok {
		return elements32(o, any(input).([]float32), any(target).([]float32), any(variance).([]float32), float32(eps), full)
	}
	return elementsGeneric(out, input, target, variance, eps, full)
}

func gradients[T Float](gradInput, gradVariance, input, target, variance []T, eps, scale T) {
	if x, ok := any(input).([]float32); ok {
		if _, ok := fused32(any(gradInput).([]float32), any(gradVariance).([]float32), x,
			any(target).([]float32), any(variance).([]float32), float32(eps), float32(scale)); ok {
			return
		}
	}
	gradientsGeneric(gradInput, gradVariance, input, target, variance, nil, eps, scale)
}

func fusedBlock[T Float](gradInput, gradVariance, input, target, variance []T, eps, scale T) float64 {
	if gradInput == nil && gradVariance == nil {
		sum, _ := blockSum(input, target, variance, eps)
		return sum
	}
	if x, ok := any(input).([]float32); ok {
		if sum, ok := fused32(any(gradInput).([]float32), any(gradVariance).([]float32), x,
			any(target).([]float32), any(variance).([]float32), float32(eps), float32(scale)); ok {
			return sum
		}
	}
	return fusedBlockGeneric(gradInput, gradVariance, input, target, variance, eps, scale)
}
