package run

import (
	"time"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Memory is what a run shares with others. Its methods are called on the run's
// goroutine, and before it has one on that of whoever makes it.
type Memory interface {
	// Use is told about how many bytes the run holds, and how many of them it cannot
	// give up. It returns how many it may hold.
	Use(bytes, least int) (most int)

	// Admit says why there is no room for so many bytes more that could not be given
	// up, or returns nil.
	Admit(bytes int) error
}

// Everything here runs on the goroutine that owns the run.

// memoryEvery is the time between two looks at what the run holds.
const memoryEvery = time.Second

const (
	// paramBytes is about what a parameter takes in training, with its gradients,
	// moments and what Restore goes back to; placeBytes what a hidden unit takes for each
	// row or place that is predicted at a time; laneBytes what a lane takes besides.
	paramBytes = 64
	placeBytes = 16
	laneBytes  = 256 << 10
)

// laneSize is about what a lane cannot do without.
func laneSize(s *wire.LaneSettings, params int, d *data) int {
	units := 0
	for _, n := range s.Hidden {
		units += n
	}
	rows := min(d.train.len()+d.test.len(), wire.MaxRowsEvaluated) + d.places()
	return laneBytes + params*paramBytes + s.Members*units*rows*placeBytes
}

// A holding is what a run has in memory, in bytes, about.
type holding struct {
	least     int // what it cannot do without
	undo      int
	curves    int
	snapshots int
}

func (h *holding) sum() int { return h.least + h.undo + h.curves + h.snapshots }

// lanesHeld are the lanes of this generation, and those that undo can bring back.
func (r *Run) lanesHeld() map[*lane]bool {
	lanes := map[*lane]bool{}
	for _, l := range r.life.lanes {
		lanes[l] = true
	}
	for _, m := range r.undone.moments() {
		for _, l := range m.lanes {
			lanes[l.lane] = true
		}
	}
	return lanes
}

// holds adds up what the run holds.
func (r *Run) holds() holding {
	var h holding
	lives, rows := map[*life]bool{r.life: true}, map[*data]bool{r.life.data: true}
	states := map[*engine.State]bool{}
	for _, m := range r.undone.moments() {
		lives[m.life], rows[m.data] = true, true
		for _, l := range m.lanes {
			if !states[l.state] {
				states[l.state] = true
				h.undo += l.state.Size()
			}
		}
	}
	for l := range lives {
		h.least += len(l.points)*pointBytes + l.eventBytes
	}
	for d := range rows {
		h.least += 2 * d.size()
	}
	current := map[*lane]bool{}
	for _, l := range r.life.lanes {
		current[l] = true
	}
	for l := range r.lanesHeld() {
		if size := laneSize(&l.settings, l.params, l.data); current[l] {
			h.least += size
		} else {
			h.undo += size
		}
		h.curves += l.steps.Bytes()
		for _, e := range l.evaluations {
			h.curves += e.Bytes()
		}
		h.snapshots += l.snapshots.Bytes()
	}
	h.curves += r.pieces.bytes()
	return h
}

// pointBytes is what a point takes.
var pointBytes = 16 + 4*(len(wire.PointColumns)-pointHead)

// fit says what the run holds, and gives up what is too much: of undo, curves and
// snapshots equal parts, the oldest changes, the full resolution of the oldest steps, and
// of snapshots those that are closest to others.
func (r *Run) fit(now time.Time) {
	if r.options.Memory == nil || now.Sub(r.fitted) < memoryEvery {
		return
	}
	r.fitted = now
	h := r.holds()
	most := r.options.Memory.Use(h.sum(), h.least)
	lanes := r.lanesHeld()
	for l := range lanes {
		l.snapshots.SetBudget(snapshotBytes) // in case there is room again
	}
	if h.sum() <= most {
		return
	}
	part := max(0, float64(most-h.least)/float64(h.sum()-h.least))
	of := func(bytes int) int { return int(part * float64(bytes)) }
	r.pieces = pieces{}
	if r.replay == nil { // which may have to undo what was undone
		r.undone.trim(of(h.undo))
	}
	for l := range lanes {
		l.steps.Shrink(of(l.steps.Bytes()))
		for _, e := range l.evaluations {
			e.Shrink(of(e.Bytes()))
		}
		l.snapshots.SetBudget(of(l.snapshots.Bytes()))
	}
	after := r.holds()
	r.options.Memory.Use(after.sum(), after.least)
}

// admitLanes says why so many bytes of lanes more are too much for the memory.
func (r *Run) admitLanes(bytes int) error {
	if r.options.Memory == nil || bytes <= 0 {
		return nil
	}
	if err := r.options.Memory.Admit(bytes); err != nil {
		return wire.Refuse(wire.TooMuch, "", "%v", err)
	}
	return nil
}

// admitLife says why a life of such lanes in the place of the present one is too much
// for the memory.
func (r *Run) admitLife(d *data, starts []laneStart) error {
	if r.options.Memory == nil {
		return nil
	}
	bytes := 0
	for i := range starts {
		n, err := paramsOf(&starts[i].settings, d.shape())
		if err != nil {
			return err
		}
		bytes += laneSize(&starts[i].settings, n, d)
	}
	if r.life != nil {
		for _, l := range r.life.lanes {
			bytes -= laneSize(&l.settings, l.params, l.data)
		}
	}
	return r.admitLanes(bytes)
}

// moments are those that the stack keeps.
func (u *undoStack) moments() []*moment {
	var list []*moment
	for i := range u.entries {
		list = append(list, &u.entries[i].before)
	}
	for i := range u.undone {
		x := &u.undone[i]
		list = append(list, &x.before)
		for k := range x.entries {
			list = append(list, &x.entries[k].before)
		}
	}
	return list
}

// bytes is about what the stack keeps.
func (u *undoStack) bytes() int {
	n := 0
	lanes := map[*lane]bool{}
	for _, m := range u.moments() {
		n += m.size()
		for _, l := range m.lanes {
			if !lanes[l.lane] {
				lanes[l.lane] = true
				n += laneSize(&l.lane.settings, l.lane.params, l.lane.data)
			}
		}
	}
	return n
}

// trim forgets the oldest changes, and then what was undone, until no more than so many
// bytes are kept. The newest change stays.
func (u *undoStack) trim(bytes int) {
	for len(u.entries) > 1 && u.bytes() > bytes {
		n := (len(u.entries) + 3) / 4
		u.entries = append([]entry(nil), u.entries[n:]...)
	}
	for len(u.undone) > 0 && u.bytes() > bytes {
		u.undone = append([]undone(nil), u.undone[1:]...)
	}
}

// bytes is what the pieces take.
func (p *pieces) bytes() int {
	n := 0
	for _, m := range p.messages {
		n += 2 * len(m.Data) // as they are, and prepared
	}
	return n
}
