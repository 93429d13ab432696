package rows

import (
	"math/rand/v2"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Shown returns d with the settings' added noise, the target that they show and its grid
// along their input, or a map where there are two and they name none, ready to be
// trained on and drawn.
func (d *Data) Shown(s *wire.RunSettings) *Data {
	e := *d
	e.settings = *s
	e.Noise, e.Slice = s.Noise, min(max(s.Slice, 1), len(d.Set.Inputs))-1
	e.Held = d.Center
	if at, refused := d.heldAt(s.SliceAt); refused == nil { // which was checked
		e.Held = at
	}
	e.Target = min(max(s.ShownTarget, 1), len(d.Set.Targets)) - 1
	targets := len(d.Set.Targets)
	if s.Slice == 0 && len(d.Set.Inputs) == 2 && len(d.groups()) == 0 {
		e.Slice = IsMap
	} else if s.Slice == 0 && len(d.Set.Inputs) > 1 {
		e.Slice = d.naturalSlice()
	}
	e.Average = s.SliceAverage && e.Slice != IsMap && len(d.Set.Inputs) > 1
	for _, r := range []*Part{&e.Train, &e.Test, &e.Pool} {
		r.Y = slices.Clone(r.clean)
		for i, id := range r.IDs {
			e.addNoise(r.Y[i*targets:(i+1)*targets], id, 1)
		}
	}
	e.layGrid()
	e.describe()
	return &e
}

// addNoise adds to the targets of a row what noise adds to them, times sign.
func (d *Data) addNoise(y []float64, id uint32, sign float64) {
	if d.Noise == 0 {
		return
	}
	r := rand.New(rand.NewPCG(uint64(d.Seed)<<32|uint64(id), streamNoise))
	for k := range y {
		y[k] += sign * (d.Noise / 100 * d.Stds[k] * r.NormFloat64())
	}
}

func (d *Data) describe() {
	inputs := len(d.Set.Inputs)
	d.Described = wire.Data{
		Name: d.Set.Name, Title: d.Set.Title, Help: d.Set.Help, Source: d.Set.Source,
		Revision: d.Revision, Target: wire.Column(d.Set.Targets[d.Target]), Slice: d.Slice + 1, ShownTarget: d.Target + 1,
		Train: d.Train.Len(), Test: d.Test.Len(), Pool: d.Pool.Len(),
		IDs: []uint32{}, X: make([][]float64, inputs), Y: []float64{}, IsTest: []bool{},
		Truth:   d.Set.Truth != nil,
		Dropped: []wire.Drop{}, Sources: d.describeSources(), Held: d.Held, Average: d.Average,

		Equation: describeEquation(d.Set),
	}
	d.Described.BestTrainNLL, d.Described.BestTestNLL = d.bestNLL(&d.Train, 0, d.Target), d.bestNLL(&d.Test, 1, d.Target)
	if d.Own != nil {
		d.Described.Name = wire.OwnData
		if rows := d.Own.Spec.Rows; rows != nil {
			d.Described.Dropped, d.Described.DroppedRows = append(d.Described.Dropped, rows.Dropped...), rows.DroppedRows
		}
	}
	for _, c := range d.Set.Inputs {
		d.Described.Inputs = append(d.Described.Inputs, wire.Column(c))
	}
	targets := len(d.Set.Targets)
	for _, c := range d.Set.Targets {
		d.Described.Targets = append(d.Described.Targets, wire.Column(c))
	}
	if targets > 1 {
		d.Described.AllY = make([][]float64, targets)
		for k := range targets {
			d.Described.ByTarget = append(d.Described.ByTarget, wire.TargetData{BestTrainNLL: d.bestNLL(&d.Train, 0, k), BestTestNLL: d.bestNLL(&d.Test, 1, k)})
		}
	}
	train, test := d.Shares(wire.MaxRowsShown)
	for k, r := range []*Part{&d.Train, &d.Test} {
		for _, i := range Spread(r.Len(), []int{train, test}[k]) {
			d.Described.IDs = append(d.Described.IDs, r.IDs[i])
			for j := range inputs {
				d.Described.X[j] = append(d.Described.X[j], r.X[i*inputs+j])
			}
			d.Described.Y = append(d.Described.Y, r.Y[i*targets+d.Target])
			for k := range d.Described.AllY {
				d.Described.AllY[k] = append(d.Described.AllY[k], r.Y[i*targets+k])
			}
			d.Described.IsTest = append(d.Described.IsTest, k == 1)
		}
	}
}

// Spread returns at most so many of the numbers below n, evenly.
func Spread(n, most int) []int {
	k := min(n, most)
	list := make([]int, k)
	for i := range list {
		list[i] = i * n / k
	}
	return list
}

// Shares says how many of the training and the test rows are looked at where
// there is time for so many. Where that is a multiple of those that are shown,
// these are among them.
func (d *Data) Shares(most int) (train, test int) {
	a, b := d.Train.Len(), d.Test.Len()
	if a+b <= most {
		return a, b
	}
	unit := min(most, wire.MaxRowsShown)
	train = max(1, unit*a/(a+b))
	test = max(1, unit-train)
	return min(a, train*(most/unit)), min(b, test*(most/unit))
}

// Nth returns value k of each of rows of that many values.
func Nth(rows []float64, width, k int) []float64 {
	if width == 1 {
		return rows
	}
	list := make([]float64, 0, len(rows)/width)
	for i := k; i < len(rows); i += width {
		list = append(list, rows[i])
	}
	return list
}
