// Package history keeps what a run has recorded: curves of every step in bounded
// memory, and snapshots on a ladder of steps. It holds values only and knows no
// wire. Nothing in it may be used by two goroutines at once; a Clone may be given
// to another.
package history

import (
	"fmt"
	"iter"
	"slices"
)

// DefaultCapacity is the number of rows that a Series keeps at full resolution
// unless it is told otherwise.
const DefaultCapacity = 1 << 20

// levelGroups is how many groups of buckets a level holds before its oldest are
// folded into the next level. That is 8,192 buckets, more than the pixels of a
// screen: the coarsest full level spans three quarters of what is folded, so a
// curve over everything stays as fine as the screen.
const levelGroups = 128

// A Series is a table of float32 columns with one row per recorded step. Its
// newest rows are kept as they are, in chunks; what is older is folded into
// buckets, of 64 rows at first and of four times as many on each further level.
// A bucket keeps, for each column, the smallest and the largest finite value and
// the first that is not finite, all with their steps, and the number of those
// that are not finite. So no spike is ever lost.
//
// A column takes 4.25 bytes for each row at full resolution, and 48 bytes for
// each bucket, which is at most 0.41 MB a level. At DefaultCapacity that is 4.5 MB,
// 2.9 MB more after 10⁹ rows, and less than 15 MB however many there are. All
// columns together take another 8 bytes a row where steps are missing, and
// 0.2 MB a level. A series that is short takes little more than its rows.
type Series struct {
	columns int
	full    int // chunks at full resolution, besides the open one
	groups  int // of a level

	rows   int
	last   uint64     // the newest step
	open   *chunk     // takes the next row; nil in an empty series
	chunks []*chunk   // complete, oldest first
	levels [][]*group // of buckets, finest level first; within a level, oldest first
	spare  []*group   // to be used again
}

// NewSeries returns an empty series of that many columns. It keeps at least the
// newest capacity rows at full resolution, DefaultCapacity if capacity is not
// positive. Chunks of 4,096 rows are folded as a whole, so it keeps up to two
// chunks more.
func NewSeries(columns, capacity int) *Series {
	if capacity <= 0 {
		capacity = DefaultCapacity
	}
	return &Series{columns: columns, full: (capacity-1)/chunkRows + 1, groups: levelGroups}
}

// Append records one row, with one value for each column. Steps must ascend and
// may leave gaps. If it returns an error, nothing was recorded. It takes the time
// of a few stores, but for one row in 4,096, which also folds one chunk.
func (s *Series) Append(step uint64, values ...float32) error {
	if len(values) != s.columns {
		return fmt.Errorf("history: %d values for %d columns", len(values), s.columns)
	}
	if s.rows > 0 && step <= s.last {
		return fmt.Errorf("history: step %d comes after step %d", step, s.last)
	}
	if s.open == nil || s.open.rows == s.open.size {
		s.makeRoom()
	}
	s.open.append(step, values)
	s.rows++
	s.last = step
	return nil
}

// makeRoom replaces the open chunk, which is full or missing, by one with room.
// The first chunk starts small and doubles, as most series are short.
func (s *Series) makeRoom() {
	switch c := s.open; {
	case c == nil:
		s.open = newChunk(s.columns, blockRows)
	case c.size < chunkRows:
		s.open = c.clone(2 * c.size)
	default:
		s.chunks = append(s.chunks, c)
		s.open = s.emptyChunk()
	}
}

// emptyChunk folds the oldest chunk if there is one too many, and returns it
// emptied if nobody else has it, or else a new one.
func (s *Series) emptyChunk() *chunk {
	if len(s.chunks) <= s.full {
		return newChunk(s.columns, chunkRows)
	}
	oldest := s.chunks[0]
	s.chunks = slices.Delete(s.chunks, 0, 1)
	g := s.emptyGroup()
	g.foldChunk(oldest)
	s.keep(0, g)
	if oldest.shared {
		return newChunk(s.columns, chunkRows)
	}
	oldest.reset()
	return oldest
}

// keep appends a group to a level. Of a level that is full, the oldest groups
// become one group of the next.
func (s *Series) keep(level int, g *group) {
	if level == len(s.levels) {
		s.levels = append(s.levels, nil)
	}
	s.levels[level] = append(s.levels[level], g)
	if len(s.levels[level]) < s.groups+fold {
		return
	}
	oldest := s.levels[level][:fold]
	folded := s.emptyGroup()
	folded.foldGroups(oldest)
	for _, o := range oldest {
		if !o.shared {
			s.spare = append(s.spare, o)
		}
	}
	s.levels[level] = slices.Delete(s.levels[level], 0, fold)
	s.keep(level+1, folded)
}

func (s *Series) emptyGroup() *group {
	if n := len(s.spare); n > 0 {
		g := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return g
	}
	return newGroup(s.columns)
}

// Bytes returns about what the series takes; a clone counts what it shares, too.
func (s *Series) Bytes() int {
	n := 0
	for c := range s.unfolded() {
		n += c.bytes()
	}
	for range s.folded() {
		n += s.groupBytes()
	}
	return n + len(s.spare)*s.groupBytes()
}

func (s *Series) groupBytes() int { return groupBuckets * (24 + 48*s.columns) }

// keptChunks are complete chunks that stay at full resolution however little room there
// is.
const keptChunks = 2

// Shrink folds the oldest rows that are at full resolution until the series takes no
// more than so many bytes, or little is left to fold. What is recorded from then on is
// kept at full resolution, as it was.
func (s *Series) Shrink(bytes int) {
	s.spare = nil
	for len(s.chunks) > keptChunks && s.Bytes() > bytes && !s.chunks[0].away { // whose stub is less than the group
		s.foldOldest()
	}
}

// folded yields the groups of all levels, oldest first.
func (s *Series) folded() iter.Seq[*group] {
	return func(yield func(*group) bool) {
		for _, level := range slices.Backward(s.levels) {
			for _, g := range level {
				if !yield(g) {
					return
				}
			}
		}
	}
}

// unfolded yields the chunks, oldest first.
func (s *Series) unfolded() iter.Seq[*chunk] {
	return func(yield func(*chunk) bool) {
		for _, c := range s.chunks {
			if !yield(c) {
				return
			}
		}
		if s.open != nil {
			yield(s.open)
		}
	}
}

// Columns returns the number of columns.
func (s *Series) Columns() int { return s.columns }

// Len returns the number of rows recorded in all, folded ones among them.
func (s *Series) Len() int { return s.rows }

// Last returns the newest row, its values in a slice of their own. Of an empty
// series ok is false.
func (s *Series) Last() (step uint64, values []float32, ok bool) {
	if s.rows == 0 {
		return 0, nil, false
	}
	values = make([]float32, s.columns)
	for k := range values {
		values[k] = s.open.columns[k][s.open.rows-1]
	}
	return s.last, values, true
}

// Clone returns a series that has recorded the same and goes its own way from
// here. It shares what no longer changes, so it copies one chunk at most.
func (s *Series) Clone() *Series {
	for _, c := range s.chunks {
		c.share()
	}
	for g := range s.folded() {
		g.share()
	}
	c := *s
	if s.open != nil {
		c.open = s.open.clone(s.open.size)
	}
	c.chunks = slices.Clone(s.chunks)
	c.levels = make([][]*group, len(s.levels))
	for i, level := range s.levels {
		c.levels[i] = slices.Clone(level)
	}
	c.spare = nil
	return &c
}
