package run

import (
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// maxRows bounds the rows of a run that edits may add to.
const maxRows = 200_000

// edited returns the rows after an edit whose targets are clean, as those of
// d.edits are. It is not shown yet.
func (d *data) edited(e *wire.Edit) (*data, error) {
	n := *d
	for _, r := range []*rows{&n.train, &n.test, &n.pool} {
		*r = rows{ids: slices.Clone(r.ids), x: slices.Clone(r.x), clean: slices.Clone(r.clean)}
	}
	inputs := len(d.set.Inputs)
	for _, id := range e.Take {
		i, ok := slices.BinarySearch(n.pool.ids, id)
		if !ok {
			return nil, wire.Refuse(wire.BadData, "", "edit: the pool has no row %d", id)
		}
		n.train.insert(id, n.pool.x[i*inputs:(i+1)*inputs], n.pool.clean[i])
		n.pool.remove(i, inputs)
	}
	for _, m := range e.Move {
		if err := n.check(m.X, m.Y); err != nil {
			return nil, err
		}
		r, i := n.find(m.Row)
		if r == nil {
			return nil, wire.Refuse(wire.BadData, "", "edit: there is no row %d", m.Row)
		}
		copy(r.x[i*inputs:], m.X)
		r.clean[i] = m.Y
	}
	for _, id := range e.Erase {
		r, i := n.find(id)
		if r == nil {
			return nil, wire.Refuse(wire.BadData, "", "edit: there is no row %d", id)
		}
		r.remove(i, inputs)
	}
	for _, a := range e.Add {
		if err := n.check(a.X, a.Y); err != nil {
			return nil, err
		}
		r := &n.train
		if a.Test {
			r = &n.test
		}
		r.add(n.nextID, a.X, a.Y)
		n.nextID++
	}
	switch {
	case n.train.len() == 0:
		return nil, wire.Refuse(wire.BadData, "", "edit: the last training row must stay")
	case n.test.len() == 0:
		return nil, wire.Refuse(wire.BadData, "", "edit: the last test row must stay")
	case n.train.len()+n.test.len()+n.pool.len() > maxRows:
		return nil, wire.Refuse(wire.TooMuch, "", "edit: a run has at most %d rows", maxRows)
	}
	n.edits = append(slices.Clip(d.edits), *e)
	n.revision++
	return &n, nil
}

// clean returns an edit with its targets as they were before the noise that d
// adds: a row that somebody put somewhere is to be seen there.
func (d *data) clean(e *wire.Edit) wire.Edit {
	c := wire.Edit{Erase: e.Erase, Take: e.Take}
	for _, m := range e.Move {
		m.Y -= d.noiseOf(m.Row)
		c.Move = append(c.Move, m)
	}
	for i, a := range e.Add {
		a.Y -= d.noiseOf(d.nextID + uint32(i))
		c.Add = append(c.Add, a)
	}
	return c
}

// check says what is wrong with a row's values.
func (d *data) check(x []float64, y float64) error {
	if len(x) != len(d.set.Inputs) {
		return wire.Refuse(wire.BadData, "", "edit: a row has %d inputs, not %d", len(x), len(d.set.Inputs))
	}
	for _, v := range append(slices.Clip(x), y) {
		// What float32 cannot hold, even after it was standardised, cannot be
		// trained on.
		if !(math.Abs(v) <= 1e30) {
			return wire.Refuse(wire.BadData, "", "edit: %g is beyond 1e30, and cannot be trained on", v)
		}
	}
	return nil
}

// find returns the training or test rows that have a row, and its place there.
func (d *data) find(id uint32) (*rows, int) {
	for _, r := range []*rows{&d.train, &d.test} {
		if i, ok := slices.BinarySearch(r.ids, id); ok {
			return r, i
		}
	}
	return nil, 0
}

func (r *rows) insert(id uint32, x []float64, clean float64) {
	i, _ := slices.BinarySearch(r.ids, id)
	r.ids = slices.Insert(r.ids, i, id)
	r.x = slices.Insert(r.x, i*len(x), x...)
	r.clean = slices.Insert(r.clean, i, clean)
}

func (r *rows) remove(i, inputs int) {
	r.ids = slices.Delete(r.ids, i, i+1)
	r.x = slices.Delete(r.x, i*inputs, (i+1)*inputs)
	r.clean = slices.Delete(r.clean, i, i+1)
}

// withRevision returns the rows under a revision's number.
func (d *data) withRevision(revision uint32) *data {
	e := *d
	e.revision, e.wire.Revision = revision, revision
	return &e
}
