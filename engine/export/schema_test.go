package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertContent()
	if err := c.AddResource("model.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("model.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, file []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

// Whatever WriteJSON writes is as the schema says.
func TestSchemaTakesEveryModel(t *testing.T) {
	s := compiled(t)
	models := kinds()
	for i, name := range sortedKinds() {
		m, _, _ := models[name](t)
		if i%2 == 0 {
			withTraining(m)
			m.Card.Train, m.Card.Settings = map[string]float64{"nll": 1}, map[string]any{"lr": 0.1}
			m.Card.Float = &FloatCost{Rows: 10, Mean: 1e-6, Std: 2e-7}
			m.Card.Equation = obeyed(i%4 == 0)
		}
		if i%4 == 2 {
			m.Training.History, m.Training.Changes = nil, nil
		}
		if err := validate(t, s, encode(t, m, "model.json")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// obeyed is an equation of a card, with all that it can have.
func obeyed(learned bool) *Equation {
	friction, noise, weight, rms := 4.0, 0.5, 0.003, 0.1
	e := &Equation{
		Residual: "d2u + mu*du + k*u", From: 0, To: 1, Points: 30, RMS: &rms,
		Parameters: []Parameter{{Name: "mu", Value: 4.1, Spread: 0.2, Learned: true, True: &friction}, {Name: "k", Value: 400}},
	}
	if learned {
		e.Noise = &noise
	} else {
		e.Weight, e.Parameters, e.RMS = &weight, []Parameter{}, nil
	}
	return e
}

func TestSchemaRefusesOthers(t *testing.T) {
	s := compiled(t)
	m, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 1)
	m.Card.Equation = obeyed(true)
	file := encode(t, withTraining(m), "model.json")
	for name, c := range map[string]struct{ old, now string }{
		"an equation of no points":  {`"points":30`, `"points":0`},
		"an equation without one":   {`"residual":"d2u + mu*du + k*u"`, `"residual":""`},
		"a weight beside the noise": {`"noise":0.5`, `"noise":0.5,"weight":1`},
		"a parameter's name":        {`"name":"mu"`, `"name":"2mu"`},
		"a parameter without value": {`"name":"k","value":400`, `"name":"k"`},
		"another version":           {`"version":1,`, `"version":2,`},
		"another format":            {`"gnllviz-model"`, `"other"`},
		"an activation":             {`"tanh"`, `"none"`},
		"a layer of nothing":        {`"hidden":[4]`, `"hidden":[0]`},
		"no layers":                 {`"hidden":[4]`, `"hidden":[]`},
		"a fixed head apart":        {`"separate":false,"init":"linear","head":"exp"`, `"separate":true,"init":"linear","head":"fixed"`},
		"a scale":                   {`"std":`, `"std":-`},
		"an eps":                    {`"eps":`, `"eps":-`},
		"an unknown member":         {`"eps":`, `"epsilon":`},
		"a tensor's name":           {`"body.0.bias"`, `"body.bias"`},
		"no mean":                   {`"mean.bias"`, `"body.2.bias"`},
		"a value":                   {`"data":[`, `"data":["1",`},
		"a value too large":         {`"data":[`, `"data":[1e39,`},
		"a card without":            {`"licence":""`, `"license":""`},
		"a time":                    {`"time":"0001-01-01`, `"time":"0001-13-01`},
		"a seed":                    {`"seed":7`, `"seed":-7`},
		"a checkpoint":              {`"checkpoint":"`, `"checkpoint":"!`},
		"a history":                 {`"rows":[[0`, `"rows":[["0"`},
		"changes":                   {`"changes":[]`, `"changes":{}`},
	} {
		if validate(t, s, swap(t, file, c.old, c.now)) == nil {
			t.Errorf("%s: the schema takes it", name)
		}
	}
}

// One target and several are told apart by the member that they stand in, and the version.
func TestSchemaKnowsTargets(t *testing.T) {
	s := compiled(t)
	one, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 1)
	two, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}, Outputs: 2}, 1)
	first, both := encode(t, one, "model.json"), encode(t, two, "model.json")
	for name, c := range map[string]struct {
		file     []byte
		old, now string
	}{
		"several of version 1":    {both, `"version":2,`, `"version":1,`},
		"one of version 2":        {first, `"version":1,`, `"version":2,`},
		"several in place of one": {both, `"targets":`, `"target":`},
		"one in place of several": {first, `"target":`, `"targets":`},
		"both":                    {both, `"targets":`, `"target":{"name":"","unit":"","mean":0,"std":1,"min":0,"max":1},"targets":`},
		"none":                    {first, `"target":{"name":"y","unit":"g",`, `"sha256":"","eps":{`},
	} {
		if validate(t, s, swap(t, c.file, c.old, c.now)) == nil {
			t.Errorf("%s: the schema takes it", name)
		}
	}
	var doc struct {
		Properties struct {
			Targets struct {
				MaxItems int `json:"maxItems"`
			} `json:"targets"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(Schema, &doc); err != nil || doc.Properties.Targets.MaxItems != table.MaxTargets {
		t.Errorf("the schema has at most %d targets, %v", doc.Properties.Targets.MaxItems, err)
	}
}

// The schema's lists are the engine's.
func TestSchemaKnowsAllChoices(t *testing.T) {
	var doc struct {
		Defs struct {
			Network struct {
				Properties map[string]struct {
					Enum    []string `json:"enum"`
					Maximum int      `json:"maximum"`
				} `json:"properties"`
			} `json:"network"`
		} `json:"$defs"`
		Properties struct {
			Members struct {
				MaxItems int `json:"maxItems"`
			} `json:"members"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(Schema, &doc); err != nil {
		t.Fatal(err)
	}
	p := doc.Defs.Network.Properties
	for name, want := range map[string]any{"activation": engine.Activations(), "head": engine.Heads(), "init": engine.Inits()} {
		if fmt.Sprint(p[name].Enum) != fmt.Sprint(want) {
			t.Errorf("the schema's %s is one of %v, not of %v", name, p[name].Enum, want)
		}
	}
	if p["inputs"].Maximum != engine.MaxInputs || doc.Properties.Members.MaxItems != MaxMembers {
		t.Error("the schema has other bounds")
	}
}
