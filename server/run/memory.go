package run

import (
	"time"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
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

// storeTime is for how long what is too much in memory may wait for the store, before the run
// gives it up.
const storeTime = 10 * time.Second

// memoryEvery is the time between two looks at what the run holds.
const memoryEvery = time.Second

// A holding is what a run has in memory, in bytes, about.
type holding struct {
	least     int // what it cannot do without
	undo      int
	curves    int
	snapshots int
}

func (h *holding) sum() int { return h.least + h.undo + h.curves + h.snapshots }

// lanesHeld are the lanes of this generation, and those that undo can bring back.
func (r *loop) lanesHeld() map[*lane.Lane]bool {
	lanes := map[*lane.Lane]bool{}
	for _, l := range r.present.Lanes {
		lanes[l] = true
	}
	for _, m := range r.undone.Moments() {
		for _, l := range m.Lanes {
			lanes[l.Lane] = true
		}
	}
	return lanes
}

// holds adds up what the run holds.
func (r *loop) holds() holding {
	var h holding
	generations, rows := map[*past.Generation]bool{r.present: true}, map[*rows.Data]bool{r.present.Data: true}
	states := map[*lane.Kept]bool{} // those that were counted
	held := func(k *lane.Kept) int {
		if states[k] || k.State() == nil {
			return 0
		}
		states[k] = true
		return k.Size()
	}
	for _, m := range r.undone.Moments() {
		generations[m.Generation], rows[m.Data] = true, true
		for _, l := range m.Lanes {
			h.undo += held(l.State)
		}
	}
	for l := range generations {
		h.least += len(l.Points)*past.PointBytes + l.EventBytes
	}
	for d := range rows {
		h.least += 2 * d.Size()
	}
	current := map[*lane.Lane]bool{}
	for _, l := range r.present.Lanes {
		current[l] = true
	}
	for l := range r.lanesHeld() {
		if size := lane.Size(&l.Settings, l.Params, l.Data); current[l] {
			h.least += size
		} else {
			h.undo += size
		}
		h.curves += l.Steps.Bytes()
		for _, e := range l.Evaluations {
			h.curves += e.Bytes()
		}
		for _, k := range l.Snapshots.All() {
			h.snapshots += held(k)
		}
	}
	h.curves += r.pieces.bytes()
	return h
}

// fit says what the run holds, and gives up what is too much: of undo, curves and
// snapshots equal parts, the oldest changes, the full resolution of the oldest steps, and
// of snapshots those that are closest to others.
func (r *loop) fit(now time.Time) {
	if r.options.Memory == nil || now.Sub(r.fitted) < memoryEvery {
		return
	}
	r.fitted = now
	h := r.holds()
	most := r.options.Memory.Use(h.sum(), h.least)
	lanes := r.lanesHeld()
	for l := range lanes {
		l.Snapshots.SetBudget(lane.SnapshotBytes) // in case there is room again
	}
	r.away.most, r.away.mostCurves = 0, 0
	if h.sum() <= most {
		return
	}
	part := max(0, float64(most-h.least)/float64(h.sum()-h.least))
	of := func(bytes int) int { return int(part * float64(bytes)) }
	r.pieces = pieces{}
	if r.archive != nil {
		r.away.most = max(1, min(keptBytes, of(h.undo+h.snapshots)))
		r.away.mostCurves = max(1, min(curveBytes, of(h.curves)))
		r.away.looked = time.Time{}
		r.drop(now)
		if !r.crowded.IsZero() && now.Sub(r.crowded) < storeTime {
			return // what is too much will be in the store soon
		}
		if h = r.holds(); h.sum() <= most {
			r.options.Memory.Use(h.sum(), h.least)
			return
		}
		part = max(0, float64(most-h.least)/float64(max(1, h.sum()-h.least)))
	}
	if r.replay == nil { // which may have to undo what was undone
		r.undone.Trim(of(h.undo))
	}
	for l := range lanes {
		l.Steps.Shrink(of(l.Steps.Bytes()))
		for _, e := range l.Evaluations {
			e.Shrink(of(e.Bytes()))
		}
		l.Snapshots.SetBudget(of(l.Snapshots.Bytes()))
	}
	after := r.holds()
	r.options.Memory.Use(after.sum(), after.least)
}

// admitLanes says why so many bytes of lanes more are too much for the memory.
func (r *loop) admitLanes(bytes int) error {
	if r.options.Memory == nil || bytes <= 0 {
		return nil
	}
	if err := r.options.Memory.Admit(bytes); err != nil {
		return wire.Refuse(wire.TooMuch, "", "%v", err)
	}
	return nil
}

// admitLife says why a generation of such lanes in the place of the present one is too much
// for the memory.
func (r *loop) admitLife(d *rows.Data, starts []lane.Start) error {
	if r.options.Memory == nil {
		return nil
	}
	bytes := 0
	for i := range starts {
		n, err := lane.ParamsOf(&starts[i].Settings, d.Shape())
		if err != nil {
			return err
		}
		bytes += lane.Size(&starts[i].Settings, n, d)
	}
	if r.present != nil {
		for _, l := range r.present.Lanes {
			bytes -= lane.Size(&l.Settings, l.Params, l.Data)
		}
	}
	return r.admitLanes(bytes)
}

// bytes is what the pieces take.
func (p *pieces) bytes() int {
	n := 0
	for _, m := range p.messages {
		n += 2 * len(m.Data) // as they are, and prepared
	}
	return n
}
