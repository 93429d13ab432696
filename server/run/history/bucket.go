package history

import "math"

const (
	groupBuckets = chunkRows / blockRows
	fold         = 4 // buckets, or groups, that become one of the next level
)

// A bucket is what is kept of one column over a number of successive rows. Each
// of its values is one that was recorded, at the step that stands with it, and
// the earliest if there are several.
type bucket struct {
	min, max     float32 // of the finite values; min > max if there are none
	oddValue     float32 // the first that is not finite, if there are any
	minAt, maxAt uint64
	oddAt        uint64
	odd          uint64 // how many values are not finite
}

func emptyBucket() bucket {
	return bucket{min: float32(math.Inf(1)), max: float32(math.Inf(-1))}
}

// merge adds the rows of a later bucket.
func (b *bucket) merge(o bucket) {
	if o.min < b.min {
		b.min, b.minAt = o.min, o.minAt
	}
	if o.max > b.max {
		b.max, b.maxAt = o.max, o.maxAt
	}
	if b.odd == 0 {
		b.oddValue, b.oddAt = o.oddValue, o.oddAt
	}
	b.odd += o.odd
}

// A point is one recorded value.
type point struct {
	step  uint64
	value float32
}

// bucket returns the bucket of p alone, which stands for odd values if it is not
// finite.
func (p point) bucket(odd uint64) bucket {
	b := emptyBucket()
	if finite(p.value) {
		b.min, b.minAt, b.max, b.maxAt = p.value, p.step, p.value, p.step
	} else {
		b.oddValue, b.oddAt, b.odd = p.value, p.step, odd
	}
	return b
}

// points returns the n points that the bucket keeps, by ascending step.
func (b *bucket) points() (points [3]point, n int) {
	if b.min <= b.max {
		points[0] = point{b.minAt, b.min}
		n = 1
		if b.minAt != b.maxAt {
			points[1] = point{b.maxAt, b.max}
			n = 2
		}
		if b.maxAt < b.minAt {
			points[0], points[1] = points[1], points[0]
		}
	}
	if b.odd > 0 {
		i := n
		for ; i > 0 && points[i-1].step > b.oddAt; i-- {
			points[i] = points[i-1]
		}
		points[i] = point{b.oddAt, b.oddValue}
		n++
	}
	return points, n
}

// A span says which rows are in a bucket, for all columns.
type span struct {
	first, last uint64 // steps
	rows        uint64
}

// within returns how many of the rows have steps from..to, which must overlap
// the span. Where the range cuts a span with missing steps this is a guess, as
// if they were spread evenly.
func (s span) within(from, to uint64) uint64 {
	a, z := max(s.first, from), min(s.last, to)
	switch {
	case a == s.first && z == s.last:
		return s.rows
	case s.last-s.first == s.rows-1:
		return z - a + 1
	}
	share := (float64(z-a) + 1) / (float64(s.last-s.first) + 1)
	return uint64(share * float64(s.rows))
}

// A group is groupBuckets successive buckets of all columns. Once filled it is
// not changed as long as anybody has it.
type group struct {
	spans   []span
	columns [][]bucket
	shared  bool // a clone has it too
}

func newGroup(columns int) *group {
	g := &group{spans: make([]span, groupBuckets), columns: make([][]bucket, columns)}
	buckets := make([]bucket, columns*groupBuckets)
	for k := range g.columns {
		g.columns[k] = buckets[k*groupBuckets:][:groupBuckets:groupBuckets]
	}
	return g
}

// share is as that of chunk.
func (g *group) share() {
	if !g.shared {
		g.shared = true
	}
}

// foldChunk makes each block of a complete chunk a bucket.
func (g *group) foldChunk(c *chunk) {
	for i := range g.spans {
		row := i * blockRows
		g.spans[i] = span{first: c.step(row), last: c.step(row + blockRows - 1), rows: blockRows}
	}
	for k := range g.columns {
		for i, s := range c.blocks[k] {
			g.columns[k][i] = c.bucket(k, s)
		}
	}
}

// foldGroups makes each fold buckets of the fold groups one.
func (g *group) foldGroups(groups []*group) {
	const share = groupBuckets / fold // of each of the groups
	for i := range g.spans {
		from := groups[i/share].spans[i%share*fold:][:fold]
		g.spans[i] = span{first: from[0].first, last: from[fold-1].last}
		for _, s := range from {
			g.spans[i].rows += s.rows
		}
	}
	for k := range g.columns {
		for i := range g.columns[k] {
			b := emptyBucket()
			for _, o := range groups[i/share].columns[k][i%share*fold:][:fold] {
				b.merge(o)
			}
			g.columns[k][i] = b
		}
	}
}
