package kernel

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// testdata/activations_torch.json holds values and gradients by PyTorch. Those are
// float32s with errors of their own, of the size of the sum or of 1 where numbers
// of that size were subtracted.
func TestActivationsAreTorchs(t *testing.T) {
	b, err := os.ReadFile("testdata/activations_torch.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Z     []float32
		Cases []struct {
			Name        string
			Y, Gradient []float32
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	type activation struct {
		f        func(y, z []float32)
		gradient func(g, y, z []float32)
		needs    string
	}
	activations := map[string]activation{
		"relu": {ReLU, ReLUGradient, "y"}, "leaky_relu": {LeakyReLU, LeakyReLUGradient, "y"}, "tanh": {Tanh, TanhGradient, "y"},
		"sigmoid": {Sigmoid, SigmoidGradient, "y"}, "elu": {ELU, ELUGradient, "y"}, "softplus": {Softplus, SoftplusGradient, "y"},
		"gelu": {GELU, GELUGradient, "z"}, "silu": {SiLU, SiLUGradient, "z"}, "sin": {Sin, SinGradient, "z"},
	}
	if len(file.Cases) != len(activations) {
		t.Errorf("%d recorded activations, want %d", len(file.Cases), len(activations))
	}
	const tolerance = 5e-7
	for _, c := range file.Cases {
		a, ok := activations[c.Name]
		if !ok {
			t.Errorf("no activation %q", c.Name)
			continue
		}
		y, g := make([]float32, len(file.Z)), make([]float32, len(file.Z))
		a.f(y, file.Z)
		for i := range g {
			g[i] = -3
		}
		if a.needs == "y" {
			a.gradient(g, y, nil)
		} else {
			a.gradient(g, nil, file.Z)
		}
		for i, z := range file.Z {
			size, slopeSize := max(math.Abs(float64(c.Y[i])), min(1, math.Abs(float64(z)))), 1.0
			switch c.Name {
			case "elu": // 1 is subtracted from the exponential
				size = max(size, 1)
			case "silu": // z times what is left of 1
				slopeSize = max(1, min(20, math.Abs(float64(z))))
			}
			if d := math.Abs(float64(y[i]) - float64(c.Y[i])); !(d <= tolerance*size) {
				t.Errorf("%s(%v) = %v, PyTorch's %v", c.Name, z, y[i], c.Y[i])
			}
			want := -3 * float64(c.Gradient[i])
			if d := math.Abs(float64(g[i]) - want); !(d <= 3*tolerance*slopeSize) {
				t.Errorf("-3 times the derivative of %s at %v is %v, with PyTorch's %v", c.Name, z, g[i], want)
			}
		}
	}
}

// The sums of a diverging network have limits, not NaNs; a NaN stays one.
func TestActivationsOfWhatIsNotFinite(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	limits := map[string][2]float32{ // at -Inf and Inf
		"Exp": {0, inf}, "ReLU": {0, inf}, "LeakyReLU": {-inf, inf}, "Tanh": {-1, 1},
		"Sigmoid": {0, 1}, "ELU": {-1, inf}, "GELU": {0, inf}, "GELUGradient": {0, 1}, "SiLU": {0, inf},
		"SiLUGradient": {0, 1}, "Softplus": {0, inf}, "Sin": {nan, nan}, "SinGradient": {nan, nan},
	}
	seen := 0
	for _, l := range loops() {
		want, ok := limits[l.name]
		if !ok {
			continue
		}
		seen++
		for _, f := range []func(y, x []float32){l.f, l.inGo} {
			y := []float32{1, 1, 1}
			f(y, []float32{-inf, inf, nan})
			for i, v := range [3]float32{want[0], want[1], nan} {
				if y[i] != v && !(y[i] != y[i] && v != v) {
					t.Errorf("%s of -Inf, Inf, NaN is %v, want %v and NaN", l.name, y, want)
					break
				}
			}
		}
	}
	if seen != len(limits) {
		t.Errorf("%d functions seen, want %d", seen, len(limits))
	}
}
