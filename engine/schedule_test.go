package engine

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// testdata/schedules_torch.json holds what PyTorch's schedulers make of a
// learning rate of 1.
func TestSchedulesAreTorchs(t *testing.T) {
	b, err := os.ReadFile("testdata/schedules_torch.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Kind  string
			Steps uint64
			Gamma float64
			Final float64
			Rates []float64
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 5 {
		t.Fatalf("%d cases, want 5", len(file.Cases))
	}
	for _, c := range file.Cases {
		kind, err := ParseScheduleKind(c.Kind)
		if err != nil {
			t.Fatal(err)
		}
		s := Schedule{Kind: kind, Steps: c.Steps, Gamma: c.Gamma, Final: c.Final}
		if err := s.check(); err != nil {
			t.Fatal(err)
		}
		for i, want := range c.Rates {
			if got := s.Factor(uint64(i)); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s over %d steps: factor %v after %d steps, PyTorch's %v", c.Kind, c.Steps, got, i, want)
			}
		}
	}
}

func TestScheduleWarmsUp(t *testing.T) {
	s := Schedule{Warmup: 4}
	for i, want := range []float64{0.25, 0.5, 0.75, 1, 1, 1} {
		if got := s.Factor(uint64(i)); got != want {
			t.Errorf("factor %v after %d steps, want %v", got, i, want)
		}
	}
	// Beyond its steps a schedule stays where it ended.
	for _, kind := range []ScheduleKind{CosineSchedule, OneCycle} {
		s := Schedule{Kind: kind, Steps: 3, Final: 0.25}
		if got := s.Factor(1000); got != 0.25 {
			t.Errorf("%v: %v long after its end, want 0.25", kind, got)
		}
	}
}
