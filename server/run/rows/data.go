package rows

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/wire"
)

// The streams of chance that the run's seed feeds, besides those of datasets
// and engine.
const (
	streamNoise = 0x6e6f697365 + iota
	streamPool
	streamAcquire
)

// A Part is some rows of a data set, in the order of their ids.
type Part struct {
	IDs   []uint32
	X     []float64 // (rows, inputs)
	clean []float64 // (rows, targets) without the added noise
	Y     []float64 // and with it: what is trained and shown
}

// Len is the number of rows.
func (r *Part) Len() int { return len(r.IDs) }

// Data are the rows of a run, split into training rows, test rows and those held
// back, and the grid on which frames stand. It is never changed: an edit makes
// another.
type Data struct {
	Set  *datasets.Set
	Seed uint32
	Own  *Own // what the set was made from, or nil

	Train, Test, Pool Part
	NextID            uint32
	first
	Noise float64 // percent of Stds
	Edits *Edits  // that made these rows from the set's, in clean targets

	settings  wire.RunSettings // that they are shown by
	Revision  uint32
	Slice     int       // the input along which the grid runs, counted from 0, or isMap
	Target    int       // which is shown, counted from 0
	Held      []float64 // where the inputs stand along which the fit is not shown
	GridRows  []float64 // (places, inputs)
	Average   bool      // whether frames have the average over rows beside the fit on the slice
	Described wire.Data // without the scale, which the lanes have
}

// New makes the rows that the settings ask for, from the user's own data if
// these are named, and edits them.
func New(s *wire.RunSettings, own *Own, edits []wire.Edit, revision uint32) (*Data, error) {
	d := &Data{Seed: s.Seed, Revision: revision}
	if err := d.load(s, own); err != nil {
		return nil, err
	}
	if n := len(d.Set.Inputs); n > wire.MaxInputs {
		return nil, fmt.Errorf("%s has %d inputs; at most %d can be trained on", d.Set.Title, n, wire.MaxInputs)
	}
	if n := d.Set.Rows(); n > MaxRows {
		return nil, wire.Refuse(wire.TooMuch, "", "the data set has %d rows; a run has at most %d", n, MaxRows)
	}
	if n := len(d.Set.Y); n > maxTargetValues {
		return nil, wire.Refuse(wire.TooMuch, "", "the data set has %d target values (rows times targets); a run has at most %d: use fewer rows or fewer targets", n, maxTargetValues)
	}
	split, err := d.Own.split(d.Set, s.TrainShare/100, s.Seed)
	if err != nil {
		return nil, err
	}
	held := int(math.Round(s.Pool / 100 * float64(len(split.Train))))
	held = min(held, len(split.Train)-1)
	order := rand.New(rand.NewPCG(uint64(s.Seed), streamPool)).Perm(len(split.Train))
	pooled := make([]bool, len(split.Train))
	for _, i := range order[:held] {
		pooled[i] = true
	}
	for i, row := range split.Train {
		if pooled[i] {
			d.Pool.add(uint32(row), d.Set.Row(row), d.Set.RowTargets(row))
		} else {
			d.Train.add(uint32(row), d.Set.Row(row), d.Set.RowTargets(row))
		}
	}
	for _, row := range split.Test {
		d.Test.add(uint32(row), d.Set.Row(row), d.Set.RowTargets(row))
	}
	d.NextID = uint32(d.Set.Rows())
	d.measure()
	for i := range edits {
		if err = d.edit(&edits[i]); err != nil {
			return nil, fmt.Errorf("edit %d of the rows: %w", i+1, err)
		}
	}
	return d.Shown(s), nil
}

// load makes the set.
func (d *Data) load(s *wire.RunSettings, own *Own) (err error) {
	if s.Dataset != wire.OwnData {
		d.Set, err = datasets.Load(s.Dataset, uint64(s.Seed))
		return err
	}
	if own == nil {
		return errors.New("there are no rows of your own yet; send them with a data command, or choose another data set")
	}
	d.Own = own
	d.Set, err = own.load(s.Seed)
	return err
}

// add appends a row that is not noisy yet.
func (r *Part) add(id uint32, x, y []float64) {
	r.IDs = append(r.IDs, id)
	r.X = append(r.X, x...)
	r.clean = append(r.clean, y...)
}

// Size is about how many bytes the rows take.
func (d *Data) Size() int {
	values := 2 + len(d.Set.Inputs) + 2*len(d.Set.Targets) // with the id, and what is shown
	return 8 * (values*(d.Train.Len()+d.Test.Len()+d.Pool.Len()) + len(d.GridRows))
}

// A Shape is how many values a row has.
type Shape struct{ Inputs, Targets int }

// Shape is that of the rows.
func (d *Data) Shape() Shape { return Shape{len(d.Set.Inputs), len(d.Set.Targets)} }
