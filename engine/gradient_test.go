package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/loss"
)

// linearLoss is Σ a·mean + b·variance: what the gradients a and b stand for.
type linearLoss struct{ a, b []float32 }

func (l linearLoss) Gradients(gradMean, gradVariance, mean, _, variance []float32) float64 {
	copy(gradMean, l.a)
	copy(gradVariance, l.b)
	sum := 0.0
	for i := range mean {
		sum += float64(l.a[i])*float64(mean[i]) + float64(l.b[i])*float64(variance[i])
	}
	return sum
}

func normals(r *rand.Rand, n int, scale float64) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(scale * r.NormFloat64())
	}
	return v
}

func widened(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// checkGradients holds the gradient of every parameter against central
// differences of the loss.
func checkGradients(t *testing.T, c NetConfig, l Loss, dropout float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	const rows = 7
	x, y := normals(r, rows*c.Inputs, 1), normals(r, rows*c.Outputs, 1)
	trainer, err := NewTrainer(Config{Net: c, Seed: 3, Unscaled: true, Ordered: true}, widened(x), widened(y))
	if err != nil {
		t.Fatal(err)
	}
	h := DefaultHyper()
	h.LR, h.Dropout, h.Batch = 0, dropout, rows
	value := func() float64 {
		t.Helper()
		v, err := trainer.Step(l, h)
		if err != nil {
			t.Fatal(err)
		}
		trainer.steps = 0 // the same units are dropped again
		return v
	}
	value()
	grads := append([]float32(nil), trainer.grads...)
	checked := 0
	params := trainer.net.params
	// A difference across the kink of relu says nothing about the gradient
	// beside it.
	sides := func() (s []bool) {
		for _, tower := range trainer.pass.towers {
			for _, layer := range tower.hidden {
				for row := range layer.y.Rows {
					for _, v := range layer.y.Row(row) {
						s = append(s, v > 0)
					}
				}
			}
		}
		return s
	}
	kinked, here := c.Activation == ReLU || c.Activation == LeakyReLU, sides()
	// The forward pass is float32, so the steps are wide and Richardson's
	// extrapolation takes out the error in their square.
	for i, at := range params {
		across := false
		difference := func(step float32) float64 {
			params[i] = at + step
			up := value()
			across = across || !slices.Equal(sides(), here)
			params[i] = at - step
			down := value()
			across = across || !slices.Equal(sides(), here)
			params[i] = at
			return (up - down) / (2 * float64(step))
		}
		const step = 2e-2
		wide, narrow := difference(step), difference(step/2)
		if kinked && across {
			continue
		}
		checked++
		want := (4*narrow - wide) / 3
		if got := float64(grads[i]); math.Abs(got-want) > 4e-3*(1+math.Abs(want)) {
			t.Errorf("parameter %d: gradient %v, differences say %v", i, got, want)
		}
	}
	if len(params)/2 > checked {
		t.Errorf("only %d of %d gradients could be checked", checked, len(params))
	}
}

func TestGradientsOfEveryLayerAndHead(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	for _, outputs := range []int{1, 2} {
		l := linearLoss{normals(r, 7*outputs, 0.3), normals(r, 7*outputs, 0.3)}
		for _, a := range Activations() {
			for _, head := range Heads() {
				for _, separate := range []bool{false, true} {
					if separate && !head.perInput() {
						continue
					}
					t.Run(fmt.Sprintf("outputs=%d/%v/%v/separate=%v", outputs, a, head, separate), func(t *testing.T) {
						checkGradients(t, NetConfig{
							Inputs: 3, Outputs: outputs, Hidden: []int{5, 6}, Activation: a, Head: head,
							Separate: separate, MinVariance: 0.1,
						}, l, 0)
					})
				}
			}
		}
	}
	t.Run("dropout", func(t *testing.T) {
		l := linearLoss{normals(r, 7, 0.3), normals(r, 7, 0.3)}
		for _, a := range []Activation{Tanh, GELU} {
			checkGradients(t, NetConfig{Inputs: 2, Outputs: 1, Hidden: []int{20, 10}, Activation: a}, l, 0.3)
		}
	})
}

func TestGradientsOfEveryLoss(t *testing.T) {
	for _, name := range loss.Names() {
		for _, reduction := range []loss.Reduction{loss.Mean, loss.Sum, loss.None} {
			t.Run(fmt.Sprintf("%s/%v", name, reduction), func(t *testing.T) {
				l, err := loss.ByName(name, loss.Options{Eps: 1e-6, Reduction: reduction})
				if err != nil {
					t.Fatal(err)
				}
				if name == "beta_nll" || name == "faithful" {
					// What these hold still moves in a difference. Package loss
					// has differences of their own; here their gradients are
					// taken to be right and followed through the network.
					l = held{Loss: l, gradients: &linearLoss{}}
				}
				c := NetConfig{Inputs: 2, Outputs: 2, Hidden: []int{6, 5}, Activation: Tanh, Separate: name == "faithful"}
				checkGradients(t, c, l, 0)
			})
		}
	}
}

// held is the linear loss with the gradients that a loss had at first.
type held struct {
	loss.Loss
	gradients *linearLoss
}

func (h held) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	g := h.gradients
	if g.a == nil {
		g.a, g.b = make([]float32, len(mean)), make([]float32, len(mean))
		h.Loss.Gradients(g.a, g.b, mean, target, variance)
	}
	return g.Gradients(gradMean, gradVariance, mean, target, variance)
}

// With the faithful loss the layers that both heads share are trained as the
// squared error trains them, and the variance head as the NLL does.
func TestFaithfulKeepsTheSharedLayersToTheMean(t *testing.T) {
	x, y := []float64{-1, 0, 1, 2, 3}, []float64{1, 0, 3, 1, 5}
	gradients := func(l Loss) map[string][]float32 {
		trainer, err := NewTrainer(Config{Net: NetConfig{Inputs: 1, Hidden: []int{6, 4}}, Seed: 1}, x, y)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := trainer.Step(l, DefaultHyper()); err != nil {
			t.Fatal(err)
		}
		g := map[string][]float32{}
		for _, tensor := range trainer.net.tensors {
			g[tensor.Name] = trainer.grads[tensor.at : tensor.at+len(tensor.Data)]
		}
		return g
	}
	faithful := gradients(loss.Of(loss.Faithful{Eps: 1e-6}, loss.Mean))
	mse := gradients(loss.Of(loss.MSE{}, loss.Mean))
	nll := gradients(loss.GaussianNLL{Eps: 1e-6})
	for name, got := range faithful {
		want, scale := mse[name], float32(0.5) // the squared error's half
		if name == "var.weight" || name == "var.bias" {
			want, scale = nll[name], 1
		}
		for i := range got {
			if math.Abs(float64(got[i]-scale*want[i])) > 1e-6 {
				t.Errorf("%s[%d]: gradient %v, want %v", name, i, got[i], scale*want[i])
			}
		}
	}
}
