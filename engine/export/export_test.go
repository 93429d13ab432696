package export

import (
	"bytes"
	"encoding/binary"
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
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// trained returns a model of a network that has learned a little, the ensemble that
// it is of, and rows in their own units.
func trained(t testing.TB, c engine.NetConfig, members int) (*Model, *engine.Ensemble, []float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	c.Inputs, c.Outputs = max(c.Inputs, 1), max(c.Outputs, 1)
	var x, y []float64
	for range 80 {
		sum := 0.0
		for k := range c.Inputs {
			v := 40 + 10*float64(k+1)*r.NormFloat64()
			x = append(x, v)
			sum += math.Sin(v / 10)
		}
		y = append(y, 500+100*sum+30*r.NormFloat64())
		for k := 1; k < c.Outputs; k++ { // of other sizes, and another way
			y = append(y, math.Pow(0.01, float64(k))*(7-sum*sum+(0.1+math.Abs(sum))*r.NormFloat64()))
		}
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
	targets := []Column{{Name: "y", Unit: "g"}, {Name: `north "wind", gusts`, Unit: "m/s"}, {Name: "温度"}}
	m, err := New(e, inputs, targets[:c.Outputs], x, y, 1e-6)
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
		if c.Outputs > 1 {
			name += fmt.Sprintf("_targets%d", c.Outputs)
		}
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
		c.Outputs = 2
		add(c, 1)
		c.Outputs = 3
		add(c, 3)
		if h != engine.Homoscedastic && h != engine.Fixed {
			c.Separate = true
			add(c, 1)
		}
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

// fromEngine is what the engine predicts, in the targets' units.
func fromEngine(e *engine.Ensemble, x []float64, eps float64) Prediction {
	in := e.Inputs(x)
	scales := e.TargetScales()
	n := len(x) / len(e.InputScales()) * len(scales)
	mean, a, s := make([]float32, n), make([]float32, n), make([]float32, n)
	e.Predict(mean, a, s, in)
	var p Prediction
	for i := range n {
		scale := scales[i%len(scales)]
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
		least = m.Targets[0].Std
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
			row, k := i/len(m.Targets), i%len(m.Targets)
			size := m.Targets[k].Std / m.Targets[0].Std // of what is small for this target
			if part.name == "epistemic" {
				size *= size
			}
			if w := part.want[i]; !(math.Abs(g-w) <= tolerance*max(math.Abs(w), part.least*size)) {
				t.Fatalf("%s of row %d, target %d is %v, not %v", part.name, row, k, g, w)
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
		if got.Members[0][0].Name != m.Members[0][0].Name || !slices.Equal(got.Members[0][0].Data, m.Members[0][0].Data) || !reflect.DeepEqual(got.Training, m.Training) || !reflect.DeepEqual(got.Inputs, m.Inputs) || !reflect.DeepEqual(got.Targets, m.Targets) {
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
		"another version": {`"version":1,`, `"version":3,`, "version 3"},
		"an old version":  {`"version":1,`, `"version":0,`, "version 0"},
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
		if err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

// A model of one target is written as ever, one of several with a list; and what does not
// fit the network is refused.
func TestTargetsAreChecked(t *testing.T) {
	one, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 1)
	two, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}, Outputs: 2}, 1)
	first, both := string(encode(t, one, "model.json")), string(encode(t, two, "model.json"))
	if !strings.Contains(first, `"version":1,`) || !strings.Contains(first, `,"target":{"name":"y","unit":"g",`) || strings.Contains(first, "targets") {
		t.Errorf("one target: %.2000s", first)
	}
	if !strings.Contains(both, `"version":2,`) || !strings.Contains(both, `,"targets":[{"name":"y","unit":"g",`) || strings.Contains(both, `"target":`) {
		t.Errorf("two targets: %.2000s", both)
	}
	from := strings.Index(both, `"targets":[`) + len(`"targets":[`)
	list := both[from : from+strings.Index(both[from:], "]")]
	y, north, _ := strings.Cut(list, "},")
	y += "}"
	many := strings.Repeat(y+",", 16) + y
	for name, c := range map[string]struct{ old, now, want string }{
		"one for two outputs":    {list, y, ", not [1"},
		"three for two outputs":  {list, list + "," + y, ", not [3"},
		"none":                   {list, "", "no target"},
		"null":                   {"[" + list + "]", "null", "no target"},
		"no member":              {`"targets":[` + list + "],", "", "no target"},
		"too many":               {list, many, "17 targets; a model has 1 to 16"},
		"one for a list":         {"[" + list + "]", y, "targets"},
		"a list for one":         {`"targets":[`, `"target":[`, "target"},
		"one more besides":       {`"targets":[`, `"target":` + y + `,"targets":[`, `both a member "target"`},
		"two that changed place": {list, north + "," + y, "SHA-256"},
		"a scale of 0":           {list, y + "," + strings.Replace(north, `"std":`, `"std":0,"mean":`, 1), "standard deviation of 0"},
		"a scale that is none":   {north, strings.Replace(north, `"std":`, `"std":"NaN","mean":`, 1), "std"},
		"a scale without end":    {north, strings.Replace(north, `"std":`, `"std":1e999,"mean":`, 1), "1e999"},
		"a name without end":     {`"name":"north `, `"name":"` + strings.Repeat("north ", 40), "longer than 200 bytes"},
	} {
		changed := strings.Replace(both, c.old, c.now, 1)
		if changed == both {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := ReadJSON(strings.NewReader(changed)); err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	// In safetensors the header is text within text.
	safe := encode(t, two, "model.safetensors")
	length := binary.LittleEndian.Uint64(safe)
	header, data := safe[8:8+length], safe[8+length:]
	begin := bytes.Index(header, []byte(`\"targets\":[`)) + len(`\"targets\":[`)
	told := string(header[begin : begin+bytes.Index(header[begin:], []byte("]"))])
	alone, _, _ := strings.Cut(told, "},")
	for name, c := range map[string]struct{ now, want string }{
		"one for two outputs": {alone + "}", ", not [1"},
		"too many":            {strings.Repeat(alone+"},", 16) + alone + "}", "17 targets; a model has 1 to 16"},
		"more than networks":  {strings.Repeat(alone+"},", 300) + alone + "}", "outputs: 301 is out of range"},
		"none":                {"", "no target"},
	} {
		if _, err := Read(bytes.NewReader(headed(string(swap(t, header, told, c.now)), data))); err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("safetensors, %s: got %v, want %q", name, err, c.want)
		}
	}
	for name, change := range map[string]func(m *Model){
		"none":         func(m *Model) { m.Targets = nil },
		"one too few":  func(m *Model) { m.Targets = m.Targets[:1] },
		"one too many": func(m *Model) { m.Targets = append(m.Targets, m.Targets...) },
		"a NaN":        func(m *Model) { m.Targets[1].Mean = math.NaN() },
		"no scale":     func(m *Model) { m.Targets[1].Std = math.Inf(1) },
	} {
		m := *two
		m.Targets = slices.Clone(two.Targets)
		change(&m)
		for file, write := range map[string]func(*bytes.Buffer) error{
			"Go": func(b *bytes.Buffer) error { return WriteGo(b, &m) }, "PyTorch": func(b *bytes.Buffer) error { return WriteTorch(b, &m) },
			"NumPy": func(b *bytes.Buffer) error { return WriteNumPy(b, &m) }, "ONNX": func(b *bytes.Buffer) error { return WriteONNX(b, &m) },
			"card": func(b *bytes.Buffer) error { return WriteCard(b, &m) },
		} {
			if err := write(&bytes.Buffer{}); err == nil {
				t.Errorf("%s of targets, %s: it was written", name, file)
			}
		}
	}
}

// Of several targets each is predicted as if it were alone: a model of one of them, with
// its part of the heads, gives the same bits.
func TestTargetsArePredictedAlone(t *testing.T) {
	for _, c := range []engine.NetConfig{
		{Hidden: []int{8}}, {Hidden: []int{8}, Head: engine.Natural, Separate: true}, {Hidden: []int{8}, Head: engine.Homoscedastic},
	} {
		c.Outputs = 3
		m, _, x := trained(t, c, 2)
		all, err := m.Predict(x)
		if err != nil {
			t.Fatal(err)
		}
		for k := range m.Targets {
			alone := *m
			alone.Net.Outputs, alone.Targets, alone.Members = 1, m.Targets[k:k+1], nil
			for _, tensors := range m.Members {
				var part Tensors
				for _, tensor := range tensors {
					if strings.HasPrefix(tensor.Name, "mean.") || strings.HasPrefix(tensor.Name, "var.") {
						n := len(tensor.Data) / 3
						tensor.Shape = append([]int{1}, tensor.Shape[1:]...)
						tensor.Data = tensor.Data[k*n : (k+1)*n]
					}
					part = append(part, tensor)
				}
				alone.Members = append(alone.Members, part)
			}
			if err := alone.Check(); err != nil {
				t.Fatal(err)
			}
			p, err := alone.Predict(x)
			if err != nil {
				t.Fatal(err)
			}
			for i := range p.Mean {
				at := 3*i + k
				if p.Mean[i] != all.Mean[at] || p.Variance[i] != all.Variance[at] || p.Aleatoric[i] != all.Aleatoric[at] || p.Epistemic[i] != all.Epistemic[at] {
					t.Fatalf("%v: row %d of target %d is %g ± %g alone, and %g ± %g among others", c.Head, i, k, p.Mean[i], p.Variance[i], all.Mean[at], all.Variance[at])
				}
			}
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
		if _, err := ReadJSON(strings.NewReader(changed)); err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
