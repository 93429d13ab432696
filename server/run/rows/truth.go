package rows

import (
	"math"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Truth returns the true mean and the true standard deviation of the target that is shown
// at x, added noise included.
func (d *Data) Truth(x []float64) (mean, std float64) { return d.truthOf(d.Target, x) }

// truthOf is truth of any target.
func (d *Data) truthOf(target int, x []float64) (mean, std float64) {
	var m, s [wire.MaxTargets]float64
	d.truths(m[:len(d.Stds)], s[:len(d.Stds)], x)
	return m[target], s[target]
}

// truths is truth of every target.
func (d *Data) truths(mean, std, x []float64) {
	d.Set.Truth(mean, std, x)
	for k := range std {
		std[k] = math.Hypot(std[k], d.Noise/100*d.Stds[k])
	}
}

// bestNLL is the NLL of the truth of a target on the rows of a part of the split that are
// evaluated; nil where the truth is not known, or has no density as its standard
// deviation is 0 somewhere.
func (d *Data) bestNLL(r *Part, part, target int) *float64 {
	if d.Set.Truth == nil {
		return nil
	}
	train, test := d.Shares(wire.MaxRowsEvaluated)
	inputs := len(d.Set.Inputs)
	var mean, std, y []float64
	for _, i := range Spread(r.Len(), []int{train, test}[part]) {
		m, s := d.truthOf(target, r.X[i*inputs:(i+1)*inputs])
		mean, std, y = append(mean, m), append(std, s), append(y, r.Y[i*len(d.Stds)+target])
	}
	best, err := metrics.Evaluate(mean, std, y)
	if err != nil || math.IsInf(best.NLL, 0) || math.IsNaN(best.NLL) {
		return nil
	}
	return &best.NLL
}
