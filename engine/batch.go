package engine

import (
	"math/rand/v2"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// nextBatch returns the rows of the next step.
func (t *Trainer) nextBatch(batch int) (x kernel.Matrix, y []float32) {
	n := t.x.Rows
	if batch >= n {
		return t.x, t.y
	}
	if t.next >= n {
		if !t.config.Ordered {
			t.undo.beforeShuffle(t)
			r := rand.New(t.order)
			r.Shuffle(n, func(i, j int) { t.rows[i], t.rows[j] = t.rows[j], t.rows[i] })
		}
		t.next = 0
	}
	count := batch
	if !t.config.Ordered {
		count = min(batch, n-t.next) // an epoch's last batch has what is left
	}
	outputs := t.net.config.Outputs
	t.batchX.Resize(count, t.x.Cols)
	t.batchY = grow(t.batchY, count*outputs)
	for k := range count {
		i := t.rows[(t.next+k)%n]
		copy(t.batchX.Row(k), t.x.Row(i))
		copy(t.batchY[k*outputs:(k+1)*outputs], t.y[i*outputs:(i+1)*outputs])
	}
	t.next += count
	if t.config.Ordered {
		t.next %= n
	}
	return t.batchX, t.batchY
}
