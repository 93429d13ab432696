package engine

import (
	"math"
	"slices"
	"testing"
)

// Networks of one seed begin alike in all that they share by name and shape.
func TestFairStarts(t *testing.T) {
	base := NetConfig{Inputs: 2, Hidden: []int{20, 20}}
	for _, init := range Inits() {
		base.Init = init
		for name, c := range map[string]struct {
			change func(*NetConfig)
			differ []string // tensors that both have, of other shapes or by intent
		}{
			"head":          {func(c *NetConfig) { c.Head = SoftplusHead }, nil},
			"natural":       {func(c *NetConfig) { c.Head = Natural }, nil},
			"homoscedastic": {func(c *NetConfig) { c.Head = Homoscedastic }, []string{"var.bias"}},
			"fixed":         {func(c *NetConfig) { c.Head = Fixed }, nil},
			"variance":      {func(c *NetConfig) { c.InitialVariance = 2 }, []string{"var.weight", "var.bias"}},
			"layer":         {func(c *NetConfig) { c.Hidden = []int{20, 20, 20} }, nil},
			"activation":    {func(c *NetConfig) { c.Activation = SiLU }, nil},
			"outputs":       {func(c *NetConfig) { c.Outputs = 2 }, []string{"mean.weight", "mean.bias", "var.weight", "var.bias"}},
			"last width":    {func(c *NetConfig) { c.Hidden = []int{20, 30} }, []string{"body.2.weight", "body.2.bias", "mean.weight", "mean.bias", "var.weight", "var.bias"}},
			"separate":      {func(c *NetConfig) { c.Separate = true }, nil},
		} {
			other := base
			c.change(&other)
			for _, seed := range []uint64{0, 7} {
				one, err := NewNet(base, seed)
				if err != nil {
					t.Fatal(err)
				}
				two, err := NewNet(other, seed)
				if err != nil {
					t.Fatal(err)
				}
				theirs, shared := map[string]Tensor{}, 0
				for _, tensor := range two.Tensors() {
					theirs[tensor.Name] = tensor
				}
				for _, tensor := range one.Tensors() {
					tensor2, ok := theirs[tensor.Name]
					if !ok || slices.Contains(c.differ, tensor.Name) {
						continue
					}
					shared++
					if !slices.Equal(tensor.Data, tensor2.Data) {
						t.Errorf("%v, %s: %s begins with other values", init, name, tensor.Name)
					}
				}
				if shared < 2 {
					t.Errorf("%v, %s: only %d tensors are shared", init, name, shared)
				}
			}
		}
	}
}

// Tensors and seeds have chance of their own: no two of them go together, and each
// is spread as its initialisation says.
func TestTensorsAreDrawnApart(t *testing.T) {
	const width = 50
	for init, variance := range map[Init]float64{LinearInit: 1. / (3 * width), HeInit: 2. / width, LeCunInit: 1. / width} {
		var drawn [][]float32
		for seed := range uint64(20) {
			n, err := NewNet(NetConfig{Inputs: width, Hidden: []int{width, width, width}, Init: init}, seed)
			if err != nil {
				t.Fatal(err)
			}
			for _, tensor := range n.tensors {
				if len(tensor.Data) == width*width {
					drawn = append(drawn, tensor.Data)
				}
			}
		}
		// The standard errors of a correlation and of a variance of this many values.
		const n = width * width
		for i, a := range drawn {
			squares := 0.0
			for _, v := range a {
				squares += float64(v) * float64(v)
			}
			if math.Abs(squares/n/variance-1) > 6*math.Sqrt(2./n) {
				t.Errorf("%v: a tensor has variance %g, want %g", init, squares/n, variance)
			}
			for k, b := range drawn[:i] {
				sum := 0.0
				for j := range a {
					sum += float64(a[j]) * float64(b[j])
				}
				if math.Abs(sum/n/variance) > 6/math.Sqrt(n) {
					t.Errorf("%v: tensors %d and %d correlate by %g", init, i, k, sum/n/variance)
				}
			}
		}
	}
}

func TestScaleOfTinyAndConstantColumns(t *testing.T) {
	for _, unit := range []float64{1, 1e-100, 1e-170, 1e-300} {
		s := FitScale([]float64{1 * unit, 3 * unit})
		if math.Abs(s.Std/unit-1) > 1e-9 || math.Abs(s.Mean/unit-2) > 1e-9 {
			t.Errorf("in units of %g: %+v", unit, s)
		}
	}
	if s := FitScale([]float64{5, 5, 5}); s != (Scale{5, 1}) {
		t.Errorf("of a constant: %+v", s)
	}
}
