package run

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// How the next point is chosen.
const (
	byTotal     = "total"
	byEpistemic = "epistemic"
	byAleatoric = "aleatoric"
	byRandom    = "random"
)

// A point that is drawn from the truth is chosen among maxPlaces places, or fewer
// where a look at so many would take too long; and one of the pool among all its
// rows, or among as many as there is time for.
const (
	maxPlaces = 256
	minPlaces = 16
)

// canAcquire says why no point can be acquired, or nothing.
func (l *life) canAcquire() *wire.ErrorMessage {
	switch {
	case l.settings.AcquireBy == byEpistemic && len(l.lanes[0].ensemble.Members()) == 1:
		return wire.Refuse(wire.BadState, "acquire_by", "acquire: the epistemic standard deviation of one network is 0 everywhere; take an ensemble, or acquire by another")
	case l.data.pool.len() == 0 && l.data.set.Truth == nil:
		return wire.Refuse(wire.BadState, "pool", `acquire: the pool is empty, and nobody knows the truth of this data set; hold rows back with the control "pool"`)
	}
	return nil
}

// A judge ranks rows by how uncertain a prediction is there.
type judge interface {
	// rank returns the numbers of the rows x, the most uncertain by a kind first.
	rank(by string, x []float64, chance *rand.Rand) []int

	// work is what judging one row costs, in multiplications.
	work() int
}

// acquisition chooses the next points, at most n, as a judge ranks them, as an edit
// with clean targets: rows of the pool, or of a large pool some of rows evenly taken from
// it, or new ones drawn from the truth. before is how many were acquired already.
func (d *data) acquisition(n int, by string, before uint64, j judge) wire.Edit {
	chance := rand.New(rand.NewPCG(uint64(d.seed)<<32|before, streamAcquire))
	if d.pool.len() > 0 {
		return wire.Edit{Take: d.fromPool(n, by, chance, j)}
	}
	var e wire.Edit
	inputs := len(d.set.Inputs)
	places := min(max(maxLookWork/j.work()/n, minPlaces), maxPlaces)
	for range n {
		candidates := make([]float64, 0, places*inputs)
		for range places {
			for k := range inputs {
				candidates = append(candidates, d.lo[k]+(d.hi[k]-d.lo[k])*chance.Float64())
			}
		}
		best := j.rank(by, candidates, chance)[0]
		x := candidates[best*inputs : (best+1)*inputs]
		y := make([]float64, len(d.set.Targets))
		d.set.Draw(y, x, chance)
		row := wire.NewRow{X: x, Y: y[0]}
		if len(y) > 1 {
			row = wire.NewRow{X: x, Targets: y}
		}
		e.Add = append(e.Add, row)
	}
	return e
}

// fromPool chooses rows of the pool, at most n, by their ids.
func (d *data) fromPool(n int, by string, chance *rand.Rand, j judge) (ids []uint32) {
	pool, inputs := &d.pool, len(d.set.Inputs)
	if by == byRandom {
		for _, i := range chance.Perm(pool.len())[:min(n, pool.len())] {
			ids = append(ids, pool.ids[i])
		}
		return ids
	}
	places := spread(pool.len(), max(maxLookWork/j.work(), maxPlaces))
	candidates := make([]float64, 0, len(places)*inputs)
	for _, i := range places {
		candidates = append(candidates, pool.x[i*inputs:(i+1)*inputs]...)
	}
	order := j.rank(by, candidates, chance)
	for _, k := range order[:min(n, len(order))] {
		ids = append(ids, pool.ids[places[k]])
	}
	return ids
}

// work is what a prediction of one row costs.
func (l *lane) work() int { return l.params }

// rank returns the numbers of the rows x, those with the largest variance of a
// kind first, of several targets its sum in standardised units, or in an order of chance.
func (l *lane) rank(by string, x []float64, chance *rand.Rand) []int {
	n := len(x) / len(l.data.set.Inputs)
	if by == byRandom {
		return chance.Perm(n)
	}
	targets := len(l.data.set.Targets)
	mean, aleatoric, epistemic := make([]float32, n*targets), make([]float32, n*targets), make([]float32, n*targets)
	l.ensemble.Predict(mean, aleatoric, epistemic, l.ensemble.Inputs(x))
	variance := func(i int) float32 {
		sum := float32(0)
		for k := i * targets; k < (i+1)*targets; k++ {
			switch by {
			case byEpistemic:
				sum += epistemic[k]
			case byAleatoric:
				sum += aleatoric[k]
			default:
				sum += aleatoric[k] + epistemic[k]
			}
		}
		return sum
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(variance(b), variance(a)) })
	return order
}
