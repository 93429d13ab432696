package past

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gnllviz/gnllviz/server/run/image"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Restore makes what was written: the present generation and what can be undone.
func (i *Image) Restore(e *Env, r *image.Reader) (*Generation, Stack, error) {
	b := &builder{Env: e, Reader: r, rows: rows.Builder{Reader: r, Table: e.Table}, lanes: map[int]*lane.Lane{}, generations: map[int]*Generation{}}
	g, u, err := b.restore(i)
	if err != nil {
		return nil, u, fmt.Errorf("past: %w", err)
	}
	return g, u, nil
}

// A builder makes what was written.
type builder struct {
	*Env
	*image.Reader
	rows        rows.Builder
	lanes       map[int]*lane.Lane
	generations map[int]*Generation
}

func (b *builder) restore(i *Image) (present *Generation, u Stack, err error) {
	for k := range i.Lanes {
		l := &i.Lanes[k]
		d, err := b.rows.Data(l.Data)
		if err != nil {
			return nil, u, err
		}
		if b.lanes[l.Number], err = l.Lane(b.Reader, b.Table, d, b.Workers); err != nil {
			return nil, u, err
		}
	}
	for k := range i.Generations {
		g, err := b.generation(&i.Generations[k])
		if err != nil {
			return nil, u, err
		}
		b.generations[i.Generations[k].Number] = g
		if k == 0 {
			present = g
		}
	}
	if present == nil {
		return nil, u, errors.New("there is no generation")
	}
	if u.Entries, err = b.entries(i.Entries); err != nil {
		return nil, u, err
	}
	for _, x := range i.Undone {
		n := Undone{Steps: x.Steps, Revision: x.Revision}
		if n.Entries, err = b.entries(x.Entries); err != nil {
			return nil, u, err
		}
		if n.Before, err = b.moment(x.Before); err != nil {
			return nil, u, err
		}
		u.Undone = append(u.Undone, n)
	}
	return present, u, nil
}

func (b *builder) generation(i *GenerationImage) (*Generation, error) {
	s, err := rows.Settings(b.Reader, b.Table, i.Settings)
	if err != nil {
		return nil, err
	}
	d, err := b.rows.Data(i.Data)
	if err != nil {
		return nil, err
	}
	g := &Generation{
		Title: i.Title, Lesson: i.Lesson, Settings: s.RunSettings, Data: d, NextLane: i.NextLane,
		Steps: i.Steps, Due: i.Due, Acquired: i.Acquired, EventBytes: i.EventBytes, byHand: i.ByHand, edited: i.Edited,
	}
	if g.Lanes, err = b.lanesOf(i.Lanes); err != nil {
		return nil, err
	}
	if len(g.Lanes) == 0 {
		return nil, errors.New("a generation without lanes")
	}
	g.Recipe.Spec, err = image.Read(b.Reader, i.Spec, func(b []byte) (s wire.Spec, err error) { return s, json.Unmarshal(b, &s) })
	if err != nil {
		return nil, err
	}
	g.Recipe.LaneIDs, g.Recipe.Revision = i.LaneIDs, i.Recipe.Revision
	if g.Points, err = joined(b.Reader, i.Points, decodePoints); err != nil {
		return nil, err
	}
	g.Recipe.Events, err = joined(b.Reader, i.Events, func(b []byte) (e []wire.Event, err error) { return e, json.Unmarshal(b, &e) })
	if err != nil {
		return nil, err
	}
	if g.Recipe.Events == nil {
		g.Recipe.Events = []wire.Event{}
	}
	g.Changes, err = joined(b.Reader, i.Changes, func(b []byte) (c []wire.Change, err error) { return c, json.Unmarshal(b, &c) })
	return g, err
}

func (b *builder) lanesOf(numbers []int) (list []*lane.Lane, err error) {
	for _, n := range numbers {
		l := b.lanes[n]
		if l == nil {
			return nil, fmt.Errorf("lane number %d is missing", n)
		}
		list = append(list, l)
	}
	return list, nil
}

func (b *builder) entries(of []image.Hash) (list []Entry, err error) {
	for _, h := range of {
		i, err := image.Read(b.Reader, h, func(b []byte) (i entryImage, err error) { return i, json.Unmarshal(b, &i) })
		if err != nil {
			return nil, err
		}
		before, err := b.moment(i.Before)
		if err != nil {
			return nil, err
		}
		list = append(list, Entry{Revision: i.Revision, Text: i.Text, Before: before, Steps: i.Steps})
	}
	return list, nil
}

func (b *builder) moment(h image.Hash) (m Moment, err error) {
	i, err := image.Read(b.Reader, h, func(b []byte) (i momentImage, err error) { return i, image.Decode(b, &i) })
	if err != nil {
		return m, err
	}
	s, err := rows.Settings(b.Reader, b.Table, i.Settings)
	if err != nil {
		return m, err
	}
	m = Moment{Generation: b.generations[i.Generation], settings: s.RunSettings, acquired: i.Acquired}
	if m.Generation == nil || len(i.Lanes) == 0 {
		return m, fmt.Errorf("generation number %d is missing", i.Generation)
	}
	if m.Own, err = rows.OwnOf(b.Reader, i.Own); err != nil {
		return m, err
	}
	if m.Data, err = b.rows.Data(i.Data); err != nil {
		return m, err
	}
	for k := range i.Lanes {
		l := &i.Lanes[k]
		x := laneMoment{Lane: b.lanes[l.Lane], diverged: l.Diverged.Err()}
		if x.Lane == nil {
			return m, fmt.Errorf("lane number %d is missing", l.Lane)
		}
		if x.start, err = l.Start.Start(b.Reader, b.Table); err != nil {
			return m, err
		}
		if x.State, err = lane.ReadKept(b.Reader, l.State); err != nil {
			return m, err
		}
		if x.watching, err = l.Watching.Watching(b.Reader, b.Table); err != nil {
			return m, err
		}
		m.Lanes = append(m.Lanes, x)
	}
	return m, nil
}
