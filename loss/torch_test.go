package loss

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// testdata/gaussian_nll_torch.json.gz holds what PyTorch 1.13.1 answered: values,
// the gradients of the sum of the output, or the error. Numbers are C
// hexadecimal literals.
type torchCase struct {
	Name   string
	Input  torchTensor
	Target torchTensor
	Var    torchTensor
	Kwargs struct {
		Full      bool
		Eps       json.RawMessage
		Reduction string
	}
	Out        *torchTensor
	GradInput  *torchTensor `json:"grad_input"`
	GradTarget *torchTensor `json:"grad_target"`
	GradVar    *torchTensor `json:"grad_var"`
	Error      []string
}

type torchTensor struct {
	Shape []int
	Dtype string
	Hex   []string
}

func tensorOf[T Float](t *testing.T, h torchTensor) Tensor[T] {
	t.Helper()
	d := make([]T, len(h.Hex))
	for i, s := range h.Hex {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		d[i] = T(f)
	}
	return Tensor[T]{Data: d, Shape: h.Shape}
}

func TestAnswersOfPyTorch(t *testing.T) {
	f, err := os.Open("testdata/gaussian_nll_torch.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	// Python writes two values of eps as no JSON reader takes them.
	for _, name := range []string{"NaN", "Infinity"} {
		text = bytes.ReplaceAll(text, []byte(`"eps":`+name), []byte(`"eps":"`+name+`"`))
	}
	var file struct{ Cases []torchCase }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 909 {
		t.Errorf("%d cases, want 909", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			if c.Input.Dtype == "float64" || c.Target.Dtype == "float64" {
				answer[float64](t, c)
			} else {
				answer[float32](t, c)
			}
		})
	}
}

func answer[T Float](t *testing.T, c torchCase) {
	l := DefaultGaussianNLL()
	l.Full = c.Kwargs.Full
	if e := strings.Trim(string(c.Kwargs.Eps), `"`); e != "" {
		var err error
		if l.Eps, err = strconv.ParseFloat(e, 64); err != nil {
			t.Fatal(err)
		}
	}
	var badReduction error
	if c.Kwargs.Reduction != "" {
		if l.Reduction, badReduction = ParseReduction(c.Kwargs.Reduction); badReduction != nil {
			l.Reduction = 99
		}
	}
	input, target, variance := tensorOf[T](t, c.Input), tensorOf[T](t, c.Target), tensorOf[T](t, c.Var)
	out, err := Forward(l, input, target, variance)
	if c.Error != nil {
		want := c.Error[1]
		switch c.Name {
		case "var(4,1,3)":
			// Newer PyTorch accepts any one dimension of 1.
			if err != nil {
				t.Errorf("refused: %v", err)
			}
			return
		case "err_neg_and_size", "err_neg_and_reduction":
			// Newer PyTorch looks for negative variances first.
			want = "var has negative entry/entries"
		}
		ours, ok := map[string]string{
			"abc is not valid":               "is none of mean, sum, none",
			"x is not valid":                 "is none of mean, sum, none",
			"var is of incorrect size":       "does not go with input of shape",
			"var has negative entry/entries": "variance has negative entry",
		}[want]
		if strings.HasPrefix(want, "The size of tensor a") {
			ours, ok = "do not broadcast", true
		}
		if !ok {
			t.Fatalf("what does PyTorch mean by %q?", want)
		}
		if err == nil || !wording.Has(err.Error(), ours) {
			t.Errorf("got the error %v, PyTorch's is %q", err, want)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out.Shape, c.Out.Shape) {
		t.Fatalf("the loss has the shape %v, PyTorch's %v", out.Shape, c.Out.Shape)
	}
	ulp := 0x1p-24
	if c.Out.Dtype == "float64" {
		ulp = 0x1p-53
	}
	if c.Name == "dt_f32_f64" {
		// PyTorch takes eps and the variance for float32 here.
		ulp = 0x1p-24
	}
	// The sizes of what is added up: no result can be nearer to another than
	// its parts are to theirs.
	size, sizes := sizesOf(l, input, target, variance)
	// PyTorch's float64 sums are no better than ours: a rounding or two for each
	// doubling of their length.
	roundings := 4 + math.Log2(float64(len(sizes)+1))
	for i, want := range tensorOf[float64](t, *c.Out).Data {
		scale := size
		if l.Reduction == None {
			scale = sizes[i]
		}
		if !agrees(float64(out.Data[i]), want, roundings*ulp*scale) {
			t.Errorf("loss %d is %v, PyTorch's %v", i, out.Data[i], want)
		}
	}
	if c.GradInput == nil {
		return
	}
	ones := Tensor[T]{Data: make([]T, len(out.Data)), Shape: out.Shape}
	for i := range ones.Data {
		ones.Data[i] = 1
	}
	g, err := Backward(l, ones, input, target, variance)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct {
		name string
		got  Tensor[T]
		want *torchTensor
	}{{"input", g.Input, c.GradInput}, {"target", g.Target, c.GradTarget}, {"variance", g.Variance, c.GradVar}} {
		if p.want == nil {
			continue
		}
		if !slices.Equal(p.got.Shape, p.want.Shape) {
			t.Errorf("the gradient of %s has the shape %v, PyTorch's %v", p.name, p.got.Shape, p.want.Shape)
			continue
		}
		want := tensorOf[float64](t, *p.want).Data
		// A gradient may be a small difference, or a small sum, of large
		// numbers: the largest of its tensor sets the scale, times the number
		// of elements that it was stretched to.
		largest := 0.0
		for _, w := range want {
			if !math.IsInf(w, 0) && !math.IsNaN(w) {
				largest = max(largest, math.Abs(w))
			}
		}
		if p.name == "variance" {
			largest = max(largest, varianceScale(l, input, target, variance))
		}
		largest *= float64(len(sizes)) / float64(max(len(want), 1))
		for i, w := range want {
			if !agrees(float64(p.got.Data[i]), w, 8*ulp*largest) {
				t.Errorf("gradient %d of %s is %v, PyTorch's %v", i, p.name, p.got.Data[i], w)
			}
		}
	}
}

func agrees(got, want, tolerance float64) bool {
	switch {
	case math.IsNaN(want):
		return math.IsNaN(got)
	case math.IsInf(want, 0):
		return got == want
	}
	return math.Abs(got-want) <= tolerance
}

// sizesOf returns 0.5 (|log v| + d²/v), and the constant, of each element, and
// their reduction.
func sizesOf[T Float](l GaussianNLL, input, target, variance Tensor[T]) (float64, []float64) {
	p, err := l.plan(input.Shape, target.Shape, variance.Shape)
	if err != nil {
		panic(err)
	}
	w := newWalker[T](p)
	var sizes []float64
	var sum float64
	for start := 0; start < p.size; start += blockSize {
		x, t, v := w.load(start, min(start+blockSize, p.size), input.Data, target.Data, variance.Data)
		for i := range x {
			c := clamp(float64(v[i]), l.Eps)
			d := float64(x[i]) - float64(t[i])
			s := 0.5 * (math.Abs(math.Log(c)) + d*d/c)
			if l.Full {
				s += HalfLog2Pi
			}
			sizes = append(sizes, s)
			sum += s
		}
	}
	if l.Reduction == Mean {
		sum /= float64(p.size)
	}
	return sum, sizes
}

// varianceScale returns the largest 0.5 (1/v + d²/v²), of whose difference the
// gradient of the variance is made.
func varianceScale[T Float](l GaussianNLL, input, target, variance Tensor[T]) float64 {
	p, err := l.plan(input.Shape, target.Shape, variance.Shape)
	if err != nil {
		panic(err)
	}
	w := newWalker[T](p)
	largest := 0.0
	for start := 0; start < p.size; start += blockSize {
		x, t, v := w.load(start, min(start+blockSize, p.size), input.Data, target.Data, variance.Data)
		for i := range x {
			c := clamp(float64(v[i]), l.Eps)
			d := float64(x[i]) - float64(t[i])
			if s := 0.5 * (1/c + d*d/c/c); !math.IsInf(s, 0) && !math.IsNaN(s) {
				largest = max(largest, s)
			}
		}
	}
	if l.Reduction == Mean && p.size > 0 {
		largest /= float64(p.size)
	}
	return largest
}
