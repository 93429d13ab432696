package rows

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/run/image"
	"github.com/gnllviz/gnllviz/server/wire"
)

// segment is how many edits make a blob: somebody who paints makes many small ones.
const segment = 128

// An ownImage is [Own] as bytes have it.
type ownImage struct {
	Spec  *wire.DataSpec
	Notes wire.DataNotes
}

// Image writes the rows, of which nil is nothing.
func (o *Own) Image(w *image.Writer) image.Hash {
	if o == nil {
		return ""
	}
	return w.Blob(o, func() ([]byte, error) { return json.Marshal(ownImage{o.Spec, o.Notes}) })
}

// OwnOf returns the rows that were written.
func OwnOf(r *image.Reader, h image.Hash) (*Own, error) {
	if h == "" {
		return nil, nil
	}
	return image.Read(r, h, func(b []byte) (*Own, error) {
		var i ownImage
		if err := json.Unmarshal(b, &i); err != nil {
			return nil, fmt.Errorf("rows: %w", err)
		}
		o, err := ReadOwn(i.Spec, table.Limits{})
		if err == nil && o == nil {
			err = errors.New("rows: none of the user's own")
		}
		if err == nil {
			o.Notes = i.Notes
		}
		return o, err
	})
}

// A dataImage is [Data] as bytes have it: what it is made from.
type dataImage struct {
	Own      image.Hash
	Settings map[string]json.RawMessage
	Revision uint32
	Before   image.Hash // of the edits: a segment
	Edits    []wire.Edit
}

// A segmentImage are edits that others follow.
type segmentImage struct {
	Before image.Hash
	Edits  []wire.Edit
}

// Image writes what the rows are made from.
func (d *Data) Image(w *image.Writer, t wire.Table) image.Hash {
	return w.Blob(d, func() ([]byte, error) {
		own := d.Own.Image(w)
		before, edits := d.Edits.image(w)
		return json.Marshal(dataImage{Own: own, Settings: t.RunValues(d.settings), Revision: d.Revision, Before: before, Edits: edits})
	})
}

// image writes the segments that are full, and returns what follows the last of them.
func (e *Edits) image(w *image.Writer) (before image.Hash, rest []wire.Edit) {
	for ; e != nil && e.n%segment != 0; e = e.Before {
		rest = append(rest, e.edit)
	}
	slices.Reverse(rest)
	return e.segments(w), rest
}

// segments writes the edits up to one that ends a segment, the first segment first.
func (e *Edits) segments(w *image.Writer) (before image.Hash) {
	var ends []*Edits
	for ; e != nil; e = e.Before {
		if e.n%segment == 0 {
			ends = append(ends, e)
		}
	}
	for _, end := range slices.Backward(ends) {
		before = w.Blob(end, func() ([]byte, error) {
			i := segmentImage{Before: before}
			for k, e := 0, end; k < segment; k, e = k+1, e.Before {
				i.Edits = append(i.Edits, e.edit)
			}
			slices.Reverse(i.Edits)
			return json.Marshal(i)
		})
	}
	return before
}

// Settings returns the settings of which these are the values. The moments of a run have
// mostly the same ones, which are parsed once.
func Settings(r *image.Reader, t wire.Table, values map[string]json.RawMessage) (wire.Settings, error) {
	var key strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		key.WriteString(name)
		key.WriteByte(0)
		key.Write(values[name])
		key.WriteByte(0)
	}
	return image.Once(r, key.String(), func() (wire.Settings, error) {
		s, _, refused := t.Apply(t.Defaults(), values)
		if refused != nil {
			return s, refused
		}
		return s, nil
	})
}

// A Builder makes rows of what was written of them. What several have in common is made
// once.
type Builder struct {
	Reader *image.Reader
	Table  wire.Table

	nodes map[node]*Edits
	bases map[base]*Data
	clean map[cleanKey]*Data
}

// A node is an edit after others.
type node struct {
	before *Edits
	edit   string
}

// A base is what rows are before any edit.
type base struct {
	own         *Own
	dataset     string
	seed        uint32
	share, pool float64
}

type cleanKey struct {
	of    *Data
	edits *Edits
}

// Data returns the rows that were written.
func (b *Builder) Data(h image.Hash) (*Data, error) {
	return image.Read(b.Reader, h, func(raw []byte) (*Data, error) {
		var i dataImage
		if err := json.Unmarshal(raw, &i); err != nil {
			return nil, err
		}
		own, err := OwnOf(b.Reader, i.Own)
		if err != nil {
			return nil, err
		}
		s, err := Settings(b.Reader, b.Table, i.Settings)
		if err != nil {
			return nil, err
		}
		edits, err := b.segment(i.Before)
		if err != nil {
			return nil, err
		}
		d, err := b.edited(&s.RunSettings, own, b.follow(edits, i.Edits))
		if err != nil {
			return nil, err
		}
		return d.Shown(&s.RunSettings).WithRevision(i.Revision), nil
	})
}

// segment returns the edits up to the end of one.
func (b *Builder) segment(h image.Hash) (*Edits, error) {
	if h == "" {
		return nil, nil
	}
	return image.Read(b.Reader, h, func(raw []byte) (*Edits, error) {
		var i segmentImage
		if err := json.Unmarshal(raw, &i); err != nil {
			return nil, err
		}
		before, err := b.segment(i.Before)
		if err != nil {
			return nil, err
		}
		return b.follow(before, i.Edits), nil
	})
}

// follow returns edits after others, those that are the same as ones that are there.
func (b *Builder) follow(e *Edits, list []wire.Edit) *Edits {
	if b.nodes == nil {
		b.nodes = map[node]*Edits{}
	}
	for i := range list {
		key := node{e, string(wire.Encode(list[i]))}
		next, ok := b.nodes[key]
		if !ok {
			next = e.And(&list[i])
			b.nodes[key] = next
		}
		e = next
	}
	return e
}

// edited returns rows after edits, which are not shown yet.
func (b *Builder) edited(s *wire.RunSettings, own *Own, edits *Edits) (*Data, error) {
	if b.bases == nil {
		b.bases, b.clean = map[base]*Data{}, map[cleanKey]*Data{}
	}
	key := base{dataset: s.Dataset, seed: s.Seed, share: s.TrainShare, pool: s.Pool}
	if s.Dataset == wire.OwnData {
		key.own = own
	}
	first, ok := b.bases[key]
	if !ok {
		var err error
		if first, err = New(s, own, nil, 0); err != nil {
			return nil, err
		}
		b.bases[key] = first
	}
	d, e := first, edits
	var todo []*Edits
	for ; e != nil; e = e.Before {
		if known, ok := b.clean[cleanKey{first, e}]; ok {
			d = known
			break
		}
		todo = append(todo, e)
	}
	if len(todo) == 0 {
		return d, nil
	}
	n := *d
	for _, r := range []*Part{&n.Train, &n.Test, &n.Pool} {
		*r = Part{IDs: slices.Clone(r.IDs), X: slices.Clone(r.X), clean: slices.Clone(r.clean)}
	}
	for _, e := range slices.Backward(todo) {
		if err := n.edit(&e.edit); err != nil {
			return nil, err
		}
		n.Edits = e
	}
	b.clean[cleanKey{first, edits}] = &n
	return &n, nil
}
