package capacity

import (
	"math"
	"reflect"
	"testing"
)

func costs() Costs {
	return Costs{
		Run: 0.02, Watched: 0.01, Viewer: 0.0005, Change: 0.001, Load: 0.3,
		RunMemory: 50e6, ViewerMemory: 1e6, ViewerBytes: 200e3, Written: 50e3, Stored: 5e6, PageBytes: 400e3,
	}
}

// What the guide says is what is computed from what was measured.
func TestTablesAreCurrent(t *testing.T) {
	if want, got := Make(Measured(), Typical(), Assumed()), Made(); !reflect.DeepEqual(want, got) {
		t.Errorf("tables.json is of other figures; go generate ./server/guide/capacity makes it again:\n%+v\n%+v", got, want)
	}
}

func TestPlan(t *testing.T) {
	class := Class{Students: 1000, Way: Own, Changes: 6, Hours: 2}
	n := Plan(class, costs(), Typical(), Assumed())
	// By hand: 1000 (0.02 + 0.01 + 6/60 0.001) = 30.1 processors of 8, with 70 % of each
	// 5.4 machines, so 6 and one more.
	if math.Abs(n.Processors-30.1) > 1e-9 || n.Nodes != 7 || n.Servers != 3 || n.First != "processors" {
		t.Errorf("%+v", n)
	}
	// 7 of 8 and 3 of 2 processors at 0.05 $, 200 MB/s at 0.08 $ a GB, 3 times 5 GB.
	if want := 62*0.05 + 0.2*3600*0.08 + 15*0.1/730; math.Abs(n.Cost-want) > 1e-9 || math.Abs(n.PerStudent-2*want/1000) > 1e-9 {
		t.Errorf("it costs %v, %v each, not %v", n.Cost, n.PerStudent, want)
	}
	class.Students = 10_000
	if n := Plan(class, costs(), Typical(), Assumed()); n.First != "disks" || n.Servers != 12 {
		t.Errorf("500 MB/s on disks of 140: %+v", n)
	}
	class.Way = Shared
	if n := Plan(class, costs(), Typical(), Assumed()); n.First != "network" || n.Nodes != 4 || n.Written != 50e3 {
		t.Errorf("2 GB/s: %+v", n)
	}
	class.Way = Page
	if n := Plan(class, costs(), Typical(), Assumed()); n.Nodes != 1 || n.Servers != 0 || n.Bus != 0 {
		t.Errorf("in the browsers: %+v", n)
	}
}

func TestSimulate(t *testing.T) {
	trial := Trial{Students: 300, Nodes: 3, Machine: Typical(), Costs: costs(), Changes: 6, Arriving: 60, Fails: 120, Joins: 300, Lasts: 600, Lease: 10, Seed: 3}
	o := Simulate(trial)
	switch {
	case o.LeastRuns != 100 || o.MostRuns != 100:
		t.Errorf("new runs are %d to %d on a node", o.LeastRuns, o.MostRuns)
	case o.PauseP50 < 10 || o.PauseMost > 13: // 50 runs each at 0.3 s on 8 processors
		t.Errorf("pauses of %v, at most %v s", o.PauseP50, o.PauseMost)
	case o.LeastAfter < 90 || o.MostAfter > 110:
		t.Errorf("%d to %d runs after a node joined", o.LeastAfter, o.MostAfter)
	case o.Speed < 0.99 || o.Speed > 1:
		t.Errorf("speed %v", o.Speed)
	}
	trial.Fails, trial.Joins, trial.Machine.Processors = 0, 0, 2
	// 300 runs of 0.0301 processors on 6.
	if o := Simulate(trial); math.Abs(o.Slowest-6/9.03) > 0.01 || math.Abs(o.Busiest-9.03/6) > 0.01 {
		t.Errorf("too many runs: slowest %v, busiest %v", o.Slowest, o.Busiest)
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[float64]string{0: "0 B", 999: "999 B", 1000: "1 kB", 1500: "1.5 kB", 166098: "166 kB", 999_600: "1 MB", 3.6e9: "3.6 GB", 9.7e12: "9.7 TB", 5e15: "5000 TB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%v: %q, not %q", n, got, want)
		}
	}
}
