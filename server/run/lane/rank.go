package lane

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/rows"
)

// Work is what a prediction of one row costs.
func (l *Lane) Work() int { return l.Params }

// Rank returns the numbers of the rows x, those with the largest variance of a
// kind first, of several targets its sum in standardised units, or in an order of chance.
func (l *Lane) Rank(by string, x []float64, chance *rand.Rand) []int {
	n := len(x) / len(l.Data.Set.Inputs)
	if by == rows.ByRandom {
		return chance.Perm(n)
	}
	targets := len(l.Data.Set.Targets)
	mean, aleatoric, epistemic := make([]float32, n*targets), make([]float32, n*targets), make([]float32, n*targets)
	l.Ensemble.Predict(mean, aleatoric, epistemic, l.Ensemble.Inputs(x))
	variance := func(i int) float32 {
		sum := float32(0)
		for k := i * targets; k < (i+1)*targets; k++ {
			switch by {
			case rows.ByEpistemic:
				sum += epistemic[k]
			case rows.ByAleatoric:
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
