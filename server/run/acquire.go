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

// acquisition chooses the next points, at most n, by the first lane's predictions,
// as an edit with clean targets: rows of the pool, or of a large pool some of rows
// evenly taken from it, or new ones drawn from the truth.
func (l *life) acquisition(n int) wire.Edit {
	chance := rand.New(rand.NewPCG(uint64(l.data.seed)<<32|l.acquired, streamAcquire))
	if l.data.pool.len() > 0 {
		return wire.Edit{Take: l.fromPool(n, chance)}
	}
	var e wire.Edit
	d, inputs := l.data, len(l.data.set.Inputs)
	places := min(max(maxLookWork/l.lanes[0].params/n, minPlaces), maxPlaces)
	for range n {
		candidates := make([]float64, 0, places*inputs)
		for range places {
			for k := range inputs {
				candidates = append(candidates, d.lo[k]+(d.hi[k]-d.lo[k])*chance.Float64())
			}
		}
		best := l.lanes[0].mostUncertain(l.settings.AcquireBy, candidates, chance)[0]
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
func (l *life) fromPool(n int, chance *rand.Rand) (ids []uint32) {
	pool, inputs := &l.data.pool, len(l.data.set.Inputs)
	if l.settings.AcquireBy == byRandom {
		for _, i := range chance.Perm(pool.len())[:min(n, pool.len())] {
			ids = append(ids, pool.ids[i])
		}
		return ids
	}
	places := spread(pool.len(), max(maxLookWork/l.lanes[0].params, maxPlaces))
	candidates := make([]float64, 0, len(places)*inputs)
	for _, i := range places {
		candidates = append(candidates, pool.x[i*inputs:(i+1)*inputs]...)
	}
	order := l.lanes[0].mostUncertain(l.settings.AcquireBy, candidates, chance)
	for _, k := range order[:min(n, len(order))] {
		ids = append(ids, pool.ids[places[k]])
	}
	return ids
}

// mostUncertain returns the numbers of the rows x, those with the largest variance of a
// kind first, of several targets its sum in standardised units, or in an order of chance.
func (l *lane) mostUncertain(by string, x []float64, chance *rand.Rand) []int {
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
