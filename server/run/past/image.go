package past

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/image"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Still is a generation and what can be undone, at one moment, which nothing changes:
// any goroutine may write it.
type Still struct {
	present     *Generation
	generations []generationStill // the present one first
	lanes       []laneStill
	undone      Stack
}

type generationStill struct {
	of *Generation // its name, and nothing to be read
	Generation
}

type laneStill struct {
	of *lane.Lane // its name, and nothing to be read
	*lane.Still
}

// StillOf returns what is, as it is now. It shares what never changes.
func StillOf(present *Generation, undone *Stack) *Still {
	s := &Still{present: present, undone: Stack{Entries: slices.Clone(undone.Entries)}}
	for _, u := range undone.Undone {
		u.Entries = slices.Clip(u.Entries) // to which nobody writes
		s.undone.Undone = append(s.undone.Undone, u)
	}
	s.add(present)
	for _, m := range s.undone.Moments() {
		s.add(m.Generation)
		for _, l := range m.Lanes {
			s.addLane(l.Lane)
		}
	}
	return s
}

// Written notes that what the writer wrote last, which is this, is in the store.
func (s *Still) Written(w *image.Writer) {
	for _, l := range s.lanes {
		l.Still.Written(w)
	}
	for _, m := range s.undone.Moments() {
		for _, k := range m.Kept() {
			k.Written(w)
		}
	}
}

// Lose notes which blobs the store does not have any more: what is in memory is to be written
// once more, and the rest is lost.
func (s *Still) Lose(missing map[image.Hash]bool) {
	for _, l := range s.lanes {
		l.Still.Lose(missing)
	}
	for _, m := range s.undone.Moments() {
		for _, k := range m.Kept() {
			k.Lose(missing)
		}
	}
}

func (s *Still) add(g *Generation) {
	if slices.ContainsFunc(s.generations, func(x generationStill) bool { return x.of == g }) {
		return
	}
	copied := *g
	copied.Points = slices.Clip(g.Points) // to which the run only appends
	copied.Recipe.Events = slices.Clip(g.Recipe.Events)
	copied.Changes = slices.Clone(g.Changes)
	copied.Lanes = slices.Clone(g.Lanes)
	s.generations = append(s.generations, generationStill{g, copied})
	for _, l := range g.Lanes {
		s.addLane(l)
	}
}

func (s *Still) addLane(l *lane.Lane) {
	if !slices.ContainsFunc(s.lanes, func(x laneStill) bool { return x.of == l }) {
		s.lanes = append(s.lanes, laneStill{l, l.Still()})
	}
}

// An Image is a [Still] as bytes have it.
type Image struct {
	Generations []GenerationImage // the present one first
	Lanes       []LaneImage
	Entries     []image.Hash
	Undone      []UndoneImage
}

// A LaneImage is a lane, of which others speak by its number.
type LaneImage struct {
	Number int
	lane.Image
}

// A GenerationImage is a [Generation] as bytes have it.
type GenerationImage struct {
	Number        int
	Title, Lesson string
	Settings      map[string]json.RawMessage
	Data          image.Hash
	Lanes         []int
	NextLane      int

	Steps, Due, Acquired uint64

	Points  []image.Hash
	Changes []image.Hash
	Spec    image.Hash // of the recipe
	LaneIDs []int
	Events  []image.Hash
	Recipe  RecipeImage

	EventBytes     int
	ByHand, Edited bool
}

// A RecipeImage is a recipe without its spec and its events.
type RecipeImage struct {
	Revision uint32
}

// An UndoneImage is an [Undone] as bytes have it.
type UndoneImage struct {
	Entries  []image.Hash
	Before   image.Hash
	Steps    uint64
	Revision uint32
}

type entryImage struct {
	Revision uint32
	Text     string
	Before   image.Hash
	Steps    uint64
}

type momentImage struct {
	Generation int
	Settings   map[string]json.RawMessage
	Own, Data  image.Hash
	Acquired   uint64
	Lanes      []laneMomentImage
}

type laneMomentImage struct {
	Lane     int
	Start    lane.StartImage
	Diverged *lane.DivergedImage
	State    image.Hash
	Watching lane.WatchingImage
}

// pieceOf is how many points, changes or events make a blob, and tailOf how many of the
// newest, which would be written more often.
const (
	pieceOf = 512
	tailOf  = 64
)

// A Numbers gives what others speak of a number that stays its own.
type Numbers struct {
	next int
	of   map[any]int
}

// number returns that of a pointer.
func (n *Numbers) number(of any) int {
	if n.of == nil {
		n.of = map[any]int{}
	}
	k, ok := n.of[of]
	if !ok {
		n.next++
		k = n.next
		n.of[of] = k
	}
	return k
}

// keep forgets all others.
func (n *Numbers) keep(of map[any]bool) {
	for k := range n.of {
		if !of[k] {
			delete(n.of, k)
		}
	}
}

// Image writes what is.
func (s *Still) Image(w *image.Writer, n *Numbers, t wire.Table) Image {
	var i Image
	alive := map[any]bool{}
	for k := range s.generations {
		g := &s.generations[k]
		alive[g.of] = true
		i.Generations = append(i.Generations, g.image(w, n, t))
	}
	for _, l := range s.lanes {
		alive[l.of] = true
		i.Lanes = append(i.Lanes, LaneImage{n.number(l.of), l.Still.Image(w, t)})
	}
	undone := s.undone
	undone.Forget()
	for k := range undone.Entries {
		i.Entries = append(i.Entries, undone.Entries[k].image(w, n, t))
	}
	for k := range undone.Undone {
		u := &undone.Undone[k]
		x := UndoneImage{Before: u.Before.image(w, n, t), Steps: u.Steps, Revision: u.Revision}
		for j := range u.Entries {
			x.Entries = append(x.Entries, u.Entries[j].image(w, n, t))
		}
		i.Undone = append(i.Undone, x)
	}
	n.keep(alive)
	return i
}

func (g *generationStill) image(w *image.Writer, n *Numbers, t wire.Table) GenerationImage {
	i := GenerationImage{
		Number: n.number(g.of), Title: g.Title, Lesson: g.Lesson, Settings: t.RunValues(g.Settings), Data: g.Data.Image(w, t),
		NextLane: g.NextLane, Steps: g.Steps, Due: g.Due, Acquired: g.Acquired,
		LaneIDs: g.Recipe.LaneIDs, Recipe: RecipeImage{g.Recipe.Revision}, EventBytes: g.EventBytes, ByHand: g.byHand, Edited: g.edited,
	}
	for _, l := range g.Lanes {
		i.Lanes = append(i.Lanes, n.number(l))
	}
	i.Spec = w.Blob(g.of, func() ([]byte, error) { return json.Marshal(g.Recipe.Spec) })
	i.Points = pieces(w, g.Points, true, func(p []wire.Point) ([]byte, error) { return encodePoints(p), nil })
	i.Events = pieces(w, g.Recipe.Events, true, func(e []wire.Event) ([]byte, error) { return json.Marshal(e) })
	i.Changes = pieces(w, g.Changes, false, func(c []wire.Change) ([]byte, error) { return json.Marshal(c) })
	return i
}

// pieces writes a list in pieces. Where it only grows, pieces that are full never change.
func pieces[T any](w *image.Writer, list []T, grows bool, encode func([]T) ([]byte, error)) (of []image.Hash) {
	for len(list) > 0 {
		n := pieceOf
		if len(list) < pieceOf {
			n = min(len(list), tailOf)
		}
		piece := list[:n:n]
		var key any = &piece[0]
		if !grows || n < pieceOf {
			key = new(byte) // another each time
		}
		of = append(of, w.Blob(key, func() ([]byte, error) { return encode(piece) }))
		list = list[n:]
	}
	return of
}

// joined reads what pieces wrote.
func joined[T any](r *image.Reader, of []image.Hash, decode func([]byte) ([]T, error)) (list []T, err error) {
	for _, h := range of {
		piece, err := image.Read(r, h, decode)
		if err != nil {
			return nil, err
		}
		list = append(list, piece...)
	}
	return list, nil
}

func (e *Entry) image(w *image.Writer, n *Numbers, t wire.Table) image.Hash {
	return w.Blob(momentKey{e.Before.Lanes[0].State, e.Revision}, func() ([]byte, error) {
		return json.Marshal(entryImage{e.Revision, e.Text, e.Before.image(w, n, t), e.Steps})
	})
}

// A momentKey names what there is with a moment: of each the first lane's state is its own.
type momentKey struct {
	state    any
	revision uint32
}

func (m *Moment) image(w *image.Writer, n *Numbers, t wire.Table) image.Hash {
	return w.Blob(momentKey{m.Lanes[0].State, math.MaxUint32}, func() ([]byte, error) {
		i := momentImage{
			Generation: n.number(m.Generation), Settings: t.RunValues(m.settings), Acquired: m.acquired,
			Own: m.Own.Image(w), Data: m.Data.Image(w, t),
		}
		for _, l := range m.Lanes {
			i.Lanes = append(i.Lanes, laneMomentImage{
				Lane: n.number(l.Lane), Start: l.start.Image(t), Diverged: lane.DivergedOf(l.diverged),
				State: l.State.Write(w), Watching: l.watching.Image(t),
			})
		}
		return image.Encode(i)
	})
}
