package past

import (
	"slices"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// PointBytes is what a point takes.
var PointBytes = 16 + 4*(len(wire.PointColumns)-lane.PointHead)

// Moments are those that the stack keeps.
func (u *Stack) Moments() []*Moment {
	var list []*Moment
	for i := range u.Entries {
		list = append(list, &u.Entries[i].Before)
	}
	for i := range u.Undone {
		x := &u.Undone[i]
		list = append(list, &x.Before)
		for k := range x.Entries {
			list = append(list, &x.Entries[k].Before)
		}
	}
	return list
}

// bytes is about what the stack keeps.
func (u *Stack) bytes() int {
	n := 0
	lanes := map[*lane.Lane]bool{}
	for _, m := range u.Moments() {
		n += m.held()
		for _, l := range m.Lanes {
			if !lanes[l.Lane] {
				lanes[l.Lane] = true
				n += lane.Size(&l.Lane.Settings, l.Lane.Params, l.Lane.Data)
			}
		}
	}
	return n
}

// Forget leaves out the moments that the store has lost, and what comes before them.
func (u *Stack) Forget() {
	lost := func(m *Moment) bool { return slices.ContainsFunc(m.Kept(), (*lane.Kept).Lost) }
	for i := len(u.Entries) - 1; i >= 0; i-- {
		if lost(&u.Entries[i].Before) {
			u.Entries = slices.Clone(u.Entries[i+1:])
			break
		}
	}
	for i := len(u.Undone) - 1; i >= 0; i-- {
		x := &u.Undone[i]
		if lost(&x.Before) || slices.ContainsFunc(x.Entries, func(e Entry) bool { return lost(&e.Before) }) {
			u.Undone = slices.Clone(u.Undone[i+1:])
			break
		}
	}
}

// Trim forgets the oldest changes, and then what was undone, until no more than so many
// bytes are kept. The newest change stays.
func (u *Stack) Trim(bytes int) {
	for len(u.Entries) > 1 && u.bytes() > bytes {
		n := (len(u.Entries) + 3) / 4
		u.Entries = append([]Entry(nil), u.Entries[n:]...)
	}
	for len(u.Undone) > 0 && u.bytes() > bytes {
		u.Undone = append([]Undone(nil), u.Undone[1:]...)
	}
}
