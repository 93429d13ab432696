package wire

import (
	"encoding/json"
	"math"
	"testing"
)

func TestNumbersThatAreNotFiniteAreNull(t *testing.T) {
	p := Point{Lane: 2, Step: 3}
	values := map[string]float64{}
	for _, name := range PointColumns[2:] {
		values[name] = -2
	}
	values["train_loss"], values["test_loss"], values["train_nll"] = math.NaN(), math.Inf(-1), 0.1
	for _, name := range PointColumns[2+PointAlways+4:] { // no parameters: the list ends before them
		values[name] = math.NaN()
	}
	p.Set(values)
	b, err := json.Marshal(p)
	if err != nil || string(b) != `[2,3,null,null,0.1,-2,-2,-2,-2,-2,-2,-2,-2,-2,-2,-2,-2,-2,-2,-2]` {
		t.Fatalf("got %s (%v)", b, err)
	}
	var q Point
	if err := json.Unmarshal(b, &q); err != nil || q.Lane != 2 || q.Step != 3 {
		t.Errorf("came back as %+v (%v)", q, err)
	}
	if v, ok := q.Value("train_loss"); !ok || !math.IsNaN(float64(v)) {
		t.Errorf("the training loss came back as %v", v)
	}
	if v, ok := q.Value("parameter_1"); !ok || !math.IsNaN(float64(v)) {
		t.Errorf("a parameter that there is not came back as %v", v)
	}
	if v, ok := q.Value("test_nll"); !ok || v != -2 {
		t.Errorf("the test NLL came back as %v", v)
	}
	if err := json.Unmarshal([]byte(`[1,2]`), &q); err == nil {
		t.Error("a point of two members was accepted")
	}
}
