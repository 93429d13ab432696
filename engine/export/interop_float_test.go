//go:build interop

package export

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/loss"
)

// A scaled is a model whose columns are far from zero, or tiny, or huge.
type scaled struct {
	name        string
	from, width []float64 // of each input: where its values begin, and what they span
	offset, by  float64   // of the target
	net         engine.NetConfig
	members     int
	inFloat     float64 // how far means may be off in float32, in standard deviations
}

// scaleds are ten models, offsets among them.
func scaleds() []scaled {
	one := func(v float64) []float64 { return []float64{v} }
	return []scaled{
		{"plain", one(0), one(10), 0, 1, engine.NetConfig{}, 1, 1e-4},
		{"unix seconds", one(1.72e9), one(9000), 0, 1, engine.NetConfig{}, 1, 10},
		{"Julian dates", one(2460000.5), one(30), 5, 2, engine.NetConfig{Head: engine.SoftplusHead, MinVariance: 1e-4}, 1, 10},
		{"pressures", one(101300), one(40), 300, 20, engine.NetConfig{Activation: engine.ReLU}, 1, 1e-2},
		{"a target of 1e-23", one(0), one(1), 0, 1e-23, engine.NetConfig{Activation: engine.SiLU}, 1, 1e-4},
		{"a target of 1e12", one(-5), one(10), 1e12, 3, engine.NetConfig{Head: engine.Natural}, 1, 1e6},
		{"time and pressure", []float64{1.72e9, 101300, 0}, []float64{9000, 40, 1}, 0, 1, engine.NetConfig{Activation: engine.GELU}, 1, 10},
		{"an ensemble over unix seconds", one(1.72e9), one(1e5), 20, 4, engine.NetConfig{}, 3, 10},
		{"an ensemble, apart", []float64{-1, 50}, []float64{2, 5}, 1000, 50, engine.NetConfig{Separate: true, Activation: engine.ELU}, 3, 1e-3},
		{"three targets over unix seconds", one(1.72e9), one(1e5), 20, 4, engine.NetConfig{Outputs: 3}, 1, 10},
		{"two targets, an ensemble", []float64{-1, 50}, []float64{2, 5}, 1000, 50, engine.NetConfig{Outputs: 2, Separate: true, Head: engine.SoftplusHead}, 3, 1e-2},
		{"one variance over milliseconds", one(1.72e12), one(1e6), 0, 1, engine.NetConfig{Head: engine.Homoscedastic, Activation: engine.Sin}, 1, 10},
	}
}

// train trains a little, and returns the model and the rows.
func (s *scaled) train(t *testing.T) (*Model, []float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	var x, y []float64
	for range 120 {
		sum := 0.0
		for k, from := range s.from {
			u := r.Float64()
			x = append(x, from+s.width[k]*u)
			sum += math.Sin(7 * u)
		}
		y = append(y, s.offset+s.by*(sum+(0.05+0.2*r.Float64())*r.NormFloat64()))
		for k := 1; k < s.net.Outputs; k++ {
			y = append(y, 1000*s.by*(float64(k)-sum+0.3*r.NormFloat64()))
		}
	}
	c := s.net
	c.Inputs, c.Hidden = len(s.from), []int{24, 16}
	e, err := engine.NewEnsemble(engine.Config{Net: c, Seed: 7}, s.members, x, y)
	if err != nil {
		t.Fatal(err)
	}
	h := engine.DefaultHyper()
	h.LR = 0.01
	for range 400 {
		if _, err := e.Step(loss.DefaultGaussianNLL(), h); err != nil {
			t.Fatal(err)
		}
	}
	var inputs []Column
	for k := range s.from {
		inputs = append(inputs, Column{Name: fmt.Sprintf("x%d", k+1)})
	}
	var targets []Column
	for k := range max(s.net.Outputs, 1) {
		targets = append(targets, Column{Name: fmt.Sprintf("y%d", k+1)})
	}
	m, err := New(e, inputs, targets, x, y, 1e-6)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.MeasureFloat(x); err != nil {
		t.Fatal(err)
	}
	return m, x
}

// apart returns how far moments are from those of Predict, in standard deviations, and
// in parts of these.
func apart(p *Prediction, mean, std []float64) (means, stds float64) {
	for i, v := range p.Mean {
		s := math.Sqrt(p.Variance[i])
		means, stds = max(means, math.Abs(mean[i]-v)/s), max(stds, math.Abs(std[i]-s)/s)
	}
	return means, stds
}

// Models whose inputs and targets are far from zero, predict in onnxruntime and in
// ONNX's reference what Predict does, to 1e-5 of a standard deviation; and in float32
// alone, in these two and in tract, they are as far from it as their cards say.
func TestFarColumnsAgree(t *testing.T) {
	type asked struct {
		File      string    `json:"file"`
		FloatFile string    `json:"float_file"`
		Inputs    int       `json:"inputs"`
		Targets   int       `json:"targets"`
		X         []float64 `json:"x"`
		Float     bool      `json:"float"`
	}
	dir := t.TempDir()
	list := scaleds()
	models := make([]*Model, len(list))
	questions, narrow := make([]asked, len(list)), make([]asked, len(list))
	for i := range list {
		m, x := list[i].train(t)
		folder := filepath.Join(dir, fmt.Sprint(i))
		var wide, float bytes.Buffer
		if err := WriteONNX(&wide, m); err != nil {
			t.Fatal(err)
		}
		if err := WriteONNXFloat(&float, m); err != nil {
			t.Fatal(err)
		}
		write(t, folder, "model.onnx", wide.Bytes())
		write(t, folder, "model_float.onnx", float.Bytes())
		models[i] = m
		questions[i] = asked{filepath.Join(folder, "model.onnx"), filepath.Join(folder, "model_float.onnx"), len(m.Inputs), len(m.Targets), x, false}
		narrow[i] = questions[i]
		narrow[i].File, narrow[i].Float = questions[i].FloatFile, true
	}
	var runtime, runtimeFloat []struct {
		All struct{ Mean, Std []float64 }
	}
	tool(t, questions, &runtime, "node", "testdata/interop/onnx.mjs")
	tool(t, narrow, &runtimeFloat, "node", "testdata/interop/onnx.mjs")
	var others []struct {
		Tract          [2][]float64
		Reference      [2][]float64
		ReferenceFloat [2][]float64 `json:"reference_float"`
	}
	tool(t, questions, &others, python(), "testdata/interop/float.py")
	for i, s := range list {
		t.Run(s.name, func(t *testing.T) {
			m := models[i]
			p, err := m.Predict(questions[i].X)
			if err != nil {
				t.Fatal(err)
			}
			for who, got := range map[string][2][]float64{"onnxruntime": {runtime[i].All.Mean, runtime[i].All.Std}, "the reference": others[i].Reference} {
				if mean, std := apart(&p, got[0], got[1]); !(mean <= 1e-5 && std <= 1e-5) {
					t.Errorf("%s: means are %.2g standard deviations apart, and these %.2g", who, mean, std)
				}
			}
			card := m.Card.Float
			if card == nil || card.Rows != 120 || card.Mean > s.inFloat {
				t.Fatalf("the card says %+v", card)
			}
			for who, got := range map[string][2][]float64{
				"onnxruntime": {runtimeFloat[i].All.Mean, runtimeFloat[i].All.Std}, "tract": others[i].Tract, "the reference": others[i].ReferenceFloat,
			} {
				mean, std := apart(&p, got[0], got[1])
				t.Logf("%s in float32: means %.2g apart, standard deviations %.2g; the card says %.2g and %.2g", who, mean, std, card.Mean, card.Std)
				if !(mean <= 1.5*card.Mean+1e-5 && std <= 1.5*card.Std+1e-5) || card.Mean > 1e-3 && mean < card.Mean/1.5 {
					t.Errorf("%s in float32: means are %.2g apart, and standard deviations %.2g, where the card says %.2g and %.2g", who, mean, std, card.Mean, card.Std)
				}
			}
		})
	}
}
