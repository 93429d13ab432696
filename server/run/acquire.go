package run

import (
	"math/rand/v2"

	"github.com/gnllviz/gnllviz/server/wire"
)

// How the next point is chosen.
const (
	byTotal     = "total"
	byEpistemic = "epistemic"
	byAleatoric = "aleatoric"
	byRandom    = "random"
)

// minCandidates is among how many places a point is chosen that is drawn from the
// truth; and among how many rows of a larger pool at least, however long a look at
// them takes.
const minCandidates = 256

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

// acquisition chooses the next point by the first lane's predictions, as an edit
// with clean targets: a row of the pool, or of a large pool one of rows evenly
// taken from it, or a new one drawn from the truth.
func (l *life) acquisition() wire.Edit {
	d, inputs := l.data, len(l.data.set.Inputs)
	chance := rand.New(rand.NewPCG(uint64(d.seed)<<32|l.acquired, streamAcquire))
	var candidates []float64
	if n := d.pool.len(); n > 0 {
		if l.settings.AcquireBy == byRandom {
			return wire.Edit{Take: []uint32{d.pool.ids[chance.IntN(n)]}}
		}
		places := spread(n, max(maxLookWork/l.lanes[0].params, minCandidates))
		for _, i := range places {
			candidates = append(candidates, d.pool.x[i*inputs:(i+1)*inputs]...)
		}
		best := places[l.lanes[0].mostUncertain(l.settings.AcquireBy, candidates, chance)]
		return wire.Edit{Take: []uint32{d.pool.ids[best]}}
	}
	for range minCandidates {
		for k := range inputs {
			candidates = append(candidates, d.lo[k]+(d.hi[k]-d.lo[k])*chance.Float64())
		}
	}
	best := l.lanes[0].mostUncertain(l.settings.AcquireBy, candidates, chance)
	x := candidates[best*inputs : (best+1)*inputs]
	mean, std := d.set.Truth(x)
	return wire.Edit{Add: []wire.NewRow{{X: x, Y: mean + std*chance.NormFloat64()}}}
}

// mostUncertain returns which of the rows x has the largest standard deviation of
// a kind.
func (l *lane) mostUncertain(by string, x []float64, chance *rand.Rand) int {
	n := len(x) / len(l.data.set.Inputs)
	if by == byRandom {
		return chance.IntN(n)
	}
	mean, aleatoric, epistemic := make([]float32, n), make([]float32, n), make([]float32, n)
	l.ensemble.Predict(mean, aleatoric, epistemic, l.ensemble.Inputs(x))
	best := 0
	most := float32(-1)
	for i := range mean {
		v := aleatoric[i] + epistemic[i]
		switch by {
		case byEpistemic:
			v = epistemic[i]
		case byAleatoric:
			v = aleatoric[i]
		}
		if v > most {
			best, most = i, v
		}
	}
	return best
}
