package history

import (
	"fmt"
	"math"
)

// A Curve is one column over a range of steps, as far as it is kept and can be
// seen. Every point of it is one that was recorded.
type Curve struct {
	Steps  []uint64 // strictly ascending
	Values []float32

	// Of is how many points were recorded in the range. Where an end of the range
	// cuts a bucket in which steps are missing, that bucket's share is a guess.
	Of int

	// NotFinite is how many of them are NaN or infinite. A bucket's are all counted
	// where its first one is.
	NotFinite int

	// Full says that every recorded point of the range is there.
	Full bool
}

// Query returns what is kept of a column, counted from 0, in the steps from..to,
// both included. If that is at most two points a pixel, it is all there.
// Otherwise the range, without what lies before the first and after the last
// recorded step, is cut into at most pixels+1 stretches of equally many steps,
// and each gives its smallest and its largest finite value, and the first that is
// not finite. Stretches begin at multiples of their length, so that a curve does
// not flicker when its range moves. Fewer than one pixel count as one.
//
// Of what has been folded, the points that buckets keep stand for all others, each
// at its own step. So the extremes of a stretch are exact over the buckets that it
// holds whole; of a bucket that its end cuts, those of the kept points count that
// are on its side. A range within one bucket can be without a point.
//
// The time it takes grows with the buckets of the range and the blocks of 64 rows
// in it, and with the points that are returned.
//
// Query panics if there is no such column, or if steps of the range were shelved and not
// loaded.
func (s *Series) Query(column int, from, to uint64, pixels int) Curve {
	if column < 0 || column >= s.columns {
		panic(fmt.Sprintf("history: column %d of a series of %d", column, s.columns))
	}
	if s.rows > 0 {
		from, to = max(from, s.first()), min(to, s.last)
	}
	if s.rows == 0 || from > to {
		return Curve{Full: true}
	}
	pixels = max(pixels, 1)
	d := decimator{from: from, to: to, length: 1}
	points, folded := s.count(&d.curve, column, from, to)
	all := (points+1)/2 <= pixels // without overflow
	if !all {
		d.length = stretch(from, to, pixels)
		points = 2*pixels + 2
	}
	d.curve.Full = all && !folded
	d.curve.Steps, d.curve.Values = make([]uint64, 0, points), make([]float32, 0, points)
	for g := range s.folded() {
		if g.touches(from, to) {
			d.group(g, column)
		}
	}
	for c := range s.unfolded() {
		d.chunk(c, column)
	}
	d.flush()
	return d.curve
}

// stretch returns the length of at most pixels+1 stretches, each beginning at a
// multiple of it, that cover from..to.
func stretch(from, to uint64, pixels int) uint64 {
	length := (to-from)/uint64(pixels) + 1
	if length == 0 { // all steps there are, one more than can be said
		return math.MaxUint64
	}
	return length
}

// first returns the first step of a series that is not empty.
func (s *Series) first() uint64 {
	for g := range s.folded() {
		return g.spans[0].first
	}
	for c := range s.unfolded() {
		return c.first
	}
	return 0
}

// count sets curve.Of, and returns how many points of the range are kept and
// whether any of it is folded.
func (s *Series) count(curve *Curve, column int, from, to uint64) (points int, folded bool) {
	for g := range s.folded() {
		if !g.touches(from, to) {
			continue
		}
		for i, sp := range g.spans {
			if sp.last < from || sp.first > to {
				continue
			}
			folded = true
			curve.Of += int(sp.within(from, to))
			kept, n := g.columns[column][i].points()
			for _, p := range kept[:n] {
				if p.step >= from && p.step <= to {
					points++
				}
			}
		}
	}
	for c := range s.unfolded() {
		i, j := c.within(from, to)
		curve.Of += j - i
		points += j - i
	}
	return points, folded
}

func (g *group) touches(from, to uint64) bool {
	return g.spans[groupBuckets-1].last >= from && g.spans[0].first <= to
}

// A decimator takes the points from..to by ascending step, and gives to its curve
// those that stand out in each stretch.
type decimator struct {
	from, to uint64
	length   uint64 // steps of a stretch

	open    bool // a stretch is under way
	end     uint64
	stretch bucket
	curve   Curve
}

// enter goes to the stretch of a step.
func (d *decimator) enter(step uint64) {
	if d.open && step <= d.end {
		return
	}
	d.flush()
	d.open, d.stretch = true, emptyBucket()
	d.end = d.to
	if start := step - step%d.length; d.to-start >= d.length {
		d.end = start + d.length - 1
	}
}

// flush ends the stretch that is under way.
func (d *decimator) flush() {
	if !d.open {
		return
	}
	d.open = false
	d.curve.NotFinite += int(d.stretch.odd)
	points, n := d.stretch.points()
	for _, p := range points[:n] {
		d.curve.Steps = append(d.curve.Steps, p.step)
		d.curve.Values = append(d.curve.Values, p.value)
	}
}

// group takes a group's buckets point by point, as they may lie in two stretches.
func (d *decimator) group(g *group, column int) {
	buckets := g.columns[column]
	for i := range buckets {
		points, n := buckets[i].points()
		for _, p := range points[:n] {
			if p.step >= d.from && p.step <= d.to {
				d.enter(p.step)
				d.stretch.merge(p.bucket(buckets[i].odd))
			}
		}
	}
}

// chunk takes the rows of a chunk, by whole blocks where a stretch has them.
func (d *decimator) chunk(c *chunk, column int) {
	i, n := c.within(d.from, d.to)
	if i >= n {
		return
	}
	values, blocks := c.columns[column], c.blocks[column]
	for i < n {
		d.enter(c.step(i))
		_, end := c.within(d.from, d.end)
		for i < end {
			next := i - i%blockRows + blockRows
			if i%blockRows == 0 && next <= end {
				d.stretch.merge(c.bucket(column, blocks[i/blockRows]))
			} else {
				next = min(next, end)
				d.stretch.merge(c.bucket(column, summarise(values, i, next)))
			}
			i = next
		}
	}
}
