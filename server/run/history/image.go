package history

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/image"
)

// A SeriesImage is a [Series] in parts: blobs for what does not change any more, and the
// rest.
type SeriesImage struct {
	Columns, Full, Groups, Rows int

	Last   uint64
	Parts  []image.Hash // of the open chunk, each a number of its rows
	Open   *chunkImage  // what follows them of it
	Chunks []image.Hash
	Levels [][]image.Hash
}

type chunkImage struct {
	Size, Rows int
	First      uint64
	Steps      []uint64
	Columns    []image.Floats // each of Rows values
}

type groupImage struct {
	Spans   []spanImage
	Columns [][]bucketImage
}

type spanImage struct{ First, Last, Rows uint64 }

type bucketImage struct {
	Min, Max, OddValue  float32
	MinAt, MaxAt, OddAt uint64
	Odd                 uint64
}

// Image writes the series, which is a clone that nobody changes.
func (s *Series) Image(w *image.Writer) SeriesImage {
	if slices.ContainsFunc(s.chunks, func(c *chunk) bool { return c.in.lost.Load() }) {
		s = s.Clone()
		s.FoldLost()
	}
	i := SeriesImage{Columns: s.columns, Full: s.full, Groups: s.groups, Rows: s.rows, Last: s.last}
	if c := s.open; c != nil {
		at := 0
		for _, rows := range partRows {
			for ; at+rows < c.rows; at += rows {
				from := at
				// The chunk is another in each clone; what is in these rows stays.
				i.Parts = append(i.Parts, w.Blob(new(byte), func() ([]byte, error) { return image.Encode(c.part(from, from+rows)) }))
			}
		}
		i.Open = c.part(at, c.rows)
	}
	for _, c := range s.chunks {
		if c.away {
			i.Chunks = append(i.Chunks, w.Stored(c, &image.Name{Hash: *c.in.hash.Load()}))
			continue
		}
		i.Chunks = append(i.Chunks, w.Blob(c, func() ([]byte, error) { return image.Encode(c.image()) }))
	}
	for _, level := range s.levels {
		var of []image.Hash
		for _, g := range level {
			of = append(of, w.Blob(g, func() ([]byte, error) { return image.Encode(g.image()) }))
		}
		i.Levels = append(i.Levels, of)
	}
	return i
}

// Series returns the series that was written.
func (i *SeriesImage) Series(r *image.Reader) (*Series, error) {
	if i.Columns < 1 || i.Full < 1 || i.Groups < 1 {
		return nil, errors.New("history: a series of no columns")
	}
	s := &Series{columns: i.Columns, full: i.Full, groups: i.Groups, rows: i.Rows, last: i.Last}
	var err error
	if i.Open != nil {
		if s.open, err = i.openChunk(r); err != nil {
			return nil, err
		}
	}
	for _, h := range i.Chunks {
		c, err := image.Read(r, h, func(b []byte) (*chunk, error) {
			c, err := decodeChunk(b, i.Columns)
			if err == nil {
				c.share()
				c.in.hash.Store(&h)
			}
			return c, err
		})
		if err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
		s.chunks = append(s.chunks, c)
	}
	for _, level := range i.Levels {
		var of []*group
		for _, h := range level {
			g, err := image.Read(r, h, func(b []byte) (*group, error) {
				var g groupImage
				if err := image.Decode(b, &g); err != nil {
					return nil, err
				}
				return g.group(i.Columns)
			})
			if err != nil {
				return nil, fmt.Errorf("history: %w", err)
			}
			g.share()
			of = append(of, g)
		}
		s.levels = append(s.levels, of)
	}
	return s, nil
}

// partRows are how many rows of an open chunk make a blob: many of those that have long been
// there, few of the newest, as what is no blob yet is written each time.
var partRows = [...]int{512, 64}

// openChunk returns the open chunk of all its parts.
func (i *SeriesImage) openChunk(r *image.Reader) (*chunk, error) {
	whole := *i.Open
	whole.Rows, whole.Steps, whole.Columns = 0, nil, make([]image.Floats, len(i.Open.Columns))
	join := func(p *chunkImage) error {
		if len(p.Columns) != len(whole.Columns) || len(p.Steps) > 0 != (len(i.Open.Steps) > 0) {
			return errors.New("history: parts of another series")
		}
		if whole.Rows == 0 {
			whole.First = p.First
		}
		whole.Rows += p.Rows
		whole.Steps = append(whole.Steps, p.Steps...)
		for k, column := range p.Columns {
			whole.Columns[k] = append(whole.Columns[k], column...)
		}
		return nil
	}
	for _, h := range i.Parts {
		p, err := image.Read(r, h, func(b []byte) (p *chunkImage, err error) { return p, image.Decode(b, &p) })
		if err == nil {
			err = join(p)
		}
		if err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
	}
	if err := join(i.Open); err != nil {
		return nil, err
	}
	return whole.chunk(i.Columns)
}

// decodeChunk makes a chunk of a blob.
func decodeChunk(b []byte, columns int) (*chunk, error) {
	var c chunkImage
	if err := image.Decode(b, &c); err != nil {
		return nil, err
	}
	return c.chunk(columns)
}

func (c *chunk) image() *chunkImage { return c.part(0, c.rows) }

// part returns some rows.
func (c *chunk) part(from, to int) *chunkImage {
	i := &chunkImage{Size: c.size, Rows: to - from, First: c.first}
	if from < c.rows {
		i.First = c.step(from)
	}
	if len(c.steps) > 0 {
		i.Steps = c.steps[from:to]
	}
	for _, column := range c.columns {
		i.Columns = append(i.Columns, image.Floats(column[from:to]))
	}
	return i
}

func (i *chunkImage) chunk(columns int) (*chunk, error) {
	if i.Size < blockRows || i.Size > chunkRows || i.Size%blockRows != 0 || i.Rows < 1 || i.Rows > i.Size ||
		len(i.Columns) != columns || len(i.Steps) != 0 && len(i.Steps) != i.Rows {
		return nil, errors.New("history: rows that are none")
	}
	c := newChunk(columns, i.Size)
	c.rows, c.first, c.steps = i.Rows, i.First, i.Steps
	for k, column := range i.Columns {
		if len(column) != i.Rows {
			return nil, errors.New("history: a column of other length")
		}
		copy(c.columns[k], column)
		for b := range i.Rows / blockRows {
			c.blocks[k][b] = summarise(c.columns[k], b*blockRows, (b+1)*blockRows)
		}
	}
	return c, nil
}

func (g *group) image() groupImage {
	var i groupImage
	for _, s := range g.spans {
		i.Spans = append(i.Spans, spanImage{s.first, s.last, s.rows})
	}
	for _, column := range g.columns {
		var of []bucketImage
		for _, b := range column {
			of = append(of, bucketImage{Min: b.min, Max: b.max, OddValue: b.oddValue, MinAt: b.minAt, MaxAt: b.maxAt, OddAt: b.oddAt, Odd: b.odd})
		}
		i.Columns = append(i.Columns, of)
	}
	return i
}

func (i *groupImage) group(columns int) (*group, error) {
	g := newGroup(columns)
	if len(i.Spans) != len(g.spans) || len(i.Columns) != columns {
		return nil, errors.New("history: buckets that are none")
	}
	for k, s := range i.Spans {
		g.spans[k] = span{s.First, s.Last, s.Rows}
	}
	for k, column := range i.Columns {
		if len(column) != len(g.columns[k]) {
			return nil, errors.New("history: a column of other length")
		}
		for j, b := range column {
			g.columns[k][j] = bucket{min: b.Min, max: b.Max, oddValue: b.OddValue, minAt: b.MinAt, maxAt: b.MaxAt, oddAt: b.OddAt, odd: b.Odd}
		}
	}
	return g, nil
}

// A LadderImage is a [Ladder] in parts: a blob for each item.
type LadderImage struct {
	Budget int
	Rungs  []RungImage
}

// A RungImage is an item of a ladder.
type RungImage struct {
	Step uint64
	Item image.Hash
	Size int
}

// Image writes the ladder; item writes one of its items, or returns nothing of one that is
// to be left out.
func (l *Ladder[T]) Image(item func(T) image.Hash) LadderImage {
	i := LadderImage{Budget: l.budget}
	for _, r := range l.rungs {
		if h := item(r.item); h != "" {
			i.Rungs = append(i.Rungs, RungImage{r.step, h, r.size})
		}
	}
	return i
}

// LadderOf returns the ladder that was written; item reads one of its items.
func LadderOf[T any](i *LadderImage, item func(image.Hash) (T, error)) (*Ladder[T], error) {
	l := &Ladder[T]{budget: i.Budget}
	for k, r := range i.Rungs {
		if k > 0 && r.Step <= i.Rungs[k-1].Step || r.Size < 0 {
			return nil, errors.New("history: a ladder whose steps do not ascend")
		}
		t, err := item(r.Item)
		if err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
		l.rungs = append(l.rungs, rung[T]{r.Step, t, r.Size})
		l.bytes += r.Size
	}
	return l, nil
}
