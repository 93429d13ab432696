package history

import (
	"math"
	"slices"
)

// Rows come in chunks, which are folded and shared as a whole, and a chunk is
// summarised in blocks. A block becomes a bucket when its chunk is folded.
const (
	chunkRows = 4096
	blockRows = 64
)

// linePad sets the columns of a chunk one cache line further apart than their
// rows take, so that the values of one row do not compete for the same few lines
// of the cache.
const linePad = 16

// A chunk is a number of successive rows. Once complete it is not changed as
// long as anybody has it.
type chunk struct {
	size    int // rows that there is room for, a multiple of blockRows
	rows    int
	first   uint64
	steps   []uint64    // of all rows; empty while there is none missing between them
	columns [][]float32 // each of size values
	blocks  [][]summary // of each column; of complete blocks
	shared  bool        // a clone has it too
	away    bool        // a stub: it has no values
	in      *stored     // of a store; never nil
}

// A summary is what is to be known of some rows of one column of a chunk. Places
// are rows of the chunk.
type summary struct {
	min, max     float32 // of the finite values; min > max if there are none
	minAt, maxAt uint16  // the first rows that have them
	odd          uint16  // how many values are not finite
	oddAt        uint16  // the first of those
}

func newChunk(columns, size int) *chunk {
	c := &chunk{size: size, in: new(stored), columns: make([][]float32, columns), blocks: make([][]summary, columns)}
	stride, blocks := size+linePad, size/blockRows
	values, summaries := make([]float32, columns*stride), make([]summary, columns*blocks)
	for k := range columns {
		c.columns[k] = values[k*stride:][:size:size]
		c.blocks[k] = summaries[k*blocks:][:blocks:blocks]
	}
	return c
}

// clone returns a copy with room for size rows.
func (c *chunk) clone(size int) *chunk {
	d := newChunk(len(c.columns), size)
	d.rows, d.first, d.steps = c.rows, c.first, slices.Clone(c.steps)
	for k := range c.columns {
		copy(d.columns[k], c.columns[k][:c.rows])
		copy(d.blocks[k], c.blocks[k][:c.rows/blockRows])
	}
	return d
}

// bytes is about what the chunk takes.
func (c *chunk) bytes() int {
	return len(c.columns)*4*(c.size+linePad) + len(c.blocks)*20*(c.size/blockRows) + 8*cap(c.steps)
}

func (c *chunk) reset() {
	c.rows, c.steps = 0, c.steps[:0]
}

// share marks the chunk as one that is not to be used again. One that is marked
// is not written to, as it may belong to several goroutines.
func (c *chunk) share() {
	if !c.shared {
		c.shared = true
	}
}

// append adds a row, for which there must be room.
func (c *chunk) append(step uint64, values []float32) {
	n := c.rows
	if n == 0 {
		c.first = step
	}
	if len(c.steps) > 0 || step-c.first != uint64(n) {
		for i := len(c.steps); i < n; i++ {
			c.steps = append(c.steps, c.first+uint64(i))
		}
		c.steps = append(c.steps, step)
	}
	for k, v := range values {
		c.columns[k][n] = v
	}
	c.rows++
	if c.rows%blockRows == 0 {
		for k := range c.columns {
			c.blocks[k][n/blockRows] = summarise(c.columns[k], c.rows-blockRows, c.rows)
		}
	}
}

func (c *chunk) step(row int) uint64 {
	if len(c.steps) > 0 {
		return c.steps[row]
	}
	return c.first + uint64(row)
}

func (c *chunk) last() uint64 { return c.step(c.rows - 1) }

// search returns the number of rows before step.
func (c *chunk) search(step uint64) int {
	switch {
	case step <= c.first:
		return 0
	case step > c.last():
		return c.rows
	case len(c.steps) > 0:
		i, _ := slices.BinarySearch(c.steps, step)
		return i
	}
	return int(step - c.first)
}

// within returns the rows [i, j) whose steps are from..to, both included.
func (c *chunk) within(from, to uint64) (i, j int) {
	i = c.search(from)
	if to >= c.last() {
		return i, c.rows
	}
	return i, max(i, c.search(to+1))
}

// bucket returns the summary of some rows of column k as a bucket.
func (c *chunk) bucket(k int, s summary) bucket {
	b := bucket{
		min: s.min, minAt: c.step(int(s.minAt)),
		max: s.max, maxAt: c.step(int(s.maxAt)),
		odd: uint64(s.odd),
	}
	if s.odd > 0 {
		b.oddValue, b.oddAt = c.columns[k][s.oddAt], c.step(int(s.oddAt))
	}
	return b
}

// summarise looks at values[from:to].
func summarise(values []float32, from, to int) summary {
	s := summary{min: float32(math.Inf(1)), max: float32(math.Inf(-1))}
	for i, v := range values[from:to] {
		if !finite(v) {
			if s.odd == 0 {
				s.oddAt = uint16(from + i)
			}
			s.odd++
			continue
		}
		if v < s.min {
			s.min, s.minAt = v, uint16(from+i)
		}
		if v > s.max {
			s.max, s.maxAt = v, uint16(from+i)
		}
	}
	return s
}

func finite(v float32) bool { return v >= -math.MaxFloat32 && v <= math.MaxFloat32 }
