package loss

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func sizeIn(shape []int) int {
	n, _ := size(shape)
	return n
}

func filled(r *rand.Rand, shape []int, positive bool) Tensor[float64] {
	t := Tensor[float64]{make([]float64, sizeIn(shape)), shape}
	for i := range t.Data {
		t.Data[i] = r.NormFloat64()
		if positive {
			t.Data[i] = math.Exp(t.Data[i])
		}
	}
	return t
}

// The rules for the variance's shape, as the newest PyTorch has them, and one
// number for all.
func TestVarianceShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		input, variance []int
		ok              bool
	}{
		{[]int{3}, []int{3}, true},
		{[]int{3}, []int{1}, true},
		{[]int{3}, []int{}, true},
		{[]int{}, []int{}, true},
		{[]int{}, []int{1}, false},
		{[]int{1}, []int{}, true},
		{[]int{5, 2}, []int{5, 2}, true},
		{[]int{5, 2}, []int{5, 1}, true},
		{[]int{5, 2}, []int{5}, true},
		{[]int{5, 2}, []int{1, 2}, true},
		{[]int{5, 2}, []int{2}, false},
		{[]int{5, 2}, []int{1}, false},
		{[]int{5, 2}, []int{}, true}, // one number
		{[]int{5, 2}, []int{1, 1}, false},
		{[]int{5, 1}, []int{1, 1}, true},
		{[]int{3, 3}, []int{3}, true},
		{[]int{4, 3, 8, 8}, []int{4, 1, 8, 8}, true},
		{[]int{4, 3, 8, 8}, []int{1, 3, 8, 8}, true},
		{[]int{4, 3, 8, 8}, []int{4, 3, 1, 1}, false},
		{[]int{4, 3, 8, 8}, []int{1, 1, 1, 1}, false},
		{[]int{4, 3, 8, 8}, []int{4, 3, 8}, true},
		{[]int{4, 3, 8, 8}, []int{4, 3}, false},
		{[]int{2, 3}, []int{0, 1}, false},
		{[]int{2, 3}, []int{2, 0}, false},
		{[]int{0, 3}, []int{0, 3}, true},
		{[]int{0, 3}, []int{0}, true},
		{[]int{0, 3}, []int{1, 3}, true},
	} {
		input, variance := filled(r, c.input, false), filled(r, c.variance, true)
		for _, reduction := range []Reduction{Mean, Sum, None} {
			l := GaussianNLL{Eps: 1e-6, Reduction: reduction}
			out, err := Forward(l, input, filled(r, c.input, false), variance)
			if (err == nil) != c.ok {
				t.Errorf("input %v, variance %v: %v", c.input, c.variance, err)
			}
			if err == nil && reduction == None && !slices.Equal(out.Shape, c.input) {
				t.Errorf("input %v, variance %v: output %v", c.input, c.variance, out.Shape)
			}
		}
	}
	// A variance of (n) with an input of (n, n) is one for each row.
	out, err := Forward(GaussianNLL{Reduction: None},
		Tensor[float64]{make([]float64, 4), []int{2, 2}}, Tensor[float64]{[]float64{0}, nil}, Tensor[float64]{[]float64{1, math.E}, []int{2}})
	if err != nil || out.Data[1] != 0 || math.Abs(out.Data[2]-0.5) > 1e-15 {
		t.Errorf("got %v (%v)", out, err)
	}
}

func TestErrorsSayWhichAndWhere(t *testing.T) {
	ones := func(shape ...int) Tensor[float64] {
		x := Tensor[float64]{make([]float64, sizeIn(shape)), shape}
		for i := range x.Data {
			x.Data[i] = 1
		}
		return x
	}
	bad := ones(3, 5)
	bad.Data[7] = -0.001
	badShape := Tensor[float64]{[]float64{1, -2}, []int{2}}
	for _, c := range []struct {
		l                       GaussianNLL
		input, target, variance Tensor[float64]
		want                    string
	}{
		{GaussianNLL{}, ones(3, 5), ones(3, 5), bad, "loss: variance has negative entry -0.001 at index 7"},
		{GaussianNLL{Reduction: None}, ones(3, 5), ones(3, 5), bad, "negative entry -0.001 at index 7"},
		{GaussianNLL{Reduction: 7}, ones(3, 5), ones(3, 5), bad, "negative entry"},
		{GaussianNLL{}, ones(3, 5), ones(3, 5), badShape, "negative entry -2 at index 1"},
		{GaussianNLL{Reduction: 7}, ones(3, 5), ones(3, 5), ones(3, 3), "variance of shape [3 3] does not go with input of shape [3 5]"},
		{GaussianNLL{Reduction: 7}, ones(3, 5), ones(9), ones(3, 5), "Reduction(7) is none of mean, sum, none"},
		{GaussianNLL{}, ones(10, 2, 3), ones(10, 2, 2), ones(10, 2, 3), "input of shape [10 2 3] and target of shape [10 2 2] do not broadcast: they clash in dimension 2"},
		{GaussianNLL{}, Tensor[float64]{make([]float64, 5), []int{2, 3}}, ones(2, 3), ones(2, 3), "input has 5 values"},
		{GaussianNLL{}, ones(2), Tensor[float64]{nil, []int{-2}}, ones(2), "target has the shape [-2]"},
		{GaussianNLL{}, ones(2), ones(2), Tensor[float64]{nil, []int{1 << 40, 1 << 40}}, "variance has 0 values"},
		{GaussianNLL{}, ones(2), ones(2), Tensor[float64]{}, "variance has 0 values, not the 1"},
	} {
		_, err := Forward(c.l, c.input, c.target, c.variance)
		if err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("got %v, want an error with %q", err, c.want)
		}
		if _, err := Backward(c.l, ones(), c.input, c.target, c.variance); err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("backward: got %v, want an error with %q", err, c.want)
		}
	}
	wide := Tensor[float64]{make([]float64, 1<<17), []int{1 << 17, 1}}
	if _, err := Forward(GaussianNLL{Reduction: None}, wide, ones(1<<17), wide); err == nil || !wording.Has(err.Error(), "broadcast to more than 2147483648 elements") {
		t.Errorf("got %v", err)
	}
	if _, err := Forward(GaussianNLL{}, ones(0, 3), ones(0, 3), Tensor[float64]{[]float64{1, -1, 1}, []int{1, 3}}); err == nil || !wording.Has(err.Error(), "negative entry -1 at index 1") {
		t.Errorf("an empty loss hid a negative variance: %v", err)
	}
	if _, err := Backward(GaussianNLL{}, ones(2), ones(2), ones(2), ones(2)); err == nil || !wording.Has(err.Error(), "gradOutput has the shape [2]") {
		t.Errorf("got %v", err)
	}
	// -0 and NaN are no negative numbers.
	v := Tensor[float64]{[]float64{math.Copysign(0, -1), math.NaN()}, []int{2}}
	if _, err := Forward(DefaultGaussianNLL(), ones(2), ones(2), v); err != nil {
		t.Error(err)
	}
}

// The mean of 2²⁴ float32 elements against a sum of 200 bits; with -short, which
// is for emulated processors, of 2¹⁸. A prime number of them are drawn and repeated,
// so that no two blocks that are summed begin with the same one.
func TestMeanOfManyIsExact(t *testing.T) {
	n, period := 1<<24, 1<<20-3
	if testing.Short() {
		n, period = 1<<18, 1<<16+1
	}
	r := rand.New(rand.NewPCG(9, 9))
	for name, draw := range map[string]func() float64{
		"uniform":  func() float64 { return 0.1 + 8.9*r.Float64() },
		"wide":     func() float64 { return math.Exp(27.6 * (r.Float64() - 0.5)) },
		"near one": func() float64 { return 1 + 1e-5*r.NormFloat64() },
	} {
		t.Run(name, func(t *testing.T) {
			input, target, variance := make([]float32, n), make([]float32, n), make([]float32, n)
			truth, term := new(big.Float).SetPrec(200), new(big.Float).SetPrec(200)
			times, size := new(big.Float), 0.0
			for i := range period {
				variance[i] = float32(draw())
				target[i] = float32(r.NormFloat64())
				input[i] = target[i] + float32(1e-3*r.NormFloat64())
				v, d := float64(variance[i]), float64(input[i]-target[i])
				often := float64((n - i + period - 1) / period)
				logarithm := math.Log(v)
				term.SetFloat64(0.5 * (logarithm + d*d/v))
				truth.Add(truth, term.Mul(term, times.SetFloat64(often)))
				size += often * 0.5 * (math.Abs(logarithm) + d*d/v)
			}
			for _, x := range [][]float32{input, target, variance} {
				for from := period; from < n; from += period {
					copy(x[from:], x[:period])
				}
			}
			want, _ := truth.Float64()
			want /= float64(n)
			size /= float64(n)
			shape := []int{n}
			got, err := Forward(DefaultGaussianNLL(), Tensor[float32]{input, shape}, Tensor[float32]{target, shape}, Tensor[float32]{variance, shape})
			if err != nil {
				t.Fatal(err)
			}
			fused := Fused(DefaultGaussianNLL(), nil, nil, input, target, variance)
			for what, got := range map[string]float64{"Forward": float64(got.Data[0]), "Fused": fused} {
				if e := math.Abs(got - want); e > 1e-7*size {
					t.Errorf("%s: %v, want %v: %.2g relative", what, got, want, e/size)
				}
			}
		})
	}
}

// With None gradOutput is multiplied first, which decides what overflows. The
// figures are PyTorch's.
func TestGradOutputComesFirst(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct{ d, v, gradOutput, want [2]float32 }{
		{[2]float32{1e34, 1e34}, [2]float32{0, 0}, [2]float32{0, 1e-10}, [2]float32{0, 1e30}},
		{[2]float32{0, 1e-8}, [2]float32{1e-6, 1e-6}, [2]float32{1e38, 1e38}, [2]float32{nan, inf}},
	} {
		s := []int{2}
		g, err := Backward(GaussianNLL{Eps: 1e-6, Reduction: None}, Tensor[float32]{c.gradOutput[:], s},
			Tensor[float32]{c.d[:], s}, Tensor[float32]{[]float32{0, 0}, s}, Tensor[float32]{c.v[:], s})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.want {
			if !agrees(float64(g.Input.Data[i]), float64(want), 1e-6*math.Abs(float64(want))) {
				t.Errorf("%+v: gradient of input %d is %v", c, i, g.Input.Data[i])
			}
		}
	}
}

// Products of float64 variances that are far from 1 lose nothing, and sums do
// not overflow before they are halved.
func TestFloat64AtItsLimits(t *testing.T) {
	zero := make([]float64, 4)
	for _, v := range [][]float64{{1.7e-162, 1.7e-162, 1e150, 1e150}, {1e-160, 1e-160, 1e200, 1e200}} {
		want := 0.0
		for _, x := range v {
			want += 0.5 * math.Log(x)
		}
		if got := Fused(GaussianNLL{Reduction: Sum}, nil, nil, zero, zero, v); math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("%v: %v, want %v", v, got, want)
		}
	}
	for _, v := range []float64{5e-324, 1e-310} {
		// log v = log(v 2^100) - 100 log 2
		want := 0.5 * (math.Log(v*0x1p100) - 100*math.Ln2)
		for _, r := range []Reduction{Sum, None} {
			s := []int{1}
			out, err := Forward(GaussianNLL{Reduction: r}, Tensor[float64]{zero[:1], s}, Tensor[float64]{zero[:1], s}, Tensor[float64]{[]float64{v}, s})
			if err != nil || math.Abs(out.Data[0]-want) > 1e-12*math.Abs(want) {
				t.Errorf("variance %g, %v: %v (%v), want %v", v, r, out.Data, err, want)
			}
		}
	}
	if got := Fused(GaussianNLL{}, nil, nil, []float64{1.2e154, 1.2e154}, zero[:2], []float64{1, 1}); math.IsInf(got, 0) {
		t.Errorf("the mean of 7.2e307 and 7.2e307 is %v", got)
	}
}

func TestLengthsMustAgree(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a short slice with room behind it was taken")
		}
	}()
	v := make([]float32, 8)
	Fused(DefaultGaussianNLL(), v[:2], nil, v, v[:2], v)
}

func TestBitsDoNotDependOnTheNumberOfGoroutines(t *testing.T) {
	n := serialBlocks*blockSize*2 + 77
	input, target, variance := benchmarkData[float32](n)
	shape := []int{n}
	var first float32
	for _, procs := range []int{1, 2, 3, 8} {
		before := runtime.GOMAXPROCS(procs)
		out, err := Forward(DefaultGaussianNLL(), Tensor[float32]{input, shape}, Tensor[float32]{target, shape}, Tensor[float32]{variance, shape})
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		if procs == 1 {
			first = out.Data[0]
		}
		if out.Data[0] != first {
			t.Errorf("%d processors: %v, with one %v", procs, out.Data[0], first)
		}
	}
}

// plainLoss is the definition, element by element, with indices worked out the
// slow way.
func plainLoss(l GaussianNLL, input, target, variance Tensor[float64], shape, varShape []int) []float64 {
	at := func(t Tensor[float64], s []int, index []int) float64 {
		offset := 0
		lead := len(index) - len(s)
		for i, d := range s {
			k := index[lead+i]
			if d == 1 {
				k = 0
			}
			offset = offset*d + k
		}
		return t.Data[offset]
	}
	var out []float64
	index := make([]int, len(shape))
	for range sizeIn(shape) {
		d := at(input, input.Shape, index) - at(target, target.Shape, index)
		v := max(at(variance, varShape, index), l.Eps)
		e := 0.5 * (math.Log(v) + d*d/v)
		if l.Full {
			e += HalfLog2Pi
		}
		out = append(out, e)
		for i := len(index) - 1; i >= 0; i-- {
			if index[i]++; index[i] < shape[i] {
				break
			}
			index[i] = 0
		}
	}
	return out
}

// Any shapes whatever: an error or the definition, never a panic, and gradients
// that are those of the sum of the elements.
func FuzzShapes(f *testing.F) {
	f.Add([]byte{2, 3, 4}, []byte{3, 4}, []byte{2, 3}, uint8(2))
	f.Add([]byte{5, 2}, []byte{5, 1}, []byte{1, 2}, uint8(0))
	f.Add([]byte{}, []byte{2}, []byte{}, uint8(1))
	f.Add([]byte{0, 3}, []byte{3}, []byte{0}, uint8(2))
	f.Fuzz(func(t *testing.T, a, b, c []byte, reduction uint8) {
		shape := func(b []byte) []int {
			s := []int{}
			for _, d := range b[:min(len(b), 5)] {
				s = append(s, int(d%6))
			}
			return s
		}
		r := rand.New(rand.NewPCG(1, 2))
		input, target, variance := filled(r, shape(a), false), filled(r, shape(b), false), filled(r, shape(c), true)
		l := GaussianNLL{Full: true, Eps: 0.1, Reduction: Reduction(reduction % 4)}
		out, err := Forward(l, input, target, variance)
		one := Tensor[float64]{[]float64{1}, nil}
		if l.Reduction == None && err == nil {
			one = Tensor[float64]{slices.Repeat([]float64{1}, len(out.Data)), out.Shape}
		}
		g, backErr := Backward(l, one, input, target, variance)
		if (err == nil) != (backErr == nil) {
			t.Fatalf("forward %v, backward %v", err, backErr)
		}
		if err != nil {
			return
		}
		varShape, shapeErr := varianceShape(input.Shape, variance.Shape)
		if shapeErr != nil {
			t.Fatal(shapeErr)
		}
		joint, _, _ := broadcast(input.Shape, target.Shape)
		joint, _, _ = broadcast(joint, varShape)
		want := plainLoss(l, input, target, variance, joint, varShape)
		got := out.Data
		if l.Reduction != None {
			sum := 0.0
			for _, w := range want {
				sum += w
			}
			if l.Reduction == Mean {
				sum /= float64(len(want))
			}
			want = []float64{sum}
		}
		if len(got) != len(want) {
			t.Fatalf("%d values, want %d", len(got), len(want))
		}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-12*(1+math.Abs(want[i])) && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
				t.Fatalf("value %d is %v, want %v", i, got[i], want[i])
			}
		}
		// What moves the input up moves the target down.
		sumInput, sumTarget := 0.0, 0.0
		for _, v := range g.Input.Data {
			sumInput += v
		}
		for _, v := range g.Target.Data {
			sumTarget += v
		}
		if math.Abs(sumInput+sumTarget) > 1e-9*(1+math.Abs(sumInput)) {
			t.Fatalf("gradients of input and target add up to %v and %v", sumInput, sumTarget)
		}
	})
}

// Any values whatever: the fast way and the plain one agree.
func FuzzValues(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"), float32(1e-6))
	f.Add(make([]byte, 12*40), float32(0))
	f.Fuzz(func(t *testing.T, b []byte, eps float32) {
		var input, target, variance []float32
		for ; len(b) >= 12 && len(input) < 3*blockSize; b = b[12:] {
			input = append(input, math.Float32frombits(binary.LittleEndian.Uint32(b)))
			target = append(target, math.Float32frombits(binary.LittleEndian.Uint32(b[4:])))
			variance = append(variance, math.Float32frombits(binary.LittleEndian.Uint32(b[8:])&^(1<<31)))
		}
		if eps != eps {
			return
		}
		got, _ := blockSum(input, target, variance, eps)
		want, _ := blockSumGeneric(input, target, variance, eps)
		scale := 0.0
		for i := range input {
			v := max(variance[i], eps)
			d := input[i] - target[i]
			scale += math.Abs(math.Log(float64(v))) + float64(d*d)/float64(v)
		}
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) && !(math.Abs(got-want) <= 1e-6*scale) {
			t.Fatalf("sum %v, want %v (eps %v)", got, want, eps)
		}
		out, plain := make([]float32, len(input)), make([]float32, len(input))
		elements(out, input, target, variance, eps, false)
		elementsGeneric(plain, input, target, variance, eps, false)
		for i, w := range plain {
			g := out[i]
			v := max(variance[i], eps)
			d := float64(input[i] - target[i])
			size := math.Abs(math.Log(float64(v))) + d*d/float64(v)
			if g != w && !(g != g && w != w) && !(math.Abs(float64(g)-float64(w)) <= 1e-6*size+1e-45) {
				t.Fatalf("element %d is %v, want %v", i, g, w)
			}
		}
	})
}
