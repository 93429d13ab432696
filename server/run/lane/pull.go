package lane

import (
	"math"

	"github.com/gnllviz/gnllviz/server/wire"
)

// rowsFrame is what a lane makes of each row that is shown: its prediction, and
// how hard the row pulls.
func (l *Lane) rowsFrame(o Objective, train, test scores) *wire.Frame {
	k, n := &l.seen, len(l.seen.shown)
	nan := float32(math.NaN())
	columns := make([][]float32, 4)
	for i := range columns {
		columns[i] = make([]float32, n)
	}
	onMean, onVariance := l.pulls(o)
	origin := l.origin(l.Data.Target)
	for row, i := range k.shown {
		values := [4]float32{nan, nan, nan, nan}
		switch {
		case i < 0:
		case i < k.train:
			values = [4]float32{float32(train.mean[i] - origin), float32(train.std[i]), onMean[i], onVariance[i]}
		default:
			values[0], values[1] = float32(test.mean[i-k.train]-origin), float32(test.std[i-k.train])
		}
		for c, v := range values {
			columns[c][row] = v
		}
	}
	return &wire.Frame{Kind: wire.FrameRows, Columns: columns, Origins: []float64{origin, 0, 0, 0}}
}

// pulls are, for each training row that is looked at, the derivatives of a step's
// loss with respect to its standardised mean and to the logarithm of its variance,
// as if it were in the step's batch: so the reduction counts. Of an ensemble they
// are those of the mixture.
func (l *Lane) pulls(o Objective) (onMean, onVariance []float32) {
	k, n := &l.seen.of[l.Data.Target], l.seen.train
	onMean, onVariance = make([]float32, n), make([]float32, n)
	variance := k.vari[:n]
	o.mean.Gradients(onMean, onVariance, k.mean[:n], k.target[:n], variance)
	weight := float32(n) // the derivatives of one row's own loss
	if !o.summed {
		weight /= float32(min(l.Settings.Batch, l.Data.Train.Len()))
	}
	for i, v := range variance {
		onMean[i] *= weight
		onVariance[i] *= weight * v
	}
	return onMean, onVariance
}
