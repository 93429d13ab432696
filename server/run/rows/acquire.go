package rows

import (
	"math/rand/v2"

	"github.com/gnllviz/gnllviz/server/wire"
)

// How the next point is chosen.
const (
	ByTotal     = "total"
	ByEpistemic = "epistemic"
	ByAleatoric = "aleatoric"
	ByRandom    = "random"
)

// A point that is drawn from the truth is chosen among maxPlaces places, or fewer
// where a look at so many would take too long; and one of the pool among all its
// rows, or among as many as there is time for.
const (
	maxPlaces = 256
	minPlaces = 16
)

// A Judge ranks rows by how uncertain a prediction is there.
type Judge interface {
	// Rank returns the numbers of the rows x, the most uncertain by a kind first.
	Rank(by string, x []float64, chance *rand.Rand) []int

	// Work is what judging one row costs, in multiplications.
	Work() int
}

// Acquisition chooses the next points, at most n, as a judge ranks them, as an edit
// with clean targets: rows of the pool, or of a large pool some of rows evenly taken from
// it, or new ones drawn from the truth. before is how many were acquired already.
func (d *Data) Acquisition(n int, by string, before uint64, j Judge) wire.Edit {
	chance := rand.New(rand.NewPCG(uint64(d.Seed)<<32|before, streamAcquire))
	if d.Pool.Len() > 0 {
		return wire.Edit{Take: d.fromPool(n, by, chance, j)}
	}
	var e wire.Edit
	inputs := len(d.Set.Inputs)
	places := min(max(MaxWork/j.Work()/n, minPlaces), maxPlaces)
	for range n {
		candidates := make([]float64, 0, places*inputs)
		for range places {
			for k := range inputs {
				candidates = append(candidates, d.lo[k]+(d.hi[k]-d.lo[k])*chance.Float64())
			}
		}
		best := j.Rank(by, candidates, chance)[0]
		x := candidates[best*inputs : (best+1)*inputs]
		y := make([]float64, len(d.Set.Targets))
		d.Set.Draw(y, x, chance)
		row := wire.NewRow{X: x, Y: y[0]}
		if len(y) > 1 {
			row = wire.NewRow{X: x, Targets: y}
		}
		e.Add = append(e.Add, row)
	}
	return e
}

// fromPool chooses rows of the pool, at most n, by their ids.
func (d *Data) fromPool(n int, by string, chance *rand.Rand, j Judge) (ids []uint32) {
	pool, inputs := &d.Pool, len(d.Set.Inputs)
	if by == ByRandom {
		for _, i := range chance.Perm(pool.Len())[:min(n, pool.Len())] {
			ids = append(ids, pool.IDs[i])
		}
		return ids
	}
	places := Spread(pool.Len(), max(MaxWork/j.Work(), maxPlaces))
	candidates := make([]float64, 0, len(places)*inputs)
	for _, i := range places {
		candidates = append(candidates, pool.X[i*inputs:(i+1)*inputs]...)
	}
	order := j.Rank(by, candidates, chance)
	for _, k := range order[:min(n, len(order))] {
		ids = append(ids, pool.IDs[places[k]])
	}
	return ids
}

// MaxWork bounds rows times parameters of what a frame predicts, and of what a point
// is chosen by.
const MaxWork = 96 << 20
