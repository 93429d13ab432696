package export

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/loss"
)

// trained returns a model of a network that has learned a little, the ensemble that
// it is of, and rows in their own units.
func trained(t testing.TB, c engine.NetConfig, members int) (*Model, *engine.Ensemble, []float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	c.Inputs = max(c.Inputs, 1)
	var x, y []float64
	for range 80 {
		sum := 0.0
		for k := range c.Inputs {
			v := 40 + 10*float64(k+1)*r.NormFloat64()
			x = append(x, v)
			sum += math.Sin(v / 10)
		}
		y = append(y, 500+100*sum+30*r.NormFloat64())
	}
	e, err := engine.NewEnsemble(engine.Config{Net: c, Seed: 7}, members, x, y)
	if err != nil {
		t.Fatal(err)
	}
	h := engine.DefaultHyper()
	h.LR = 0.01
	for range 200 {
		if _, err := e.Step(loss.DefaultGaussianNLL(), h); err != nil {
			t.Fatal(err)
		}
	}
	var inputs []Column
	for k := range c.Inputs {
		inputs = append(inputs, Column{Name: fmt.Sprintf("x%d", k+1), Unit: "ms"})
	}
	m, err := New(e, inputs, Column{Name: "y", Unit: "g"}, x, y, 1e-6)
	if err != nil {
		t.Fatal(err)
	}
	if m.Card.Seed != 7 || m.Card.Steps != 200 {
		t.Errorf("the card has seed %d and %d steps", m.Card.Seed, m.Card.Steps)
	}
	return m, e, x
}

// kinds are networks of every activation and every head, alone, with separate
// bodies, and as ensembles.
func kinds() map[string]func(t testing.TB) (*Model, *engine.Ensemble, []float64) {
	list := map[string]func(t testing.TB) (*Model, *engine.Ensemble, []float64){}
	add := func(c engine.NetConfig, members int) {
		name := fmt.Sprintf("%v_%v_separate_%v_x%d_inputs%d", c.Activation, c.Head, c.Separate, members, max(c.Inputs, 1))
		list[name] = func(t testing.TB) (*Model, *engine.Ensemble, []float64) { return trained(t, c, members) }
	}
	for _, a := range engine.Activations() {
		add(engine.NetConfig{Hidden: []int{16, 8}, Activation: a}, 1)
		add(engine.NetConfig{Inputs: 3, Hidden: []int{8}, Activation: a, Head: engine.SoftplusHead, MinVariance: 1e-4, Separate: true}, 3)
	}
	for _, h := range engine.Heads() {
		c := engine.NetConfig{Inputs: 2, Hidden: []int{8, 8, 4}, Head: h}
		if h == engine.SoftplusHead {
			c.MinVariance = 1e-3
		}
		if h == engine.Fixed {
			c.InitialVariance = 0.3
		}
		add(c, 1)
		add(c, 4)
	}
	list["words"] = func(t testing.TB) (*Model, *engine.Ensemble, []float64) {
		m, e, x := trained(t, engine.NetConfig{Inputs: 12, Hidden: []int{8}}, 1)
		return withWords(m), e, x
	}
	return list
}

// withWords has a model of twelve inputs learn from a column of words, one of numbers and one of dates.
func withWords(m *Model) *Model {
	m.Encoding = table.Encoding{
		{Name: "colour", Kind: table.OfValues, Values: []string{`a,"b"`, "赤\n|<b>"}},
		{Name: "x2", Unit: "ms", Kind: table.OfNumber, Fill: []float64{1. / 3}},
		{Name: "when", Kind: table.OfDates, Layout: "2006-1-2 15:04:05Z07:00", Circles: []string{"year", "day"}},
		{Name: "size", Kind: table.OfValues, Values: []string{"L", "S"}, Fill: []float64{0.25, 0.75}},
	}
	for i, c := range m.Encoding.Columns() {
		m.Inputs[i].Name, m.Inputs[i].Unit = c.Name, c.Unit
	}
	return m
}

// What a model predicts is what the engine does, but for float32's rounding.
func TestPredictIsTheEngines(t *testing.T) {
	for name, make := range kinds() {
		t.Run(name, func(t *testing.T) {
			m, e, x := make(t)
			p, err := m.Predict(x)
			if err != nil {
				t.Fatal(err)
			}
			agree(t, m, p, fromEngine(e, x, m.Eps))
		})
	}
}

// fromEngine is what the engine predicts, in the target's unit.
func fromEngine(e *engine.Ensemble, x []float64, eps float64) Prediction {
	in := e.Inputs(x)
	n := len(x) / len(e.InputScales())
	mean, a, s := make([]float32, n), make([]float32, n), make([]float32, n)
	e.Predict(mean, a, s, in)
	scale := e.TargetScale()
	var p Prediction
	for i := range n {
		square := scale.Std * scale.Std
		p.Mean = append(p.Mean, scale.Invert(mean[i]))
		p.Aleatoric = append(p.Aleatoric, float64(a[i])*square)
		p.Epistemic = append(p.Epistemic, float64(s[i])*square)
		p.Variance = append(p.Variance, max(float64(a[i]+s[i]), eps)*square)
	}
	return p
}

// tolerance is how far predictions may lie apart, relative to themselves.
const tolerance = 1e-5

// agree compares what a model predicts with what the engine does.
func agree(t *testing.T, m *Model, got, want Prediction) {
	t.Helper()
	least := 1.0
	if m.Encoding != nil {
		// The engine rounds the standardised mean, here of twelve inputs: near 0 what that
		// makes of the target's unit is seen.
		least = m.Target.Std
	}
	for _, part := range []struct {
		name      string
		got, want []float64
		least     float64 // below which the difference counts in full
	}{
		{"mean", got.Mean, want.Mean, least},
		{"variance", got.Variance, want.Variance, 0},
		{"aleatoric", got.Aleatoric, want.Aleatoric, 0},
		// A difference of means is no more exact than these.
		{"epistemic", got.Epistemic, want.Epistemic, 10},
	} {
		if len(part.got) != len(part.want) {
			t.Fatalf("%d values of %s, not %d", len(part.got), part.name, len(part.want))
		}
		for i, g := range part.got {
			if w := part.want[i]; !(math.Abs(g-w) <= tolerance*max(math.Abs(w), part.least)) {
				t.Fatalf("%s of row %d is %v, not %v", part.name, i, g, w)
			}
		}
	}
}

func TestJSONComesBack(t *testing.T) {
	for name, make := range kinds() {
		m, _, _ := make(t)
		x := slices.Repeat([]float64{40, 41, 42, 43, 44, 45}, len(m.Inputs))
		m.Training = &Training{Spec: []byte(`{"data":{"rows":{}}}`), Rowless: []byte(`{"controls":{}}`), Checkpoint: []byte{1, 2, 3}, History: &History{Columns: []string{"step", "nll"}, Rows: [][]float64{{0, 1.5}, {1, 2}}}, Changes: []byte(`[]`)}
		var b bytes.Buffer
		if err := WriteJSON(&b, m); err != nil {
			t.Fatal(err)
		}
		got, err := ReadJSON(&b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got.Training.Rowless = m.Training.Rowless // which whoever knows specs makes of it
		if got.Members[0][0].Name != m.Members[0][0].Name || !slices.Equal(got.Members[0][0].Data, m.Members[0][0].Data) || !reflect.DeepEqual(got.Training, m.Training) || !reflect.DeepEqual(got.Inputs, m.Inputs) {
			t.Errorf("%s: another model came back", name)
		}
		p, err := got.Predict(x)
		q, err2 := m.Predict(x)
		if err != nil || err2 != nil || !reflect.DeepEqual(p, q) {
			t.Errorf("%s: it predicts something else: %v %v", name, err, err2)
		}
	}
}

func TestDamagedJSONIsRefused(t *testing.T) {
	m, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 1)
	var b bytes.Buffer
	if err := WriteJSON(&b, m); err != nil {
		t.Fatal(err)
	}
	file := b.String()
	for name, c := range map[string]struct{ old, now, want string }{
		"another version": {`"version":1,`, `"version":2,`, "version 2"},
		"another format":  {`"gnllviz-model"`, `"other"`, "no model of gnllviz"},
		"an activation":   {`"tanh"`, `"none"`, "activation"},
		"a huge layer":    {`"hidden":[4]`, `"hidden":[999999999]`, "units"},
		"another size":    {`"hidden":[4]`, `"hidden":[5]`, "shape"},
		"a name":          {`"var.bias"`, `"var.bios"`, "var"},
		"an eps":          {`"eps":`, `"eps":-`, "eps"},
		"a scale":         {`"std":`, `"std":-`, "standard deviation"},
		"unknown member":  {`"eps":`, `"epsilon":`, "epsilon"},
		"cut short":       {file[len(file)/2:], "", "cut short"},
		"no card":         {`"card":{`, `"card":null,"x":{`, "x"},
	} {
		if !strings.Contains(file, c.old) {
			t.Fatalf("the file has no %s", c.old)
		}
		_, err := ReadJSON(strings.NewReader(strings.Replace(file, c.old, c.now, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

// An encoding that does not fit the inputs, or that was changed, is refused.
func TestEncodingsAreChecked(t *testing.T) {
	m, _, _ := kinds()["words"](t)
	file := string(encode(t, m, "model.json"))
	for name, c := range map[string]struct{ old, now, want string }{
		"another column":  {`"name":"colour","kind"`, `"name":"color","kind"`, "not those that the encoding makes"},
		"another unit":    {`"name":"x2","unit":"ms","kind"`, `"name":"x2","kind"`, "not those that the encoding makes"},
		"a value changed": {`"赤\n|\u003cb\u003e"]`, `"赤\r|\u003cb\u003e"]`, "SHA-256"},
		"no values":       {`"values":["a,\"b\"","赤\n|\u003cb\u003e"]`, `"values":[]`, "has 0 values"},
		"another kind":    {`"kind":"values"`, `"kind":"words"`, "kind"},
		"an empty one":    {"", "", "1 to 64"},
	} {
		changed := strings.Replace(file, c.old, c.now, 1)
		if name == "an empty one" {
			at := strings.Index(file, `"encoding":[`)
			changed = file[:at] + `"encoding":[],` + file[at+strings.Index(file[at:], `"target"`):]
		}
		if changed == file {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := ReadJSON(strings.NewReader(changed)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
