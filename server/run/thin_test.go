package run

import (
	"math"
	"slices"
	"testing"
)

func TestThinKeepsExtremesAndGaps(t *testing.T) {
	nan := math.NaN()
	steps, values := make([]uint64, 1000), make([]float64, 1000)
	for i := range steps {
		steps[i], values[i] = uint64(10*i), float64(i%7)
	}
	values[123], values[500], values[501], values[998] = 90, nan, math.Inf(1), -4
	s, v := Thin(steps, values, 50)
	if len(s) != len(v) || len(v) > 102 || !slices.IsSorted(s) {
		t.Errorf("%d steps and %d values", len(s), len(v))
	}
	for _, want := range []struct {
		step  uint64
		value float64
	}{{1230, 90}, {5010, math.Inf(1)}, {9980, -4}} {
		if i := slices.Index(s, want.step); i < 0 || v[i] != want.value {
			t.Errorf("step %d is lost", want.step)
		}
	}
	if i := slices.Index(s, 5000); i < 0 || !math.IsNaN(v[i]) {
		t.Error("the gap is lost")
	}
	if s, v := Thin(steps[:5], values[:5], 50); !slices.Equal(s, steps[:5]) || !slices.Equal(v, values[:5]) {
		t.Errorf("a short curve became %v", s)
	}
	if s, _ := Thin(nil, nil, 50); len(s) != 0 {
		t.Error("something came of nothing")
	}
}
