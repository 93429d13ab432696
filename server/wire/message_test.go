package wire

import (
	"encoding/json"
	"math"
	"testing"
)

func TestNumbersThatAreNotFiniteAreNull(t *testing.T) {
	p := Point{Step: 3, TrainLoss: Number(math.NaN()), TestLoss: Number(math.Inf(-1)), TrainNLL: 1.5, TestNLL: -2}
	b, err := json.Marshal(p)
	if err != nil || string(b) != `[3,null,null,1.5,-2]` {
		t.Fatalf("got %s (%v)", b, err)
	}
	var q Point
	if err := json.Unmarshal(b, &q); err != nil || q.Step != 3 || !math.IsNaN(float64(q.TrainLoss)) || q.TestNLL != -2 {
		t.Errorf("came back as %+v (%v)", q, err)
	}
	if err := json.Unmarshal([]byte(`[1,2]`), &q); err == nil {
		t.Error("a point of two members was accepted")
	}
}
