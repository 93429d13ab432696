package engine

import "github.com/gnllviz/gnllviz/engine/kernel"

// Blocks of rows are what several cores share, and what keeps a layer's rows in
// a core's own cache. How rows are split depends on nothing but their number and
// the network, so that the sums of gradients are the same on any machine.
const (
	blockRows    = 132      // twice the products' 6 and 12 rows fit in evenly
	maxBlocks    = 16       // each has gradients of its own
	maxPartials  = 64 << 20 // bytes that those may take
	workPerBlock = 1 << 16  // multiplications that are worth a block
)

// split plans a step on rows and returns the number of its blocks.
func (t *Trainer) split(rows int) int {
	blocks := (rows + blockRows - 1) / blockRows
	if rows < 3*blockRows/2 || rows/blocks*t.net.Params() < workPerBlock {
		blocks = 1
	}
	blocks = max(1, min(blocks, maxBlocks, maxPartials/(4*t.net.Params())))
	size := (rows + blocks - 1) / blocks
	if blocks > 1 {
		size = (size + 11) / 12 * 12
		blocks = (rows + size - 1) / size
	}
	t.job.size = size
	for len(t.partial) < blocks-1 {
		t.partial = append(t.partial, make([]float32, t.net.Params()))
	}
	for len(t.scratch) < blocks {
		t.scratch = append(t.scratch, kernel.Matrix{})
	}
	return blocks
}

func (t *Trainer) bounds(block int) (from, to int) {
	from = block * t.job.size
	return from, min(from+t.job.size, t.job.rows)
}

func (t *Trainer) forwardBlock(block int) {
	from, to := t.bounds(block)
	t.net.forward(&t.pass, from, to, t.job.drop)
}

func (t *Trainer) backwardBlock(block int) {
	from, to := t.bounds(block)
	grads := t.grads
	if block > 0 {
		grads = t.partial[block-1]
	}
	t.net.backward(&t.pass, grads, from, to, t.job.drop != nil, t.job.detach, &t.scratch[block])
}

// addPartial adds the gradients of a block, except those that are not made by
// blocks.
func (t *Trainer) addPartial(g []float32) {
	end := len(g)
	if t.net.config.Head == Homoscedastic {
		end = t.net.rawBias // the last of the parameters
	}
	kernel.Add(t.grads[:end], g[:end])
}
