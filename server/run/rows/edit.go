package rows

import (
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// MaxRows bounds the rows of a run that edits may add to.
const MaxRows = 200_000

// maxTargetValues bounds rows times targets.
const maxTargetValues = 8 * MaxRows

// maxValue bounds the numbers of rows.
const maxValue = 1e30

// MaxEdited bounds the rows that all edits of a run are about, which its recipe
// keeps.
const MaxEdited = 500_000

// Edits are what was done to rows, the last first. Whoever continues from one has
// what came before in common with the others.
type Edits struct {
	Before *Edits
	edit   wire.Edit
	n      int // edits in all
	Rows   int // that they are about
}

// And returns what was done, with another edit.
func (e *Edits) And(edit *wire.Edit) *Edits {
	more := &Edits{Before: e, edit: *edit, n: 1, Rows: len(edit.Add) + len(edit.Move) + len(edit.Erase) + len(edit.Take)}
	if e != nil {
		more.n += e.n
		more.Rows += e.Rows
	}
	return more
}

// Len returns how many there are.
func (e *Edits) Len() int {
	if e == nil {
		return 0
	}
	return e.n
}

// List returns them in the order in which they were made.
func (e *Edits) List() []wire.Edit {
	if e == nil {
		return nil
	}
	list := make([]wire.Edit, e.n)
	for ; e != nil; e = e.Before {
		list[e.n-1] = e.edit
	}
	return list
}

// Edited returns the rows after an edit whose targets are clean, as those of
// d.edits are. It is not shown yet.
func (d *Data) Edited(e *wire.Edit) (*Data, error) {
	n := *d
	for _, r := range []*Part{&n.Train, &n.Test, &n.Pool} {
		*r = Part{IDs: slices.Clone(r.IDs), X: slices.Clone(r.X), clean: slices.Clone(r.clean)}
	}
	if err := n.edit(e); err != nil {
		return nil, err
	}
	return &n, nil
}

// edit is edited in place, of rows that nobody else has. Where there is an error
// they are of no more use.
func (d *Data) edit(e *wire.Edit) error {
	inputs, targets := len(d.Set.Inputs), len(d.Set.Targets)
	for _, id := range e.Take {
		i, ok := slices.BinarySearch(d.Pool.IDs, id)
		if !ok {
			return wire.Refuse(wire.BadData, "", "edit: the pool has no row %d", id)
		}
		d.Train.insert(id, d.Pool.X[i*inputs:(i+1)*inputs], d.Pool.clean[i*targets:(i+1)*targets])
		d.Pool.remove(i, inputs, targets)
	}
	for _, m := range e.Move {
		k := max(m.Target, 1) - 1
		if k >= targets || m.Target < 0 {
			return wire.Refuse(wire.BadData, "", "edit: there is no target %d; the rows have %d", m.Target, targets)
		}
		if err := d.check(m.X, []float64{m.Y}); err != nil {
			return err
		}
		r, i := d.find(m.Row)
		if r == nil {
			return wire.Refuse(wire.BadData, "", "edit: there is no row %d", m.Row)
		}
		copy(r.X[i*inputs:], m.X)
		r.clean[i*targets+k] = m.Y
	}
	for _, id := range e.Erase {
		r, i := d.find(id)
		if r == nil {
			return wire.Refuse(wire.BadData, "", "edit: there is no row %d", id)
		}
		r.remove(i, inputs, targets)
	}
	for _, a := range e.Add {
		y, err := d.targetsOf(&a)
		if err != nil {
			return err
		}
		if err := d.check(a.X, y); err != nil {
			return err
		}
		r := &d.Train
		if a.Test {
			r = &d.Test
		}
		r.add(d.NextID, a.X, y)
		d.NextID++
	}
	switch {
	case d.Train.Len() == 0:
		return wire.Refuse(wire.BadData, "", "edit: at least one training row must remain")
	case d.Test.Len() == 0:
		return wire.Refuse(wire.BadData, "", "edit: at least one test row must remain")
	case d.Train.Len()+d.Test.Len()+d.Pool.Len() > MaxRows:
		return wire.Refuse(wire.TooMuch, "", "edit: a run has at most %d rows", MaxRows)
	case len(d.Train.clean)+len(d.Test.clean)+len(d.Pool.clean) > maxTargetValues:
		return wire.Refuse(wire.TooMuch, "", "edit: a run has at most %d target values (rows times targets)", maxTargetValues)
	}
	d.Edits = d.Edits.And(e)
	if d.Edits.Rows > MaxEdited {
		return wire.Refuse(wire.TooMuch, "", "edit: a run keeps edits of at most %d rows; reset it and its rows", MaxEdited)
	}
	return nil
}

// Clean returns an edit with its targets as they were before the noise that d
// adds: a row that somebody put somewhere is to be seen there.
func (d *Data) Clean(e *wire.Edit) wire.Edit {
	c := wire.Edit{Erase: e.Erase, Take: e.Take}
	for _, m := range e.Move {
		noise := make([]float64, len(d.Stds))
		d.addNoise(noise, m.Row, 1)
		if k := max(m.Target, 1) - 1; k < len(noise) { // else it is refused
			m.Y -= noise[k]
		}
		c.Move = append(c.Move, m)
	}
	for i, a := range e.Add {
		if len(a.Targets) > 0 {
			a.Targets = slices.Clone(a.Targets)
			d.addNoise(a.Targets[:min(len(a.Targets), len(d.Stds))], d.NextID+uint32(i), -1)
		} else {
			y := []float64{a.Y}
			d.addNoise(y, d.NextID+uint32(i), -1)
			a.Y = y[0]
		}
		c.Add = append(c.Add, a)
	}
	return c
}

// targetsOf returns the targets of a row that is to be added.
func (d *Data) targetsOf(a *wire.NewRow) ([]float64, error) {
	n := len(d.Set.Targets)
	switch {
	case len(a.Targets) == n:
		return a.Targets, nil
	case len(a.Targets) > 0:
		return nil, wire.Refuse(wire.BadData, "", "edit: a row has %d targets, not %d", len(a.Targets), n)
	case n > 1:
		return nil, wire.Refuse(wire.BadData, "", "edit: these rows have %d targets, and one that is added needs them all, in its field \"targets\"", n)
	}
	return []float64{a.Y}, nil
}

// check says what is wrong with a row's values.
func (d *Data) check(x, y []float64) error {
	if len(x) != len(d.Set.Inputs) {
		return wire.Refuse(wire.BadData, "", "edit: a row has %d inputs, not %d", len(x), len(d.Set.Inputs))
	}
	for _, v := range slices.Concat(x, y) {
		// What float32 cannot hold, even after it was standardised, cannot be
		// trained on.
		if !(math.Abs(v) <= maxValue) {
			return wire.Refuse(wire.BadData, "", "edit: %g cannot be trained on; values must be finite and at most %g", v, maxValue)
		}
	}
	return nil
}

// find returns the training or test rows that have a row, and its place there.
func (d *Data) find(id uint32) (*Part, int) {
	for _, r := range []*Part{&d.Train, &d.Test} {
		if i, ok := slices.BinarySearch(r.IDs, id); ok {
			return r, i
		}
	}
	return nil, 0
}

func (r *Part) insert(id uint32, x, clean []float64) {
	i, _ := slices.BinarySearch(r.IDs, id)
	r.IDs = slices.Insert(r.IDs, i, id)
	r.X = slices.Insert(r.X, i*len(x), x...)
	r.clean = slices.Insert(r.clean, i*len(clean), clean...)
}

func (r *Part) remove(i, inputs, targets int) {
	r.IDs = slices.Delete(r.IDs, i, i+1)
	r.X = slices.Delete(r.X, i*inputs, (i+1)*inputs)
	r.clean = slices.Delete(r.clean, i*targets, (i+1)*targets)
}

// WithRevision returns the rows under a revision's number.
func (d *Data) WithRevision(revision uint32) *Data {
	e := *d
	e.Revision, e.Described.Revision = revision, revision
	return &e
}
