package loss

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"
)

// testdata/cauchy_torch.json, which cauchy_torch.py writes, holds what
// torch.distributions.Cauchy answered.
func TestCauchyIsPyTorchs(t *testing.T) {
	text, err := os.ReadFile("testdata/cauchy_torch.json")
	if err != nil {
		t.Fatal(err)
	}
	type numbers []string
	var file struct {
		Cases []struct {
			Name                   string
			Scale, Eps             float64
			Mean, Target, Variance numbers
			Loss                   numbers
			GradMean               numbers `json:"grad_mean"`
			GradVariance           numbers `json:"grad_variance"`
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 13 {
		t.Errorf("%d cases, want 13", len(file.Cases))
	}
	rows := 0
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			at := func(n numbers, i int) float64 {
				v, err := strconv.ParseFloat(n[i], 64)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			l := CauchyNLL{Scale: c.Scale, Full: true, Eps: c.Eps}
			for i := range c.Mean {
				mean, target, variance := at(c.Mean, i), at(c.Target, i), at(c.Variance, i)
				loss, gradMean, gradVariance := l.At(mean, target, variance)
				v := max(variance, c.Eps)
				gamma := c.Scale * math.Sqrt(v)
				z := (mean - target) / gamma
				for _, e := range []struct {
					of        string
					got, want float64
					scale     float64 // of what was added up
				}{
					{"loss", loss, at(c.Loss, i), 1 + math.Abs(math.Log(v)) + math.Abs(math.Log(c.Scale)) + math.Log1p(z*z)},
					{"gradient of the mean", gradMean, at(c.GradMean, i), math.Abs(2*z/(1+z*z)) / gamma},
					{"gradient of the variance", gradVariance, at(c.GradVariance, i), 1 / v},
				} {
					if e.got == e.want || math.IsNaN(e.got) && math.IsNaN(e.want) {
						continue
					}
					// At an infinite distance PyTorch has ∞ - ∞; the limit is a number.
					if limit := e.of == "gradient of the variance" && math.IsInf(z, 0); limit && e.got == -0.5/v {
						continue
					}
					if !(math.Abs(e.got-e.want) <= 4e-15*e.scale) {
						t.Errorf("row %d (mean %g, target %g, variance %g): %s %v, PyTorch's %v", i, mean, target, variance, e.of, e.got, e.want)
					}
				}
				if pull := math.Abs(gradMean); pull > (1+1e-15)/gamma {
					t.Errorf("row %d pulls by %g, more than 1/γ, which is %g", i, pull, 1/gamma)
				}
				rows++
			}
		})
	}
	if rows < 240 {
		t.Errorf("%d rows were compared, want 240 or more", rows)
	}
}

// Where float32 ends nothing is lost: the outlier that is the farthest there can be, under
// the least variance, has a finite loss and gradients.
func TestCauchyAtTheEndsOfFloat32(t *testing.T) {
	l := Of(CauchyNLL{Scale: 1}, Sum)
	for _, variance := range []float32{math.SmallestNonzeroFloat32, 1e-12, 1, math.MaxFloat32} {
		for _, target := range []float32{0, math.SmallestNonzeroFloat32, 1, math.MaxFloat32} {
			loss := l.Gradients(make([]float32, 1), make([]float32, 1), []float32{0}, []float32{target}, []float32{variance})
			_, gradMean, gradVariance := CauchyNLL{Scale: 1}.At(0, float64(target), float64(variance))
			if loss-loss != 0 || gradMean-gradMean != 0 || gradVariance-gradVariance != 0 {
				t.Errorf("target %g, variance %g: %v, %v, %v", target, variance, loss, gradMean, gradVariance)
			}
		}
	}
}
