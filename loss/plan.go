package loss

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// blockSize is the number of elements that are worked on, and summed up, at a
// time. It is part of the result's bits: sums are those of the blocks, in their
// order, whoever computed them.
const blockSize = 16384

// A plan says how input, target and variance are walked in step over the
// elements of the loss.
type plan struct {
	shape   []int
	size    int
	strides [3][]int // of input, target, variance
	plain   [3]bool  // whether the argument has the loss's own shape
}

func newPlan(out []int, arguments ...[]int) *plan {
	p := &plan{shape: out}
	p.size, _ = size(out)
	for i, shape := range arguments {
		if p.plain[i] = slices.Equal(shape, out); !p.plain[i] {
			p.strides[i] = strides(shape, out)
		}
	}
	return p
}

// runs calls f for each stretch of the elements from start to end along which
// argument k lies evenly: n elements from element at on, of which the argument's
// values begin at from and lie step apart, 0 or 1.
func (p *plan) runs(k, start, end int, f func(at, from, n, step int)) {
	last := len(p.shape) - 1
	if last < 0 {
		f(0, 0, 1, 0)
		return
	}
	width, step := p.shape[last], p.strides[k][last]
	for at := start; at < end; {
		column := at % width
		from, row := column*step, at/width
		for i := last - 1; i >= 0; i-- {
			from += row % p.shape[i] * p.strides[k][i]
			row /= p.shape[i]
		}
		n := min(width-column, end-at)
		f(at, from, n, step)
		at += n
	}
}

// A walker lays the arguments' values of a block side by side. It belongs to
// one goroutine.
type walker[T Float] struct {
	plan    *plan
	buffers [3][]T
}

func newWalker[T Float](p *plan) *walker[T] {
	w := &walker[T]{plan: p}
	for k := range w.buffers {
		if !p.plain[k] {
			w.buffers[k] = make([]T, blockSize)
		}
	}
	return w
}

// load returns the values for the elements from start to end: views where an
// argument has the loss's own shape, else copies that are good until the next
// load.
func (w *walker[T]) load(start, end int, input, target, variance []T) (x, t, v []T) {
	var out [3][]T
	for k, data := range [3][]T{input, target, variance} {
		if w.plan.plain[k] {
			out[k] = data[start:end]
			continue
		}
		b := w.buffers[k][:end-start]
		w.plan.runs(k, start, end, func(at, from, n, step int) {
			if step == 1 {
				copy(b[at-start:], data[from:from+n])
				return
			}
			value := data[from]
			for i := at - start; i < at-start+n; i++ {
				b[i] = value
			}
		})
		out[k] = b
	}
	return out[0], out[1], out[2]
}

// A gatherer sums an argument's gradient over the elements that it was
// stretched to.
type gatherer[T Float] struct {
	out  []T
	sums []compensated // nil where nothing is stretched
}

func newGatherer[T Float](out []T, size int) *gatherer[T] {
	g := &gatherer[T]{out: out}
	if len(out) != size {
		g.sums = make([]compensated, len(out))
	}
	return g
}

// add takes the gradients of the elements from start on.
func (g *gatherer[T]) add(p *plan, k, start int, grads []T) {
	if g.sums == nil {
		copy(g.out[start:], grads)
		return
	}
	p.runs(k, start, start+len(grads), func(at, from, n, step int) {
		for _, v := range grads[at-start : at-start+n] {
			g.sums[from].add(float64(v))
			from += step
		}
	})
}

func (g *gatherer[T]) finish() {
	for i, s := range g.sums {
		g.out[i] = T(s.value())
	}
}

// compensated is a sum that remembers what rounding took from it (Neumaier
// 1974), so that its order hardly matters.
type compensated struct{ sum, lost float64 }

func (c *compensated) add(x float64) {
	t := c.sum + x
	if math.Abs(c.sum) >= math.Abs(x) {
		c.lost += (c.sum - t) + x
	} else {
		c.lost += (x - t) + c.sum
	}
	c.sum = t
}

func (c *compensated) value() float64 {
	if math.IsInf(c.sum, 0) || math.IsNaN(c.sum) {
		return c.sum // what was lost is NaN then
	}
	return c.sum + c.lost
}

// Below this many blocks a goroutine costs more than it saves.
const serialBlocks = 16

// A goroutine takes this many blocks at a time: neighbours, as memory is read
// fastest in one go.
const stretch = 8

// parallel calls work for each block's elements, on as many goroutines as there
// are processors where that pays, each with a walker of its own.
func parallel[T Float](p *plan, work func(w *walker[T], start, end int)) {
	blocks := (p.size + blockSize - 1) / blockSize
	hands := 1
	if blocks >= serialBlocks {
		hands = min(runtime.GOMAXPROCS(0), (blocks+stretch-1)/stretch)
	}
	var next atomic.Int64
	hand := func() {
		w := newWalker[T](p)
		for {
			first := int(next.Add(stretch)) - stretch
			if first >= blocks {
				return
			}
			for b := first; b < min(first+stretch, blocks); b++ {
				work(w, b*blockSize, min((b+1)*blockSize, p.size))
			}
		}
	}
	var others sync.WaitGroup
	for range hands - 1 {
		others.Go(hand)
	}
	hand()
	others.Wait()
}

// reduce returns the sum of 0.5 (log v + d²/v) over all elements, or the first
// negative variance as an error.
func reduce[T Float](p *plan, input, target, variance []T, eps T) (float64, error) {
	sums := make([]float64, (p.size+blockSize-1)/blockSize)
	var signs atomic.Bool
	parallel(p, func(w *walker[T], start, end int) {
		x, t, v := w.load(start, end, input, target, variance)
		sum, sign := blockSum(x, t, v, eps)
		sums[start/blockSize] = sum
		if sign {
			signs.Store(true)
		}
	})
	if signs.Load() { // perhaps only of -0 or NaN
		if err := negative(variance); err != nil {
			return 0, err
		}
	}
	var sum float64
	for _, s := range sums {
		sum += s
	}
	return sum, nil
}
