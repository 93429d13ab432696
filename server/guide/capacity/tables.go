package capacity

import (
	_ "embed"
	"encoding/json"
	"reflect"
	"strconv"
)

// Tables are what the guide says: the figures, and what follows from them.
type Tables struct {
	Costs   Costs       `json:"costs"`
	Machine Machine     `json:"machine"`
	Prices  Prices      `json:"prices"`
	Needs   []Need      `json:"needs"`
	Trials  []Simulated `json:"trials"`
}

// A Simulated trial is one and its outcome.
type Simulated struct {
	Students int `json:"students"`
	Nodes    int `json:"nodes"`
	Outcome
}

// A WayTable has what classes of each size need, one way.
type WayTable struct {
	Way   Way
	Needs []Need
}

// Stores says whether that way keeps runs in the store.
func (w WayTable) Stores() bool { return w.Way != Page }

// Ways returns the needs, a table for each way.
func (t Tables) Ways() (ways []WayTable) {
	for _, n := range t.Needs {
		if len(ways) == 0 || ways[len(ways)-1].Way != n.Way {
			ways = append(ways, WayTable{Way: n.Way})
		}
		last := &ways[len(ways)-1]
		last.Needs = append(last.Needs, n)
	}
	return ways
}

//go:embed tables.json
var tables []byte

// Made returns the tables as the command plan wrote them.
func Made() (t Tables) {
	if err := json.Unmarshal(tables, &t); err != nil {
		panic("capacity: tables.json: " + err.Error()) // it is part of the program
	}
	return t
}

// Make computes the tables: of classes of 1,000, 10,000 and 100,000 students, each way.
// They last two hours, and a student makes four changes a minute. Those with runs of
// their own are simulated, too, for forty minutes: they come in within three; after
// fifteen a node fails, and after twenty-five another joins.
func Make(c Costs, m Machine, p Prices) Tables {
	t := Tables{Costs: c, Machine: m, Prices: p}
	for _, way := range []Way{Own, Shared, Page} {
		for _, students := range []int{1_000, 10_000, 100_000} {
			n := Plan(Class{Students: students, Way: way, Changes: 4, Hours: 2}, c, m, p)
			t.Needs = append(t.Needs, rounded(n))
			if way != Own {
				continue
			}
			t.Trials = append(t.Trials, Simulated{students, n.Nodes, rounded(Simulate(Trial{
				Students: students, Nodes: n.Nodes, Machine: m, Costs: c, Changes: n.Changes,
				Arriving: 180, Fails: 900, Joins: 1500, Lasts: 2400, Lease: 10, Seed: 1,
			}))})
		}
	}
	return t
}

// rounded returns a struct with its floats to four digits: the last ones differ between
// processors.
func rounded[T any](x T) T {
	v := reflect.ValueOf(&x).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Float64 {
			short, _ := strconv.ParseFloat(strconv.FormatFloat(f.Float(), 'g', 4, 64), 64)
			f.SetFloat(short)
		}
	}
	return x
}
