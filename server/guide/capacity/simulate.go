package capacity

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Trial is a class that is simulated: its students come in one after the other, each
// with a run of their own, a node fails in the middle, and another joins.
type Trial struct {
	Students int
	Nodes    int
	Machine  Machine
	Costs    Costs
	Changes  float64 // that a student makes a minute

	Arriving float64 // seconds in which the class comes in
	Fails    float64 // second at which a node fails; 0 for none
	Joins    float64 // second at which another joins; 0 for none
	Lasts    float64 // seconds
	Lease    float64 // seconds after which the runs of a node that failed are taken
	Seed     uint64
}

// An Outcome is what was seen.
type Outcome struct {
	Speed      float64 // of the training, as a share of what was asked for: the mean of all
	Slowest    float64 // and the least in a second, of a run that trained
	PauseP50   float64 // seconds without training of the runs whose node failed
	PauseMost  float64
	MostRuns   int     // of one node, before one fails
	LeastRuns  int     // of the node with the fewest then
	MostAfter  int     // of one node, at the end
	LeastAfter int     // of the node with the fewest then
	Busiest    float64 // share of a node's processors that its runs asked for, at most
}

// A simulated run.
type simulated struct {
	node   int
	paused float64 // since when it has no node, or NaN
}

// handed is how many runs a second a node gives to one that has joined.
const handed = 2

// Simulate plays a trial, second by second. A new run goes to the node with the fewest; a
// node divides its processors evenly among its runs, and what it takes to load runs comes
// first.
func Simulate(t Trial) (o Outcome) {
	chance := rand.New(rand.NewPCG(t.Seed, 1))
	arrivals := make([]float64, t.Students)
	for i := range arrivals {
		arrivals[i] = chance.Float64() * t.Arriving
	}
	slices.Sort(arrivals)
	alive := make([]bool, t.Nodes, t.Nodes+1)
	for i := range alive {
		alive[i] = true
	}
	var runs []simulated
	var pauses []float64
	waiting := make([][]int, t.Nodes+1) // runs that a node has still to load
	credit := make([]float64, t.Nodes+1)
	each := t.Costs.Run + t.Costs.Watched + t.Changes/60*t.Costs.Change
	o.Slowest = math.Inf(1)
	var speed, seconds float64
	count := func() []int {
		n := make([]int, len(alive))
		for _, r := range runs {
			if r.node >= 0 {
				n[r.node]++
			}
		}
		return n
	}
	extremes := func(n []int) (most, least int) {
		least = math.MaxInt
		for i, x := range n {
			if alive[i] {
				most, least = max(most, x), min(least, x)
			}
		}
		return most, least
	}
	for now := 0.; now < t.Lasts; now++ {
		n := count()
		fewest := func() int {
			best := -1
			for i := range n {
				if alive[i] && (best < 0 || n[i]+len(waiting[i]) < n[best]+len(waiting[best])) {
					best = i
				}
			}
			return best
		}
		for len(runs) < len(arrivals) && arrivals[len(runs)] <= now {
			to := fewest()
			runs = append(runs, simulated{node: to, paused: math.NaN()})
			n[to]++
		}
		if t.Fails > 0 && now == t.Fails {
			o.MostRuns, o.LeastRuns = extremes(n)
			failed := chance.IntN(len(alive))
			alive[failed] = false
			for i := range runs {
				if runs[i].node == failed {
					runs[i] = simulated{node: -1, paused: now}
				}
			}
			n[failed] = 0
		}
		if t.Joins > 0 && now == t.Joins {
			alive = append(alive, true)
			n = append(n, 0)
		}
		// Leases end, and others take the runs.
		if t.Fails > 0 && now == t.Fails+math.Ceil(t.Lease) {
			for i := range runs {
				if runs[i].node < 0 {
					to := fewest()
					waiting[to] = append(waiting[to], i)
				}
			}
		}
		if t.Joins > 0 && now >= t.Joins {
			n = count()
			rebalance(runs, n, alive)
		}
		n = count()
		for i := range alive {
			if !alive[i] {
				continue
			}
			room := t.Machine.Processors
			credit[i] += room
			for len(waiting[i]) > 0 && credit[i] >= t.Costs.Load {
				x := waiting[i][0]
				waiting[i] = waiting[i][1:]
				credit[i] -= t.Costs.Load
				room -= t.Costs.Load
				pauses = append(pauses, now-runs[x].paused)
				runs[x] = simulated{node: i, paused: math.NaN()}
			}
			credit[i] = min(credit[i], t.Machine.Processors)
			if n[i] == 0 {
				continue
			}
			asked := float64(n[i]) * each
			got := min(1, max(room, 0)/asked)
			o.Busiest = max(o.Busiest, asked/t.Machine.Processors)
			o.Slowest = min(o.Slowest, got)
			speed += got * float64(n[i])
			seconds += float64(n[i])
		}
	}
	o.Speed = speed / seconds
	o.MostAfter, o.LeastAfter = extremes(count())
	if len(pauses) > 0 {
		slices.Sort(pauses)
		o.PauseP50, o.PauseMost = pauses[len(pauses)/2], pauses[len(pauses)-1]
	}
	return o
}

// rebalance has nodes with more than their share give a few runs to the one with the
// fewest.
func rebalance(runs []simulated, n []int, alive []bool) {
	nodes, all, fewest := 0, 0, -1
	for i := range n {
		if alive[i] {
			nodes, all = nodes+1, all+n[i]
			if fewest < 0 || n[i] < n[fewest] {
				fewest = i
			}
		}
	}
	fair := float64(all) / float64(nodes)
	if float64(n[fewest]) >= 0.9*fair {
		return
	}
	given := make([]int, len(n))
	for i := range runs {
		from := runs[i].node
		if from < 0 || from == fewest || given[from] == handed || float64(n[from]) <= fair+1 || float64(n[fewest]) >= 0.9*fair {
			continue
		}
		runs[i].node = fewest
		given[from]++
		n[from]--
		n[fewest]++
	}
}
