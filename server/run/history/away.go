package history

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/gnllviz/gnllviz/server/run/image"
)

// What a complete chunk has can be in a store alone: of such a chunk a stub stays, with its
// steps and summaries, which are a fourteenth of it. A stub counts, folds and is written as the
// chunk; to be queried it has to be loaded.

// A stored is what is known of a chunk that is in a store. It may be used from any goroutine.
type stored struct {
	hash atomic.Pointer[image.Hash] // nil while it is not there
	lost atomic.Bool                // and is not there any more
}

// stub returns the chunk without its values, or nil where it needs them: they are not in a
// store, or some are not finite.
func (c *chunk) stub() *chunk {
	if c.in == nil || c.in.hash.Load() == nil || c.away {
		return nil
	}
	for _, column := range c.blocks {
		for _, s := range column {
			if s.odd > 0 {
				return nil
			}
		}
	}
	return &chunk{size: c.size, rows: c.rows, first: c.first, steps: c.steps, blocks: c.blocks, shared: true, away: true, in: c.in}
}

// Shelve leaves stubs of the oldest chunks that are in a store, until the series takes no more
// than so many bytes, or few chunks are left.
func (s *Series) Shelve(bytes int) {
	held := s.Bytes()
	for i := 0; i < len(s.chunks)-keptChunks && held > bytes; i++ {
		if c := s.chunks[i].stub(); c != nil {
			held += c.bytes() - s.chunks[i].bytes()
			s.chunks[i] = c
		}
	}
}

// Away names the blobs of the stubs that have some of the steps from..to, both included.
func (s *Series) Away(from, to uint64) (names []image.Hash) {
	for _, c := range s.chunks {
		if c.away && c.first <= to && c.last() >= from {
			names = append(names, *c.in.hash.Load())
		}
	}
	return names
}

// Load makes chunks of the stubs that are among the blobs.
func (s *Series) Load(blobs map[image.Hash][]byte) error {
	for i, c := range s.chunks {
		if !c.away {
			continue
		}
		b, ok := blobs[*c.in.hash.Load()]
		if !ok {
			continue
		}
		loaded, err := decodeChunk(b, s.columns)
		if err != nil {
			return err
		}
		if loaded.rows != c.rows || loaded.first != c.first {
			return fmt.Errorf("history: rows from step %d on, where those from step %d on were to be", loaded.first, c.first)
		}
		loaded.in = c.in
		loaded.share()
		s.chunks[i] = loaded
	}
	return nil
}

// Written notes that what the writer wrote of the series last is in the store.
func (s *Series) Written(w *image.Writer) {
	for _, c := range s.chunks {
		if c.in.hash.Load() != nil {
			continue
		}
		if n, ok := w.Name(c); ok {
			c.in.hash.Store(&n.Hash)
		}
	}
}

// Lose notes which blobs the store does not have any more. Stubs of them are folded: see
// FoldLost.
func (s *Series) Lose(missing map[image.Hash]bool) {
	for _, c := range s.chunks {
		if h := c.in.hash.Load(); c.away && missing[*h] {
			c.in.lost.Store(true)
		}
	}
}

// FoldLost folds the chunks that the store has lost, and those before them.
func (s *Series) FoldLost() {
	for i, c := range slices.Backward(s.chunks) {
		if c.away && c.in.lost.Load() {
			for range i + 1 {
				s.foldOldest()
			}
			return
		}
	}
}

// foldOldest folds the oldest chunk.
func (s *Series) foldOldest() {
	oldest := s.chunks[0]
	s.chunks = slices.Delete(s.chunks, 0, 1)
	g := s.emptyGroup()
	g.foldChunk(oldest)
	s.keep(0, g)
}
