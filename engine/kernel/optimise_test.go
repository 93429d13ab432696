package kernel

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// testdata/optimisers_torch.json holds 25 steps of torch.optim's optimisers.
func TestOptimisersAreTorchs(t *testing.T) {
	b, err := os.ReadFile("testdata/optimisers_torch.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Start     []float32
		Gradients [][]float32
		Cases     []struct {
			Name     string
			Settings struct {
				LR, Momentum, Alpha, Eps float64
				Decay                    float64 `json:"weight_decay"`
				Betas                    [2]float64
				Nesterov                 bool
			}
			Trace [][]float32
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 10 {
		t.Errorf("%d recorded runs, want 10", len(file.Cases))
	}
	for _, c := range file.Cases {
		p := slices.Clone(file.Start)
		m, v := make([]float32, len(p)), make([]float32, len(p))
		s := c.Settings
		for k, g := range file.Gradients {
			switch c.Name {
			case "adam", "adamw":
				Adam(p, g, m, v, s.LR, s.Decay, s.Betas[0], s.Betas[1], s.Eps, c.Name == "adamw", uint64(k+1))
			case "sgd":
				SGD(p, g, m, s.LR, s.Momentum, s.Decay, s.Nesterov, k == 0)
			case "rmsprop":
				RMSProp(p, g, v, m, s.LR, s.Alpha, s.Eps, s.Momentum, s.Decay)
			default:
				t.Fatalf("no optimiser %q", c.Name)
			}
			for i, want := range c.Trace[k] {
				// Each step may round once or twice more.
				if d := math.Abs(float64(p[i] - want)); !(d <= 1e-7*float64(k+2)*max(1, math.Abs(float64(want)))) {
					t.Fatalf("%s %+v: parameter %d after step %d is %v, PyTorch's %v", c.Name, s, i, k+1, p[i], want)
				}
			}
		}
	}
}

// An update is one optimiser's with the memory that it has.
type update struct {
	name  string
	f     func(p, g, m, v []float32)
	again func(p, g, m, v []float32) // in portable Go
}

func updates() []update {
	const beta1, beta2 = 0.9, 0.99
	adam := adamStep{
		keep: 1, decay: 0.1, beta1: float32(beta1), rest1: float32(1 - beta1), beta2: float32(beta2), rest2: float32(1 - beta2),
		rate: float32(0.1 / (1 - math.Pow(beta1, 3))), root: float32(1 / math.Sqrt(1-math.Pow(beta2, 3))), eps: 1e-3,
	}
	sgd := sgdStep{decay: 0.1, momentum: 0.9, rate: 0.01}
	rms := rmsPropStep{decay: 0.1, alpha: float32(beta2), rest: float32(1 - beta2), eps: 1e-3, momentum: 0.9, rate: 0.01}
	return []update{
		{"Adam", func(p, g, m, v []float32) { Adam(p, g, m, v, 0.1, 0.1, beta1, beta2, 1e-3, false, 3) }, adam.generic},
		{"SGD", func(p, g, _, _ []float32) { SGD(p, g, nil, 0.01, 0, 0.1, false, false) }, func(p, g, _, _ []float32) { sgd.plainGeneric(p, g) }},
		{"SGD with momentum", func(p, g, m, _ []float32) { SGD(p, g, m, 0.01, 0.9, 0.1, false, false) }, func(p, g, m, _ []float32) { sgd.heavyGeneric(p, g, m) }},
		{"SGD of Nesterov", func(p, g, m, _ []float32) { SGD(p, g, m, 0.01, 0.9, 0.1, true, false) }, func(p, g, m, _ []float32) { sgd.nesterovGeneric(p, g, m) }},
		{"RMSProp", func(p, g, _, v []float32) { RMSProp(p, g, v, nil, 0.01, beta2, 1e-3, 0, 0.1) }, func(p, g, _, v []float32) { rms.plainGeneric(p, g, v) }},
		{"RMSProp with momentum", func(p, g, m, v []float32) { RMSProp(p, g, v, m, 0.01, beta2, 1e-3, 0.9, 0.1) }, func(p, g, m, v []float32) { rms.heavyGeneric(p, g, v, m) }},
	}
}

// At every length and place an update gives the bits of portable Go, and touches
// nothing around.
func TestUpdatesAreTheSameBothWaysAndEverywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, u := range updates() {
		for n := range 71 {
			for offset := range 4 {
				var inside, whole, want [4][]float32
				for k := range inside {
					want[k] = random(r, n)
					if k == 3 { // v is a mean of squares
						want[k] = positive(want[k])
					}
					inside[k], whole[k] = guardedSlice(want[k], (offset+k)%4)
				}
				u.f(inside[0], inside[1], inside[2], inside[3])
				u.again(want[0], want[1], want[2], want[3])
				for k := range inside {
					checkSliceGuards(t, whole[k], n, (offset+k)%4)
					for i, v := range want[k] {
						if !sameBits(inside[k][i], v) {
							t.Fatalf("%s of %d: number %d of slice %d is %v, in portable Go %v", u.name, n, i, k, inside[k][i], v)
						}
					}
				}
			}
		}
	}
}

// What the buffer holds before its first step does not matter.
func TestSGDBeginsWithTheGradient(t *testing.T) {
	nan := float32(math.NaN())
	p, g, buf := []float32{1, 2}, []float32{3, -4}, []float32{nan, nan}
	SGD(p, g, buf, 0.5, 0.9, 0, false, true)
	if !slices.Equal(buf, g) || !slices.Equal(p, []float32{-0.5, 4}) {
		t.Errorf("buffer %v, parameters %v", buf, p)
	}
}

func TestUpdatesDoNotAllocate(t *testing.T) {
	p, g, m, v := make([]float32, 107), make([]float32, 107), make([]float32, 107), make([]float32, 107)
	for _, u := range updates() {
		if n := testing.AllocsPerRun(10, func() { u.f(p, g, m, v) }); n != 0 {
			t.Errorf("%s allocates %v times", u.name, n)
		}
	}
}

// Of as many parameters as two hidden layers of 64 units have.
func BenchmarkUpdates(b *testing.B) {
	const n = 4400
	r := rand.New(rand.NewPCG(7, 7))
	for _, u := range updates() {
		for _, way := range []struct {
			name string
			f    func(p, g, m, v []float32)
		}{{"used", u.f}, {"portable", u.again}} {
			start, g, m, v := random(r, n), random(r, n), random(r, n), positive(random(r, n))
			p := make([]float32, n)
			b.Run(u.name+"/"+way.name, func(b *testing.B) {
				for b.Loop() {
					copy(p, start) // where they end, gradients are no normal numbers
					way.f(p, g, m, v)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/elem")
			})
		}
	}
}
